/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The members of an emulated cluster, by number: names, ids, words, addresses. Member 0 is the node
 * under test. One thread at a time. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/hash.h"
#include "lib/identity.h"
#include "lib/prng.h"
#include "lib/word.h"

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_MEMBERS_MIN 1000
#define BENCH_MEMBERS_MAX 1000000
#define BENCH_NAME_BYTES  16 /* "node-0000000" and a zero */

struct bench_members {
    struct sl_cluster cluster;
    uint32_t count;
    bool v6;
    uint64_t *ids;
    uint64_t *words; /* the newest of each that any frame claims */
};

/* Members begin their life at this time, and have refuted once, so that there are accusations to be
   stale. */
#define BENCH_GENERATION 1800000000ull

/* 0, or -1 after one line on stderr. */
int bench_members_create(struct bench_members *m, const char *cluster, uint32_t count, bool v6);
void bench_members_destroy(struct bench_members *m);

struct sl_endpoint bench_member_v4(uint32_t number);
struct sl_endpoint bench_member_v6(uint32_t number);

/* The identity points into `name`. Has an IPv6 address only where the cluster has. */
struct sl_identity bench_member_identity(const struct bench_members *m, uint32_t number,
                                         char name[BENCH_NAME_BYTES]);

/* Any but the node under test. */
static inline uint32_t bench_member_draw(const struct bench_members *m, struct sl_prng *random)
{
    return 1 + sl_prng_below(random, m->count - 1);
}

/* Records about a member, each returning its bytes, 0 if there is no room: a claim as held or an
   accusation refuted since; a claim of an incarnation that nobody has seen. */
uint32_t bench_member_put_stale(const struct bench_members *m, uint32_t number,
                                struct sl_prng *random, uint8_t *at, uint32_t room_bytes);
uint32_t bench_member_put_novel(struct bench_members *m, uint32_t number, uint8_t *at,
                                uint32_t room_bytes);

#ifdef __cplusplus
}
#endif
