/* SPDX-License-Identifier: BSD-3-Clause */
/* Actions on the ways between nodes. */
#include "bench/sim/scenario_lines.h"

bool sim_parse_cut(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    if (sim_at_end(w))
        return sim_take(w, "'cut A' (from all others), 'cut A B' or 'cut A -> B'") != NULL;
    if (!sim_take_between(w, s, a))
        return false;
    if (sim_pick_is_all(&a->a, s->node_count) && sim_pick_is_all(&a->b, s->node_count))
        return sim_refuse(w, "a cut between all nodes and all others, of which there are none; "
                             "expected some of the nodes");
    return true;
}

bool sim_parse_heal(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_between(w, s, a);
}

bool sim_parse_delay(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_between(w, s, a) && sim_take_duration(w, &a->duration_ns) &&
           (!sim_accept(w, "jitter") || sim_take_duration(w, &a->jitter_ns));
}

bool sim_parse_rtt(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    if (!sim_parse_delay(w, s, a))
        return false;
    a->duration_ns /= 2;
    return !a->one_way ||
           sim_refuse(w, "a round trip has no direction, expected 'delay A -> B TIME', which is "
                         "the time of that one way");
}

bool sim_parse_loss(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_share(w, &a->millionths) && sim_parse_heal(w, s, a);
}

bool sim_parse_burst(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    if (!sim_take_share(w, &a->millionths) || !sim_take_keyword(w, "for") ||
        !sim_take_duration(w, &a->duration_ns))
        return false;
    if (a->duration_ns == 0)
        return sim_refuse(w, "bursts for 0, expected a longer duration");
    return sim_parse_heal(w, s, a);
}

bool sim_parse_mtu(struct sim_words *w, struct sim_scenario *s, struct sim_action *a)
{
    return sim_take_u32(w, "a number of bytes", SL_FRAME_BYTES_MAX, &a->number) &&
           sim_parse_heal(w, s, a);
}
