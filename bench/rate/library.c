/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/library.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench/rate/arguments.h"
#include "bench/rate/library_part.h"
#include "bench/rate/library_steps.h"
#include "bench/rate/progress.h"
#include "bench/rate/session.h"
#include "bench/rate/stats.h"
#include "lib/assert.h"

#define SAMPLES_MAX  20000
#define TRIALS       5
#define CALL_BATCHES 20 /* that callgrind counts */

static struct {
    uint32_t members, trial_ms, only;
    bool instructions, steps, json;
} options = {.members = 10000, .trial_ms = 200};

static const struct bench_option known[] = {
    {"members", BENCH_OPTION_NUMBER, &options.members, 100, BENCH_MEMBERS_MAX, NULL,
     "known to the engine"},
    {"trial-ms", BENCH_OPTION_NUMBER, &options.trial_ms, 20, 60000, NULL,
     "a trial's time, of 5 for each operation"},
    {"instructions", BENCH_OPTION_FLAG, &options.instructions, 0, 0, NULL,
     "count instructions too, by valgrind's callgrind"},
    {"steps", BENCH_OPTION_FLAG, &options.steps, 0, 0, NULL,
     "instead: how long engine steps take while members come, change and go"},
    {"count-only", BENCH_OPTION_WORD, &options.only, 0, 0, bench_part_names,
     "run a few batches of one operation, for callgrind"},
    {"json", BENCH_OPTION_FLAG, &options.json, 0, 0, NULL, "one JSON object"},
    {NULL, BENCH_OPTION_FLAG, NULL, 0, 0, NULL, NULL},
};

void bench_library_usage(void)
{
    bench_arguments_print(known);
}

static double now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Median over a trial's batches, ns per operation. */
static double run_trial(struct bench_library *library, enum bench_part part)
{
    static float samples[SAMPLES_MAX];
    uint32_t count = 0;
    double end = now_ns() + options.trial_ms * 1e6;
    do {
        bench_part_prepare(library, part);
        uint64_t sum = library->sum;
        double start = now_ns();
        bench_part_run(library, part);
        samples[count++] = (float)((now_ns() - start) / BENCH_BATCH);
        SL_ASSERT(part > BENCH_PART_PING_RECORDS || library->sum - sum == BENCH_BATCH);
    } while (count < SAMPLES_MAX && now_ns() < end);
    return bench_median(samples, count);
}

/* The program runs itself under callgrind. Returns instructions per operation; 0 without valgrind.
 */
static double count_instructions(enum bench_part part)
{
    char self[512], command[1024], line[256];
    double counted = 0;
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (length < 0)
        return 0;
    self[length] = '\0';
    snprintf(command, sizeof(command),
             "valgrind --tool=callgrind --callgrind-out-file=/dev/null "
             "--toggle-collect=bench_part_run '%s' lib --members %u --count-only %s 2>&1",
             self, options.members, bench_part_names[part]);
    FILE *out = popen(command, "r");
    if (out == NULL)
        return 0;
    while (fgets(line, sizeof(line), out) != NULL) {
        const char *found = strstr(line, "Collected :");
        if (found != NULL)
            counted = strtod(found + strlen("Collected :"), NULL);
    }
    return pclose(out) == 0 ? counted / (CALL_BATCHES * BENCH_BATCH) : 0;
}

static void report(const struct bench_spread *ns, const double *instructions)
{
    json_t *parts = json_array();
    for (int part = 0; part < BENCH_PART_COUNT; part++) {
        json_t *row = json_pack("{s:s, s:f, s:f, s:f}", "part", bench_part_names[part], "ns",
                                ns[part].median, "ns_min", ns[part].least, "ns_max", ns[part].most);
        if (instructions[part] > 0)
            json_object_set_new(row, "instructions", json_real(instructions[part]));
        json_array_append_new(parts, row);
    }
    bench_json_print(json_pack("{s:s, s:i, s:f, s:o}", "kind", "lib", "members",
                               (int)options.members, "ping_answer_ns", ns[BENCH_PART_PING].median,
                               "parts", parts));
}

static void print(const struct bench_spread *ns, const double *instructions)
{
    printf("lib: %u members, from memory, batches of %d; ns: median [least .. most] of %d trials "
           "of %u ms\n\n",
           options.members, BENCH_BATCH, TRIALS, options.trial_ms);
    for (int part = 0; part < BENCH_PART_COUNT; part++) {
        printf("  %-12s %8.1f  [%.1f .. %.1f]", bench_part_names[part], ns[part].median,
               ns[part].least, ns[part].most);
        if (instructions[part] > 0)
            printf("  %7.0f instructions", instructions[part]);
        printf("  %s\n", bench_part_texts[part]);
    }
}

static void measure(struct bench_library *library, struct bench_spread *ns, double *instructions)
{
    for (int part = 0; part < BENCH_PART_COUNT; part++) {
        double trials[TRIALS];
        bench_progress("lib: %s", bench_part_names[part]);
        run_trial(library, (enum bench_part)part); /* warms up */
        for (int i = 0; i < TRIALS; i++)
            trials[i] = run_trial(library, (enum bench_part)part);
        ns[part] = bench_spread_of(trials, TRIALS);
        if (options.instructions)
            instructions[part] = count_instructions((enum bench_part)part);
    }
    bench_progress_end();
    if (options.instructions && instructions[0] <= 0)
        fprintf(stderr, "starling-bench: no instruction counts: valgrind is missing or failed\n");
}

int bench_library(int argc, char **argv)
{
    struct bench_spread ns[BENCH_PART_COUNT];
    double instructions[BENCH_PART_COUNT] = {0};
    options.only = BENCH_PART_COUNT;
    if (bench_arguments_read(argc, argv, known, NULL) != 0)
        return 2;
    if (options.steps)
        return bench_steps(options.members, options.json);
    struct bench_library *library = malloc(sizeof(*library));
    int rc = library != NULL ? bench_library_create(library, options.members) : -1;
    if (rc == 0 && options.only != BENCH_PART_COUNT) {
        for (int i = 0; i < CALL_BATCHES; i++) {
            bench_part_prepare(library, (enum bench_part)options.only);
            bench_part_run(library, (enum bench_part)options.only);
        }
    } else if (rc == 0) {
        measure(library, ns, instructions);
        (options.json ? report : print)(ns, instructions);
    }
    if (library != NULL)
        bench_library_destroy(library);
    free(library);
    return rc == 0 ? 0 : 1;
}
