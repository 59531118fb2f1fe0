/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Which lives have ended when, and how long everybody could have heard of that: not while there was
 * a cut, and not while somebody took nothing in.
 */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_LIFE_NONE UINT32_MAX
#define SIM_ENDLESS   UINT64_MAX

/* A generation of a node's words. Two lives begun in one second share it: the later one counts. */
struct sim_life {
    uint64_t generation;
    uint64_t ended_ns; /* SIM_ENDLESS: it goes on */
    uint32_t earlier;  /* number of the same node's one before; SIM_LIFE_NONE */
};

/* Behind it, those that heard nothing go on telling what they knew before. */
enum sim_silence_kind {
    SIM_SILENCE_CUT,   /* between zones a and b, in one direction at least */
    SIM_SILENCE_EMPTY, /* in zone a (and b) nobody runs: that may be a cut as well */
    SIM_SILENCE_NODE,  /* node a is paused, starved or clogged */
};

struct sim_silence {
    uint64_t from_ns, until_ns; /* SIM_ENDLESS until sim_silence_end() */
    enum sim_silence_kind kind;
    uint32_t a, b;
};

struct sim_lives {
    struct sim_life *all;
    uint32_t *latest;             /* per node: number in `all`; SIM_LIFE_NONE */
    struct sim_silence *silences; /* in the order in which they began */
    uint32_t count, capacity, silence_count, silence_capacity, node_count;
    uint32_t ended; /* how many have */
};

/* false: out of memory. What grows later ends the program then. */
bool sim_lives_create(struct sim_lives *lives, uint32_t nodes);
void sim_lives_destroy(struct sim_lives *lives);

/* A node's words are of this generation from now on (or still): any other of its has ended. */
void sim_lives_begin(struct sim_lives *lives, uint32_t node, uint64_t generation, uint64_t at_ns);
void sim_lives_end(struct sim_lives *lives, uint32_t node, uint64_t at_ns);
/* SIM_ENDLESS: it goes on, or the node has had none. */
uint64_t sim_lives_ended_ns(const struct sim_lives *lives, uint32_t node, uint64_t generation);

void sim_silence_begin(struct sim_lives *lives, const struct sim_silence *silence);
void sim_silence_end(struct sim_lives *lives, enum sim_silence_kind kind, uint32_t a, uint32_t b,
                     uint64_t at_ns);
/* The time between the two in which nobody was kept from hearing of this zone's members. */
uint64_t sim_lives_heard_ns(const struct sim_lives *lives, uint32_t zone, uint64_t from_ns,
                            uint64_t until_ns);

#ifdef __cplusplus
}
#endif
