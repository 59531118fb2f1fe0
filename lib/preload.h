/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Set-up for simulators: an engine that begins as a settled member of a cluster which it never had
 * to join. Between sl_engine_create() and the first step.
 */
#include "lib/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_preload_member {
    uint64_t id, word;
    const struct sl_identity *identity; /* NULL if cold records are shared */
};

/* The engine knows these members (its own entry is passed over), has nothing to say, and is no
   joiner. 0, or sl_view_add()'s error. */
int sl_engine_preload(struct sl_engine *engine, const struct sl_preload_member *members,
                      uint32_t count);

/* The same, all at once: the members of another fresh engine, itself included, which was preloaded,
   has the same configuration and shares its cold records. It must hold this engine's own word. Both
   have array arenas, and the host has put a copy of the other's in the place of this one's: all
   members' are alike at first, so that a host may keep one until they differ. */
void sl_engine_preload_like(struct sl_engine *engine, const struct sl_engine *other);

/* Its seeds, and the ids of the members who answered there. At most SL_SEEDS_MAX. */
void sl_engine_preload_seeds(struct sl_engine *engine, const struct sl_endpoint *seeds,
                             const uint64_t *ids, uint32_t count);

#ifdef __cplusplus
}
#endif
