/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/engine_private.h"

#include <string.h>

#define NS_PER_S 1000000000ull

/* Probe round trips: 1 us to 100 s; convergence: the same. Two digits keep each at a few KiB. */
static const struct sl_histogram_config latency_histogram = {
    .lowest = 1000, .highest = 100 * NS_PER_S, .decimal_digits = 2};

static void carve(struct sl_engine *e, struct sl_arena *arena,
                  const struct sl_engine_layout *layout)
{
    static const struct sl_engine_layout own = {.compacting = true};
    const struct sl_config *c = &e->config;
    if (layout == NULL)
        layout = &own;
    struct sl_view_config view = {
        .cluster = e->cluster,
        .max_members = c->max_members,
        .load_percent = c->table_load_percent,
        .cold_bytes_per_member = c->cold_bytes_per_member,
        .compacting = layout->compacting,
        .retire = e->host.retire,
        .retire_host = e->host.context,
        .shared_cold = layout->shared_cold,
        .shared_cold_host = layout->shared_cold_host,
    };
    e->view = sl_view_create(arena, &view);
    e->since_s = sl_arena_take(arena, c->max_members, sizeof(e->since_s[0]));
    sl_timers_create(&e->timers, arena, 16 + SL_PROBES_MAX + SL_PULLS_MAX + c->max_suspicions);
    sl_peers_create(&e->peers, arena, c->max_members);
    sl_slot_map_create(&e->suspicion_map, arena, c->max_suspicions);
    e->suspicions = sl_arena_take(arena, c->max_suspicions, sizeof(e->suspicions[0]));
    sl_rumours_create(&e->rumours, arena, c->max_rumours);
    e->probe_rtt = sl_histogram_create(arena, &latency_histogram);
    e->convergence = sl_histogram_create(arena, &latency_histogram);
}

static void retire_nothing(void *host, struct sl_retire_ticket *ticket)
{
    (void)host;
    sl_retire_done(ticket);
}

size_t sl_engine_arena_bytes(const struct sl_config *config, const struct sl_engine_layout *layout)
{
    struct sl_arena arena = sl_arena_dry();
    struct sl_engine e = {.config = *config, .host.retire = retire_nothing};
    sl_arena_take(&arena, 1, sizeof(struct sl_engine));
    carve(&e, &arena, layout);
    return arena.used_bytes;
}

static void name_timers(struct sl_engine *e)
{
    e->probe_timer.kind = SL_TIMER_PROBE_PERIOD;
    e->gossip_timer.kind = SL_TIMER_GOSSIP;
    e->settle.timer.kind = SL_TIMER_SETTLE;
    e->join.timer.kind = SL_TIMER_JOIN;
    e->dial_timer.kind = SL_TIMER_DIAL;
    e->retention_timer.kind = SL_TIMER_RETENTION;
    e->leave_timer.kind = SL_TIMER_LEAVE;
    for (uint32_t i = 0; i < SL_PROBES_MAX; i++) {
        e->probes[i].timer.kind = SL_TIMER_PROBE;
        e->probes[i].timer.index = i;
    }
    for (uint32_t i = 0; i < SL_PULLS_MAX; i++) {
        e->sync.pulls[i].timer.kind = SL_TIMER_PULL;
        e->sync.pulls[i].timer.index = i;
    }
    for (uint32_t i = 0; i < e->config.max_suspicions; i++) {
        e->suspicions[i].timer.kind = SL_TIMER_SUSPICION;
        e->suspicions[i].timer.index = i;
    }
}

/* First deadlines are spread over a whole period, so that nodes started together do not march in
 * step. */
static void start_timers(struct sl_engine *e)
{
    const struct sl_config *c = &e->config;
    uint64_t now = e->now_ns;
    sl_timer_set(&e->timers, &e->probe_timer, now + sl_prng_next(&e->prng) % c->probe_period_ns);
    sl_timer_set(&e->timers, &e->gossip_timer,
                 now + sl_prng_next(&e->prng) % c->gossip_interval_ns);
    sl_timer_set(&e->timers, &e->dial_timer, now + sl_engine_jitter(e, c->dial_interval_ns));
}

struct sl_engine *sl_engine_create(struct sl_arena *arena, const struct sl_config *config,
                                   const struct sl_engine_layout *layout,
                                   const struct sl_host *host, uint64_t seed, uint64_t wall_s,
                                   uint64_t now_ns)
{
    struct sl_engine *e = sl_arena_take(arena, 1, sizeof(*e));
    if (e == NULL)
        return NULL;
    e->config = *config;
    e->host = *host;
    e->cluster = sl_cluster_from_name(config->cluster_name);
    e->prng.state = seed;
    e->now_ns = now_ns;
    e->started_ns = now_ns;
    e->promised_ns = UINT64_MAX;
    e->published_block = SL_BLOCKS;
    carve(e, arena, layout);
    if (e->view == NULL || e->convergence == NULL || arena->used_bytes > arena->size_bytes)
        return NULL;
    name_timers(e);
    sl_self_create(e, wall_s);
    start_timers(e);
    return e;
}

bool sl_engine_begin(struct sl_engine *e, enum sl_frame_type type, uint32_t probe,
                     struct sl_buffer *buffer, uint32_t *length_bytes)
{
    if (!e->host.lend(e->host.context, buffer))
        return false;
    SL_ASSERT(buffer->room_bytes >= e->config.frame_bytes);
    const struct sl_view_summary *summary = sl_view_summary(e->view);
    struct sl_header header = {
        .type = (uint8_t)type,
        .cluster_id = e->cluster.id,
        .sender_id = e->self_id,
        .boot_salt = e->fast.boot_salt,
        .probe = probe,
        .unsettled = summary->unsettled,
        .view_hash = summary->view_hash,
        .authority_revision = summary->authority_revision,
    };
    sl_header_write(buffer->bytes, &header);
    *length_bytes = sl_frame_records_at((uint8_t)type);
    return true;
}

void sl_engine_send(struct sl_engine *e, struct sl_buffer *buffer, uint32_t length_bytes,
                    enum sl_class traffic, const struct sl_endpoint *to, uint32_t to_count)
{
    SL_ASSERT(length_bytes <= e->config.frame_bytes && to_count > 0);
    sl_meter_add(&e->meter, e->now_ns, (uint64_t)length_bytes * to_count);
    sl_count(&e->counters.tx_frames[traffic], to_count);
    sl_count(&e->counters.tx_bytes[traffic], (uint64_t)length_bytes * to_count);
    e->host.send(e->host.context, buffer, length_bytes, traffic, to, to_count);
}

void sl_engine_drop(struct sl_engine *e, enum sl_drop reason)
{
    sl_count(&e->counters.drops[reason], 1);
}

void sl_engine_tell(struct sl_engine *e, enum sl_event_type type, uint32_t slot, uint64_t word,
                    uint64_t previous_word, uint64_t accuser_id)
{
    struct sl_event event = {
        .type = type,
        .id = slot == SL_SLOT_NONE ? e->self_id : sl_view_slot_id(e->view, slot),
        .word = word,
        .previous_word = previous_word,
        .accuser_id = accuser_id,
        .cold = slot == SL_SLOT_NONE ? NULL : sl_view_cold(e->view, slot),
    };
    e->host.event(e->host.context, &event);
}

void sl_engine_set_phase(struct sl_engine *e, enum sl_phase phase)
{
    e->phase = phase;
    __atomic_store_n(&e->stats.phase, (uint64_t)phase, __ATOMIC_RELAXED);
}

struct sl_endpoint sl_engine_endpoint(const struct sl_engine *e, uint32_t slot)
{
    return sl_cold_endpoint(sl_view_cold(e->view, slot), sl_endpoint_is_set(&e->config.v4),
                            sl_endpoint_is_set(&e->config.v6));
}

bool sl_engine_has_room(struct sl_engine *e, uint64_t bytes)
{
    bool young = e->now_ns - e->started_ns < e->config.join_grace_ns;
    uint64_t cap = young ? e->config.byte_cap_joining : e->config.byte_cap;
    /* Probes, answers and what others send do not ask first: a quarter is theirs. */
    return sl_meter_sum(&e->meter, e->now_ns) + bytes <= cap - cap / 4;
}

uint64_t sl_engine_jitter(struct sl_engine *e, uint64_t duration_ns)
{
    uint64_t eighth = duration_ns / 8;
    return duration_ns - eighth + sl_prng_next(&e->prng) % (2 * eighth + 1);
}

static void fire(struct sl_engine *e, const struct sl_timer *timer)
{
    switch ((enum sl_timer_kind)timer->kind) {
    case SL_TIMER_PROBE_PERIOD:
        sl_probe_period_fire(e);
        return;
    case SL_TIMER_PROBE:
        sl_probe_fire(e, timer->index);
        return;
    case SL_TIMER_SUSPICION:
        sl_suspicion_fire(e, timer->index);
        return;
    case SL_TIMER_GOSSIP:
        sl_gossip_fire(e);
        return;
    case SL_TIMER_SETTLE:
        sl_settle_fire(e);
        return;
    case SL_TIMER_JOIN:
        sl_join_fire(e);
        return;
    case SL_TIMER_PULL:
        sl_sync_fire(e, timer->index);
        return;
    case SL_TIMER_DIAL:
        sl_dial_fire(e);
        return;
    case SL_TIMER_RETENTION:
        sl_retention_fire(e);
        return;
    case SL_TIMER_LEAVE:
        sl_self_leave_fire(e);
        return;
    }
    SL_ASSERT(timer->kind <= SL_TIMER_LEAVE);
}

static bool is_out(const struct sl_engine *e)
{
    return e->phase == SL_PHASE_LEFT || e->phase == SL_PHASE_YIELDED;
}

static void take_input(struct sl_engine *e, const struct sl_input *input)
{
    /* The copy crossed cores: its bounds are checked as if it came from the wire. */
    if (input->records_bytes > e->config.frame_bytes || input->record_count > SL_STEP_RECORDS_MAX) {
        sl_engine_drop(e, SL_DROP_RECORD_MALFORMED);
        return;
    }
    sl_merge_records(e, input);
    if (is_out(e))
        return;
    if (input->header.sender_id == e->self_id)
        sl_self_met_namesake(e, input);
    switch (input->header.type) {
    case SL_FRAME_ACK:
        sl_probe_answered(e, input);
        break;
    case SL_FRAME_PING:
        sl_gossip_reply(e, input);
        break;
    case SL_FRAME_PING_REQ:
        sl_probe_receipt(e, input);
        break;
    case SL_FRAME_SYNC:
        if (!sl_join_answer(e, input))
            sl_sync_answer(e, input);
        break;
    default:
        break;
    }
    sl_sync_note_hash(e, input);
}

/* A step that comes late means that this node itself stood still: others' answers may be waiting in
   its queues, so nobody is accused on the strength of time that it slept through. */
static void forgive_own_stall(struct sl_engine *e)
{
    if (e->promised_ns == UINT64_MAX || e->now_ns <= e->promised_ns)
        return;
    uint64_t late_ns = e->now_ns - e->promised_ns;
    if (late_ns < e->config.probe_try_interval_ns / 2)
        return;
    SL_STAT(e, stalls);
    sl_probe_postpone_all(e, late_ns);
    sl_suspicion_postpone_all(e, late_ns);
}

struct sl_step sl_engine_step(struct sl_engine *e, uint64_t now_ns, const struct sl_input *input)
{
    SL_ASSERT(now_ns >= e->now_ns);
    e->now_ns = now_ns;
    forgive_own_stall(e);
    if (input != NULL && !is_out(e))
        take_input(e, input);

    struct sl_timer *timer;
    uint32_t fired = 0;
    while (fired < SL_STEP_TIMERS_MAX && (timer = sl_timers_pop(&e->timers, now_ns)) != NULL) {
        fire(e, timer);
        fired++;
    }
    bool more = sl_view_maintain(e->view, SL_STEP_RECORDS_MAX);
    struct sl_step step = {
        .next_deadline_ns = sl_timers_next_ns(&e->timers),
        .more = more || sl_timers_next_ns(&e->timers) <= now_ns,
    };
    e->promised_ns = step.more ? now_ns : step.next_deadline_ns;
    return step;
}

void sl_engine_note_traffic(struct sl_engine *e, uint64_t now_ns, uint64_t bytes)
{
    sl_meter_add(&e->meter, now_ns, bytes);
}

const struct sl_fast *sl_engine_fast(const struct sl_engine *e)
{
    return &e->fast;
}

const struct sl_view *sl_engine_view(const struct sl_engine *e)
{
    return e->view;
}

const struct sl_engine_stats *sl_engine_stats(const struct sl_engine *e)
{
    return &e->stats;
}

const struct sl_counters *sl_engine_counters(const struct sl_engine *e)
{
    return &e->counters;
}

uint64_t sl_engine_self_word(const struct sl_engine *e)
{
    return e->self_word;
}

uint64_t sl_engine_self_id(const struct sl_engine *e)
{
    return e->self_id;
}

const struct sl_histogram *sl_engine_probe_rtt(const struct sl_engine *e)
{
    return e->probe_rtt;
}

const struct sl_histogram *sl_engine_convergence(const struct sl_engine *e)
{
    return e->convergence;
}
