/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/pool.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static void *grown(void *array, size_t count, size_t each)
{
    array = realloc(array, (count == 0 ? 1 : count) * each);
    if (array == NULL)
        errx(1, "out of memory for figures: fewer seeds would do");
    return array;
}

void sim_pool_create(struct sim_pool *p, const struct sim_scenario *s)
{
    *p = (struct sim_pool){.scenario = s};
    p->expects = grown(NULL, s->expect_count, sizeof(*p->expects));
    memset(p->expects, 0, s->expect_count * sizeof(*p->expects));
    for (uint32_t i = 0; i < s->expect_count; i++)
        p->expects[i].all_held = true;
}

void sim_pool_destroy(struct sim_pool *p)
{
    for (uint32_t i = 0; i < p->scenario->expect_count; i++)
        free(p->expects[i].latencies);
    free(p->expects);
    free(p->runs);
}

static bool is_worse(const struct sim_expect *x, uint64_t measured, uint64_t than)
{
    return sim_expect_wants_much(x) ? measured < than : measured > than;
}

static void add_latencies(struct sim_pooled *one, const uint64_t *values, uint32_t count)
{
    if (one->count + count > one->capacity || one->latencies == NULL) {
        one->capacity = 2 * (one->count + count);
        one->latencies = grown(one->latencies, one->capacity, sizeof(*values));
    }
    memcpy(one->latencies + one->count, values, count * sizeof(*values));
    one->count += count;
}

static void add(struct sim_pooled *one, struct sim_world *w, const struct sim_expect *x,
                bool is_first)
{
    uint64_t measured;
    uint32_t count;
    bool held = sim_world_judge(w, x, &measured);
    bool first_failure = !held && one->all_held;
    if (is_first || first_failure || (held == one->all_held && is_worse(x, measured, one->worst)))
        one->worst = measured;
    one->all_held &= held;
    if (sim_expect_compares(x))
        one->sum += measured;
    uint64_t *values = sim_world_latencies(w, x, &count);
    if (values != NULL)
        add_latencies(one, values, count);
    free(values);
}

void sim_pool_add(struct sim_pool *p, struct sim_world *w)
{
    if (p->run_count == p->run_capacity) {
        p->run_capacity = 2 * p->run_capacity + 16;
        p->runs = grown(p->runs, p->run_capacity, sizeof(*p->runs));
    }
    p->runs[p->run_count++] = (struct sim_pooled_run){
        w->seed, w->trace, sim_invariants_broken(&w->invariants), w->metrics};
    p->violations += sim_invariants_broken(&w->invariants);
    for (uint32_t i = 0; i < p->scenario->expect_count; i++)
        add(&p->expects[i], w, &p->scenario->expects[i], p->run_count == 1);
}

bool sim_pool_judge(struct sim_pool *p, uint32_t expect, uint64_t *measured)
{
    const struct sim_expect *x = &p->scenario->expects[expect];
    struct sim_pooled *one = &p->expects[expect];
    if (one->latencies != NULL) {
        *measured = sim_expect_percentile(x, one->latencies, one->count);
        return *measured <= x->within_ns;
    }
    if (sim_expect_is_added(x)) {
        *measured = one->sum;
        return sim_compare_holds(x->compare, one->sum, x->value);
    }
    *measured = one->worst;
    return one->all_held;
}
