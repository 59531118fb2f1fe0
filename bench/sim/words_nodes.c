/* SPDX-License-Identifier: BSD-3-Clause */
/* Words that name nodes. */
#include <string.h>

#include "bench/sim/words.h"

#define FIXED "n7, n3-n10, n1,n5-n9 or zone NAME"
#define NODES "nodes: n7, n3-n10, n1,n5-n9, zone NAME, 1%, 5 nodes, crashed, leavers or all"

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

static bool take_zone_nodes(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    uint32_t zone;
    if (!sim_take_zone(w, s, &zone))
        return false;
    *who = nodes_of(s, zone);
    return true;
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

bool sim_take_range(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    if (sim_accept(w, "zone"))
        return take_zone_nodes(w, s, who);
    const char *word = sim_take(w, FIXED);
    if (word == NULL)
        return false;
    if (!ranges(word, who))
        return sim_refuse(w, "'%s', expected %s", word, FIXED);
    return exist(w, s, who);
}

bool sim_take_who(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    const char *rest;
    uint64_t count;
    if (sim_accept(w, "zone"))
        return take_zone_nodes(w, s, who);
    const char *word = sim_take(w, NODES);
    if (word == NULL)
        return false;
    if (ranges(word, who))
        return exist(w, s, who);
    *who = (struct sim_pick){.kind = SIM_PICK_ALL};
    if (strcmp(word, "all") == 0)
        return true;
    who->kind = SIM_PICK_CRASHED;
    if (strcmp(word, "crashed") == 0)
        return true;
    who->kind = SIM_PICK_LEAVERS;
    if (strcmp(word, "leavers") == 0)
        return true;
    who->kind = SIM_PICK_SHARE;
    if (sim_word_share(word, &who->number))
        return true;
    who->kind = SIM_PICK_COUNT;
    if (sim_word_digits(word, &count, &rest) && *rest == '\0' && count > 0 &&
        count <= SIM_NODES_MAX) {
        who->number = (uint32_t)count;
        return sim_accept(w, "node") || sim_take_keyword(w, "nodes");
    }
    return sim_refuse(w, "'%s', expected %s", word, NODES);
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
