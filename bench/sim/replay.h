/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Copies of packets that are to come once more, long after: as short as they are, first in, first
   out. One that is due before an earlier one waits for it. */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sim_old {
    uint64_t due_ns;
    uint32_t from, to; /* nodes */
    uint32_t length_bytes;
    uint8_t bytes[];
};

struct sim_replay_slab;

struct sim_replay {
    struct sim_replay_slab *first, *last;
    uint64_t count;
};

/* Ends the program if out of memory. */
void sim_replay_add(struct sim_replay *replay, const struct sim_old *head, const uint8_t *bytes);
/* The first, if it is due; NULL if not. */
const struct sim_old *sim_replay_due(const struct sim_replay *replay, uint64_t now_ns);
void sim_replay_drop(struct sim_replay *replay); /* the first */
void sim_replay_destroy(struct sim_replay *replay);

#ifdef __cplusplus
}
#endif
