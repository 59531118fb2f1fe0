/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "bench/sim/scenario_lines.h"

#define DRIFT_MAX 100000u /* millionths */

#define VERBS                                                                                 \
    "at, crash, restart, pause, leave, remove, join, update, tag, move, clock, drift, clog, " \
    "starve, ring, lie, forge, pick, cut, heal, loss, burst, mtu, rtt, delay, duplicate, "    \
    "reorder, replay, corrupt, expect or a topology line"

typedef bool (*parse_fn)(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);

static bool who_only(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_who(w, s, &a->who);
}

static bool pause(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_who(w, s, &a->who) && sim_take_keyword(w, "for") &&
           sim_take_duration(w, &a->duration_ns);
}

static bool turns(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_who(w, s, &a->who) &&
           (!sim_accept(w, "over") || sim_take_duration(w, &a->duration_ns));
}

static bool pick(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    const char *name = sim_take(w, "a name for the nodes that are picked");
    if (name == NULL)
        return false;
    if (strlen(name) >= SIM_NAME_BYTES)
        return sim_refuse(w, "'%s', expected a name of at most %d bytes", name, SIM_NAME_BYTES - 1);
    if (sim_word_is_nodes(name))
        return sim_refuse(w, "a pick named '%s', which means nodes; expected another name", name);
    for (uint32_t i = 0; i < s->zone_count; i++) {
        if (strcmp(s->zones[i].name, name) == 0)
            return sim_refuse(w, "a pick named as zone '%s', expected another name", name);
    }
    for (uint32_t i = 0; i < s->name_count; i++) {
        if (strcmp(s->names[i].text, name) == 0)
            return sim_refuse(w, "a pick named '%s' a second time, expected another name", name);
    }
    if (s->name_count == SIM_NAMES_MAX)
        return sim_refuse(w, "one pick more, expected at most %d", SIM_NAMES_MAX);
    if (!sim_take_who(w, s, &a->who))
        return false;
    a->number = s->name_count;
    struct sim_name *added = &s->names[s->name_count++];
    strcpy(added->text, name);
    added->from_ns = a->at_ns;
    return true;
}

static bool drift(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    const char *expected = "'faster' or 'slower'";
    if (!sim_take_who(w, s, &a->who) || !sim_take_keyword(w, "by") ||
        !sim_take_share(w, &a->millionths))
        return false;
    if (a->millionths > DRIFT_MAX)
        return sim_refuse(w, "a clock that drifts by more than 10%%, expected less");
    const char *way = sim_take(w, expected);
    if (way == NULL)
        return false;
    a->back = strcmp(way, "slower") == 0;
    return a->back || strcmp(way, "faster") == 0 ||
           sim_refuse(w, "'%s', expected %s", way, expected);
}

static bool clock_step(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    if (!sim_take_who(w, s, &a->who))
        return false;
    const char *expected = "'forward' or 'back'", *way = sim_take(w, expected);
    if (way == NULL)
        return false;
    a->back = strcmp(way, "back") == 0;
    if (!a->back && strcmp(way, "forward") != 0)
        return sim_refuse(w, "'%s', expected %s", way, expected);
    return sim_take_duration(w, &a->duration_ns);
}

static bool starve(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_who(w, s, &a->who) && sim_take_keyword(w, "to") &&
           sim_take_share(w, &a->millionths) &&
           (a->millionths != 0 || sim_refuse(w, "starved to 0%%, expected a share above it")) &&
           sim_take_keyword(w, "for") && sim_take_duration(w, &a->duration_ns);
}

static bool ring(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_who(w, s, &a->who) && sim_take_keyword(w, "to") &&
           sim_take_u32(w, "a number of packets", SIM_RING_MAX, &a->number) &&
           sim_take_keyword(w, "packets");
}

static bool share_only(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    (void)s;
    return sim_take_share(w, &a->millionths);
}

static bool reorder(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return share_only(w, s, a) && sim_take_keyword(w, "by") &&
           sim_take_duration(w, &a->duration_ns);
}

static bool replay(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return share_only(w, s, a) && sim_take_keyword(w, "after") &&
           sim_take_duration(w, &a->duration_ns);
}

static const struct {
    const char *word;
    enum sim_verb verb;
    parse_fn parse;
} verbs[] = {
    {"crash", SIM_CRASH, turns},
    {"restart", SIM_RESTART, turns},
    {"pause", SIM_PAUSE, pause},
    {"leave", SIM_LEAVE, turns},
    {"join", SIM_JOIN, turns},
    {"tag", SIM_TAG, sim_parse_tag},
    {"move", SIM_MOVE, sim_parse_move},
    {"clock", SIM_CLOCK, clock_step},
    {"drift", SIM_DRIFT, drift},
    {"update", SIM_UPDATE, who_only},
    {"clog", SIM_CLOG, pause},
    {"starve", SIM_STARVE, starve},
    {"ring", SIM_RING, ring},
    {"lie", SIM_LIE, sim_parse_lie},
    {"forge", SIM_FORGE, sim_parse_forge},
    {"remove", SIM_REMOVE, sim_parse_remove},
    {"pick", SIM_PICK, pick},
    {"cut", SIM_CUT, sim_parse_cut},
    {"heal", SIM_HEAL, sim_parse_heal},
    {"loss", SIM_LOSS, sim_parse_loss},
    {"duplicate", SIM_DUPLICATE, share_only},
    {"reorder", SIM_REORDER, reorder},
    {"replay", SIM_REPLAY, replay},
    {"corrupt", SIM_CORRUPT, share_only},
    {"burst", SIM_BURST, sim_parse_burst},
    {"mtu", SIM_MTU, sim_parse_mtu},
    {"rtt", SIM_RTT, sim_parse_rtt},
    {"delay", SIM_DELAY, sim_parse_delay},
};

bool sim_verb_takes_turns(enum sim_verb verb)
{
    return verb == SIM_JOIN || verb == SIM_CRASH || verb == SIM_RESTART || verb == SIM_LEAVE;
}

const char *sim_verb_name(uint32_t verb)
{
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if ((uint32_t)verbs[i].verb == verb)
            return verbs[i].word;
    }
    return NULL;
}

static bool parse_when(struct sim_words *w, struct sim_action *a)
{
    if (!sim_accept(w, "at"))
        return true;
    if (!sim_take_duration(w, &a->at_ns))
        return false;
    if (!sim_accept(w, "every"))
        return true;
    if (!sim_take_duration(w, &a->every_ns))
        return false;
    if (a->every_ns == 0)
        return sim_refuse(w, "every 0, expected a longer duration");
    if (!sim_accept(w, "until"))
        return true;
    if (!sim_take_duration(w, &a->until_ns))
        return false;
    return a->until_ns >= a->at_ns ||
           sim_refuse(w, "until a time before the first, expected a later one");
}

static bool add_action(struct sim_words *w, struct sim_scenario *s, const struct sim_action *a)
{
    if (s->action_count == SIM_ACTIONS_MAX)
        return sim_refuse(w, "one action more, expected at most %d", SIM_ACTIONS_MAX);
    s->actions[s->action_count++] = *a;
    return true;
}

/* Delays without 'at' hold from the first frame on, which is sent before the first action. */
static bool add_path(struct sim_words *w, struct sim_scenario *s, const struct sim_action *a)
{
    bool fixed = a->a.kind <= SIM_PICK_RANGES && a->b.kind <= SIM_PICK_RANGES;
    if (!fixed)
        return sim_refuse(w, "nodes that are drawn, expected fixed ones, or 'at 0s' first");
    if (s->path_count == SIM_PATHS_MAX)
        return sim_refuse(w, "one delay more, expected at most %d", SIM_PATHS_MAX);
    s->paths[s->path_count++] = *a;
    return true;
}

static bool is_picked(struct sim_words *w, const struct sim_scenario *s, const struct sim_pick *who,
                      uint64_t at_ns)
{
    if (who->kind != SIM_PICK_NAMED || at_ns >= s->names[who->number].from_ns)
        return true;
    return sim_refuse(w, "'%s' is picked at %llu ms, expected a time from then on",
                      s->names[who->number].text,
                      (unsigned long long)s->names[who->number].from_ns / 1000000);
}

static bool are_picked(struct sim_words *w, const struct sim_scenario *s,
                       const struct sim_action *a)
{
    return is_picked(w, s, &a->who, a->at_ns) && is_picked(w, s, &a->a, a->at_ns) &&
           is_picked(w, s, &a->b, a->at_ns);
}

bool sim_parse_action(struct sim_words *w, struct sim_scenario *s)
{
    struct sim_action a = {.until_ns = UINT64_MAX, .line = w->line};
    bool timed = w->count > 0 && strcmp(w->words[0], "at") == 0;
    if (!parse_when(w, &a))
        return false;
    const char *word = sim_take(w, VERBS);
    if (word == NULL)
        return false;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (strcmp(word, verbs[i].word) != 0)
            continue;
        a.verb = verbs[i].verb;
        if (!verbs[i].parse(w, s, &a) || !sim_take_end(w) || !are_picked(w, s, &a))
            return false;
        return !timed && (a.verb == SIM_RTT || a.verb == SIM_DELAY) ? add_path(w, s, &a)
                                                                    : add_action(w, s, &a);
    }
    return sim_refuse(w, "'%s', expected %s", word, VERBS);
}
