/* SPDX-License-Identifier: BSD-3-Clause */
/* An engine comes to be: its memory, its timers, its first word. */
#include "lib/engine_private.h"

#define NS_PER_S 1000000000ull

/* Probe round trips: 1 us to 100 s; convergence: the same. Two digits keep each at a few KiB. */
static const struct sl_histogram_config latency_histogram = {
    .lowest = 1000, .highest = 100 * NS_PER_S, .decimal_digits = 2};

/* Two cells looked at, on one line, per lookup where the table fits a cache: 3 ns against 6 at a
 * load of 65 %. Where it does not the line's way from memory is most of it, 21 ns against 25, and
 * the memory is better saved. */
static uint32_t load_percent(const struct sl_config *c)
{
    if (c->table_load_percent != 0)
        return c->table_load_percent;
    return c->max_members > SL_MEMBERS_MANY ? 65 : 35;
}

/* Tags of some length for all; or, of so many, a name of 16 bytes and an IPv4 address. */
static uint32_t cold_bytes_per_member(const struct sl_config *c)
{
    if (c->cold_bytes_per_member != 0)
        return c->cold_bytes_per_member;
    return c->max_members > SL_MEMBERS_MANY ? 40 : 128;
}

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
        .load_percent = load_percent(c),
        .cold_bytes_per_member = cold_bytes_per_member(c),
        .compacting = layout->compacting,
        .retire = e->host.retire,
        .retire_host = e->host.context,
        .shared_cold = layout->shared_cold,
        .shared_cold_host = layout->shared_cold_host,
        .array_arena = layout->array_arena,
    };
    struct sl_arena *arrays = layout->array_arena != NULL ? layout->array_arena : arena;
    e->view = sl_view_create(arena, &view);
    sl_timers_create(&e->timers, arena, 16 + SL_PROBES_MAX + SL_PULLS_MAX + c->max_suspicions);
    sl_peers_create(&e->peers, arrays, c->max_members);
    sl_zones_create(&e->zones, arrays, c->max_members);
    e->zone_watches = sl_arena_take(arrays, SL_ZONES_MAX, sizeof(e->zone_watches[0]));
    sl_slot_map_create(&e->suspicion_map, arrays, c->max_suspicions);
    e->suspicions = sl_arena_take(arrays, c->max_suspicions, sizeof(e->suspicions[0]));
    sl_slot_map_create(&e->flaps.map, arrays, SL_FLAPS_MAX);
    sl_rumours_create(&e->rumours, arrays, c->max_rumours);
    e->probe_rtt = sl_histogram_create(arrays, &latency_histogram);
    e->convergence = sl_histogram_create(arrays, &latency_histogram);
    sl_admission_create(&e->admission, arrays, c->max_members,
                        (uint64_t)c->max_members * view.cold_bytes_per_member);
    e->since_s = sl_arena_take(arrays, c->max_members, sizeof(e->since_s[0]));
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
    e->sync.timer.kind = SL_TIMER_SESSION;
    e->dial.timer.kind = SL_TIMER_DIAL;
    e->retention_timer.kind = SL_TIMER_RETENTION;
    e->leave_timer.kind = SL_TIMER_LEAVE;
    e->zone_timer.kind = SL_TIMER_ZONES;
    e->flaps.timer.kind = SL_TIMER_FLAPS;
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
    sl_dial_start(e);
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
    e->numbers.state = ~seed;
    e->now_ns = now_ns;
    e->started_ns = now_ns;
    e->heard_ns = now_ns;
    e->promised_ns = UINT64_MAX;
    e->published_block = SL_BLOCKS;
    carve(e, arena, layout);
    if (e->view == NULL || e->timers.heap == NULL || e->admission.hearsay == NULL ||
        e->since_s == NULL)
        return NULL;
    name_timers(e);
    sl_self_create(e, wall_s);
    sl_path_create(e);
    start_timers(e);
    return e;
}
