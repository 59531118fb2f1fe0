/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The lines "set KEY VALUE": knobs of all nodes, whatever the order of the lines. */
#include "bench/sim/words.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What follows "set". */
bool sim_parse_set(struct sim_words *words, struct sim_scenario *scenario);

/* Fills in the node's configuration, which is the scenario's but for its own settings. */
void sim_settings_of_node(const struct sim_scenario *scenario, uint32_t node,
                          struct sl_config *config);

/* Behind the last line: makes the configuration, or refuses with the line that spoils it. */
bool sim_settings_finish(struct sim_words *words, struct sim_scenario *scenario);

#ifdef __cplusplus
}
#endif
