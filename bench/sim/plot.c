/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/plot.h"

#include <err.h>
#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/sim/arguments.h"

static const char usage[] =
    "usage: starling-sim plot FILE... [--seed N] [--out DIR]\n"
    "\n"
    "  Plays each scenario once and draws NAME-convergence.svg and, if anybody crashed,\n"
    "  NAME-detection.svg into DIR (the working folder). Needs gnuplot. Exits with 0 if all was "
    "drawn, 1 if "
    "not,\n"
    "  2 for a bad scenario or wrong usage; whether expectations held is for `run` to say.\n";

#define FOLDER_BYTES 1024

extern char **environ;

struct request {
    const char *folder;
    uint64_t seed;
    bool has_seed;
    char **files;
    int file_count;
};

static void parse(int argc, char **argv, struct request *r)
{
    sim_argument_help(argc, argv, usage);
    *r = (struct request){.folder = ".", .files = argv + 1};
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(argv[i], "--seed") == 0) {
            r->seed = sim_argument_number(argv[i++], value);
            r->has_seed = true;
        } else if (strcmp(argv[i], "--out") == 0 && value != NULL) {
            r->folder = value;
            i++;
        } else if (argv[i][0] == '-') {
            sim_argument_refuse("plot", "'%s', expected a file, --seed N or --out DIR", argv[i]);
        } else {
            r->files[r->file_count++] = argv[i]; /* never overtakes i */
        }
    }
    if (r->file_count == 0)
        sim_argument_refuse("plot", "no scenario file");
}

/* Returns whether gnuplot has drawn the folder's script. */
static bool draw(const char *folder)
{
    char script[PATH_MAX];
    int status;
    pid_t child;
    snprintf(script, sizeof(script), "%s/%s", folder, SIM_PLOT_SCRIPT);
    char *arguments[] = {(char *)"gnuplot", script, NULL};
    int error = posix_spawnp(&child, arguments[0], NULL, NULL, arguments, environ);
    if (error == ENOENT)
        warnx("gnuplot is not installed; scripts/install-deps installs it");
    else if (error != 0)
        warnx("gnuplot: %s", strerror(error));
    if (error != 0)
        return false;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void make_folder(char *folder)
{
    const char *place = getenv("TMPDIR");
    int length = snprintf(folder, FOLDER_BYTES, "%s/starling-sim-XXXXXX", place ? place : "/tmp");
    if (length >= FOLDER_BYTES || mkdtemp(folder) == NULL)
        err(1, "%s", folder);
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {SIM_PLOT_SCRIPT,   "curve-0.data", "curve-1.data",
                                        "curve-2.data",    "curve-3.data", "detection-0.data",
                                        "detection-1.data"};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

/* out/NAME-what.svg */
static void name_svg(const struct request *r, const struct sim_world *w, const char *what,
                     char *svg)
{
    const char *slash = strrchr(w->scenario->path, '/');
    const char *base = slash == NULL ? w->scenario->path : slash + 1;
    size_t length = strcspn(base, ".");
    int all = snprintf(svg, PATH_MAX, "%s/%.*s-%s.svg", r->folder, (int)length, base, what);
    if (all < 0 || all >= PATH_MAX)
        errx(2, "--out: a path that is too long");
}

/* The whole path: the folder that one is in is easily another than one thinks. */
static void say_where(const char *svg)
{
    char *whole = realpath(svg, NULL);
    printf("wrote %s\n", whole != NULL ? whole : svg);
    free(whole);
}

static bool draw_all(const struct request *r, const struct sim_world *w)
{
    static const struct {
        const char *what;
        bool (*write)(const struct sim_world *w, const char *folder, const char *svg);
    } plots[] = {{"convergence", sim_plot_convergence}, {"detection", sim_plot_detection}};
    char folder[FOLDER_BYTES], svg[PATH_MAX];
    bool drawn = true;
    uint32_t count = 0;
    make_folder(folder);
    for (size_t i = 0; drawn && i < sizeof(plots) / sizeof(plots[0]); i++) {
        name_svg(r, w, plots[i].what, svg);
        if (!plots[i].write(w, folder, svg))
            continue;
        drawn = draw(folder);
        if (drawn)
            say_where(svg);
        count++;
    }
    if (count == 0)
        warnx("%s: nothing to draw: nobody crashed, joined or was updated", w->scenario->path);
    remove_folder(folder);
    return drawn;
}

static bool plot(const struct request *r, const char *path)
{
    static struct sim_scenario scenario;
    static struct sim_world w;
    char why[SIM_WHY_BYTES];
    if (sim_scenario_read(&scenario, path, why, sizeof(why)) != 0)
        errx(2, "%s", why);
    if (sim_world_create(&w, &scenario, r->has_seed ? r->seed : scenario.seed) != 0)
        errx(2, "%s: not enough memory for %u nodes", path, scenario.node_count);
    w.samples_equality = true;
    sim_world_run(&w, scenario.run_ns);
    sim_world_finish(&w);
    bool drawn = draw_all(r, &w);
    sim_world_destroy(&w);
    return drawn;
}

int sim_plot_main(int argc, char **argv)
{
    struct request r;
    bool drawn = true;
    parse(argc, argv, &r);
    sim_argument_check_folder(r.folder);
    for (int i = 0; i < r.file_count; i++)
        drawn &= plot(&r, r.files[i]);
    return drawn ? 0 : 1;
}
