/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What every command that runs packets begins and ends with: EAL with room for its largest load,
 * and this thread registered with RCU, offline. */
#include <jansson.h>
#include <stdbool.h>

#include "bench/rate/load.h"

#ifdef __cplusplus
extern "C" {
#endif

/* *hugepages: may they be used; are they. 0, or -1 after one line on stderr. */
int bench_session_start(char **argv, const struct bench_load *loads, int count, bool *hugepages);

/* The load is any of those that it was started for. */
void bench_session_end(const struct bench_load *load);

/* One object on a line of stdout; takes it. */
void bench_json_print(json_t *object);

#ifdef __cplusplus
}
#endif
