/* SPDX-License-Identifier: BSD-3-Clause */
/* Words that name nodes. */
#include <string.h>

#include "bench/sim/words.h"

#define FIXED "n7, n3-n10, n1,n5-n9, zone NAME, all, all but n7"
#define NODES                                                                                     \
    "nodes: n7, n3-n10, n1,n5-n9, zone NAME, 1%, 5 nodes, crashed, leavers, all, all but n7, or " \
    "a pick's name"

static bool find_zone(const struct sim_scenario *s, const char *word, uint32_t *zone)
{
    for (*zone = 0; *zone < s->zone_count; ++*zone) {
        if (strcmp(s->zones[*zone].name, word) == 0)
            return true;
    }
    return false;
}

bool sim_take_zone(struct sim_words *w, const struct sim_scenario *s, uint32_t *zone)
{
    const char *word = sim_take(w, "a zone");
    if (word == NULL)
        return false;
    return find_zone(s, word, zone) ||
           sim_refuse(w, "'%s' is no zone, expected one of the zones declared above", word);
}

static struct sim_pick nodes_of(const struct sim_scenario *s, uint32_t zone)
{
    return sim_pick_range(s->zones[zone].first, s->zones[zone].first + s->zones[zone].count - 1);
}

static bool node_number(const char *word, const char **rest, uint32_t *node)
{
    uint64_t number;
    if (*word != 'n' || !sim_word_digits(word + 1, &number, rest) || number == 0 ||
        number > SIM_NODES_MAX)
        return false;
    *node = (uint32_t)number - 1;
    return true;
}

/* "n3-n10" of "n3-n10,n12" */
static bool range(const char *word, const char **rest, struct sim_range *r)
{
    if (!node_number(word, rest, &r->first))
        return false;
    r->last = r->first;
    if (**rest == '-' && !node_number(*rest + 1, rest, &r->last))
        return false;
    return r->last >= r->first;
}

static bool ranges(const char *word, struct sim_pick *who)
{
    const char *rest = word;
    *who = (struct sim_pick){.kind = SIM_PICK_RANGES};
    for (;;) {
        if (who->count == SIM_RANGES_MAX || !range(rest, &rest, &who->ranges[who->count]))
            return false;
        who->count++;
        if (*rest == '\0')
            return true;
        if (*rest++ != ',')
            return false;
    }
}

static bool exist(struct sim_words *w, const struct sim_scenario *s, const struct sim_pick *who)
{
    for (uint32_t i = 0; i < who->count; i++) {
        if (who->ranges[i].last >= s->node_count)
            return sim_refuse(w, "n%u does not exist, expected n1 to n%u", who->ranges[i].last + 1,
                              s->node_count);
        for (uint32_t j = 0; j < i; j++) {
            if (who->ranges[i].first <= who->ranges[j].last &&
                who->ranges[j].first <= who->ranges[i].last)
                return sim_refuse(w, "a list with n%u twice, expected each node once",
                                  (who->ranges[i].first > who->ranges[j].first
                                       ? who->ranges[i].first
                                       : who->ranges[j].first) +
                                      1);
        }
    }
    return true;
}

/* All but a list: what is before, between and behind its parts. */
static bool complement(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    struct sim_pick all = {.kind = SIM_PICK_RANGES};
    for (uint32_t node = 0; node < s->node_count;) {
        uint32_t first = node;
        bool in = sim_pick_has(who, first);
        while (node < s->node_count && sim_pick_has(who, node) == in)
            node++;
        if (!in)
            all.ranges[all.count++] = (struct sim_range){first, node - 1};
    }
    *who = all;
    return all.count > 0 || sim_refuse(w, "all but all nodes, of which there are none; expected "
                                          "fewer nodes behind 'but'");
}

/* What stays the same for the whole run. */
static bool fixed(struct sim_words *w, const struct sim_scenario *s, const char *word,
                  struct sim_pick *who, bool *good)
{
    uint32_t zone;
    *good = true;
    if (strcmp(word, "zone") == 0) {
        *good = sim_take_zone(w, s, &zone);
        if (*good)
            *who = nodes_of(s, zone);
        return true;
    }
    if (!ranges(word, who))
        return false;
    *good = exist(w, s, who);
    return true;
}

static bool named(const struct sim_scenario *s, const char *word, struct sim_pick *who)
{
    *who = (struct sim_pick){.kind = SIM_PICK_NAMED};
    for (; who->number < s->name_count; who->number++) {
        if (strcmp(s->names[who->number].text, word) == 0)
            return true;
    }
    return false;
}

static bool happened(const char *word, struct sim_pick *who)
{
    bool crashed = strcmp(word, "crashed") == 0;
    *who = (struct sim_pick){.kind = crashed ? SIM_PICK_CRASHED : SIM_PICK_LEAVERS};
    return crashed || strcmp(word, "leavers") == 0;
}

static bool drawn(struct sim_words *w, const char *word, struct sim_pick *who, bool *good)
{
    uint64_t count;
    const char *rest;
    *good = true;
    *who = (struct sim_pick){.kind = SIM_PICK_SHARE};
    if (sim_word_share(word, &who->number))
        return true;
    if (!sim_word_digits(word, &count, &rest) || *rest != '\0' || count == 0 ||
        count > SIM_NODES_MAX)
        return false;
    *who = (struct sim_pick){.kind = SIM_PICK_COUNT, .number = (uint32_t)count};
    *good = sim_accept(w, "node") || sim_take_keyword(w, "nodes");
    return true;
}

enum sorts { FIXED_ONES = 0, NAMED_ONES = 1, HAPPENED_ONES = 2, DRAWN_ONES = 4 };

static bool take_nodes(struct sim_words *w, const struct sim_scenario *s, uint32_t sorts,
                       const char *expected, struct sim_pick *who)
{
    bool good;
    const char *word = sim_take(w, expected);
    if (word == NULL)
        return false;
    bool all = strcmp(word, "all") == 0, but = all && sim_accept(w, "but");
    if (all && !but) {
        *who = sim_pick_range(0, s->node_count - 1);
        return true;
    }
    if (but && (word = sim_take(w, "the nodes that are left out")) == NULL)
        return false;
    if (fixed(w, s, word, who, &good))
        return good && (!but || complement(w, s, who));
    if (((sorts & NAMED_ONES) != 0 && named(s, word, who)) ||
        ((sorts & HAPPENED_ONES) != 0 && happened(word, who))) {
        who->but = but;
        return true;
    }
    if ((sorts & DRAWN_ONES) != 0 && !but && drawn(w, word, who, &good))
        return good;
    return sim_refuse(w, "'%s', expected %s", word, expected);
}

bool sim_take_range(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    return take_nodes(w, s, FIXED_ONES, FIXED, who);
}

bool sim_take_set(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    return take_nodes(w, s, NAMED_ONES, FIXED " or a pick's name", who);
}

bool sim_take_who(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    return take_nodes(w, s, NAMED_ONES | HAPPENED_ONES | DRAWN_ONES, NODES, who);
}

bool sim_word_is_nodes(const char *word)
{
    static const char *const words[] = {"all", "but", "crashed", "leavers", "zone", "->"};
    struct sim_pick who;
    uint32_t share;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return ranges(word, &who) || sim_word_share(word, &share) ||
           strspn(word, "0123456789") == strlen(word);
}

/* One of the two sides. */
static bool take_side(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    uint32_t zone;
    if (sim_at_end(w) || !find_zone(s, w->words[w->next], &zone))
        return sim_take_who(w, s, who);
    w->next++;
    *who = nodes_of(s, zone);
    return true;
}

bool sim_take_between(struct sim_words *w, const struct sim_scenario *s, struct sim_action *a)
{
    a->a = a->b = (struct sim_pick){.kind = SIM_PICK_ALL};
    if (sim_at_end(w) || sim_next_is_duration(w))
        return true;
    if (!take_side(w, s, &a->a))
        return false;
    a->one_way = sim_accept(w, "->");
    if (!a->one_way && (sim_at_end(w) || sim_next_is_duration(w)))
        return true;
    return take_side(w, s, &a->b);
}
