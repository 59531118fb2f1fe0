/* SPDX-License-Identifier: BSD-3-Clause */
/* Joining: seeds are asked first whether they know this node's name, then for the view; most of the
   view is pulled from the members that the first answers name, so seeds give only a little. */
#include "lib/engine_private.h"

#include <errno.h>

/* Thousands may start at once, and a seed can answer some 2,000 of them in a second: each asks one
   seed after another, and several at once only when that was in vain. */
#define ASKED_AT_ONCE    3
#define ONE_BY_ONE_TRIES 3

/* The answer to "who has my name?" is at most one claim; the question is padded to that, so that a
   stranger may be answered. */
#define NAME_QUESTION_BYTES (SL_HEADER_BYTES + SL_SYNC_BODY_BYTES + SL_RECORD_ALIVE_BYTES_MAX)

void sl_join_done(struct sl_engine *e)
{
    sl_timer_cancel(&e->timers, &e->join.timer);
    e->join.name_is_free = true;
    if (e->phase >= SL_PHASE_MEMBER)
        return;
    sl_engine_set_phase(e, SL_PHASE_MEMBER);
    sl_budget_publish(e);
    sl_self_spread(e);
    struct sl_event joined = {.type = SL_EVENT_SELF_JOINED, .id = e->self_id, .word = e->self_word};
    if (e->sync.joining)
        joined.endpoint = e->sync.origin;
    e->host.event(e->host.context, &joined);
}

static uint64_t seed_id(const struct sl_join *join, const struct sl_endpoint *endpoint)
{
    for (uint32_t i = 0; i < join->seed_count; i++) {
        if (sl_endpoint_equal(&join->seeds[i], endpoint))
            return join->seed_ids[i];
    }
    return 0;
}

/* Seeds are told again whenever their names are looked up again: who answered at an address is
 * kept. */
static void take_seeds(struct sl_engine *e, const struct sl_endpoint *seeds, uint32_t seed_count)
{
    const struct sl_join before = e->join;
    struct sl_join *join = &e->join;
    join->seed_count = 0;
    join->is_seed = false;
    for (uint32_t i = 0; i < seed_count; i++) {
        if (sl_self_is_mine(e, &seeds[i])) {
            join->is_seed = true;
            continue;
        }
        join->seeds[join->seed_count] = seeds[i];
        join->seed_ids[join->seed_count] = seed_id(&before, &seeds[i]);
        join->seed_count++;
    }
    sl_budget_publish(e);
}

/* Seeds that are members need no dialling to be known. */
void sl_join_note_member(struct sl_engine *e, uint32_t slot)
{
    struct sl_join *join = &e->join;
    for (uint32_t i = 0; i < join->seed_count; i++) {
        if (join->seed_ids[i] != 0)
            continue;
        const struct sl_endpoint endpoint = sl_engine_endpoint(e, slot);
        if (sl_endpoint_equal(&join->seeds[i], &endpoint))
            join->seed_ids[i] = sl_view_slot_id(e->view, slot);
    }
}

int sl_engine_join(struct sl_engine *e, uint64_t now_ns, const struct sl_endpoint *seeds,
                   uint32_t seed_count)
{
    if (seed_count > SL_SEEDS_MAX)
        return -EINVAL;
    if (e->phase >= SL_PHASE_LEAVING)
        return -ESHUTDOWN;
    SL_ASSERT(now_ns >= e->now_ns);
    e->now_ns = now_ns;
    struct sl_join *join = &e->join;
    take_seeds(e, seeds, seed_count);
    /* Strangers start at different seeds. */
    join->next_seed = join->seed_count ? sl_prng_below(&e->prng, join->seed_count) : 0;
    if (e->phase == SL_PHASE_MEMBER)
        return 0;
    if (join->seed_count == 0) {
        sl_join_done(e);
        return 0;
    }
    sl_engine_set_phase(e, SL_PHASE_JOINING);
    sl_budget_publish(e);
    join->wait_ns = e->config.join_retry_min_ns;
    sl_timer_set(&e->timers, &join->timer, now_ns);
    return 0;
}

static void ask_seeds(struct sl_engine *e)
{
    struct sl_join *join = &e->join;
    bool one_by_one = join->wait_ns < e->config.join_retry_min_ns << ONE_BY_ONE_TRIES;
    uint32_t most = one_by_one ? 1 : ASKED_AT_ONCE;
    uint32_t count = join->seed_count < most ? join->seed_count : most;
    join->ask_number = sl_next_number(&e->numbers, SL_PULLS_MAX, 0);
    for (uint32_t i = 0; i < count; i++) {
        const struct sl_endpoint *seed = &join->seeds[join->next_seed];
        join->next_seed = (join->next_seed + 1) % join->seed_count;
        sl_sync_ask(e, seed, e->self_id, e->self_id, join->ask_number, false, NAME_QUESTION_BYTES);
    }
}

void sl_join_fire(struct sl_engine *e)
{
    struct sl_join *join = &e->join;
    if (e->phase != SL_PHASE_JOINING)
        return;
    sl_timer_set(&e->timers, &join->timer, e->now_ns + sl_engine_jitter(e, join->wait_ns));
    /* A session is an answer: whatever becomes of it, seeds are not asked in vain. */
    if (e->sync.active)
        return;
    ask_seeds(e);
    join->wait_ns *= 2;
    if (join->wait_ns > e->config.join_retry_max_ns)
        join->wait_ns = e->config.join_retry_max_ns;
}

void sl_join_again(struct sl_engine *e)
{
    struct sl_join *join = &e->join;
    if (e->phase != SL_PHASE_JOINING)
        return;
    join->wait_ns = e->config.join_retry_min_ns;
    sl_timer_set(&e->timers, &join->timer, e->now_ns + sl_engine_jitter(e, join->wait_ns));
}

/* true: the answer comes from a seed */
static bool note_seed(struct sl_engine *e, const struct sl_input *input)
{
    bool is_seed = false;
    for (uint32_t i = 0; i < e->join.seed_count; i++) {
        if (!sl_endpoint_equal(&e->join.seeds[i], &input->from))
            continue;
        e->join.seed_ids[i] = input->header.sender_id;
        is_seed = true;
    }
    return is_seed;
}

static bool conflict_is_open(const struct sl_engine *e)
{
    for (uint32_t i = 0; i < SL_PROBES_MAX; i++) {
        if (e->probes[i].purpose == SL_PROBE_CONFLICT)
            return true;
    }
    return false;
}

bool sl_join_answer(struct sl_engine *e, const struct sl_input *input)
{
    bool is_seed = note_seed(e, input);
    /* A seed that was dialled and is not known: two clusters that never met. */
    if (is_seed && e->phase == SL_PHASE_MEMBER && !e->sync.active &&
        sl_view_find(e->view, input->header.sender_id, NULL) == SL_SLOT_NONE) {
        sl_sync_start(e, &input->from, SL_SLOT_NONE, false);
        return true;
    }
    if (input->header.probe == 0 || input->header.probe != e->join.ask_number)
        return false;
    sl_budget_answered(e, input);
    if (e->phase != SL_PHASE_JOINING || e->sync.active)
        return true;
    /* Somebody claims this node's name from elsewhere: first see whether anybody is there. */
    if (conflict_is_open(e))
        return true;
    e->join.name_is_free = true;
    sl_sync_start(e, &input->from, sl_view_find(e->view, input->header.sender_id, NULL), true);
    return true;
}
