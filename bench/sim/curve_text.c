/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>

#include "bench/sim/curve.h"

#define ROWS 9
#define WIDE 50

/* 12,345 */
static void write_thousands(uint64_t value, char *out, size_t out_bytes)
{
    if (value < 1000)
        snprintf(out, out_bytes, "%" PRIu64, value);
    else if (value < 1000000)
        snprintf(out, out_bytes, "%" PRIu64 ",%03" PRIu64, value / 1000, value % 1000);
    else
        snprintf(out, out_bytes, "%" PRIu64 ",%03" PRIu64 ",%03" PRIu64, value / 1000000,
                 value / 1000 % 1000, value % 1000);
}

static void write_row(const struct sim_curve *c, uint64_t after_ns, FILE *out)
{
    static const char bar[] = "##################################################";
    uint32_t millionths = sim_curve_at(c, after_ns);
    int length = (int)((uint64_t)millionths * WIDE / SIM_MILLION);
    fprintf(out, "  %4" PRIu64 ".%02" PRIu64 " s %3u.%u %% |%.*s\n", after_ns / 1000000000,
            after_ns / 10000000 % 100, millionths / 10000, millionths / 1000 % 10, length, bar);
}

/* From the first to the time by which nearly all of what was ever reached was; then the last. */
static void write_rows(const struct sim_curve *c, FILE *out)
{
    const struct sim_point *last = &c->points[c->count - 1];
    uint32_t nearly = 0;
    while ((uint64_t)c->points[nearly].millionths * 1000 < (uint64_t)last->millionths * 995)
        nearly++;
    uint64_t from_ns = c->points[0].after_ns, to_ns = c->points[nearly].after_ns;
    for (uint32_t row = 0; row < ROWS && to_ns > from_ns; row++)
        write_row(c, from_ns + (to_ns - from_ns) * row / (ROWS - 1), out);
    if (to_ns == from_ns || last->after_ns > to_ns)
        write_row(c, last->after_ns, out);
}

void sim_curve_text(const struct sim_world *w, FILE *out)
{
    static struct sim_curve curve;
    char total[32];
    for (int kind = 0; kind < SIM_CURVE_VIEWS; kind++) { /* a split's views go up and down */
        if (!sim_curve_make(w, (enum sim_curve_kind)kind, &curve))
            continue;
        write_thousands(curve.total, total, sizeof(total));
        fprintf(out, "%s, of %s, by the time since:\n", sim_curve_name((enum sim_curve_kind)kind),
                total);
        write_rows(&curve, out);
        return;
    }
}
