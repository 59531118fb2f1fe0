/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/clock.h"

#include <time.h>

#define SAMPLES 5

/* A bend lies so far ahead that every thread knows the new line before it counts: this is why time
 * does not go back by a bend. */
#define AHEAD_NS 10000000ull

/* A pair between whose readings more time passed says too little. */
#define APART_MAX_NS 20000ull

/* The best of a few, because the kernel may take the CPU between two readings. Returns the TSC
 * ticks within which both were read. */
static uint64_t clock_sample(struct sl_clock_pair *best)
{
    uint64_t apart = UINT64_MAX;
    for (int i = 0; i < SAMPLES; i++) {
        struct timespec t;
        uint64_t before = rte_rdtsc_precise();
        clock_gettime(CLOCK_MONOTONIC, &t);
        uint64_t after = rte_rdtsc_precise();
        if (after - before >= apart)
            continue;
        apart = after - before;
        best->tsc = before + apart / 2;
        best->ns = (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
    }
    return apart;
}

struct sl_clock sl_clock_start(void)
{
    struct timespec wait = {.tv_nsec = SL_CLOCK_MEASURE_NS};
    struct sl_clock_pair from, to;
    struct sl_clock c = {.turn = 0};
    clock_sample(&from);
    nanosleep(&wait, NULL);
    clock_sample(&to);
    uint64_t rate = sl_clock_rate_between(&from, &to);
    if (rate == 0) /* the host slept or moved just now */
        rate = (1000000000ull << 32) / rte_get_tsc_hz();
    sl_clock_rate_start(&c.discipline, &to, rate);
    c.lines[0] = (struct sl_clock_line){
        .bend_tsc = to.tsc, .bend_ns = to.ns, .rate_before = rate, .rate_after = rate};
    return c;
}

static uint64_t clock_ticks(uint64_t ns, uint64_t rate)
{
    return (uint64_t)(((sl_clock_wide)ns << 32) / (sl_clock_wide)rate);
}

static void clock_publish(struct sl_clock *c, const struct sl_clock_line *line)
{
    struct sl_clock_line *to = &c->lines[(c->turn + 1) & 1];
    /* Releases, because the last turn must be seen before its old line changes. */
    __atomic_store_n(&to->bend_tsc, line->bend_tsc, __ATOMIC_RELEASE);
    __atomic_store_n(&to->bend_ns, line->bend_ns, __ATOMIC_RELEASE);
    __atomic_store_n(&to->bend_fraction, line->bend_fraction, __ATOMIC_RELEASE);
    __atomic_store_n(&to->rate_before, line->rate_before, __ATOMIC_RELEASE);
    __atomic_store_n(&to->rate_after, line->rate_after, __ATOMIC_RELEASE);
    __atomic_store_n(&c->turn, c->turn + 1, __ATOMIC_RELEASE);
}

void sl_clock_keep(struct sl_clock *c)
{
    const struct sl_clock_line *line = &c->lines[c->turn & 1];
    struct sl_clock_rate *d = &c->discipline;
    struct sl_clock_pair pair;
    if (rte_rdtsc() - d->last.tsc < clock_ticks(SL_CLOCK_RATE_EVERY_NS, d->rate))
        return;
    if (clock_sample(&pair) > clock_ticks(APART_MAX_NS, d->rate))
        return;
    uint64_t anew_ns;
    if (sl_clock_rate_began_anew(d, &pair, &anew_ns)) {
        struct sl_clock_line anew = {.bend_tsc = pair.tsc,
                                     .bend_ns = anew_ns,
                                     .rate_before = d->rate,
                                     .rate_after = d->rate};
        clock_publish(c, &anew);
        return;
    }
    uint64_t rate = sl_clock_rate_next(d, &pair, sl_clock_line_at(line, pair.tsc));
    uint64_t bend_tsc = pair.tsc + clock_ticks(AHEAD_NS, d->rate);
    struct sl_clock_line next = sl_clock_line_bend(line, bend_tsc, rate);
    if (rte_rdtsc() < bend_tsc) /* else the thread was held up: the next turn does it */
        clock_publish(c, &next);
}

void sl_clock_stop(struct sl_clock *c)
{
    c->lines[c->turn & 1].rate_before = c->lines[c->turn & 1].rate_after = 0;
}
