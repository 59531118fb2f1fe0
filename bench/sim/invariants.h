/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What must hold whatever happens (reliability rules of the design). Checkers see plain facts, so
   that a test can show each of them a lie. "Nothing is allocated behind the start" needs none: the
   arenas that an engine is made of are gone when sl_engine_create() has returned (node.c), and
   lib/ calls no allocator, which a test asks the linker about. */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* name, rule */
#define SIM_RULES(X)                                                       \
    X(MONOTONE, "a word that a viewer holds never falls")                  \
    X(INCARNATION, "only a member raises its own incarnation")             \
    X(RESURRECTION, "nobody long gone is believed alive")                  \
    X(REFUTES, "who runs and hears an accusation answers it at once")      \
    X(WORK, "a step does a bounded amount of work")                        \
    X(QUEUES, "no queue grows beyond its room")                            \
    X(BYTE_CAP, "no node sends and takes more than its cap in any 1 s")    \
    X(DOWN_CAP, "nobody who is down is sent more than its cap in any 1 s") \
    X(REPAIR_ENDS, "a session that repairs ends")                          \
    X(REPAIR_SHRINKS, "a session that repairs leaves less that differs")   \
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
    uint64_t gone_ns;  /* how long the viewer could have heard that the life of this word has ended;
                          0: it goes on */
    uint64_t grace_ns; /* how long news of that life may be under way, and its end be found out */
};

/* Each returns whether the rule holds. */
bool sim_check_change(struct sim_invariants *invariants, const struct sim_change *change);
bool sim_check_held(struct sim_invariants *invariants, uint64_t at_ns, uint32_t viewer,
                    uint32_t member, uint64_t before, uint64_t now);
/* Of a word that is held or taken over. Its life (a generation of the member's words) has ended
   when the member stopped, left, or went on under a higher generation. gone_ns begins then, or when
   the viewer had joined, if that was later. It leaves out all time in which somebody could not hear
   of that end and so goes on telling of the life afterwards: the member's zone was cut from
   another; any node was paused for longer than max_pause, starved or clogged; nobody ran in the
   member's zone, which for the patience with an unreachable zone cannot be told from a cut. */
bool sim_check_believed(struct sim_invariants *invariants, const struct sim_change *change);
bool sim_check_bytes(struct sim_invariants *invariants, uint64_t at_ns, uint32_t node,
                     uint64_t bytes, uint64_t cap_bytes);
/* bytes: what arrived at the address of a node that is down. Who runs counts what it receives into
   the rule above. */
bool sim_check_bytes_down(struct sim_invariants *invariants, uint64_t at_ns, uint32_t node,
                          uint64_t bytes, uint64_t cap_bytes);
/* accused: the word that was heard; now: the node's own behind it. */
bool sim_check_refuted(struct sim_invariants *invariants, uint64_t at_ns, uint32_t node,
                       uint64_t accused, uint64_t now);
/* steps: in a row without new input; sent: copies of frames in all of them. */
bool sim_check_work(struct sim_invariants *invariants, uint64_t at_ns, uint32_t node,
                    uint32_t steps, uint32_t sent);
bool sim_check_queue(struct sim_invariants *invariants, uint64_t at_ns, uint32_t node,
                     uint64_t waiting, uint64_t room);
/* took_ns: a session so far. */
bool sim_check_session(struct sim_invariants *invariants, uint64_t at_ns, uint32_t node,
                       uint64_t took_ns, uint64_t bound_ns);
/* before, after: members in which the two views differed when a session began, and still do behind
   it. In a quiet cluster: nothing happened lately, and all of the session was answered. */
bool sim_check_repair(struct sim_invariants *invariants, uint64_t at_ns, uint32_t node,
                      uint32_t peer, uint32_t before, uint32_t after);
/* same: the two views hold the same live members. */
bool sim_check_digest(struct sim_invariants *invariants, uint64_t at_ns, uint32_t a, uint32_t b,
                      uint64_t hash_a, uint64_t hash_b, bool same);

uint64_t sim_invariants_broken(const struct sim_invariants *invariants);

#ifdef __cplusplus
}
#endif
