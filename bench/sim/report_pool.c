/* SPDX-License-Identifier: BSD-3-Clause */
/* Several runs as one. */
#include <inttypes.h>
#include <jansson.h>

#include "bench/sim/pool.h"
#include "bench/sim/report.h"
#include "bench/sim/report_values.h"

bool sim_report_pool_text(struct sim_pool *p, const struct sim_cost *cost, FILE *out)
{
    const struct sim_scenario *s = p->scenario;
    char value[48];
    bool good = p->violations == 0;
    fprintf(out, "all %u seeds together:\n", p->run_count);
    for (uint32_t i = 0; i < s->expect_count; i++) {
        uint64_t measured;
        bool held = sim_pool_judge(p, i, &measured);
        good &= held;
        sim_report_value(sim_report_unit(&s->expects[i]), measured, value, sizeof(value));
        fprintf(out, "%s line %u: %s: %s", held ? "ok    " : "FAILED", s->expects[i].line,
                s->expects[i].text, value);
        if (p->expects[i].latencies != NULL)
            fprintf(out, " (of %u)", p->expects[i].count);
        fputc('\n', out);
    }
    if (p->violations != 0)
        fprintf(out, "BROKEN invariants: %" PRIu64 " times\n", p->violations);
    fprintf(out, "%s: %" PRIu64 " ms, %" PRIu64 " MB\n", good ? "held" : "did not hold",
            cost->wall_ms, cost->resident_mb);
    return good;
}

static json_t *json_runs(const struct sim_pool *p)
{
    json_t *list = json_array();
    char trace[17];
    for (uint32_t i = 0; i < p->run_count; i++) {
        snprintf(trace, sizeof(trace), "%016" PRIx64, p->runs[i].trace);
        json_array_append_new(
            list, json_pack("{s:I, s:s, s:I, s:o}", "seed", (json_int_t)p->runs[i].seed,
                            "trace_hash", trace, "violations", (json_int_t)p->runs[i].violations,
                            "metrics", sim_report_json_metrics(&p->runs[i].metrics)));
    }
    return list;
}

/* Of all runs; the sum of times says nothing. */
static json_t *json_metrics_of_all(const struct sim_pool *p)
{
    json_t *all = json_object();
    for (int m = 0; m < SIM_METRIC_COUNT; m++) {
        enum sim_unit unit = sim_metric_unit((enum sim_metric)m);
        uint64_t sum = 0, least = UINT64_MAX, most = 0;
        for (uint32_t i = 0; i < p->run_count; i++) {
            uint64_t value = p->runs[i].metrics.values[m];
            sum += value;
            least = value < least ? value : least;
            most = value > most ? value : most;
        }
        json_t *one = json_pack("{s:o, s:o}", "least", sim_report_json_value(unit, least), "most",
                                sim_report_json_value(unit, most));
        if (unit != SIM_UNIT_NS)
            json_object_set_new(one, "sum", json_integer((json_int_t)sum));
        json_object_set_new(all, sim_metric_name((enum sim_metric)m), one);
    }
    return all;
}

bool sim_report_pool_json(struct sim_pool *p, const struct sim_cost *cost, FILE *out)
{
    const struct sim_scenario *s = p->scenario;
    bool good = p->violations == 0;
    json_t *expects = json_array();
    for (uint32_t i = 0; i < s->expect_count; i++) {
        uint64_t measured;
        bool held = sim_pool_judge(p, i, &measured);
        good &= held;
        json_array_append_new(
            expects, json_pack("{s:s, s:i, s:b, s:o, s:I}", "text", s->expects[i].text, "line",
                               (int)s->expects[i].line, "ok", held, "measured",
                               sim_report_json_value(sim_report_unit(&s->expects[i]), measured),
                               "latencies", (json_int_t)p->expects[i].count));
    }
    json_t *all =
        json_pack("{s:b, s:s, s:o, s:o, s:o, s:I, s:I, s:I}", "ok", good, "scenario", s->path,
                  "seeds", json_runs(p), "expectations", expects, "metrics", json_metrics_of_all(p),
                  "violations", (json_int_t)p->violations, "wall_ms", (json_int_t)cost->wall_ms,
                  "resident_mb", (json_int_t)cost->resident_mb);
    json_dumpf(all, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(all);
    return good;
}
