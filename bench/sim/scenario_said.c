/* SPDX-License-Identifier: BSD-3-Clause */
/* Actions that say something: liars, forgers and operators. */
#include <string.h>

#include "bench/sim/scenario_lines.h"

#define FORGED_UP_MAX 65536u

static bool take_status(struct sim_words *w, enum sl_status *status)
{
    static const char *const names[] = {"alive", "suspect", "dead", "left"}; /* enum sl_status */
    const char *expected = "'alive', 'suspect', 'dead' or 'left'", *word = sim_take(w, expected);
    if (word == NULL)
        return false;
    for (uint32_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        *status = (enum sl_status)i;
        if (strcmp(word, names[i]) == 0)
            return true;
    }
    return sim_refuse(w, "'%s', expected %s", word, expected);
}

static bool take_node(struct sim_words *w, const struct sim_scenario *s, const char *expected,
                      uint32_t *node)
{
    struct sim_pick who;
    if (!sim_take_range(w, s, &who))
        return false;
    *node = who.ranges[0].first;
    return (who.count == 1 && who.ranges[0].last == *node) ||
           sim_refuse(w, "several nodes, expected %s", expected);
}

/* The sender: a member, or an address that nobody knows. */
static bool take_sender(struct sim_words *w, const struct sim_scenario *s, struct sim_action *a)
{
    a->from = SIM_FROM_STRANGER;
    return sim_accept(w, "stranger") || take_node(w, s, "one node or 'stranger'", &a->from);
}

bool sim_parse_remove(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_who(w, s, &a->who) && sim_take_keyword(w, "by") &&
           take_node(w, s, "the one whose operator says so", &a->from);
}

bool sim_parse_forge(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    if (!take_status(w, &a->status) || !sim_take_keyword(w, "of") || !sim_take_who(w, s, &a->who))
        return false;
    if (sim_accept(w, "up") &&
        !sim_take_u32(w, "a number of incarnations", FORGED_UP_MAX, &a->number))
        return false;
    if (!sim_take_keyword(w, "from") || !take_sender(w, s, a))
        return false;
    return !sim_accept(w, "to") || sim_take_who(w, s, &a->a);
}

bool sim_parse_lie(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    if (!sim_take_who(w, s, &a->who))
        return false;
    a->forges = sim_accept(w, "forging");
    return sim_take_keyword(w, "for") && sim_take_duration(w, &a->duration_ns);
}
