/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A histogram and a codec, each in memory of exactly its own size. */
#include "lib/histogram_codec.h"
#include "tests/unit/arena_memory.h"

struct Histogram : ArenaMemory {
    explicit Histogram(const struct sl_histogram_config &config)
        : ArenaMemory(sl_histogram_bytes(&config)), h(sl_histogram_create(arena(), &config))
    {
    }
    struct sl_histogram *h;
};

struct Codec : ArenaMemory {
    explicit Codec(const struct sl_histogram_config &config)
        : ArenaMemory(bytes(config)), codec(sl_histogram_codec_create(arena(), &config))
    {
    }
    static size_t bytes(const struct sl_histogram_config &config)
    {
        struct sl_arena dry = sl_arena_dry();
        sl_histogram_codec_create(&dry, &config);
        return dry.used_bytes;
    }
    struct sl_histogram_codec *codec;
};
