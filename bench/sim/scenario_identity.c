/* SPDX-License-Identifier: BSD-3-Clause */
/* Actions that change what a member says of itself. */
#include <string.h>

#include "bench/sim/scenario_lines.h"
#include "dataplane/option_parse.h"

bool sim_parse_tag(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    char why[SIM_WHY_BYTES / 2], tags[SL_TAGS_BYTES_MAX + 1];
    if (!sim_take_who(w, s, &a->who))
        return false;
    const char *text = sim_take(w, "tags, such as role=cache,rack=7");
    if (text == NULL)
        return false;
    if (sl_option_parse_tags(text, tags, why, sizeof(why)) != 0)
        return sim_refuse(w, "%s", why);
    if (strlen(tags) >= sizeof(a->tags))
        return sim_refuse(w, "tags of %zu bytes, expected at most %zu", strlen(tags),
                          sizeof(a->tags) - 1);
    strcpy(a->tags, tags);
    s->changes_identities = true;
    return true;
}

bool sim_parse_move(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    a->number = SIM_SAME_ZONE;
    s->changes_identities = true;
    if (!sim_take_who(w, s, &a->who))
        return false;
    return !sim_accept(w, "to") || (sim_take_keyword(w, "zone") && sim_take_zone(w, s, &a->number));
}
