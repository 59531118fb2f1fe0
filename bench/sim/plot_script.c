/* SPDX-License-Identifier: BSD-3-Clause */
#include <err.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/plot.h"

#define SECOND 1e9

/* Readable with most kinds of colour blindness, and in print. */
static const char *const colours[] = {"#1f5f8b", "#c8553d", "#7d5ba6", "#588157"};

static FILE *open_in(const char *folder, const char *name)
{
    char path[PATH_MAX];
    int length = snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = length > 0 && (size_t)length < sizeof(path) ? fopen(path, "w") : NULL;
    if (file == NULL)
        err(1, "%s/%s", folder, name);
    return file;
}

static void close_written(FILE *file, const char *name)
{
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        err(1, "%s", name);
}

/* In gnuplot's single quotes nothing is special but the quote itself. */
static void quote(FILE *out, const char *text)
{
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        fputc(*text, out);
        if (*text == '\'')
            fputc('\'', out);
    }
    fputc('\'', out);
}

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static FILE *begin_script(const struct sim_world *w, const char *folder, const char *svg,
                          const char *what)
{
    FILE *out = open_in(folder, SIM_PLOT_SCRIPT);
    const struct sim_scenario *s = w->scenario;
    char title[512];
    fprintf(out, "set terminal svg noenhanced size 820,480 font 'Helvetica,14' "
                 "background '#ffffff'\nset output ");
    quote(out, svg);
    snprintf(title, sizeof(title), "%s   (%.200s: %u nodes, seed %" PRIu64 ")", what,
             base_of(s->path), s->node_count, w->seed);
    fprintf(out, "\nset title ");
    quote(out, title);
    fprintf(out, " textcolor '#222222' \n"
                 "set border 3 linecolor '#888888'\nset tics nomirror textcolor '#444444'\n"
                 "set grid xtics ytics linecolor '#e4e4e4' linetype 1\nset samples 2\n"
                 "set key above left horizontal noautotitle Left reverse samplen 2.5\n"
                 "set rmargin 4\n");
    return out;
}

/* ---- convergence ---- */

/* The time by which each curve has reached all but a thousandth of what it ever reaches, and some
   more: a lone straggler must not squeeze the rest. */
static double interesting_s(const struct sim_curve *c)
{
    uint64_t most = 0;
    uint32_t i = 0;
    for (uint32_t j = 0; j < c->count; j++)
        most = c->points[j].millionths > most ? c->points[j].millionths : most;
    while (i + 1 < c->count && (uint64_t)c->points[i].millionths * 1000 < most * 999)
        i++;
    return (double)c->points[i].after_ns / SECOND;
}

static void write_curve(const struct sim_curve *c, double until_s, FILE *data)
{
    double height = 0, at_s = 0;
    fprintf(data, "0 0\n");
    for (uint32_t i = 0; i < c->count; i++) {
        at_s = (double)c->points[i].after_ns / SECOND;
        if (i == 0 && at_s > 0)
            fprintf(data, "%.6f 0\n", at_s);
        height = c->points[i].millionths / 10000.0;
        fprintf(data, "%.6f %.4f\n", at_s, height);
    }
    if (at_s < until_s)
        fprintf(data, "%.6f %.4f\n", until_s, height);
}

bool sim_plot_convergence(const struct sim_world *w, const char *folder, const char *svg)
{
    static struct sim_curve curves[SIM_CURVE_KINDS];
    bool made[SIM_CURVE_KINDS], any = false;
    double until_s = 0;
    for (int kind = 0; kind < SIM_CURVE_KINDS; kind++) {
        made[kind] = sim_curve_make(w, (enum sim_curve_kind)kind, &curves[kind]);
        any |= made[kind];
        if (made[kind] && interesting_s(&curves[kind]) > until_s)
            until_s = interesting_s(&curves[kind]);
    }
    if (!any)
        return false;
    until_s = until_s * 1.15 + 0.01;
    FILE *out = begin_script(w, folder, svg, "Who knows, and how soon");
    fprintf(out,
            "set xlabel 'time since it happened (s)'\nset ylabel 'share (%%)'\n"
            "set xrange [0:%.6f]\nset yrange [0:103]\nset ytics 20\nplot",
            until_s);
    for (int kind = 0; kind < SIM_CURVE_KINDS; kind++) {
        char name[32];
        if (!made[kind])
            continue;
        snprintf(name, sizeof(name), "curve-%d.data", kind);
        FILE *data = open_in(folder, name);
        write_curve(&curves[kind], until_s, data);
        close_written(data, name);
        fprintf(out, " '%s/%s' with steps linewidth 2.5 linecolor '%s' title '%s',", folder, name,
                colours[kind], sim_curve_name((enum sim_curve_kind)kind));
    }
    fprintf(out, "\n");
    close_written(out, SIM_PLOT_SCRIPT);
    return true;
}

/* ---- detection ---- */

static void write_steps(const uint64_t *values, uint32_t count, double until_s, FILE *data)
{
    fprintf(data, "0 0\n");
    for (uint32_t i = 0; i < count; i++)
        fprintf(data, "%.6f %.4f\n", (double)values[i] / SECOND, 100.0 * (i + 1) / count);
    fprintf(data, "%.6f 100\n", until_s);
}

bool sim_plot_detection(const struct sim_world *w, const char *folder, const char *svg)
{
    static const struct {
        uint32_t millionths;
        const char *title;
    } of[] = {{1, "known to the first viewer"}, {990000, "known to 99 % of the viewers"}};
    uint64_t *values[2];
    uint32_t counts[2];
    for (int i = 0; i < 2; i++)
        values[i] = sim_detections(w, of[i].millionths, &counts[i]);
    bool any = counts[0] != 0 && counts[1] != 0;
    if (any) {
        double from_s = (double)values[0][0] / SECOND;
        double until_s = (double)values[1][counts[1] - 1] / SECOND;
        double margin_s = (until_s - from_s) / 10 + 0.01;
        FILE *out = begin_script(w, folder, svg, "From a crash to DEAD");
        fprintf(out,
                "set xlabel 'time since the crash (s)'\nset ylabel 'share of %u crashes (%%)'\n"
                "set xrange [%.6f:%.6f]\nset yrange [0:103]\nset ytics 20\nplot",
                counts[1], from_s > margin_s ? from_s - margin_s : 0, until_s + margin_s);
        for (int i = 0; i < 2; i++) {
            char name[32];
            snprintf(name, sizeof(name), "detection-%d.data", i);
            FILE *data = open_in(folder, name);
            write_steps(values[i], counts[i], until_s + margin_s, data);
            close_written(data, name);
            fprintf(out, " '%s/%s' with steps linewidth 2.5 linecolor '%s' title '%s',", folder,
                    name, colours[1 - i], of[i].title);
        }
        fprintf(out, "\n");
        close_written(out, SIM_PLOT_SCRIPT);
    }
    free(values[0]);
    free(values[1]);
    return any;
}
