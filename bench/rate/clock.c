/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/clock.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "bench/rate/arguments.h"
#include "bench/rate/session.h"
#include "dataplane/clock.h"

#define PROBE_EVERY_NS 1000000l
/* Between these two readings of the kernel's clock the thread was not held up. */
#define BRACKET_NS     5000
#define READINGS       10000
#define BATCHES        1000

static struct {
    uint32_t seconds, most_us;
    bool json;
} options = {.seconds = 10, .most_us = 1000};

static const struct bench_option known[] = {
    {"seconds", BENCH_OPTION_NUMBER, &options.seconds, 1, 86400, NULL, "how long"},
    {"most-us", BENCH_OPTION_NUMBER, &options.most_us, 1, 1000000, NULL,
     "that the clock may stray from CLOCK_MONOTONIC"},
    {"json", BENCH_OPTION_FLAG, &options.json, 0, 0, NULL, "one JSON object"},
    {NULL, BENCH_OPTION_FLAG, NULL, 0, 0, NULL, NULL},
};

void bench_clock_usage(void)
{
    bench_arguments_print(known);
}

struct strays {
    int64_t worst_ns;          /* from CLOCK_MONOTONIC, the largest either way */
    int64_t realtime_drift_ns; /* of CLOCK_REALTIME since the start, at the end: steps and slews */
    uint64_t probes;
};

static int64_t read_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* false: the thread was held up in between. */
static bool probe(const struct sl_clock *c, clockid_t against, int64_t *stray_ns)
{
    int64_t before = read_ns(against);
    int64_t ours = (int64_t)sl_clock_now(c);
    int64_t after = read_ns(against);
    *stray_ns = ours - (before + (after - before) / 2);
    return after - before < BRACKET_NS;
}

static struct strays watch(struct sl_clock *c)
{
    struct strays s = {0};
    struct timespec pause = {.tv_nsec = PROBE_EVERY_NS};
    int64_t stray_ns, realtime_ns = 0, begin_ns = read_ns(CLOCK_MONOTONIC);
    while (!probe(c, CLOCK_REALTIME, &realtime_ns))
        continue;
    while (read_ns(CLOCK_MONOTONIC) - begin_ns < (int64_t)options.seconds * 1000000000) {
        sl_clock_keep(c);
        nanosleep(&pause, NULL);
        if (!probe(c, CLOCK_MONOTONIC, &stray_ns))
            continue;
        s.probes++;
        if (stray_ns < 0 ? -stray_ns > (s.worst_ns < 0 ? -s.worst_ns : s.worst_ns)
                         : stray_ns > (s.worst_ns < 0 ? -s.worst_ns : s.worst_ns))
            s.worst_ns = stray_ns;
    }
    while (!probe(c, CLOCK_REALTIME, &stray_ns))
        continue;
    s.realtime_drift_ns = stray_ns - realtime_ns;
    return s;
}

/* The least of many batches, because the thread is held up in some. */
static double ticks_per_reading(const struct sl_clock *c, bool ours)
{
    uint64_t least = UINT64_MAX, sum = 0;
    for (uint32_t batch = 0; batch < BATCHES; batch++) {
        uint64_t begin = rte_rdtsc();
        for (uint32_t i = 0; i < READINGS; i++)
            sum += ours ? sl_clock_at(c, rte_rdtsc()) : rte_rdtsc();
        uint64_t took = rte_rdtsc() - begin;
        least = took < least ? took : least;
    }
    __asm__ volatile("" : : "r"(sum));
    return (double)least / READINGS;
}

int bench_clock(int argc, char **argv)
{
    if (bench_arguments_read(argc, argv, known, NULL) != 0)
        return 2;
    struct sl_clock c = sl_clock_start();
    struct strays s = watch(&c);
    /* More than of the TSC itself, which a burst reads anyway. */
    double ticks = ticks_per_reading(&c, true) - ticks_per_reading(&c, false);
    bool good = s.worst_ns <= options.most_us * 1000ll && -s.worst_ns <= options.most_us * 1000ll;
    if (options.json)
        bench_json_print(json_pack(
            "{s:s, s:i, s:I, s:I, s:I, s:f, s:b}", "kind", "clock", "seconds", (int)options.seconds,
            "probes", (json_int_t)s.probes, "worst_ns", (json_int_t)s.worst_ns, "realtime_drift_ns",
            (json_int_t)s.realtime_drift_ns, "ticks_per_reading", ticks, "ok", (int)good));
    else
        printf("%u s, %llu probes: at most %.1f us off CLOCK_MONOTONIC%s; CLOCK_REALTIME moved by "
               "%.1f us against it\nA reading costs %.1f TSC ticks a burst.\n",
               options.seconds, (unsigned long long)s.probes, (double)s.worst_ns / 1000,
               good ? "" : ", more than it may", (double)-s.realtime_drift_ns / 1000, ticks);
    return good ? 0 : 1;
}
