/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Medians with their spread. */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_TRIALS_MAX 100

struct bench_spread {
    double median, least, most;
};

/* The middle value; reorders. 0 if there are none. */
double bench_median(float *values, size_t count);

struct bench_spread bench_spread_of(const double *values, uint32_t count);

#ifdef __cplusplus
}
#endif
