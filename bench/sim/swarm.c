/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/swarm.h"

#include <err.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/sim/arguments.h"

static const char usage[] =
    "usage: starling-sim swarm --seconds S | --seeds N [--seed N] [--out DIR] [--json]\n"
    "\n"
    "  Draws a scenario from each seed: a cluster, its faults, and an end at which everything "
    "heals\n"
    "  and all views must agree. Each that fails is written to DIR (here) as a scenario for "
    "`run`,\n"
    "  the first of its kind made small. Exits with 0 if all held, 1 if one did not, 2 for wrong\n"
    "  usage. Ctrl-C ends it with what it has found.\n"
    "\n"
    "  --seconds S  of real time, in which to begin seeds\n"
    "  --seeds N    as many seeds\n"
    "  --seed N     the first (1)\n"
    "  --json       one JSON object at the end\n";

/* A small case is worth some waiting, and what is not small by then is still a case. */
#define SHRINK_MS 60000

struct request {
    uint64_t seconds, seeds, seed;
    const char *folder;
    bool json;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
    (void)signal;
    stopped = 1;
}

static void parse(int argc, char **argv, struct request *r)
{
    sim_argument_help(argc, argv, usage);
    *r = (struct request){.seed = 1, .folder = "."};
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--json") == 0) {
            r->json = true;
            continue;
        }
        if (strcmp(argv[i], "--seconds") == 0)
            r->seconds = sim_argument_number(argv[i], value);
        else if (strcmp(argv[i], "--seeds") == 0)
            r->seeds = sim_argument_number(argv[i], value);
        else if (strcmp(argv[i], "--seed") == 0)
            r->seed = sim_argument_number(argv[i], value);
        else if (strcmp(argv[i], "--out") == 0 && value != NULL)
            r->folder = value;
        else
            sim_argument_refuse(
                "swarm", "'%s', expected --seconds S, --seeds N, --seed N, --out DIR or --json",
                argv[i]);
        i++;
    }
    if ((r->seconds == 0) == (r->seeds == 0))
        sim_argument_refuse("swarm", "expected an end, --seconds S or --seeds N");
}

static void write_case(const struct sim_draft *draft, const struct sim_verdict *v, const char *file)
{
    char text[SIM_DRAFT_TEXT_BYTES];
    FILE *out = sim_draft_write(draft, text) ? fopen(file, "w") : NULL;
    if (out == NULL)
        err(1, "%s", file);
    fprintf(out, "# Did not hold: %s\n%s", v->what, text);
    if (fclose(out) != 0)
        err(1, "%s", file);
}

/* The kind that it is of; a new one has no failures yet. */
static struct sim_failure_kind *kind_of(struct sim_swarm *swarm, const char *what)
{
    static struct sim_failure_kind beyond = {.failures = 1};
    for (uint32_t i = 0; i < swarm->kind_count; i++) {
        if (strcmp(swarm->kinds[i].verdict.what, what) == 0)
            return &swarm->kinds[i];
    }
    return swarm->kind_count == SIM_KINDS_MAX ? &beyond : &swarm->kinds[swarm->kind_count++];
}

static void name_case(const struct request *r, uint64_t seed, const char *suffix, char *file)
{
    int length =
        snprintf(file, PATH_MAX, "%s/swarm-%" PRIu64 "%s.scenario", r->folder, seed, suffix);
    if (length < 0 || length >= PATH_MAX)
        errx(2, "--out: a path that is too long");
}

/* One line per failure says how to play it again; the first of a kind is also made small. */
static void note_failure(struct sim_swarm *swarm, const struct request *r, struct sim_draft *draft,
                         const struct sim_verdict *verdict)
{
    FILE *out = r->json ? stderr : stdout;
    char file[PATH_MAX];
    name_case(r, draft->seed, "", file);
    write_case(draft, verdict, file);
    fprintf(out, "FAILED seed %" PRIu64 ": %s: %s\n  %s run %s\n", draft->seed, verdict->what,
            verdict->detail, swarm->program, file);
    fflush(out);
    struct sim_failure_kind *kind = kind_of(swarm, verdict->what);
    swarm->failures++;
    if (kind->failures++ != 0)
        return;
    kind->verdict = *verdict;
    kind->seed = draft->seed;
    sim_swarm_shrink(draft, &kind->verdict, SHRINK_MS);
    name_case(r, draft->seed, "-small", kind->file);
    write_case(draft, &kind->verdict, kind->file);
}

static void note(struct sim_swarm *swarm, const struct sim_verdict *v)
{
    swarm->seeds++;
    swarm->events += v->events;
    for (uint32_t verb = 0; verb < 64; verb++)
        swarm->verb_seeds[verb] += v->verbs >> verb & 1;
    if (v->settled_ns == UINT64_MAX)
        return;
    swarm->settled_ns =
        realloc(swarm->settled_ns, (swarm->settled_count + 1) * sizeof(*swarm->settled_ns));
    if (swarm->settled_ns == NULL)
        err(1, "the seeds' figures");
    swarm->settled_ns[swarm->settled_count++] = v->settled_ns;
}

static void try_seed(struct sim_swarm *swarm, const struct request *r, uint64_t seed)
{
    static struct sim_draft draft;
    struct sim_verdict verdict;
    char text[SIM_DRAFT_TEXT_BYTES];
    sim_draft_draw(&draft, seed);
    if (!sim_draft_write(&draft, text))
        errx(1, "seed %" PRIu64 " makes no scenario: please report it", seed);
    sim_swarm_play(text, &verdict);
    if (verdict.interrupted)
        return;
    note(swarm, &verdict);
    if (verdict.what[0] != '\0')
        note_failure(swarm, r, &draft, &verdict);
}

int sim_swarm_main(int argc, char **argv, const char *program)
{
    static struct sim_swarm swarm;
    struct request r;
    parse(argc, argv, &r);
    sim_argument_check_folder(r.folder);
    const struct sigaction on_stop = {.sa_handler = stop}; /* waiting for a case ends, too */
    sigaction(SIGINT, &on_stop, NULL);
    sigaction(SIGTERM, &on_stop, NULL);
    swarm.program = program;
    swarm.first_seed = r.seed;
    fprintf(stderr, "swarm: from seed %" PRIu64 "; Ctrl-C ends it with what it has found\n",
            r.seed);
    bool watched = isatty(STDERR_FILENO) != 0;
    uint64_t began_ms = sim_wall_ms();
    while (!stopped && !ferror(stdout) && (r.seeds == 0 || swarm.seeds < r.seeds) &&
           (r.seconds == 0 || sim_wall_ms() - began_ms < r.seconds * 1000)) {
        try_seed(&swarm, &r, r.seed + swarm.seeds);
        if (watched)
            fprintf(stderr, "\r%" PRIu64 " seeds, %" PRIu64 " failed \r", swarm.seeds,
                    swarm.failures);
    }
    swarm.wall_ms = sim_wall_ms() - began_ms;
    (r.json ? sim_swarm_report_json : sim_swarm_report_text)(&swarm, stdout);
    free(swarm.settled_ns);
    return swarm.failures == 0 ? 0 : 1;
}
