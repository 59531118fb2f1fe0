/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/members.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/record.h"

struct sl_endpoint bench_member_v4(uint32_t number)
{
    uint8_t ip[4] = {10, (uint8_t)(1 + (number >> 16)), (uint8_t)(number >> 8), (uint8_t)number};
    return sl_endpoint_v4(ip, SL_UDP_PORT);
}

struct sl_endpoint bench_member_v6(uint32_t number)
{
    uint8_t ip[16] = {0xfd, 1};
    sl_be32_store(ip + 12, 1 + number);
    return sl_endpoint_v6(ip, SL_UDP_PORT);
}

struct sl_identity bench_member_identity(const struct bench_members *m, uint32_t number,
                                         char name[BENCH_NAME_BYTES])
{
    struct sl_identity identity;
    memset(&identity, 0, sizeof(identity));
    identity.v4 = bench_member_v4(number);
    if (m->v6)
        identity.v6 = bench_member_v6(number);
    identity.name = name;
    identity.name_bytes = (uint8_t)snprintf(name, BENCH_NAME_BYTES, "node-%07u", number);
    identity.zone = identity.tags = "";
    return identity;
}

int bench_members_create(struct bench_members *m, const char *cluster, uint32_t count, bool v6)
{
    memset(m, 0, sizeof(*m));
    m->cluster = sl_cluster_from_name(cluster);
    m->count = count;
    m->v6 = v6;
    m->ids = calloc(count, sizeof(*m->ids));
    m->words = calloc(count, sizeof(*m->words));
    if (m->ids == NULL || m->words == NULL) {
        fprintf(stderr, "starling-bench: no memory for %u members\n", count);
        bench_members_destroy(m);
        return -1;
    }
    for (uint32_t i = 0; i < count; i++) {
        char name[BENCH_NAME_BYTES];
        struct sl_identity identity = bench_member_identity(m, i, name);
        m->ids[i] = sl_member_id(&m->cluster, name, identity.name_bytes);
        m->words[i] = sl_word(BENCH_GENERATION + i, 1, SL_ALIVE);
    }
    return 0;
}

void bench_members_destroy(struct bench_members *m)
{
    free(m->ids);
    free(m->words);
    m->ids = m->words = NULL;
}

static uint32_t put_claim(const struct bench_members *m, uint32_t number, uint8_t *at,
                          uint32_t room_bytes)
{
    char name[BENCH_NAME_BYTES];
    struct sl_identity identity = bench_member_identity(m, number, name);
    return sl_record_write_alive(at, room_bytes, m->ids[number], m->words[number], &identity);
}

uint32_t bench_member_put_stale(const struct bench_members *m, uint32_t number,
                                struct sl_prng *random, uint8_t *at, uint32_t room_bytes)
{
    if (sl_prng_below(random, 2) != 0)
        return put_claim(m, number, at, room_bytes);
    uint64_t accused = sl_word(BENCH_GENERATION + number, 0, SL_SUSPECT);
    uint64_t accuser_id = m->ids[number == 1 ? 2 : 1];
    return sl_record_write_accusation(at, room_bytes, m->ids[number], accused, accuser_id);
}

uint32_t bench_member_put_novel(struct bench_members *m, uint32_t number, uint8_t *at,
                                uint32_t room_bytes)
{
    uint64_t before = m->words[number];
    m->words[number] = sl_word_refute(before);
    uint32_t bytes = put_claim(m, number, at, room_bytes);
    if (bytes == 0)
        m->words[number] = before;
    return bytes;
}
