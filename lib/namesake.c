/* SPDX-License-Identifier: BSD-3-Clause */
/* Another node of this node's name: which of the two keeps it, and what users hear of it. */
#include "lib/engine_private.h"

#include <string.h>

/* Two nodes of one name may meet in every frame: users hear of it once in a while. */
#define NAMESAKE_TOLD_NS 10000000000ull

static void tell_conflict(struct sl_engine *e, enum sl_event_type type,
                          const struct sl_endpoint *endpoint, uint64_t other_birth)
{
    bool again = type == SL_EVENT_CONFLICT && e->namesake_told_ns != 0 &&
                 e->now_ns - e->namesake_told_ns < NAMESAKE_TOLD_NS;
    if (again)
        return;
    e->namesake_told_ns = e->now_ns;
    struct sl_event event = {
        .type = type,
        .id = e->self_id,
        .word = e->self_word,
        .previous_word = other_birth,
        .endpoint = *endpoint,
    };
    e->host.event(e->host.context, &event);
}

/* An earlier life with a faster clock is overtaken once or twice. A node that runs beside this one
 * under its name and address would raise itself each time, and all members would hear of it. */
#define OVERTAKEN_MAX     2
#define OVERTAKEN_LONG_NS 60000000000ull

bool sl_namesake_is_twin(struct sl_engine *e, uint64_t word)
{
    struct sl_twin *twin = &e->twin;
    if (sl_word_status(word) != SL_ALIVE || e->phase != SL_PHASE_MEMBER)
        return false;
    if (e->now_ns - twin->since_ns >= OVERTAKEN_LONG_NS)
        twin->overtaken = 0;
    if (twin->overtaken > OVERTAKEN_MAX)
        return true;
    twin->since_ns = e->now_ns;
    if (++twin->overtaken <= OVERTAKEN_MAX)
        return false;
    tell_conflict(e, SL_EVENT_CONFLICT,
                  sl_endpoint_is_set(&e->config.v4) ? &e->config.v4 : &e->config.v6, word);
    return true;
}

void sl_namesake_claimed(struct sl_engine *e, const struct sl_record *claim)
{
    if (e->phase >= SL_PHASE_LEAVING)
        return;
    bool has_v4 = sl_endpoint_is_set(&e->config.v4) && sl_endpoint_is_set(&claim->identity.v4);
    const struct sl_endpoint *there = has_v4 ? &claim->identity.v4 : &claim->identity.v6;
    if (!sl_endpoint_is_set(there))
        return;
    bool was_silent = sl_endpoint_equal(there, &e->silent_holder) &&
                      e->now_ns - e->silent_since_ns < e->config.join_retry_max_ns;
    if (was_silent)
        sl_self_accused(e, claim->word);
    else
        sl_probe_start_conflict(e, there, claim->word, 0);
}

void sl_namesake_silence(struct sl_engine *e, const struct sl_endpoint *endpoint, uint64_t word)
{
    e->silent_holder = *endpoint;
    e->silent_since_ns = e->now_ns;
    sl_self_accused(e, word);
    if (e->phase == SL_PHASE_JOINING)
        sl_timer_set(&e->timers, &e->join.timer, e->now_ns);
}

static bool am_later(const struct sl_engine *e, uint64_t other_birth,
                     const struct sl_endpoint *other)
{
    if (e->phase == SL_PHASE_JOINING && !e->join.name_is_free)
        return true;
    uint64_t mine = sl_word_generation(e->fast.birth_word);
    uint64_t theirs = sl_word_generation(other_birth);
    if (mine != theirs)
        return mine > theirs;
    const struct sl_endpoint *me = sl_endpoint_is_v4(other) || !sl_endpoint_is_set(&e->config.v6)
                                       ? &e->config.v4
                                       : &e->config.v6;
    return memcmp(me->ip, other->ip, sizeof(me->ip)) > 0;
}

void sl_namesake_met(struct sl_engine *e, const struct sl_input *input)
{
    /* While joining it is this node's own question that decides. */
    if (e->phase == SL_PHASE_MEMBER)
        tell_conflict(e, SL_EVENT_CONFLICT, &input->from, 0);
}

/* A name is given up only to a node that goes on answering where it says it is. */
#define NAMESAKE_ANSWERS     5
#define NAMESAKE_EVERY_NS    1000000000ull
#define NAMESAKE_PATIENCE_NS (8 * NAMESAKE_EVERY_NS)

/* true: it has answered often enough. */
static bool namesake_persists(struct sl_engine *e, const struct sl_endpoint *endpoint)
{
    struct sl_namesake *other = &e->namesake;
    bool goes_on = sl_endpoint_equal(&other->endpoint, endpoint) &&
                   e->now_ns - other->answered_ns < NAMESAKE_PATIENCE_NS;
    other->answers = goes_on ? other->answers + 1 : 1;
    other->endpoint = *endpoint;
    other->answered_ns = e->now_ns;
    return other->answers >= NAMESAKE_ANSWERS;
}

void sl_namesake_answer(struct sl_engine *e, const struct sl_probe *probe,
                        const struct sl_input *input)
{
    uint64_t other_birth = input->body.probe.target_word;
    bool yield = am_later(e, other_birth, &probe->endpoint);
    if (yield && !namesake_persists(e, &probe->endpoint)) {
        sl_probe_start_conflict(e, &probe->endpoint, probe->word, NAMESAKE_EVERY_NS);
        tell_conflict(e, SL_EVENT_CONFLICT, &probe->endpoint, other_birth);
        return;
    }
    if (yield)
        sl_engine_set_phase(e, SL_PHASE_YIELDED);
    else
        sl_self_accused(e, probe->word);
    tell_conflict(e, yield ? SL_EVENT_CONFLICT_YIELD : SL_EVENT_CONFLICT, &probe->endpoint,
                  other_birth);
}
