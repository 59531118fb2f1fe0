/* SPDX-License-Identifier: BSD-3-Clause */
/* Whether expectations held. */
#include <stdlib.h>

#include "bench/sim/world.h"

const char *sim_compare_text(enum sim_compare compare)
{
    static const char *const texts[] = {
        [SIM_LESS_EQUAL] = "<=",
        [SIM_LESS] = "<",
        [SIM_EQUAL] = "==",
        [SIM_GREATER_EQUAL] = ">=",
    };
    return texts[compare];
}

bool sim_compare_holds(enum sim_compare compare, uint64_t measured, uint64_t value)
{
    switch (compare) {
    case SIM_LESS_EQUAL:
        return measured <= value;
    case SIM_LESS:
        return measured < value;
    case SIM_EQUAL:
        return measured == value;
    case SIM_GREATER_EQUAL:
        return measured >= value;
    }
    return false;
}

bool sim_expect_compares(const struct sim_expect *x)
{
    return x->kind == SIM_EXPECT_METRIC || x->kind == SIM_EXPECT_COUNT ||
           x->kind == SIM_EXPECT_FLAPS;
}

bool sim_expect_is_added(const struct sim_expect *x)
{
    return (x->kind == SIM_EXPECT_METRIC || x->kind == SIM_EXPECT_COUNT) &&
           sim_metric_is_added((enum sim_metric)x->metric);
}

bool sim_expect_wants_much(const struct sim_expect *x)
{
    return (sim_expect_compares(x) && x->compare == SIM_GREATER_EQUAL) ||
           (x->kind == SIM_EXPECT_EQUAL && x->has_moment);
}

/* That nobody had to be revived is good; that nobody crashed or joined is not. */
uint64_t sim_expect_percentile(const struct sim_expect *x, uint64_t *values, uint32_t count)
{
    if (x->kind == SIM_EXPECT_REVIVED && count == 0)
        return 0;
    return sim_percentile(values, count, x->percentile);
}

/* From the first viewer's sight on, instead of from the crash. */
static void leave_out_first(const struct sim_world *w, const struct sim_expect *x, uint64_t *values,
                            uint32_t count)
{
    uint32_t same;
    uint64_t *firsts = sim_news_latencies(w, SIM_NEWS_CRASH, &x->who, 1, &same);
    for (uint32_t i = 0; i < count; i++) {
        if (values[i] != SIM_NEVER)
            values[i] -= firsts[i];
    }
    free(firsts);
}

uint64_t *sim_world_latencies(const struct sim_world *w, const struct sim_expect *x,
                              uint32_t *count)
{
    uint64_t *values;
    switch (x->kind) {
    case SIM_EXPECT_DEAD:
        values = sim_news_latencies(w, SIM_NEWS_CRASH, &x->who, x->millionths, count);
        if (x->after_first)
            leave_out_first(w, x, values, *count);
        return values;
    case SIM_EXPECT_REVIVED:
        return sim_tally_latencies(w, (uint32_t)(x - w->scenario->expects), count);
    case SIM_EXPECT_REMOVED:
        return sim_news_latencies(w, SIM_NEWS_REMOVAL, &x->who, x->millionths, count);
    case SIM_EXPECT_SPREAD:
        return sim_news_latencies(w, SIM_NEWS_UPDATE, &x->who, x->millionths, count);
    case SIM_EXPECT_UNREACHABLE:
        return sim_news_latencies(w, SIM_NEWS_UNREACHABLE, &x->who, x->millionths, count);
    case SIM_EXPECT_REACHABLE:
        return sim_news_latencies(w, SIM_NEWS_REACHABLE, &x->who, x->millionths, count);
    case SIM_EXPECT_JOINED:
        return sim_join_latencies(w, &x->who, count);
    default:
        return NULL;
    }
}

bool sim_world_judge(struct sim_world *w, const struct sim_expect *x, uint64_t *measured)
{
    uint32_t count;
    uint64_t *values;
    const struct sim_tally *tally = &w->tallies[x - w->scenario->expects];
    switch (x->kind) {
    case SIM_EXPECT_COUNT:
    case SIM_EXPECT_FLAPS:
        *measured = tally->value;
        return sim_compare_holds(x->compare, *measured, x->value);
    case SIM_EXPECT_EQUAL:
        if (x->has_moment) {
            *measured = tally->value;
            return *measured >= x->millionths;
        }
        *measured = sim_watch_equal(&w->watch, x->millionths);
        return *measured <= x->within_ns;
    case SIM_EXPECT_METRIC:
        *measured = x->has_moment ? tally->value : w->metrics.values[x->metric];
        return sim_compare_holds(x->compare, *measured, x->value);
    default:
        values = sim_world_latencies(w, x, &count);
        *measured = sim_expect_percentile(x, values, count);
        free(values);
        return *measured <= x->within_ns;
    }
}
