/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/report.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "bench/sim/curve.h"
#include "bench/sim/report_values.h"

enum sim_unit sim_report_unit(const struct sim_expect *x)
{
    if (x->kind == SIM_EXPECT_EQUAL && x->has_moment)
        return SIM_UNIT_SHARE;
    if (x->kind == SIM_EXPECT_COUNT || x->kind == SIM_EXPECT_FLAPS)
        return SIM_UNIT_COUNT;
    return x->kind == SIM_EXPECT_METRIC ? sim_metric_unit((enum sim_metric)x->metric) : SIM_UNIT_NS;
}

void sim_report_value(enum sim_unit unit, uint64_t value, char *out, size_t out_bytes)
{
    if (unit == SIM_UNIT_NS && value == SIM_NEVER)
        snprintf(out, out_bytes, "never");
    else if (unit == SIM_UNIT_NS)
        snprintf(out, out_bytes, "%" PRIu64 ".%03" PRIu64 " s", value / 1000000000,
                 value / 1000000 % 1000);
    else if (unit == SIM_UNIT_SHARE)
        snprintf(out, out_bytes, "%" PRIu64 ".%02" PRIu64 "%%", value / 10000, value / 100 % 100);
    else if (unit == SIM_UNIT_BYTES)
        snprintf(out, out_bytes, "%" PRIu64 ".%03" PRIu64 " KB", value / 1000, value % 1000);
    else
        snprintf(out, out_bytes, "%" PRIu64, value);
}

static bool text_invariants(const struct sim_world *w, FILE *out)
{
    bool good = true;
    for (int rule = 0; rule < SIM_RULE_COUNT; rule++) {
        uint64_t broken = w->invariants.broken[rule];
        if (broken == 0)
            continue;
        good = false;
        fprintf(out, "BROKEN %s: %" PRIu64 " times, first %s\n", sim_rule_text((enum sim_rule)rule),
                broken, w->invariants.first[rule]);
    }
    return good;
}

static void text_metrics(const struct sim_world *w, FILE *out)
{
    char value[48];
    for (int m = 0; m < SIM_METRIC_COUNT; m++) {
        enum sim_metric metric = (enum sim_metric)m;
        sim_report_value(sim_metric_unit(metric), w->metrics.values[m], value, sizeof(value));
        fprintf(out, "  %-22s %14s  %s\n", sim_metric_name(metric), value, sim_metric_text(metric));
    }
}

bool sim_report_text(struct sim_world *w, const struct sim_cost *cost, FILE *out)
{
    const struct sim_scenario *s = w->scenario;
    char value[48];
    bool good = true;
    fprintf(out, "%s: %u nodes, %" PRIu64 " s, seed %" PRIu64 ", trace %016" PRIx64 "\n", s->path,
            s->node_count, s->run_ns / 1000000000, w->seed, w->trace);
    text_metrics(w, out);
    sim_curve_text(w, out);
    for (uint32_t i = 0; i < s->expect_count; i++) {
        uint64_t measured;
        bool held = sim_world_judge(w, &s->expects[i], &measured);
        good &= held;
        sim_report_value(sim_report_unit(&s->expects[i]), measured, value, sizeof(value));
        fprintf(out, "%s line %u: %s: %s\n", held ? "ok    " : "FAILED", s->expects[i].line,
                s->expects[i].text, value);
    }
    good &= text_invariants(w, out);
    uint64_t run_ms = cost->wall_ms - cost->build_ms + 1;
    fprintf(out,
            "%s: %" PRIu64 " ms (%" PRIu64 " to build), %" PRIu64 " events/s, %" PRIu64 " MB\n",
            good ? "held" : "did not hold", cost->wall_ms, cost->build_ms,
            w->metrics.values[SIM_METRIC_events] * 1000 / run_ms, cost->resident_mb);
    return good;
}

json_t *sim_report_json_value(enum sim_unit unit, uint64_t value)
{
    if (unit == SIM_UNIT_NS && value == SIM_NEVER)
        return json_null();
    return json_integer((json_int_t)value);
}

json_t *sim_report_json_metrics(const struct sim_metrics *metrics)
{
    json_t *all = json_object();
    for (int m = 0; m < SIM_METRIC_COUNT; m++) {
        enum sim_metric metric = (enum sim_metric)m;
        json_object_set_new(all, sim_metric_name(metric),
                            sim_report_json_value(sim_metric_unit(metric), metrics->values[m]));
    }
    return all;
}

/* What percentiles over many runs need. */
static void json_add_latencies(const struct sim_world *w, const struct sim_expect *x, json_t *one)
{
    uint32_t count;
    uint64_t *values = sim_world_latencies(w, x, &count);
    if (values == NULL)
        return;
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, sim_report_json_value(SIM_UNIT_NS, values[i]));
    free(values);
    json_object_set_new(one, "percentile", json_integer((json_int_t)x->percentile));
    json_object_set_new(one, "within_ns", json_integer((json_int_t)x->within_ns));
    json_object_set_new(one, "latencies_ns", list);
}

static void json_add_metric(const struct sim_expect *x, json_t *one)
{
    json_object_set_new(one, "compare", json_string(sim_compare_text(x->compare)));
    json_object_set_new(one, "value", json_integer((json_int_t)x->value));
    json_object_set_new(one, "added", json_boolean(sim_expect_is_added(x)));
}

/* How several runs are judged as one. */
static void json_add_kind(const struct sim_expect *x, json_t *one)
{
    json_object_set_new(one, "none_holds", json_boolean(x->kind == SIM_EXPECT_REVIVED));
    json_object_set_new(one, "wants_much", json_boolean(sim_expect_wants_much(x)));
}

static json_t *json_expects(struct sim_world *w, bool *good)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < w->scenario->expect_count; i++) {
        const struct sim_expect *x = &w->scenario->expects[i];
        uint64_t measured;
        bool held = sim_world_judge(w, x, &measured);
        *good &= held;
        json_t *one =
            json_pack("{s:s, s:i, s:b, s:o}", "text", x->text, "line", (int)x->line, "ok", held,
                      "measured", sim_report_json_value(sim_report_unit(x), measured));
        json_add_latencies(w, x, one);
        if (sim_expect_compares(x))
            json_add_metric(x, one);
        json_add_kind(x, one);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *json_invariants(const struct sim_world *w, bool *good)
{
    json_t *list = json_array();
    for (int rule = 0; rule < SIM_RULE_COUNT; rule++) {
        if (w->invariants.broken[rule] == 0)
            continue;
        *good = false;
        json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "rule",
                                              sim_rule_text((enum sim_rule)rule), "times",
                                              (json_int_t)w->invariants.broken[rule], "first",
                                              w->invariants.first[rule]));
    }
    return list;
}

bool sim_report_json(struct sim_world *w, const struct sim_cost *cost, FILE *out)
{
    char trace[17];
    bool good = true;
    json_t *expects = json_expects(w, &good);
    json_t *broken = json_invariants(w, &good);
    snprintf(trace, sizeof(trace), "%016" PRIx64, w->trace);
    json_t *all = json_pack(
        "{s:b, s:s, s:I, s:s, s:o, s:o, s:o, s:I, s:I}", "ok", good, "scenario", w->scenario->path,
        "seed", (json_int_t)w->seed, "trace_hash", trace, "expectations", expects, "broken", broken,
        "metrics", sim_report_json_metrics(&w->metrics), "wall_ms", (json_int_t)cost->wall_ms,
        "resident_mb", (json_int_t)cost->resident_mb);
    json_dumpf(all, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(all);
    return good;
}
