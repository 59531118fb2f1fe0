/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Walking through all ids, range by range: each question lists the members held in the range, each
 * answer brings those that the asker lacks and names those that it wants. Costs about the records
 * themselves, whatever share of them is missing. A few ranges are under way at once; everybody
 * begins elsewhere, so that joiners which were given a little each were given different members.
 */
#include "lib/engine_private.h"

/* Members per range: as many records fill about a frame, or, where few are missing, as many hashes
 * half a frame. */
#define MEMBERS_MIN 16
#define MEMBERS_MAX 128

void sl_walk_begin(struct sl_engine *e)
{
    struct sl_walk *walk = &e->sync.walk;
    walk->active = true;
    walk->begin_id = sl_prng_next(&e->prng);
    walk->range_members = MEMBERS_MIN;
    walk->wrapped = walk->begin_id == 0;
    walk->next_id = walk->begin_id;
    walk->last_id = UINT64_MAX;
    walk->opened = e->sync.their_count != 0;
    /* Nothing else is asked before it is known how many members there are. */
    if (!walk->opened)
        sl_sync_open(e, &e->sync.pulls[0], SL_PULL_WALK_OPENING, walk->begin_id, UINT64_MAX);
}

static uint64_t width(const struct sl_engine *e)
{
    uint32_t mine = sl_view_summary(e->view)->member_count; /* gone ones are listed as well */
    uint64_t all = mine > e->sync.their_count ? mine : e->sync.their_count;
    uint64_t members = e->sync.walk.range_members;
    return all <= members ? UINT64_MAX : UINT64_MAX / all * members;
}

void sl_walk_go_on(struct sl_engine *e, struct sl_pull *pull)
{
    struct sl_walk *walk = &e->sync.walk;
    if (!walk->opened)
        return;
    uint64_t first = walk->next_id;
    uint64_t left = walk->last_id - first;
    uint64_t wide = width(e) - 1;
    uint64_t last = left <= wide ? walk->last_id : first + wide;
    if (last != walk->last_id) {
        walk->next_id = last + 1;
    } else if (!walk->wrapped) {
        walk->wrapped = true;
        walk->next_id = 0;
        walk->last_id = walk->begin_id - 1;
    } else {
        walk->active = false;
    }
    sl_sync_open(e, pull, SL_PULL_WALK, first, last);
}

static void adapt(struct sl_walk *walk, const struct sl_input *input, bool full)
{
    if (full && walk->range_members > MEMBERS_MIN)
        walk->range_members /= 2;
    else if (!full && input->record_count < MEMBERS_MIN / 4 && walk->range_members < MEMBERS_MAX)
        walk->range_members *= 2;
}

void sl_walk_answer(struct sl_engine *e, struct sl_pull *pull, const struct sl_input *input)
{
    struct sl_walk *walk = &e->sync.walk;
    uint64_t covered = input->body.sync.last_id;
    bool full = covered < pull->last_id;
    adapt(walk, input, full);
    if (!full && pull->kind == SL_PULL_WALK_OPENING) {
        walk->active = !walk->wrapped;
        walk->wrapped = true;
        walk->next_id = 0;
        walk->last_id = walk->begin_id - 1;
    } else if (pull->kind == SL_PULL_WALK_OPENING) {
        walk->next_id = covered + 1;
    }
    walk->opened = true;
    if (full && pull->kind == SL_PULL_WALK)
        sl_sync_open(e, pull, SL_PULL_WALK, covered + 1, pull->last_id);
    else
        pull->kind = SL_PULL_FREE;
}
