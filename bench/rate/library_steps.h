/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* `starling-bench lib --steps`: how long engine steps take in a large cluster's churn. */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Plays all scenes (scenes.h) several times. Returns the exit code. */
int bench_steps(uint32_t members, bool json);

#ifdef __cplusplus
}
#endif
