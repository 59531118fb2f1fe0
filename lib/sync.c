/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Pulling ranges of another's view: the whole of it to join, the ranges whose hashes differ to
 * repair. The first range asked for is everything; its answer tells how many members there are, and
 * the rest is cut into ranges of about a frame each, asked for a few at a time. A joiner asks any
 * member it has heard of, a repairer the one that differs.
 */
#include "lib/engine_private.h"

#include <string.h>

#define PULL_FAILURES_MAX 5
#define CLAIMS_PER_FRAME                                                    \
    20 /* planned per range: about 50 bytes each, with some room for chance \
        */
#define NO_ROOM_WAIT_NS 50000000ull

bool sl_sync_ask(struct sl_engine *e, const struct sl_endpoint *to, uint64_t first_id,
                 uint64_t last_id, uint32_t number, bool with_claim, uint32_t pad_to_bytes)
{
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_SYNC_REQUEST, number, &buffer, &length))
        return false;
    bool repairing = e->sync.active && !e->sync.joining;
    struct sl_sync_body body = {
        .first_id = first_id,
        .last_id = last_id,
        .range_hash = repairing ? sl_view_range_hash(e->view, first_id, last_id) : 0,
        .live_count = sl_view_summary(e->view)->live_count,
    };
    sl_sync_body_write(buffer.bytes, &body);
    uint32_t limit = e->config.frame_bytes;
    if (with_claim)
        length += sl_gossip_write(e, buffer.bytes + length, limit - length, e->self_slot,
                                  SL_RECORD_ALIVE, 0);
    if (pad_to_bytes > limit)
        pad_to_bytes = limit;
    if (pad_to_bytes >= length + 4) {
        sl_record_write_pad(buffer.bytes + length, pad_to_bytes - length);
        length = pad_to_bytes;
    }
    sl_engine_send(e, &buffer, length, SL_CLASS_BULK, to, 1);
    return true;
}

static uint64_t patience_ns(const struct sl_engine *e)
{
    const struct sl_config *c = &e->config;
    return c->probe_tries * c->probe_try_interval_ns + c->probe_helper_wait_ns;
}

static struct sl_endpoint choose_source(struct sl_engine *e, const struct sl_pull *pull)
{
    uint32_t slot;
    bool spread = e->sync.joining && (pull->failures > 0 || e->sync.range_width != 0);
    if (spread && sl_peers_pick(&e->peers, &e->prng, SL_SLOT_NONE, &slot, 1) == 1) {
        struct sl_endpoint endpoint = sl_engine_endpoint(e, slot);
        if (sl_endpoint_is_set(&endpoint))
            return endpoint;
    }
    return e->sync.origin;
}

static void ask(struct sl_engine *e, struct sl_pull *pull)
{
    /* Silence may mean that the other side does not know this address, and had no room to answer.
     */
    uint32_t pad = e->sync.joining || pull->failures > 0 ? e->config.frame_bytes : 0;
    uint64_t wait_ns = patience_ns(e);
    if (sl_engine_has_room(e, 2ull * e->config.frame_bytes)) {
        struct sl_endpoint to = choose_source(e, pull);
        /* Whose view differs may lack just the asker: the first question brings its claim along. */
        bool with_claim = e->sync.joining || e->sync.range_width == 0;
        sl_sync_ask(e, &to, pull->first_id, pull->last_id, pull->number, with_claim, pad);
    } else {
        sl_engine_drop(e, SL_DROP_BYTE_CAP);
        wait_ns = NO_ROOM_WAIT_NS;
    }
    sl_timer_set(&e->timers, &pull->timer, e->now_ns + wait_ns);
}

static void finish(struct sl_engine *e)
{
    e->sync.active = false;
    e->mismatch.peer_id = 0;
    if (e->sync.joining)
        sl_join_done(e);
}

/* Ranges not yet asked for go to pulls that are free. */
static void assign(struct sl_engine *e)
{
    struct sl_sync *sync = &e->sync;
    bool busy = false;
    for (uint32_t i = 0; i < SL_PULLS_MAX; i++) {
        struct sl_pull *pull = &sync->pulls[i];
        if (!pull->active && !sync->all_assigned) {
            uint64_t last = sync->next_id + (sync->range_width - 1);
            bool at_end = last < sync->next_id || last == UINT64_MAX;
            pull->active = true;
            pull->failures = 0;
            pull->number = sl_next_number(&e->sync_sequence, SL_PULLS_MAX, i);
            pull->first_id = sync->next_id;
            pull->last_id = at_end ? UINT64_MAX : last;
            sync->all_assigned = at_end;
            sync->next_id = pull->last_id + 1;
            ask(e, pull);
        }
        busy |= pull->active;
    }
    if (!busy)
        finish(e);
}

void sl_sync_start(struct sl_engine *e, const struct sl_endpoint *origin, bool joining)
{
    struct sl_sync *sync = &e->sync;
    SL_ASSERT(!sync->active);
    sync->active = true;
    sync->joining = joining;
    sync->all_assigned = true;
    sync->range_width = 0;
    sync->origin = *origin;
    SL_STAT(e, syncs_started);
    struct sl_pull *first = &sync->pulls[0];
    first->active = true;
    first->failures = 0;
    first->number = sl_next_number(&e->sync_sequence, SL_PULLS_MAX, 0);
    first->first_id = 0;
    first->last_id = UINT64_MAX;
    ask(e, first);
}

static void abandon(struct sl_engine *e)
{
    for (uint32_t i = 0; i < SL_PULLS_MAX; i++) {
        e->sync.pulls[i].active = false;
        sl_timer_cancel(&e->timers, &e->sync.pulls[i].timer);
    }
    /* Joining goes on with the next seed when the join timer fires; repair when the mismatch has
     * lasted again. */
    e->sync.active = false;
    e->mismatch.peer_id = 0;
}

void sl_sync_fire(struct sl_engine *e, uint32_t index)
{
    struct sl_pull *pull = &e->sync.pulls[index];
    if (!pull->active || e->phase >= SL_PHASE_LEAVING)
        return;
    if (++pull->failures > PULL_FAILURES_MAX)
        abandon(e);
    else
        ask(e, pull);
}

static void plan_ranges(struct sl_engine *e, uint32_t live_count)
{
    uint64_t ranges = live_count / CLAIMS_PER_FRAME + 1;
    e->sync.range_width = UINT64_MAX / ranges + 1;
    if (e->sync.range_width == 0)
        e->sync.range_width = UINT64_MAX;
}

void sl_sync_answer(struct sl_engine *e, const struct sl_input *input)
{
    struct sl_sync *sync = &e->sync;
    struct sl_pull *pull = &sync->pulls[input->header.probe % SL_PULLS_MAX];
    const struct sl_sync_body *body = &input->body.sync;
    if (!sync->active || !pull->active || pull->number != input->header.probe ||
        body->first_id != pull->first_id || body->last_id < pull->first_id)
        return;
    sl_timer_cancel(&e->timers, &pull->timer);
    pull->failures = 0;
    if (body->last_id >= pull->last_id) {
        pull->active = false;
    } else if (sync->range_width == 0) {
        /* The first answer did not hold everything: the rest is cut up. */
        plan_ranges(e, body->live_count);
        pull->active = false;
        sync->all_assigned = false;
        sync->next_id = body->last_id + 1;
    } else {
        pull->first_id = body->last_id + 1;
        ask(e, pull);
    }
    assign(e);
}

void sl_sync_note_hash(struct sl_engine *e, const struct sl_input *input)
{
    const struct sl_view_summary *mine = sl_view_summary(e->view);
    const struct sl_header *theirs = &input->header;
    struct sl_mismatch *m = &e->mismatch;
    if (e->phase != SL_PHASE_MEMBER || mine->unsettled != 0 || theirs->unsettled != 0 ||
        sl_view_find(e->view, theirs->sender_id, NULL) == SL_SLOT_NONE)
        return;
    uint64_t patience = e->config.repair_patience_ns;
    if (theirs->view_hash == mine->view_hash) {
        if (m->peer_id == theirs->sender_id)
            m->peer_id = 0;
        return;
    }
    bool lapsed = m->peer_id != 0 && e->now_ns - m->seen_ns > 4 * patience;
    if (m->peer_id == 0 || lapsed) {
        m->peer_id = theirs->sender_id;
        m->since_ns = e->now_ns;
    }
    m->seen_ns = e->now_ns;
    if (e->now_ns - m->since_ns >= patience && !e->sync.active)
        sl_sync_start(e, &input->from, false);
}
