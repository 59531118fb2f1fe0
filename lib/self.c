/* SPDX-License-Identifier: BSD-3-Clause */
/* A node's own word: only it may raise its incarnation. */
#include "lib/engine_private.h"

#include <errno.h>
#include <string.h>

/* Spreading LEFT may take this long at most before the node stops anyway. */
#define LEAVE_NS_MAX 1000000000ull

bool sl_self_is_mine(const struct sl_engine *e, const struct sl_endpoint *endpoint)
{
    const struct sl_config *c = &e->config;
    return sl_endpoint_is_set(endpoint) &&
           (sl_endpoint_equal(endpoint, &c->v4) || sl_endpoint_equal(endpoint, &c->v6) ||
            sl_endpoint_equal(endpoint, &c->bound_v4) || sl_endpoint_equal(endpoint, &c->bound_v6));
}

static void describe_self(struct sl_engine *e)
{
    struct sl_config *c = &e->config;
    e->identity = (struct sl_identity){
        .v4 = c->v4,
        .v6 = c->v6,
        .name = c->name,
        .zone = c->zone,
        .tags = c->tags,
        .name_bytes = (uint8_t)strlen(c->name),
        .zone_bytes = (uint8_t)strlen(c->zone),
        .tags_bytes = (uint16_t)strlen(c->tags),
    };
}

static void publish_word(struct sl_engine *e, uint64_t word)
{
    e->self_word = word;
    __atomic_store_n(&sl_view_summary_mutable(e->view)->self_word, word, __ATOMIC_RELAXED);
}

uint64_t sl_self_word_most(const struct sl_engine *e)
{
    return sl_word_most(e->wall_s + (e->now_ns - e->started_ns) / 1000000000ull);
}

void sl_self_publish_most(struct sl_engine *e)
{
    __atomic_store_n(&e->fast.word_most, sl_self_word_most(e), __ATOMIC_RELAXED);
}

void sl_self_create(struct sl_engine *e, uint64_t wall_s)
{
    e->wall_s = wall_s > SL_GENERATION_EPOCH_S ? wall_s : SL_GENERATION_EPOCH_S;
    uint64_t generation = wall_s == 0 ? 1 : wall_s;
    if (generation > SL_GENERATION_START_MAX)
        generation = SL_GENERATION_START_MAX;
    describe_self(e);
    e->self_id = sl_member_id(&e->cluster, e->identity.name, e->identity.name_bytes);
    publish_word(e, sl_word(generation, 0, SL_ALIVE));
    int error = sl_view_add(e->view, e->self_id, e->self_word, &e->identity, &e->self_slot);
    SL_ASSERT(error == 0);
    sl_zones_put(&e->zones, e->self_slot,
                 sl_engine_zone(e, e->identity.zone, e->identity.zone_bytes));
    e->fast = (struct sl_fast){
        .view = e->view,
        .own = sl_view_summary(e->view),
        .self_id = e->self_id,
        .birth_word = e->self_word,
        .self_v4 = e->config.v4,
        .self_v6 = e->config.v6,
        .bound_v4 = e->config.bound_v4,
        .bound_v6 = e->config.bound_v6,
        .cluster_id = e->cluster.id,
        .boot_salt = (uint32_t)sl_prng_next(&e->prng),
        .frame_bytes = e->config.frame_bytes,
        .zone_of_slot = e->zones.of_slot,
        .byte_cap = sl_budget_cap(e),
        .word_most = sl_self_word_most(e),
        .gift_bytes_per_second = e->config.byte_cap / 16,
    };
}

void sl_self_spread(struct sl_engine *e)
{
    sl_gossip_spread(e, e->self_slot, SL_RECORD_ALIVE, SL_CLASS_REFUTATION, 0);
}

/* The name's last holder was dead for all when this life began: it may come back, and not know.
 * This life takes its place in the order of those that hold the name. */
static void inherit(struct sl_engine *e, uint64_t dead_word)
{
    uint64_t generation = sl_word_generation(dead_word);
    if (generation <= 1 || generation > sl_word_generation(e->fast.birth_word))
        return;
    __atomic_store_n(&e->fast.birth_word, sl_word(generation - 1, 0, SL_ALIVE), __ATOMIC_RELAXED);
}

void sl_self_heard_dead(struct sl_engine *e, uint64_t word)
{
    if (e->phase == SL_PHASE_JOINING)
        inherit(e, word);
}

void sl_self_accused(struct sl_engine *e, uint64_t word)
{
    if (word <= e->self_word || e->phase >= SL_PHASE_LEAVING)
        return;
    if (word > sl_self_word_most(e)) {
        sl_engine_drop(e, SL_DROP_WORD_AHEAD);
        return;
    }
    uint64_t previous = e->self_word;
    /* A later generation than mine: an earlier life of this node had a faster clock. */
    uint64_t generation = sl_word_generation(word);
    bool later_life = generation > sl_word_generation(previous) && generation < SL_GENERATION_MAX;
    if (later_life && sl_namesake_is_twin(e, word))
        return;
    uint64_t raised = later_life ? sl_word(generation + 1, 0, SL_ALIVE) : sl_word_refute(word);
    publish_word(e, raised);
    sl_view_raise(e->view, e->self_slot, raised);
    sl_settle_note(e);
    SL_STAT(e, refutations);
    if (!later_life)
        sl_engine_contradicted(e); /* I was slow to answer (memberlist, state.go: refute) */
    sl_engine_tell(e, SL_EVENT_SELF_ACCUSED, SL_SLOT_NONE, raised, word, 0);
    if (e->phase == SL_PHASE_MEMBER || e->join.name_is_free)
        sl_self_spread(e);
}

/* A refutation that is still under way takes the new tags along, as urgent as it was. */
static void spread_update(struct sl_engine *e)
{
    enum sl_class traffic = SL_CLASS_MEMBERSHIP;
    if (sl_rumours_class(&e->rumours, e->self_slot) == SL_CLASS_REFUTATION)
        traffic = SL_CLASS_REFUTATION;
    sl_gossip_spread(e, e->self_slot, SL_RECORD_ALIVE, traffic, 0);
}

int sl_engine_update(struct sl_engine *e, uint64_t now_ns, const void *tags, uint32_t bytes)
{
    if (bytes > SL_TAGS_BYTES_MAX)
        return -EINVAL;
    if (e->phase >= SL_PHASE_LEAVING)
        return -ESHUTDOWN;
    SL_ASSERT(now_ns >= e->now_ns);
    e->now_ns = now_ns;
    uint64_t raised = sl_word_refute(e->self_word);
    if (!sl_word_is_acceptable(raised))
        return -EOVERFLOW;
    struct sl_identity updated = e->identity;
    updated.tags = tags;
    updated.tags_bytes = (uint16_t)bytes;
    int error = sl_view_describe(e->view, e->self_slot, &updated);
    if (error)
        return error;
    memmove(e->config.tags, tags, bytes);
    e->config.tags[bytes] = '\0';
    e->identity.tags_bytes = (uint16_t)bytes;
    publish_word(e, raised);
    sl_view_raise(e->view, e->self_slot, raised);
    sl_settle_note(e);
    if (e->phase == SL_PHASE_MEMBER || e->join.name_is_free)
        spread_update(e);
    return 0;
}

/* Nobody answers a leave, but a PING at its start. A node that others reach hears them as often as
 * it probes, at least. */
#define HEARD_PERIODS 2

static uint64_t leave_told(const struct sl_engine *e)
{
    uint64_t lasted_ns = e->now_ns - e->leave_started_ns;
    if (e->now_ns - e->heard_ns > lasted_ns + HEARD_PERIODS * e->config.probe_period_ns)
        return 0;
    return e->leave_sends < e->peers.count ? e->leave_sends : e->peers.count;
}

static void ask_whether_heard(struct sl_engine *e)
{
    uint32_t slot;
    if (sl_peers_pick(&e->peers, &e->prng, SL_SLOT_NONE, &slot, 1) == 1)
        (void)sl_probe_start(e, slot, SL_PROBE_DIAL, sl_view_slot_word(e->view, slot));
}

static void finish_leaving(struct sl_engine *e)
{
    __atomic_store_n(&e->stats.leave_told, leave_told(e), __ATOMIC_RELAXED);
    sl_engine_set_phase(e, SL_PHASE_LEFT);
    sl_engine_tell(e, SL_EVENT_SELF_LEFT, SL_SLOT_NONE, e->self_word, 0, 0);
}

int sl_engine_leave(struct sl_engine *e, uint64_t now_ns)
{
    if (e->phase >= SL_PHASE_LEAVING)
        return -EALREADY;
    SL_ASSERT(now_ns >= e->now_ns);
    e->now_ns = now_ns;
    e->leave_started_ns = now_ns;
    sl_engine_set_phase(e, SL_PHASE_LEAVING);
    publish_word(e, sl_word_with_status(e->self_word, SL_LEFT));
    sl_view_raise(e->view, e->self_slot, e->self_word);
    sl_settle_note(e);
    if (sl_word_is_acceptable(e->self_word)) /* else nobody would take it */
        sl_gossip_spread(e, e->self_slot, SL_RECORD_LEFT, SL_CLASS_REFUTATION, 0);
    ask_whether_heard(e);
    sl_timer_set(&e->timers, &e->leave_timer, now_ns);
    return 0;
}

void sl_self_leave_fire(struct sl_engine *e)
{
    bool told = sl_rumours_class(&e->rumours, e->self_slot) == SL_CLASS_COUNT;
    if (told || e->peers.count == 0 || e->now_ns - e->leave_started_ns >= LEAVE_NS_MAX) {
        finish_leaving(e);
        return;
    }
    sl_timer_set(&e->timers, &e->leave_timer, e->now_ns + e->config.gossip_interval_ns);
}
