/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "bench/rate/chart.h"
#include "bench/rate/load.h"
#include "bench/rate/report.h"

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static const char *text(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    return value != NULL ? value : "";
}

static bool is_kind(const json_t *object, const char *kind)
{
    return strcmp(text(object, "kind"), kind) == 0;
}

/* What a result is besides its members and frame size. */
static void describe(const json_t *r, char *out, size_t bytes)
{
    int workers = (int)number(r, "workers");
    snprintf(out, bytes, "%s%s%s", text(r, "case"),
             strcmp(text(r, "ip"), "ipv6") == 0 ? ", IPv6" : "",
             json_is_true(json_object_get(r, "offload")) ? ", offload" : "");
    size_t length = strlen(out);
    if (workers > 1)
        length += (size_t)snprintf(out + length, bytes - length, ", %d workers", workers);
    if (strcmp(text(r, "port"), "ring") != 0)
        snprintf(out + length, bytes - length, ", %.30s", text(r, "port"));
}

/* A result joins a line if one of its kind differs from it in `key` and in nothing else. */
static bool varies(const json_t *results, const json_t *r, const char *key, const char *other)
{
    char mine[64], its[64];
    size_t i;
    const json_t *q;
    describe(r, mine, sizeof(mine));
    json_array_foreach(results, i, q)
    {
        if (!is_kind(q, "packet"))
            continue;
        describe(q, its, sizeof(its));
        if (strcmp(mine, its) == 0 && number(q, key) != number(r, key) &&
            number(q, other) == number(r, other))
            return true;
    }
    return false;
}

/* A case has the same colour on every chart. */
static uint32_t colour_of(const json_t *r)
{
    uint32_t i = 0;
    while (bench_case_names[i] != NULL && strcmp(bench_case_names[i], text(r, "case")) != 0)
        i++;
    return i;
}

static void add_result(struct bench_chart *chart, const json_t *r, const char *key)
{
    char name[64], floor_name[80];
    describe(r, name, sizeof(name));
    snprintf(floor_name, sizeof(floor_name), "%.55s, floor", name);
    const json_t *mine = json_object_get(r, "mpps_trials");
    const json_t *bare = json_object_get(r, "floor_mpps_trials");
    struct bench_series *s = bench_chart_series(chart, name, colour_of(r), false);
    bench_series_add(s, number(r, key), number(r, "mpps"), number(mine, "min"),
                     number(mine, "max"));
    s = bench_chart_series(chart, floor_name, colour_of(r), true);
    bench_series_add(s, number(r, key), number(r, "floor_mpps"), number(bare, "min"),
                     number(bare, "max"));
}

static void write_table(FILE *out, const json_t *results)
{
    char name[64];
    size_t i;
    const json_t *r;
    fputs(
        "<table><tr><th>case</th><th>members</th><th>frame bytes</th><th>records</th><th>Mpps</th>"
        "<th>least to most</th><th>floor</th><th>ratio</th><th>M records/s</th><th>drops</th></tr>",
        out);
    json_array_foreach(results, i, r)
    {
        if (!is_kind(r, "packet"))
            continue;
        const json_t *trials = json_object_get(r, "mpps_trials");
        describe(r, name, sizeof(name));
        fputs("<tr><td>", out);
        bench_html_text(out, name);
        fprintf(out,
                "</td><td>%.0f</td><td>%.0f</td><td>%.1f</td><td>%.2f</td><td>%.2f to %.2f</td>",
                number(r, "members"), number(r, "frame_bytes"), number(r, "records_per_frame"),
                number(r, "mpps"), number(trials, "min"), number(trials, "max"));
        fprintf(out, "<td>%.2f</td><td>%.2f</td><td>%.1f</td><td>%.0f</td></tr>",
                number(r, "floor_mpps"), number(r, "ratio_to_floor"), number(r, "mrecords_per_s"),
                number(r, "drops"));
    }
    fputs("</table>\n", out);
}

void bench_report_packet(FILE *out, const json_t *results)
{
    static struct bench_chart by_size, by_members;
    by_size = (struct bench_chart){.title = "Rate by frame size",
                                   .x_label = "Ethernet frame, bytes",
                                   .y_label = "Mpps",
                                   .x_scale = BENCH_SCALE_LINEAR,
                                   .y_scale = BENCH_SCALE_LINEAR};
    by_members = (struct bench_chart){.title = "Rate by members in the table",
                                      .x_label = "members",
                                      .y_label = "Mpps",
                                      .x_scale = BENCH_SCALE_LOG,
                                      .y_scale = BENCH_SCALE_LINEAR};
    size_t i, count = 0;
    const json_t *r;
    json_array_foreach(results, i, r)
    {
        if (!is_kind(r, "packet"))
            continue;
        count++;
        if (number(r, "frame_bytes") > 0 && varies(results, r, "frame_bytes", "members"))
            add_result(&by_size, r, "frame_bytes");
        if (varies(results, r, "members", "frame_bytes"))
            add_result(&by_members, r, "members");
    }
    if (count == 0)
        return;
    fputs(
        "<h2>Rate</h2><p>Packets a second, all workers together: the daemon's own runtime over a "
        "wire of rings, or the port that is named. The floor is a bare DPDK responder on the same "
        "frames in the same run, in "
        "turn. Medians; lines show the least and the most of all trials. A frame size of 0 is what "
        "the records make it.</p>",
        out);
    bench_chart_write(out, &by_size);
    bench_chart_write(out, &by_members);
    write_table(out, results);
}

static void add_curve(struct bench_chart *chart, const json_t *r, const char *key, const char *name,
                      uint32_t colour, bool dashed)
{
    size_t i;
    const json_t *point;
    struct bench_series *s = bench_chart_series(chart, name, colour, dashed);
    if (s == NULL || s->count > 0)
        return; /* the first of a name is shown */
    json_array_foreach(json_object_get(r, key), i, point)
    {
        double y = json_number_value(json_array_get(point, 1));
        bench_series_add(s, json_number_value(json_array_get(point, 0)), y, y, y);
    }
}

void bench_report_latency(FILE *out, const json_t *results)
{
    static struct bench_chart chart;
    chart = (struct bench_chart){.title = "Latency by percentile, each at half of its own rate",
                                 .x_label = "percentile",
                                 .y_label = "ns",
                                 .x_scale = BENCH_SCALE_PERCENTILE,
                                 .y_scale = BENCH_SCALE_LOG};
    size_t i;
    const json_t *r;
    json_array_foreach(results, i, r)
    {
        char name[96], floor_name[112];
        if (!is_kind(r, "packet") || json_object_get(r, "latency_curve_ns") == NULL ||
            chart.count > 6)
            continue;
        describe(r, name, 64);
        size_t length = strlen(name);
        snprintf(name + length, sizeof(name) - length, ", %.0f", number(r, "members"));
        snprintf(floor_name, sizeof(floor_name), "%s, floor", name);
        uint32_t colour = chart.count / 2; /* lines of one case differ in members */
        add_curve(&chart, r, "latency_curve_ns", name, colour, false);
        add_curve(&chart, r, "floor_latency_curve_ns", floor_name, colour, true);
    }
    if (chart.count == 0)
        return;
    fputs("<h2>Latency</h2><p>From when a frame was due until its answer was handed over, in the "
          "responder's own time; what waited behind a slow burst shows. The tail is the machine's: "
          "interrupts that hit both.</p>",
          out);
    bench_chart_write(out, &chart);
}

void bench_report_compare(FILE *out, const json_t *results)
{
    size_t i, k;
    const json_t *r, *row;
    json_array_foreach(results, i, r)
    {
        struct bench_bar bars[8];
        uint32_t count = 0;
        if (!is_kind(r, "compare"))
            continue;
        json_array_foreach(json_object_get(r, "rows"), k, row)
        {
            const char *system = text(row, "system");
            double ratio = number(json_object_get(r, "ratios"), system);
            if (count == 8)
                break;
            struct bench_bar *bar = &bars[count++];
            memset(bar, 0, sizeof(*bar));
            snprintf(bar->name, sizeof(bar->name), "%s", system);
            bar->value = number(row, "cpu_ns_per_ack");
            bar->colour = strcmp(system, "starling") == 0 ? 0 : 4;
            if (ratio > 0)
                snprintf(bar->text, sizeof(bar->text), "%.0f ns, %.*f times", bar->value,
                         ratio < 10 ? 2 : 0, ratio);
            else
                snprintf(bar->text, sizeof(bar->text), "%.0f ns", bar->value);
        }
        fputs("<h2>Beside others</h2><p>CPU time of one PING answered, all in one run, in turn: a "
              "bare DPDK responder, a kernel UDP socket with recvmmsg and sendmmsg, HashiCorp "
              "memberlist 0.2.2.</p>",
              out);
        bench_bars_write(out, "CPU time per ack", BENCH_SCALE_LOG, bars, count);
    }
}

void bench_report_stages(FILE *out, const json_t *results)
{
    size_t i;
    const json_t *r;
    json_array_foreach(results, i, r)
    {
        struct bench_bar bars[16];
        uint32_t count = 0;
        char title[96];
        const char *stage;
        json_t *cycles;
        if (!is_kind(r, "stages"))
            continue;
        json_object_foreach(json_object_get(r, "cycles_per_packet"), stage, cycles)
        {
            if (count == 16 || json_number_value(cycles) < 0.5)
                continue;
            struct bench_bar *bar = &bars[count++];
            memset(bar, 0, sizeof(*bar));
            snprintf(bar->name, sizeof(bar->name), "%s", stage);
            bar->value = json_number_value(cycles);
            bar->colour = 2;
            snprintf(bar->text, sizeof(bar->text), "%.1f, %.0f %%", bar->value,
                     100 * bar->value / number(r, "stages_sum"));
        }
        snprintf(title, sizeof(title), "Cycles a packet by stage: %s, %.0f members",
                 text(r, "case"), number(r, "members"));
        bench_bars_write(out, title, BENCH_SCALE_LINEAR, bars, count);
    }
}

void bench_report_library(FILE *out, const json_t *results)
{
    size_t i, k;
    const json_t *r, *part;
    json_array_foreach(results, i, r)
    {
        if (!is_kind(r, "lib"))
            continue;
        fprintf(
            out,
            "<h2>The pure library</h2><p>One operation from memory, %.0f members.</p><table><tr>"
            "<th>part</th><th>ns</th><th>least to most</th><th>instructions</th></tr>",
            number(r, "members"));
        json_array_foreach(json_object_get(r, "parts"), k, part)
        {
            fputs("<tr><td>", out);
            bench_html_text(out, text(part, "part"));
            fprintf(out, "</td><td>%.1f</td><td>%.1f to %.1f</td><td>%.0f</td></tr>",
                    number(part, "ns"), number(part, "ns_min"), number(part, "ns_max"),
                    number(part, "instructions"));
        }
        fputs("</table>\n", out);
    }
}
