/* SPDX-License-Identifier: BSD-3-Clause */
/* Smaller and smaller drafts that still fail, greedily: delta debugging with a few more kinds of
   steps (Zeller and Hildebrandt 2002). */
#include <string.h>

#include "bench/sim/arguments.h"
#include "bench/sim/swarm.h"

/* A change anywhere changes every draw of the run: a smaller case gets some chances to fail. */
#define CHANCES 3

struct shrinking {
    struct sim_draft *best;
    struct sim_verdict *verdict;
    uint64_t end_ms;
    bool interrupted;
};

static bool over(const struct shrinking *s)
{
    return s->interrupted || sim_wall_ms() >= s->end_ms;
}

/* Keeps the smaller draft if it fails as the best one does. */
static bool keep(struct shrinking *s, const struct sim_draft *smaller)
{
    char text[SIM_DRAFT_TEXT_BYTES];
    struct sim_draft draft = *smaller;
    for (uint32_t i = 0; i < CHANCES && !over(s); i++, draft.run_seed++) {
        struct sim_verdict verdict;
        if (!sim_draft_write(&draft, text))
            return false;
        sim_swarm_play(text, &verdict);
        s->interrupted |= verdict.interrupted;
        if (verdict.interrupted || strcmp(verdict.what, s->verdict->what) != 0)
            continue;
        *s->best = draft;
        *s->verdict = verdict;
        return true;
    }
    return false;
}

/* ---- steps; each returns whether it made the best draft smaller ---- */

static bool fewer_nodes(struct shrinking *s, uint32_t of, uint32_t in)
{
    struct sim_draft draft = *s->best;
    uint32_t before = sim_draft_nodes(&draft);
    for (uint32_t i = 0; i < draft.zone_count; i++) {
        uint32_t nodes = draft.zone_nodes[i] * of / in;
        draft.zone_nodes[i] = nodes == 0 ? 1 : nodes;
    }
    uint32_t nodes = sim_draft_nodes(&draft);
    if (nodes == before || nodes < SIM_DRAFT_NODES_MIN)
        return false;
    draft.joiners = draft.joiners * of / in;
    if (draft.joiners > nodes - SIM_DRAFT_NODES_MIN)
        draft.joiners = nodes - SIM_DRAFT_NODES_MIN;
    return keep(s, &draft);
}

static void drop_events(struct sim_draft *draft, uint32_t first, uint32_t count)
{
    draft->event_count -= count;
    memmove(&draft->events[first], &draft->events[first + count],
            (draft->event_count - first) * sizeof(draft->events[0]));
}

static bool fewer_events(struct shrinking *s)
{
    bool smaller = false;
    for (uint32_t size = s->best->event_count; size > 0; size /= 2) {
        for (uint32_t first = 0; first + size <= s->best->event_count;) {
            struct sim_draft draft = *s->best;
            drop_events(&draft, first, size);
            if (keep(s, &draft))
                smaller = true;
            else
                first += size;
        }
    }
    return smaller;
}

static bool once_each(struct shrinking *s)
{
    bool smaller = false;
    for (uint32_t i = 0; i < s->best->event_count; i++) {
        struct sim_draft draft = *s->best;
        if (draft.events[i].every_ms == 0)
            continue;
        draft.events[i].every_ms = 0;
        smaller |= keep(s, &draft);
    }
    return smaller;
}

static bool fewer_knobs(struct shrinking *s)
{
    bool smaller = false;
    for (uint32_t i = 0; i < s->best->knob_count;) {
        struct sim_draft draft = *s->best;
        draft.knob_count--;
        memmove(draft.knobs[i], draft.knobs[i + 1],
                (draft.knob_count - i) * sizeof(draft.knobs[0]));
        if (keep(s, &draft))
            smaller = true;
        else
            i++;
    }
    return smaller;
}

static bool no_joiners(struct shrinking *s)
{
    struct sim_draft draft = *s->best;
    draft.joiners = 0;
    return s->best->joiners != 0 && keep(s, &draft);
}

static bool fewer_zones(struct shrinking *s)
{
    struct sim_draft draft = *s->best;
    if (draft.zone_count == 1)
        return false;
    draft.zone_count--; /* an event that names it is refused: no smaller draft */
    draft.zone_nodes[draft.zone_count - 1] += draft.zone_nodes[draft.zone_count];
    for (uint32_t i = 0; i < draft.zone_count; i++)
        draft.far_rtt_us[i][draft.zone_count] = 0;
    return keep(s, &draft);
}

/* Nothing happens later than this. */
static bool shorter(struct shrinking *s, uint64_t faults_ms)
{
    struct sim_draft draft = *s->best;
    if (faults_ms < 1000 || (draft.joiners != 0 && draft.join_at_ms >= faults_ms))
        return false;
    draft.faults_ms = faults_ms;
    for (uint32_t i = draft.event_count; i-- > 0;) {
        if (draft.events[i].at_ms >= faults_ms)
            drop_events(&draft, i, 1);
        else if (draft.events[i].until_ms >= faults_ms)
            draft.events[i].until_ms = faults_ms;
    }
    return keep(s, &draft);
}

static bool no_settling(struct shrinking *s)
{
    struct sim_draft draft = *s->best;
    draft.settles = false;
    return s->best->settles && keep(s, &draft);
}

/* All of the time before the first event is taken out. */
static bool sooner(struct shrinking *s)
{
    struct sim_draft draft = *s->best;
    uint64_t first_ms = draft.joiners != 0 ? draft.join_at_ms : UINT64_MAX;
    for (uint32_t i = 0; i < draft.event_count; i++) {
        if (draft.events[i].at_ms < first_ms)
            first_ms = draft.events[i].at_ms;
    }
    if (first_ms <= 1000 || first_ms >= draft.faults_ms)
        return false;
    uint64_t by_ms = first_ms - 1000; /* nodes have met a few others by then */
    for (uint32_t i = 0; i < draft.event_count; i++) {
        draft.events[i].at_ms -= by_ms;
        draft.events[i].until_ms -= draft.events[i].every_ms != 0 ? by_ms : 0;
    }
    draft.join_at_ms -= draft.joiners != 0 ? by_ms : 0;
    draft.faults_ms -= by_ms;
    return keep(s, &draft);
}

void sim_swarm_shrink(struct sim_draft *draft, struct sim_verdict *verdict, uint64_t limit_ms)
{
    struct shrinking s = {.best = draft, .verdict = verdict, .end_ms = sim_wall_ms() + limit_ms};
    bool smaller = true;
    while (smaller && !over(&s)) {
        smaller = no_settling(&s);
        while (fewer_nodes(&s, 1, 2))
            smaller = true;
        smaller |= fewer_events(&s);
        smaller |= shorter(&s, s.best->faults_ms / 2);
        smaller |= shorter(&s, s.best->faults_ms * 3 / 4);
        smaller |= sooner(&s);
        smaller |= no_joiners(&s);
        smaller |= once_each(&s);
        smaller |= fewer_knobs(&s);
        smaller |= fewer_zones(&s);
        smaller |= fewer_nodes(&s, 3, 4);
    }
    verdict->interrupted = s.interrupted;
}
