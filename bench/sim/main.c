/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "bench/sim/report.h"

static const char usage[] =
    "usage: starling-sim run FILE [--seed N] [--seeds N] [--json]\n"
    "\n"
    "  run        plays the scenario; exits with 0 if every expectation and invariant held, 1 if\n"
    "             one did not, 2 for a bad scenario or wrong usage\n"
    "\n"
    "  --seed N   instead of the scenario's: same seed, same run\n"
    "  --seeds N  as many runs, each with the next seed\n"
    "  --json     one JSON object per run\n";

#define STEP_NS ((uint64_t)1000000000)

struct request {
    const char *path;
    uint64_t seed, seeds;
    bool has_seed, json;
};

static uint64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint64_t resident_mb(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (uint64_t)used.ru_maxrss / 1024;
}

static void play(struct sim_world *w)
{
    bool watched = isatty(STDERR_FILENO) != 0;
    uint64_t shown_ms = wall_ms();
    for (uint64_t at_ns = 0; at_ns < w->scenario->run_ns; at_ns += STEP_NS) {
        sim_world_run(w, at_ns + STEP_NS);
        if (!watched || wall_ms() - shown_ms < 1000)
            continue;
        shown_ms = wall_ms();
        fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " s ", (at_ns + STEP_NS) / STEP_NS,
                w->scenario->run_ns / STEP_NS);
    }
    if (watched)
        fputs("\r                        \r", stderr);
}

static bool run_once(const struct sim_scenario *s, uint64_t seed, bool json)
{
    static struct sim_world w;
    struct sim_cost cost;
    uint64_t began_ms = wall_ms();
    if (sim_world_create(&w, s, seed) != 0)
        errx(2, "%s: not enough memory for %u nodes", s->path, s->node_count);
    cost.build_ms = wall_ms() - began_ms;
    play(&w);
    sim_world_finish(&w);
    cost.wall_ms = wall_ms() - began_ms;
    cost.resident_mb = resident_mb();
    bool good = (json ? sim_report_json : sim_report_text)(&w, &cost, stdout);
    fflush(stdout);
    sim_world_destroy(&w);
    return good;
}

static uint64_t number(const char *flag, const char *text)
{
    char *end;
    errno = 0;
    uint64_t value = text == NULL ? 0 : strtoull(text, &end, 10);
    if (text == NULL || *text < '0' || *text > '9' || *end != '\0' || errno != 0)
        errx(2, "%s: '%s', expected a whole number", flag, text == NULL ? "" : text);
    return value;
}

static bool parse(int argc, char **argv, struct request *r)
{
    *r = (struct request){.seeds = 1};
    if (argc < 3 || strcmp(argv[1], "run") != 0)
        return false;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            r->json = true;
        } else if (strcmp(argv[i], "--seed") == 0) {
            r->seed = number(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            r->has_seed = true;
            i++;
        } else if (strcmp(argv[i], "--seeds") == 0) {
            r->seeds = number(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            i++;
        } else if (argv[i][0] == '-' || r->path != NULL) {
            return false;
        } else {
            r->path = argv[i];
        }
    }
    return r->path != NULL && r->seeds > 0;
}

int main(int argc, char **argv)
{
    static struct sim_scenario scenario;
    struct request r;
    char why[SIM_WHY_BYTES];
    if (!parse(argc, argv, &r)) {
        bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
        fputs(usage, asked ? stdout : stderr);
        return asked ? 0 : 2;
    }
    if (sim_scenario_read(&scenario, r.path, why, sizeof(why)) != 0) {
        fprintf(stderr, "%s\n", why);
        return 2;
    }
    uint64_t first = r.has_seed ? r.seed : scenario.seed;
    uint64_t held = 0;
    for (uint64_t i = 0; i < r.seeds; i++)
        held += run_once(&scenario, first + i, r.json);
    if (r.seeds > 1 && !r.json)
        printf("%" PRIu64 " of %" PRIu64 " seeds held\n", held, r.seeds);
    return held == r.seeds ? 0 : 1;
}
