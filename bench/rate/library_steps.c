/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The same steps are played several times. Of each step the shortest time counts: what else runs on
 * the machine prolongs a step, but hardly the same one each time.
 */
#include "bench/rate/library_steps.h"

#include <jansson.h>
#include <rte_cycles.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/rate/hlog.h"
#include "bench/rate/progress.h"
#include "bench/rate/scenes.h"
#include "bench/rate/session.h"
#include "lib/assert.h"
#include "lib/histogram.h"

#define RUNS      5
#define STEPS_MAX 2000000

static const char *const work_names[BENCH_WORK_COUNT] = {
    [BENCH_WORK_RECORDS] = "records", [BENCH_WORK_FRAMES] = "frames",
    [BENCH_WORK_EVENTS] = "events",   [BENCH_WORK_FORGOTTEN] = "forgotten",
    [BENCH_WORK_CELLS] = "cells",     [BENCH_WORK_RECLAIMED] = "reclaimed",
};

struct step_seen {
    uint32_t least_ticks;
    uint16_t work[BENCH_WORK_COUNT];
};

struct steps {
    struct step_seen *all;
    uint32_t count;                 /* of the run under way */
    uint32_t ends[BENCH_SCENES];    /* of each scene, in `all` */
    uint64_t longest[BENCH_SCENES]; /* ticks, of any run */
    uint64_t view_hash;             /* at the end of the first run */
    uint32_t run, scene;
    double ns_per_tick;
};

static void note_step(void *context, uint64_t ticks, const uint32_t work[BENCH_WORK_COUNT])
{
    struct steps *steps = context;
    SL_ASSERT(steps->count < STEPS_MAX);
    struct step_seen *seen = &steps->all[steps->count++];
    if (ticks > steps->longest[steps->scene])
        steps->longest[steps->scene] = ticks;
    if (steps->run == 0 || ticks < seen->least_ticks)
        seen->least_ticks = ticks < UINT32_MAX ? (uint32_t)ticks : UINT32_MAX;
    for (uint32_t i = 0; i < BENCH_WORK_COUNT; i++)
        seen->work[i] = work[i] < UINT16_MAX ? (uint16_t)work[i] : UINT16_MAX;
}

static void play_scene(struct bench_churn *churn, const struct bench_scene *scene)
{
    uint32_t turns = (uint32_t)((uint64_t)scene->turns_per_1000 * churn->members.count / 1000);
    for (uint32_t turn = 0; turn < turns; turn++) {
        scene->act(churn, turn);
        bench_churn_turn(churn, scene->turn_ns);
        if (turn % scene->grace_turns == scene->grace_turns - 1)
            bench_churn_end_grace(churn);
        if (scene->is_over != NULL && scene->is_over(churn))
            break;
    }
}

static int play(struct steps *steps, uint32_t members)
{
    static struct bench_churn churn;
    if (bench_churn_create(&churn, members) != 0)
        return -1;
    churn.stepped = note_step;
    churn.context = steps;
    steps->count = 0;
    for (steps->scene = 0; steps->scene < BENCH_SCENES; steps->scene++) {
        bench_progress("lib --steps: run %u of %d, %s", steps->run + 1, RUNS,
                       bench_scenes[steps->scene].name);
        play_scene(&churn, &bench_scenes[steps->scene]);
        SL_ASSERT(steps->run == 0 || steps->ends[steps->scene] == steps->count);
        steps->ends[steps->scene] = steps->count;
    }
    uint64_t view_hash = sl_view_summary(sl_engine_view(churn.nodes[0].engine))->view_hash;
    SL_ASSERT(steps->run == 0 || steps->view_hash == view_hash);
    steps->view_hash = view_hash;
    bench_churn_destroy(&churn);
    return 0;
}

/* ---- what came of it ---- */

struct scene_result {
    uint32_t steps;
    double p50_ns, p99_ns, p999_ns; /* of each step's shortest time */
    double worst_ns;                /* the longest of these */
    double disturbed_ns;            /* the longest time of all */
    const struct step_seen *worst;
    uint32_t most[BENCH_WORK_COUNT]; /* of any one step */
};

static struct scene_result sum_up(const struct steps *steps, uint32_t scene)
{
    uint32_t first = scene > 0 ? steps->ends[scene - 1] : 0;
    struct scene_result r = {.steps = steps->ends[scene] - first,
                             .disturbed_ns = (double)steps->longest[scene] * steps->ns_per_tick,
                             .worst = &steps->all[first]};
    struct sl_histogram *times = bench_histogram_create();
    for (uint32_t i = first; i < steps->ends[scene]; i++) {
        const struct step_seen *seen = &steps->all[i];
        sl_histogram_record(times, (uint64_t)(seen->least_ticks * steps->ns_per_tick));
        if (seen->least_ticks > r.worst->least_ticks)
            r.worst = seen;
        for (uint32_t w = 0; w < BENCH_WORK_COUNT; w++)
            r.most[w] = seen->work[w] > r.most[w] ? seen->work[w] : r.most[w];
    }
    r.p50_ns = (double)sl_histogram_percentile(times, 50);
    r.p99_ns = (double)sl_histogram_percentile(times, 99);
    r.p999_ns = (double)sl_histogram_percentile(times, 99.9);
    r.worst_ns = r.worst->least_ticks * steps->ns_per_tick;
    bench_histogram_destroy(times);
    return r;
}

static json_t *pack_work(const struct scene_result *r, bool most)
{
    json_t *work = json_object();
    for (uint32_t w = 0; w < BENCH_WORK_COUNT; w++)
        json_object_set_new(work, work_names[w],
                            json_integer(most ? r->most[w] : r->worst->work[w]));
    return work;
}

static void report(const struct steps *steps, uint32_t members)
{
    json_t *scenes = json_array();
    double worst_ns = 0;
    for (uint32_t i = 0; i < BENCH_SCENES; i++) {
        struct scene_result r = sum_up(steps, i);
        worst_ns = r.worst_ns > worst_ns ? r.worst_ns : worst_ns;
        json_array_append_new(
            scenes, json_pack("{s:s, s:i, s:f, s:f, s:f, s:f, s:f, s:o, s:o}", "scene",
                              bench_scenes[i].name, "steps", (int)r.steps, "p50_ns", r.p50_ns,
                              "p99_ns", r.p99_ns, "p99_9_ns", r.p999_ns, "worst_ns", r.worst_ns,
                              "disturbed_ns", r.disturbed_ns, "worst_work", pack_work(&r, false),
                              "most_work", pack_work(&r, true)));
    }
    bench_json_print(json_pack("{s:s, s:i, s:i, s:f, s:o}", "kind", "steps", "members",
                               (int)members, "runs", RUNS, "worst_ns", worst_ns, "scenes", scenes));
}

static void print_work(const char *title, const struct scene_result *r, bool most)
{
    printf("             %s:", title);
    for (uint32_t w = 0; w < BENCH_WORK_COUNT; w++)
        printf(" %s %u", work_names[w], most ? r->most[w] : r->worst->work[w]);
    printf("\n");
}

static void print(const struct steps *steps, uint32_t members)
{
    printf("lib --steps: %u members, us a step, the shortest of %d runs\n\n", members, RUNS);
    for (uint32_t i = 0; i < BENCH_SCENES; i++) {
        struct scene_result r = sum_up(steps, i);
        printf("  %-10s p50 %6.1f  p99 %6.1f  p99.9 %6.1f  worst %6.1f  disturbed %6.1f  of %u "
               "steps: %s\n",
               bench_scenes[i].name, r.p50_ns / 1e3, r.p99_ns / 1e3, r.p999_ns / 1e3,
               r.worst_ns / 1e3, r.disturbed_ns / 1e3, r.steps, bench_scenes[i].text);
        print_work("the worst", &r, false);
        print_work("most of each", &r, true);
    }
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int bench_steps(uint32_t members, bool json)
{
    struct steps *steps = calloc(1, sizeof(*steps));
    SL_ASSERT(steps != NULL);
    steps->all = calloc(STEPS_MAX, sizeof(*steps->all));
    int rc = steps->all != NULL ? 0 : -1;
    double start_ns = now_ns();
    uint64_t start_tsc = rte_rdtsc();
    for (; rc == 0 && steps->run < RUNS; steps->run++)
        rc = play(steps, members);
    steps->ns_per_tick = (now_ns() - start_ns) / (double)(rte_rdtsc() - start_tsc);
    bench_progress_end();
    if (rc == 0)
        (json ? report : print)(steps, members);
    free(steps->all);
    free(steps);
    return rc == 0 ? 0 : 1;
}
