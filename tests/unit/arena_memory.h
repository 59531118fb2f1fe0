/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Memory for an arena, exactly as large as asked, so that a sanitizer sees a step past its end. */
#include "lib/arena.h"

#include <cstdlib>
#include <cstring>
#include <memory>

class ArenaMemory
{
  public:
    explicit ArenaMemory(size_t bytes)
        : memory_(static_cast<uint8_t *>(std::aligned_alloc(SL_CACHE_LINE, bytes)), std::free),
          arena_{memory_.get(), bytes, 0}
    {
        std::memset(memory_.get(), 0, bytes);
    }
    struct sl_arena *arena()
    {
        return &arena_;
    }

  private:
    std::unique_ptr<uint8_t, void (*)(void *)> memory_;
    struct sl_arena arena_;
};
