/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The two kinds of lines that have grammars of their own. */
#include "bench/sim/words.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "at 30s ..." or a verb; false if the line is none of these or was refused. */
bool sim_parse_action(struct sim_words *words, struct sim_scenario *scenario);
/* What follows "expect". */
bool sim_parse_expect(struct sim_words *words, struct sim_scenario *scenario, const char *line,
                      size_t length);

#ifdef __cplusplus
}
#endif
