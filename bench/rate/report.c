/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "bench/rate/arguments.h"
#include "bench/rate/chart.h"

static const char *output = "report.html";

static const struct bench_option known[] = {
    {"output", BENCH_OPTION_TEXT, &output, 0, 0, NULL, "FILE to write (default report.html)"},
    {NULL, BENCH_OPTION_FLAG, NULL, 0, 0, NULL, NULL},
};

void bench_report_usage(void)
{
    bench_arguments_print(known);
    printf("  FILE...            what packet, compare, stages and lib printed with --json\n");
}

static const char style[] =
    "<style>"
    ":root{--ink:#1b1f24;--soft:#5b6672;--line:#dfe4ea}"
    "*{box-sizing:border-box}"
    "body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);max-width:60rem;margin:2rem auto;"
    "padding:0 1rem;background:#fff}"
    "h1{font-size:1.7rem;margin:0}h2{font-size:1.2rem;margin:2.2rem 0 .4rem;border-bottom:1px "
    "solid "
    "var(--line);padding-bottom:.2rem}"
    "p{max-width:46rem}.soft{color:var(--soft)}"
    ".cards{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0}"
    ".card{border:1px solid var(--line);border-radius:8px;padding:.7rem "
    "1rem;min-width:9.5rem;flex:1}"
    ".card b{display:block;font-size:1.45rem;font-variant-numeric:tabular-nums}"
    ".card span{color:var(--soft);font-size:.85rem}"
    "figure{margin:1rem 0;break-inside:avoid}figcaption{font-weight:600;margin-bottom:.3rem}"
    "svg{width:100%;height:auto;max-width:46rem}"
    "svg text{font:12px system-ui,sans-serif;fill:var(--ink)}svg .label{fill:var(--soft)}"
    "svg .grid{stroke:var(--line)}"
    "table{border-collapse:collapse;margin:.8rem 0;font-size:.88rem;font-variant-numeric:tabular-"
    "nums;break-inside:avoid}"
    "th,td{text-align:right;padding:.25rem .7rem;border-bottom:1px solid var(--line)}"
    "th{color:var(--soft);font-weight:600}th:first-child,td:first-child{text-align:left}"
    "@media print{body{margin:0;max-width:none;font-size:11px}h2{break-after:avoid}"
    ".card{padding:.4rem .7rem}@page{margin:16mm}}"
    "</style>";

static int read_file(const char *path, json_t *results)
{
    json_error_t error;
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    int count = 0, c;
    if (in == NULL) {
        fprintf(stderr, "starling-bench: %s: %s\n", path, strerror(errno));
        return -1;
    }
    for (;;) {
        while ((c = fgetc(in)) == '\n' || c == ' ')
            ;
        if (c == EOF)
            break;
        ungetc(c, in);
        json_t *object = json_loadf(in, JSON_DISABLE_EOF_CHECK, &error);
        if (object == NULL || json_object_get(object, "kind") == NULL) {
            fprintf(stderr, "starling-bench: %s: %s; expected the output of --json\n", path,
                    object == NULL ? error.text : "an object without \"kind\"");
            json_decref(object);
            count = -1;
            break;
        }
        json_array_append_new(results, object);
        count++;
    }
    if (in != stdin)
        fclose(in);
    if (count == 0)
        fprintf(stderr, "starling-bench: %s: empty; expected the output of --json\n", path);
    return count > 0 ? 0 : -1;
}

static void write_card(FILE *out, const char *value, const char *what)
{
    fprintf(out, "<div class=\"card\"><b>%s</b><span>", value);
    bench_html_text(out, what);
    fputs("</span></div>", out);
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/* The first figure of each kind, large. */
static void write_cards(FILE *out, const json_t *results)
{
    char value[64];
    size_t i;
    const json_t *r;
    unsigned seen = 0;
    fputs("<div class=\"cards\">", out);
    json_array_foreach(results, i, r)
    {
        const char *kind = json_string_value(json_object_get(r, "kind"));
        const char *what = json_string_value(json_object_get(r, "case"));
        if (strcmp(kind, "packet") == 0 && strcmp(what, "ping-ack") == 0 && !(seen & 1)) {
            seen |= 1;
            snprintf(value, sizeof(value), "%.1f Mpps", number(r, "mpps"));
            write_card(out, value, "PINGs answered");
            snprintf(value, sizeof(value), "%.2f", number(r, "ratio_to_floor"));
            write_card(out, value, "of a bare DPDK responder's rate");
        } else if (strcmp(kind, "packet") == 0 && strcmp(what, "stale-updates") == 0 &&
                   !(seen & 2)) {
            seen |= 2;
            snprintf(value, sizeof(value), "%.0f M/s", number(r, "mrecords_per_s"));
            write_card(out, value, "known records filtered");
        } else if (strcmp(kind, "lib") == 0 && !(seen & 4)) {
            seen |= 4;
            snprintf(value, sizeof(value), "%.0f ns", number(r, "ping_answer_ns"));
            write_card(out, value, "a PING answered from memory");
        } else if (strcmp(kind, "compare") == 0 && !(seen & 8)) {
            const json_t *ratios = json_object_get(r, "ratios");
            seen |= 8;
            snprintf(value, sizeof(value), "%.0f&times;", number(ratios, "kernel_udp"));
            write_card(out, value, "less CPU per ack than a kernel socket");
            if (json_object_get(ratios, "memberlist") == NULL)
                continue;
            snprintf(value, sizeof(value), "%.0f&times;", number(ratios, "memberlist"));
            write_card(out, value, "less CPU per ack than memberlist");
        }
    }
    fputs("</div>\n", out);
}

static void write_page(FILE *out, const json_t *results)
{
    struct utsname system;
    char when[64];
    time_t now = time(NULL);
    struct tm utc;
    uname(&system);
    strftime(when, sizeof(when), "%Y-%m-%d %H:%M UTC", gmtime_r(&now, &utc));
    fprintf(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
        "content=\"width=device-width\"><title>Starling: packet rates</title>%s</head><body>"
        "<h1>Starling: packet rates</h1><p class=\"soft\">starling-bench " SL_VERSION
        " &middot; %s &middot; ",
        style, when);
    bench_html_text(out, system.sysname);
    fputc(' ', out);
    bench_html_text(out, system.release);
    fputs("</p>\n", out);
    write_cards(out, results);
    bench_report_packet(out, results);
    bench_report_latency(out, results);
    bench_report_compare(out, results);
    bench_report_stages(out, results);
    bench_report_library(out, results);
    fputs("</body></html>\n", out);
}

int bench_report(int argc, char **argv)
{
    const char **files = calloc((size_t)argc + 1, sizeof(*files));
    if (files == NULL || bench_arguments_read(argc, argv, known, files) != 0)
        return 2;
    if (files[0] == NULL) {
        fprintf(stderr, "starling-bench: report: expected files with the output of --json, or - "
                        "for stdin\n");
        return 2;
    }
    json_t *results = json_array();
    int rc = 0;
    for (int i = 0; rc == 0 && files[i] != NULL; i++)
        rc = read_file(files[i], results);
    FILE *out = rc == 0 ? fopen(output, "we") : NULL;
    if (out != NULL)
        write_page(out, results);
    if (rc == 0 && (out == NULL || fclose(out) != 0)) {
        fprintf(stderr, "starling-bench: --output %s: %s\n", output, strerror(errno));
        rc = -1;
    }
    json_decref(results);
    free(files);
    return rc == 0 ? 0 : 1;
}
