/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Sessions: one's own view and another's are made equal. A session opens with digests of the whole
 * view; what differs is followed down, turn by turn (compare.h), the rest of it in a few
 * conversations at once. Where more than half of the parts differ, and for views too small to be
 * worth digests, the range of ids is walked through instead (walk.c).
 *
 * One session is seldom enough: after one that taught much, the next follows with another member,
 * until little is left to learn. A joiner is a member once two in a row were so.
 */
#include "lib/sync_session.h"

/* Views of so many members are told whole: their hashes take less than digests would. */
#define SMALL_VIEW             64
/* A session that taught at most one in so many members found views equal, but for churn. */
#define AGREEMENT_SHARE        1024
/* Of a joiner where members are mostly silent: they die by the hundred, or were made up, and such
 * churn goes on. */
#define AGREEMENT_SHARE_SILENT 4
/* Sessions in a row that must find that: of a joiner, and of a member that repairs. */
#define AGREEMENTS_JOINING     2
#define AGREEMENTS_REPAIRING   1
/* Sessions in a row at most; then a joiner is as good a member as it can be in such churn. */
#define SESSIONS_MAX_JOINING   64
#define SESSIONS_MAX_REPAIRING 8
/* Tries of one question, each with another member where that may be. */
#define FAILURES_MAX           5
/* Of a joiner that knows nobody else yet: the seed may have died, and others wait to be asked. */
#define FAILURES_MAX_ALONE     1
/* Silence may be a loss, or a refusal, and who refuses has room again within a second or so: the
 * wait before the next try is drawn from a time that doubles with each, up to this. */
#define WAIT_NS_MAX            2000000000ull

static void open_session(struct sl_engine *e)
{
    struct sl_sync *sync = &e->sync;
    sync->salt = sl_prng_next(&e->prng) | 1; /* 0 would pull */
    sync->sessions++;
    sync->learned = sync->taught = 0;
    sync->failed = false;
    sync->their_count = 0;
    sync->part_bits = 0;
    sync->next_part = 1;
    sync->walk.active = false;
    SL_STAT(e, syncs_started);
    if (sl_view_summary(e->view)->live_count <= SMALL_VIEW)
        sl_walk_begin(e);
    else
        sl_sync_open(e, &sync->pulls[0], SL_PULL_OPENING, 0, UINT64_MAX);
}

void sl_sync_start(struct sl_engine *e, const struct sl_endpoint *origin, uint32_t slot,
                   bool joining)
{
    struct sl_sync *sync = &e->sync;
    SL_ASSERT(!sync->active);
    sync->active = true;
    sync->joining = joining;
    sync->agreed = 0;
    sync->sessions = 0;
    sync->origin = *origin;
    sync->origin_zone = sl_path_zone(e, slot);
    sync->window = 1;
    sync->slowest_ns = 0;
    sync->is_known = e->now_ns >= e->met_ns;
    open_session(e);
}

static void finish(struct sl_engine *e)
{
    e->sync.active = false;
    e->mismatch.peer_id = 0;
    if (e->sync.joining)
        sl_join_done(e);
}

/* Joining goes on with the next seed; repair when the mismatch has lasted again. */
static void abandon(struct sl_engine *e)
{
    e->sync.active = false;
    e->mismatch.peer_id = 0;
    sl_join_again(e);
}

void sl_sync_session_fire(struct sl_engine *e)
{
    if (!e->sync.active || e->phase >= SL_PHASE_LEAVING)
        return;
    if (sl_sync_pick_peer(e, 0, &e->sync.origin, &e->sync.origin_zone))
        open_session(e);
    else
        abandon(e);
}

static void count_session(struct sl_engine *e)
{
    SL_STAT(e, syncs_ended);
    sl_count(&e->stats.syncs_failed, e->sync.failed);
    sl_count(&e->stats.sync_learned, e->sync.learned);
}

static void close_session(struct sl_engine *e)
{
    struct sl_sync *sync = &e->sync;
    count_session(e);
    bool is_churning = sync->joining && sl_health_is_mostly_silent(&e->health);
    uint32_t share = is_churning ? AGREEMENT_SHARE_SILENT : AGREEMENT_SHARE;
    uint32_t few = 1 + sl_view_summary(e->view)->live_count / share;
    uint32_t wanted = sync->joining ? AGREEMENTS_JOINING : AGREEMENTS_REPAIRING;
    uint32_t most = sync->joining ? SESSIONS_MAX_JOINING : SESSIONS_MAX_REPAIRING;
    if (wanted > e->peers.count)
        wanted = e->peers.count;
    /* Whom a joiner teaches will teach others; a member's mismatch is over when neither lacks much.
     */
    bool much = sync->learned > few || (!sync->joining && sync->taught > few);
    sync->agreed = sync->failed || much ? 0 : sync->agreed + 1;
    if (sync->failed && e->peers.count == 0)
        abandon(e);
    else if (sync->agreed >= wanted || sync->sessions >= most)
        finish(e);
    else if (sync->agreed > 0)
        sl_timer_set(&e->timers, &sync->timer, e->now_ns);
    else /* others learn meanwhile, too */
        sl_timer_set(&e->timers, &sync->timer,
                     e->now_ns + sl_engine_jitter(e, e->config.gossip_interval_ns));
}

static uint32_t busy_pulls(const struct sl_sync *sync)
{
    uint32_t busy = 0;
    for (uint32_t i = 0; i < SL_PULLS_MAX; i++)
        busy += sync->pulls[i].kind != SL_PULL_FREE;
    return busy;
}

void sl_sync_assign(struct sl_engine *e)
{
    struct sl_sync *sync = &e->sync;
    uint32_t busy = busy_pulls(sync);
    for (uint32_t i = 0; i < SL_PULLS_MAX && busy < sync->window; i++) {
        struct sl_pull *pull = &sync->pulls[i];
        if (pull->kind != SL_PULL_FREE)
            continue;
        if (sync->walk.active)
            sl_walk_go_on(e, pull);
        else if (sl_sync_find_part(sync))
            sl_sync_open(e, pull, SL_PULL_FOLLOW, 0, UINT64_MAX);
        busy += pull->kind != SL_PULL_FREE;
    }
    if (busy == 0)
        close_session(e);
}

void sl_sync_release(struct sl_engine *e, struct sl_pull *pull)
{
    sl_timer_cancel(&e->timers, &pull->timer);
    pull->kind = SL_PULL_FREE;
}

/* All else was answered, so there is room, and this range alone keeps the session open. */
static bool is_last(const struct sl_sync *sync, const struct sl_pull *pull)
{
    return pull->kind == SL_PULL_WALK && !sync->walk.active && busy_pulls(sync) == 1;
}

/* Asks again later, and another member. Its address must be in this view: a seed of another
 * cluster's is not, so the first retry goes there again. */
static void put_off(struct sl_engine *e, struct sl_pull *pull)
{
    uint64_t most_ns = sl_sync_patience_ns(e);
    for (uint32_t i = 1; i < pull->failures && most_ns < WAIT_NS_MAX; i++)
        most_ns *= 2;
    uint64_t bound_ns = is_last(&e->sync, pull) ? 2 * sl_sync_patience_ns(e) : WAIT_NS_MAX;
    if (most_ns > bound_ns)
        most_ns = bound_ns;
    if (e->sync.joining || pull->failures > 1)
        (void)sl_sync_pick_peer(e, pull->failures, &pull->to, &pull->zone);
    if (pull->kind == SL_PULL_OPENING) {
        e->sync.origin = pull->to;
        e->sync.origin_zone = pull->zone;
    }
    pull->waits_to_ask = true;
    sl_timer_set(&e->timers, &pull->timer, e->now_ns + sl_prng_next(&e->prng) % most_ns);
}

void sl_sync_fire(struct sl_engine *e, uint32_t index)
{
    struct sl_sync *sync = &e->sync;
    struct sl_pull *pull = &sync->pulls[index];
    if (!sync->active || pull->kind == SL_PULL_FREE || e->phase >= SL_PHASE_LEAVING)
        return;
    if (pull->waits_to_ask) {
        sl_sync_ask_now(e, pull);
        return;
    }
    sync->window = (sync->window + 1) / 2;
    pull->lost_long |= pull->most_bytes > SL_FRAME_BYTES_MIN;
    /* What was said in the middle of a conversation is not said again: the next session finds it.
     */
    bool over = pull->kind == SL_PULL_FOLLOW || pull->turns > 0;
    sync->lost_long += over && pull->most_bytes > SL_FRAME_BYTES_MIN;
    bool alone = sync->joining && e->peers.count == 0 && e->join.seed_count > 1;
    if (over || ++pull->failures > (alone ? FAILURES_MAX_ALONE : FAILURES_MAX)) {
        sync->failed = true;
        sl_sync_release(e, pull);
        sl_sync_assign(e);
        return;
    }
    put_off(e, pull);
}

/* ---- when to repair ---- */

void sl_sync_note_hash(struct sl_engine *e, const struct sl_input *input)
{
    const struct sl_view_summary *mine = sl_view_summary(e->view);
    const struct sl_header *theirs = &input->header;
    struct sl_mismatch *m = &e->mismatch;
    if (e->phase != SL_PHASE_MEMBER || theirs->view_hash == mine->view_hash || e->sync.active)
        return;
    uint32_t slot = sl_view_find(e->view, theirs->sender_id, NULL);
    if (slot == SL_SLOT_NONE)
        return;
    uint64_t patience = e->config.repair_patience_ns;
    bool lapsed = m->peer_id != 0 && e->now_ns - m->seen_ns > 4 * patience;
    if (m->peer_id == 0 || lapsed) {
        m->since_ns = e->now_ns;
        m->wait_ns = sl_engine_jitter(e, patience);
    }
    m->peer_id = theirs->sender_id;
    m->seen_ns = e->now_ns;
    /* Rumours under way will settle most of it; under lasting churn they never all do. */
    bool settled = mine->unsettled == 0 && theirs->unsettled == 0;
    uint64_t wait_ns = settled ? m->wait_ns : 2 * m->wait_ns;
    if (e->now_ns - m->since_ns < wait_ns)
        return;
    if (sl_engine_is_proven(e, input))
        sl_sync_start(e, &input->from, slot, false);
    else
        sl_engine_meet(e, slot); /* the next frame from there may begin it */
}
