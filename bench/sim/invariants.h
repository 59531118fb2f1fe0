/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What must hold whatever happens (reliability rules of the design). Checkers see plain facts, so
   that a test can show each of them a lie. */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* name, rule */
#define SIM_RULES(X)                                                       \
    X(MONOTONE, "a word that a viewer holds never falls")                  \
    X(INCARNATION, "only a member raises its own incarnation")             \
    X(RESURRECTION, "nobody long gone comes back to life")                 \
    X(BYTE_CAP, "no node sends and receives more than its cap in any 1 s") \
    X(DIGEST, "equal view hashes mean equal views, and the hash is that of the view")

enum sim_rule {
#define SIM_RULE_ENUM(name, text) SIM_RULE_##name,
    SIM_RULES(SIM_RULE_ENUM)
#undef SIM_RULE_ENUM
        SIM_RULE_COUNT
};

const char *sim_rule_text(enum sim_rule rule);

struct sim_invariants {
    uint64_t broken[SIM_RULE_COUNT];
    char first[SIM_RULE_COUNT][192]; /* what was seen the first time */
};

/* A viewer's word of a member has changed. */
struct sim_change {
    uint64_t at_ns; /* since the start */
    uint32_t viewer, member;
    uint64_t word, previous;
    uint64_t issued;   /* the highest word that the member itself has had */
    uint64_t gone_ns;  /* how long it has been down; 0: it is not */
    uint64_t grace_ns; /* how long news of its life may be under way */
};

/* Each returns whether the rule holds. */
bool sim_check_change(struct sim_invariants *invariants, const struct sim_change *change);
bool sim_check_held(struct sim_invariants *invariants, uint64_t at_ns, uint32_t viewer,
                    uint32_t member, uint64_t before, uint64_t now);
bool sim_check_bytes(struct sim_invariants *invariants, uint64_t at_ns, uint32_t node,
                     uint64_t bytes, uint64_t cap_bytes);
/* same: the two views hold the same live members. */
bool sim_check_digest(struct sim_invariants *invariants, uint64_t at_ns, uint32_t a, uint32_t b,
                      uint64_t hash_a, uint64_t hash_b, bool same);

uint64_t sim_invariants_broken(const struct sim_invariants *invariants);

#ifdef __cplusplus
}
#endif
