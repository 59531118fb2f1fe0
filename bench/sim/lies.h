/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Members that lie: beside what their engines say they send frames of accusations against running
   members, and, if they forge, claims in others' names with raised incarnations. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/prng.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sim_world;

#define SIM_LIARS_MAX 64

struct sim_liar {
    uint32_t node;
    bool forges;
    uint64_t until_ns;
};

struct sim_lies {
    struct sl_prng prng;
    struct sim_liar liars[SIM_LIARS_MAX];
    uint32_t count;
    uint64_t next_ns; /* of the engines' time; SIM_NEVER: nobody lies */
};

void sim_lies_create(struct sim_world *world);
/* From now on, once per gossip interval. Past SIM_LIARS_MAX nobody more begins. */
void sim_lies_begin(struct sim_world *world, uint32_t node, uint64_t until_ns, bool forges);
/* Sends what is due. */
void sim_lies_run(struct sim_world *world);

#ifdef __cplusplus
}
#endif
