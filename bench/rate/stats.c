/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/stats.h"

#include <stdlib.h>
#include <string.h>

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(float *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare_floats);
    return count == 0 ? 0 : (double)values[count / 2];
}

struct bench_spread bench_spread_of(const double *values, uint32_t count)
{
    double sorted[BENCH_TRIALS_MAX];
    if (count == 0)
        return (struct bench_spread){0, 0, 0};
    memcpy(sorted, values, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare_doubles);
    double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
    return (struct bench_spread){median, sorted[0], sorted[count - 1]};
}
