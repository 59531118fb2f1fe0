/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench/output.h"
#include "bench/sim/arguments.h"
#include "bench/sim/plot.h"
#include "bench/sim/pool.h"
#include "bench/sim/report.h"
#include "bench/sim/swarm.h"

static const char usage[] =
    "usage: starling-sim run FILE [--seed N] [--seeds N] [--json]\n"
    "       starling-sim swarm --help\n"
    "       starling-sim plot --help\n"
    "       starling-sim --version\n"
    "\n"
    "  run        plays the scenario; exits with 0 if every expectation and invariant held, 1 if\n"
    "             one did not, 2 for a bad scenario or wrong usage\n"
    "\n"
    "  --seed N   instead of the scenario's: same seed, same run\n"
    "  --seeds N  as many runs, each with the next seed, judged together\n"
    "  --json     one JSON object\n";

#define STEP_NS        ((uint64_t)1000000000)
#define SHOWN_EVERY_MS 500

struct request {
    const char *path;
    uint64_t seed, seeds;
    bool has_seed, json;
};

static uint64_t resident_mb(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (uint64_t)used.ru_maxrss / 1024;
}

/* On a terminal one line that changes; elsewhere, once a run takes longer than that, now and then a
   line. */
#define QUIET_MS 2000
#define LINES_MS 10000

static void show_progress(const struct sim_world *w, uint64_t began_ms)
{
    uint64_t now_ms = sim_world_ns(w) / 1000000, all_ms = w->scenario->run_ns / 1000000;
    uint64_t wall_ms = sim_wall_ms() - began_ms + 1;
    fprintf(stderr,
            "%" PRIu64 " of %" PRIu64 " s, %" PRIu64 ".%" PRIu64 " times real time, %" PRIu64
            " s left ",
            now_ms / 1000, all_ms / 1000, now_ms / wall_ms, now_ms * 10 / wall_ms % 10,
            now_ms == 0 ? 0 : (all_ms - now_ms) * wall_ms / now_ms / 1000);
}

static void play(struct sim_world *w)
{
    bool terminal = isatty(STDERR_FILENO) != 0;
    uint64_t began_ms = sim_wall_ms(), due_ms = began_ms + (terminal ? SHOWN_EVERY_MS : QUIET_MS);
    for (uint64_t at_ns = 0; at_ns < w->scenario->run_ns; at_ns += STEP_NS) {
        sim_world_run(w, at_ns + STEP_NS);
        if (sim_wall_ms() < due_ms)
            continue;
        due_ms = sim_wall_ms() + (terminal ? SHOWN_EVERY_MS : LINES_MS);
        show_progress(w, began_ms);
        fputs(terminal ? "\r" : "\n", stderr);
    }
    if (terminal)
        fputs("\033[K", stderr);
}

static struct sim_cost run_once(struct sim_world *w, const struct sim_scenario *s, uint64_t seed)
{
    struct sim_cost cost;
    uint64_t began_ms = sim_wall_ms();
    if (sim_world_create(w, s, seed) != 0)
        errx(2, "%s: not enough memory for %u nodes", s->path, s->node_count);
    cost.build_ms = sim_wall_ms() - began_ms;
    play(w);
    sim_world_finish(w);
    cost.wall_ms = sim_wall_ms() - began_ms;
    cost.resident_mb = resident_mb();
    return cost;
}

static bool run_single(const struct sim_scenario *s, uint64_t seed, bool json)
{
    static struct sim_world w;
    struct sim_cost cost = run_once(&w, s, seed);
    bool good = (json ? sim_report_json : sim_report_text)(&w, &cost, stdout);
    sim_world_destroy(&w);
    return good;
}

static bool run_pool(const struct sim_scenario *s, uint64_t seed, uint64_t seeds, bool json)
{
    static struct sim_world w;
    struct sim_pool pool;
    struct sim_cost all = {0};
    sim_pool_create(&pool, s);
    for (uint64_t i = 0; i < seeds; i++) {
        struct sim_cost cost = run_once(&w, s, seed + i);
        sim_pool_add(&pool, &w);
        if (!json)
            sim_report_text(&w, &cost, stdout);
        all.wall_ms += cost.wall_ms;
        all.resident_mb = cost.resident_mb;
        sim_world_destroy(&w);
        fflush(stdout);
    }
    bool good = (json ? sim_report_pool_json : sim_report_pool_text)(&pool, &all, stdout);
    sim_pool_destroy(&pool);
    return good;
}

static void parse(int argc, char **argv, struct request *r)
{
    sim_argument_help(argc, argv, usage);
    *r = (struct request){.seeds = 1};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            r->json = true;
        } else if (strcmp(argv[i], "--seed") == 0) {
            r->seed = sim_argument_number(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            r->has_seed = true;
            i++;
        } else if (strcmp(argv[i], "--seeds") == 0) {
            r->seeds = sim_argument_number(argv[i], i + 1 < argc ? argv[i + 1] : NULL);
            i++;
        } else if (argv[i][0] == '-' || r->path != NULL) {
            sim_argument_refuse("run", "'%s', expected one file, --seed N, --seeds N or --json",
                                argv[i]);
        } else {
            r->path = argv[i];
        }
    }
    if (r->path == NULL)
        sim_argument_refuse("run", "no scenario file");
    if (r->seeds == 0)
        sim_argument_refuse("run", "--seeds: 0, expected 1 or more");
}

static int run(int argc, char **argv)
{
    static struct sim_scenario scenario;
    struct request r;
    char why[SIM_WHY_BYTES];
    parse(argc, argv, &r);
    if (sim_scenario_read(&scenario, r.path, why, sizeof(why)) != 0) {
        fprintf(stderr, "%s\n", why);
        return 2;
    }
    uint64_t first = r.has_seed ? r.seed : scenario.seed;
    bool good = r.seeds == 1 ? run_single(&scenario, first, r.json)
                             : run_pool(&scenario, first, r.seeds, r.json);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *command = argc > 1 ? argv[1] : "";
    bench_output_guard();
    if (strcmp(command, "run") == 0)
        return run(argc - 1, argv + 1);
    if (strcmp(command, "plot") == 0)
        return sim_plot_main(argc - 1, argv + 1);
    if (strcmp(command, "swarm") == 0)
        return sim_swarm_main(argc - 1, argv + 1, argv[0]);
    sim_argument_help(argc, argv, usage);
    if (strcmp(command, "--version") == 0 || strcmp(command, "-V") == 0) {
        puts("starling-sim " SL_VERSION);
        return 0;
    }
    if (argc > 1)
        errx(2, "'%s', expected run, plot or swarm; `starling-sim --help` shows how", command);
    fputs(usage, stderr);
    return 2;
}
