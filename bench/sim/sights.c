/* SPDX-License-Identifier: BSD-3-Clause */
/* What engines tell, held against what is true. */
#include <string.h>

#include "bench/sim/forge.h"
#include "bench/sim/trace.h"
#include "bench/sim/world.h"

static bool is_way_cut(const struct sim_world *w, uint32_t from, uint32_t to)
{
    const struct sim_way *way = sim_places_between(&w->network.places, from, to);
    bool echo = way->healed_ns != 0 && w->now_ns - way->healed_ns < sim_world_echo_ns(w);
    return way->cut || echo;
}

/* Or was, and what it has killed is still being spread. */
static bool is_cut(const struct sim_world *w, uint32_t a, uint32_t b)
{
    uint32_t zone_a = w->directory.entries[a].zone, zone_b = w->directory.entries[b].zone;
    bool echo =
        w->healed_ns != 0 && zone_a != zone_b && w->now_ns - w->healed_ns < sim_world_echo_ns(w);
    return echo || is_way_cut(w, a, b) || is_way_cut(w, b, a);
}

static bool is_excused(const struct sim_node *member)
{
    const struct sim_world *w = member->world;
    uint64_t tolerated = w->scenario->options.config.max_pause_ns;
    bool paused = member->state == SIM_NODE_PAUSED && w->now_ns - member->paused_ns > tolerated;
    return paused || w->now_ns < member->excused_until_ns;
}

/* Then an old packet may bring such a life back, until it is found dead anew. */
static bool is_forgotten(const struct sim_world *w, uint64_t ended_ns)
{
    const struct sl_config *c = &w->scenario->options.config;
    uint64_t kept_ns =
        c->dead_retention_ns < c->left_retention_ns ? c->dead_retention_ns : c->left_retention_ns;
    return w->now_ns - ended_ns > kept_ns;
}

uint64_t sim_world_gone_ns(const struct sim_world *w, uint32_t viewer, uint32_t member,
                           uint64_t word)
{
    uint64_t ended_ns = sim_lives_ended_ns(&w->lives, member, sl_word_generation(word));
    uint64_t joined_ns = w->nodes[viewer].joined_ns;
    if (ended_ns == SIM_ENDLESS || joined_ns == SIM_NEVER || is_forgotten(w, ended_ns))
        return 0;
    uint64_t from_ns = ended_ns > joined_ns ? ended_ns : joined_ns;
    if (w->now_ns - from_ns <= sim_world_grace_ns(w))
        return w->now_ns - from_ns;
    return sim_lives_heard_ns(&w->lives, w->directory.entries[member].zone, from_ns, w->now_ns);
}

static void count_death(struct sim_world *w, const struct sim_node *viewer,
                        const struct sim_node *member, enum sim_metric metric)
{
    sim_world_count(w, metric, 1);
    sim_tallies_count(w, viewer, member, metric);
}

static void saw_dead(struct sim_world *w, const struct sim_node *viewer, struct sim_node *member,
                     const struct sl_event *event)
{
    count_death(w, viewer, member, SIM_METRIC_dead_seen);
    if (member->state == SIM_NODE_DOWN) {
        if (member->crash != SIM_NEWS_NONE)
            sim_watch_sight(&w->watch.news[SIM_NEWS_CRASH].all[member->crash], sim_world_ns(w),
                            viewer->number);
        return;
    }
    if (sim_lives_ended_ns(&w->lives, member->number, sl_word_generation(event->word)) !=
        SIM_ENDLESS)
        return; /* an earlier life, whose clock may have been ahead of this one's */
    uint32_t accuser = sim_directory_find(&w->directory, event->accuser_id);
    if (accuser == SIM_NODE_NONE)
        accuser = viewer->number;
    bool known = event->word <= member->cut_word;
    sim_tallies_death(w, viewer, member);
    if (sim_is_stranger(w, event->accuser_id) || w->nodes[accuser].has_lied) {
        count_death(w, viewer, member, SIM_METRIC_lied_dead);
    } else if (known || is_cut(w, accuser, member->number) ||
               is_cut(w, viewer->number, member->number)) {
        member->cut_word = known ? member->cut_word : event->word;
        count_death(w, viewer, member, SIM_METRIC_cut_dead);
    } else if (!is_excused(member)) {
        count_death(w, viewer, member, SIM_METRIC_false_dead);
        bool own = event->accuser_id == w->directory.entries[viewer->number].id;
        if (own)
            count_death(w, viewer, member, SIM_METRIC_false_declared);
    }
}

/* The claim came with the tags that it was made with; earlier ones may have been skipped. */
static bool has_tags(const struct sl_event *event, const struct sim_news *update)
{
    struct sl_identity held = sl_cold_identity(event->cold);
    return event->word != update->word || update->tags == NULL ||
           (held.tags_bytes == strlen(update->tags) &&
            memcmp(held.tags, update->tags, held.tags_bytes) == 0);
}

/* A viewer that skips an update by a later one has learned both. */
static void saw_updates(struct sim_world *w, const struct sim_node *viewer,
                        const struct sim_node *member, const struct sl_event *event)
{
    struct sim_news *all = w->watch.news[SIM_NEWS_UPDATE].all;
    for (uint32_t i = member->update; i != SIM_NEWS_NONE; i = all[i].earlier) {
        if (all[i].word <= event->previous_word)
            return;
        if (all[i].word <= event->word && has_tags(event, &all[i]))
            sim_watch_sight(&all[i], sim_world_ns(w), viewer->number);
    }
}

static void saw_removed(struct sim_world *w, const struct sim_node *viewer,
                        const struct sim_node *member, const struct sl_event *event)
{
    struct sim_news *all = w->watch.news[SIM_NEWS_REMOVAL].all;
    bool lives = member->state != SIM_NODE_DOWN &&
                 sim_lives_ended_ns(&w->lives, member->number, sl_word_generation(event->word)) ==
                     SIM_ENDLESS;
    sim_world_count(w, SIM_METRIC_removed_seen, 1);
    sim_world_count(w, SIM_METRIC_removed_living, lives && sl_word_is_live(event->previous_word));
    for (uint32_t i = member->removal; i != SIM_NEWS_NONE; i = all[i].earlier) {
        if (all[i].word < event->previous_word)
            return;
        if (all[i].word <= event->word)
            sim_watch_sight(&all[i], sim_world_ns(w), viewer->number);
    }
}

static void saw_change(struct sim_world *w, const struct sim_node *viewer, struct sim_node *member,
                       const struct sl_event *event)
{
    if (event->word == event->previous_word)
        return; /* how it stands, now that it flaps no more */
    struct sim_change change = {
        .at_ns = sim_world_ns(w),
        .viewer = viewer->number,
        .member = member->number,
        .word = event->word,
        .previous = event->previous_word,
        .issued = sl_word_merge(member->issued, member->forged),
        .gone_ns = sim_world_gone_ns(w, viewer->number, member->number, event->word),
        .grace_ns = sim_world_grace_ns(w),
    };
    bool forged = sl_word_incarnation(event->word) > sl_word_incarnation(member->issued);
    sim_world_count(w, SIM_METRIC_forged_held, forged && member->forged != 0);
    sim_check_change(&w->invariants, &change);
    if (event->type == SL_EVENT_MEMBER_DEAD)
        saw_dead(w, viewer, member, event);
    else
        sim_tallies_change(w, viewer, member, event);
    saw_updates(w, viewer, member, event);
}

/* The news that the zone is gone, or back: told by those outside it. */
static void saw_zone(struct sim_world *w, const struct sim_node *viewer,
                     const struct sl_event *event)
{
    bool gone = event->type == SL_EVENT_ZONE_UNREACHABLE;
    struct sim_news_list *list = &w->watch.news[gone ? SIM_NEWS_UNREACHABLE : SIM_NEWS_REACHABLE];
    uint32_t zone = w->directory.entries[sim_directory_find(&w->directory, event->cold->id)].zone;
    sim_world_count(w, gone ? SIM_METRIC_unreachable_seen : SIM_METRIC_reachable_seen, 1);
    for (uint32_t i = list->count; i-- > 0;) {
        if (list->all[i].node == zone) {
            sim_watch_sight(&list->all[i], sim_world_ns(w), viewer->number);
            return;
        }
    }
}

void sim_world_event(struct sim_world *w, struct sim_node *viewer, const struct sl_event *event)
{
    w->trace = sim_trace_mix(w->trace, w->now_ns ^ (uint64_t)viewer->number << 40);
    w->trace = sim_trace_mix(w->trace, event->word ^ (uint64_t)event->type << 56);
    w->trace = sim_trace_mix(w->trace, event->id);
    if (sl_event_is_of_zone(event->type)) {
        saw_zone(w, viewer, event);
        return;
    }
    uint32_t member = sim_directory_find(&w->directory, event->id);
    switch (event->type) {
    case SL_EVENT_MEMBER_REMOVED:
        saw_removed(w, viewer, &w->nodes[member], event);
        saw_change(w, viewer, &w->nodes[member], event);
        return;
    case SL_EVENT_MEMBER_ALIVE:
    case SL_EVENT_MEMBER_SUSPECT:
    case SL_EVENT_MEMBER_DEAD:
    case SL_EVENT_MEMBER_LEFT:
    case SL_EVENT_MEMBER_UPDATED:
        saw_change(w, viewer, &w->nodes[member], event);
        return;
    case SL_EVENT_SELF_JOINED:
        sim_node_has_joined(viewer);
        w->watch.starts[viewer->start].took_ns =
            sim_world_ns(w) - w->watch.starts[viewer->start].at_ns;
        return;
    case SL_EVENT_MEMBERS_FULL:
        viewer->was_full = true;
        return;
    case SL_EVENT_SELF_LEFT:
        viewer->has_left = true;
        return;
    default:
        return;
    }
}
