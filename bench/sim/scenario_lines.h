/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The two kinds of lines that have grammars of their own. */
#include "bench/sim/words.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "at 30s ..." or a verb; false if the line is none of these or was refused. */
bool sim_parse_action(struct sim_words *words, struct sim_scenario *scenario);
/* scenario_network.c: what follows these verbs. */
bool sim_parse_cut(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
bool sim_parse_heal(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
bool sim_parse_loss(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
bool sim_parse_burst(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
bool sim_parse_mtu(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
bool sim_parse_rtt(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
bool sim_parse_delay(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
/* scenario_said.c: the same. */
bool sim_parse_lie(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
bool sim_parse_forge(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
bool sim_parse_remove(struct sim_words *w, struct sim_scenario *s, struct sim_action *a);
/* What follows "expect". */
bool sim_parse_expect(struct sim_words *words, struct sim_scenario *scenario, const char *line,
                      size_t length);

/* scenario_identity.c */
bool sim_parse_tag(struct sim_words *words, struct sim_scenario *scenario,
                   struct sim_action *action);
bool sim_parse_move(struct sim_words *words, struct sim_scenario *scenario,
                    struct sim_action *action);

#ifdef __cplusplus
}
#endif
