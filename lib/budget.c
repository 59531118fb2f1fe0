/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a node may put on the wire of its own accord. Receiving cannot be refused, and it comes at
 * random: when everybody speaks at once, one of thousands is sent more than three times the mean
 * within a second (Poisson; mean 15 frames, 49 once in 10^11 seconds). So rumours are held to a
 * quarter of the cap, and to half of it together with all else that was sent and received; the
 * other half is for probes, for what answers them, and for chance.
 */
#include "lib/engine_private.h"

#define SECOND_NS 1000000000ull

/* Who finds its cluster late has a whole view to pull all the same. */
static bool is_young(const struct sl_engine *e)
{
    return e->phase == SL_PHASE_JOINING || e->now_ns - e->started_ns < e->config.join_grace_ns;
}

uint32_t sl_budget_cap(const struct sl_engine *e)
{
    uint32_t cap = is_young(e) ? e->config.byte_cap_joining : e->config.byte_cap;
    return e->join.is_seed && e->config.byte_cap_seed > cap ? e->config.byte_cap_seed : cap;
}

void sl_budget_publish(struct sl_engine *e)
{
    __atomic_store_n(&e->fast.byte_cap, sl_budget_cap(e), __ATOMIC_RELAXED);
}

/* Bytes left below a share of the cap. A flood of strangers takes no more of it than their share.
 */
static uint64_t left_below(struct sl_engine *e, uint64_t limit_bytes)
{
    uint64_t most = sl_budget_cap(e) / SL_SERVED_SHARE;
    uint64_t served = sl_meter_sum(&e->served, e->now_ns);
    uint64_t sum = sl_meter_sum(&e->meter, e->now_ns) + (served < most ? served : most);
    return sum < limit_bytes ? limit_bytes - sum : 0;
}

bool sl_engine_has_room(struct sl_engine *e, uint64_t bytes)
{
    return bytes <= left_below(e, sl_budget_cap(e) / 2);
}

void sl_budget_answered(struct sl_engine *e, const struct sl_input *input)
{
    sl_meter_add(&e->meter, e->now_ns, input->uncharged_bytes);
}

/* What checking a death costs: the PING, its ACK with a gift, the question for the claim and that.
 */
#define CHECK_BYTES (SL_RUMOUR_BLOCK_BYTES + 2 * SL_FRAME_BYTES_MIN)

/* Its answer may yet come; who is silent for longer is likely gone, and costs no more than helpers.
 */
static bool is_fresh_check(const struct sl_engine *e, const struct sl_probe *p)
{
    return p->purpose == SL_PROBE_CHECK &&
           e->now_ns - p->started_ns < e->config.probe_try_interval_ns;
}

bool sl_budget_check(struct sl_engine *e)
{
    uint64_t checks = 1;
    for (uint64_t left = e->probes_used; left != 0; left &= left - 1)
        checks += is_fresh_check(e, &e->probes[__builtin_ctzll(left)]);
    return sl_engine_has_room(e, checks * CHECK_BYTES);
}

uint32_t sl_budget_rumours(struct sl_engine *e)
{
    /* Of the cap of those who receive it, whatever grace this node is in. */
    uint64_t quarter = e->config.byte_cap / 4;
    uint64_t said = sl_meter_sum(&e->said, e->now_ns);
    uint64_t left = said < quarter ? quarter - said : 0;
    uint64_t room = left_below(e, sl_budget_cap(e) / 2);
    /* A storm is told evenly over the second; a round may always carry the longest claim. */
    uint64_t round = quarter * e->config.gossip_interval_ns / SECOND_NS;
    if (round < SL_FRAME_BYTES_MIN)
        round = SL_FRAME_BYTES_MIN;
    left = left < room ? left : room;
    return (uint32_t)(left < round ? left : round);
}

/* Whoever lost a third of its cluster asks all of them a last time at once. Whatever others send, a
 * quarter of the cap remains for own questions. */
bool sl_budget_ping(struct sl_engine *e)
{
    return sl_meter_sum(&e->asked, e->now_ns) + SL_FRAME_BYTES_MIN <= sl_budget_cap(e) / 4;
}

/* What asking one helper costs the asker: the request, its receipt, the answer. */
#define HELPER_BYTES (3 * (SL_HEADER_BYTES + SL_PROBE_BODY_BYTES))

uint32_t sl_budget_helpers(struct sl_engine *e, uint32_t wanted)
{
    uint64_t cap = sl_budget_cap(e);
    uint64_t affordable = left_below(e, cap - cap / 4) / HELPER_BYTES;
    if (affordable >= wanted)
        return wanted;
    return affordable > 0 ? (uint32_t)affordable : 1;
}
