/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <jansson.h>

#include "bench/sim/swarm.h"
#include "bench/sim/watch.h"

static void text_verbs(const struct sim_swarm *s, FILE *out)
{
    const char *name;
    fprintf(out, "  seeds with");
    for (uint32_t verb = 0; (name = sim_verb_name(verb)) != NULL; verb++)
        fprintf(out, "%s %s %" PRIu64, verb == 0 ? "" : ",", name, s->verb_seeds[verb]);
    fprintf(out, "\n");
}

static void text_kinds(const struct sim_swarm *s, FILE *out)
{
    for (uint32_t i = 0; i < s->kind_count; i++) {
        const struct sim_failure_kind *kind = &s->kinds[i];
        fprintf(out, "%" PRIu64 " failed: %s: %s\n  small: %s run %s\n", kind->failures,
                kind->verdict.what, kind->verdict.detail, s->program, kind->file);
    }
}

void sim_swarm_report_text(struct sim_swarm *s, FILE *out)
{
    text_kinds(s, out);
    fprintf(out,
            "swarm: %" PRIu64 " seeds from %" PRIu64 ", %" PRIu64 " failed, %" PRIu64
            " events, %" PRIu64 " s\n",
            s->seeds, s->first_seed, s->failures, s->events, s->wall_ms / 1000);
    text_verbs(s, out);
    if (s->settled_count == 0)
        return;
    uint64_t p50_ns = sim_percentile(s->settled_ns, s->settled_count, 50);
    uint64_t most_ns = sim_percentile(s->settled_ns, s->settled_count, 100);
    fprintf(out,
            "  views equal after the last fault: p50 %" PRIu64 ".%" PRIu64 " s, most %" PRIu64
            ".%" PRIu64 " s\n",
            p50_ns / 1000000000, p50_ns / 100000000 % 10, most_ns / 1000000000,
            most_ns / 100000000 % 10);
}

static json_t *json_kinds(const struct sim_swarm *s)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < s->kind_count; i++) {
        const struct sim_failure_kind *kind = &s->kinds[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:I, s:s}", "what",
                                              kind->verdict.what, "detail", kind->verdict.detail,
                                              "failed", (json_int_t)kind->failures, "first_seed",
                                              (json_int_t)kind->seed, "scenario", kind->file));
    }
    return list;
}

static json_t *json_verbs(const struct sim_swarm *s)
{
    const char *name;
    json_t *verbs = json_object();
    for (uint32_t verb = 0; (name = sim_verb_name(verb)) != NULL; verb++)
        json_object_set_new(verbs, name, json_integer((json_int_t)s->verb_seeds[verb]));
    return verbs;
}

static json_t *json_settled(struct sim_swarm *s, uint32_t percentile)
{
    uint64_t ns = sim_percentile(s->settled_ns, s->settled_count, percentile);
    return ns == SIM_NEVER ? json_null() : json_integer((json_int_t)ns);
}

void sim_swarm_report_json(struct sim_swarm *s, FILE *out)
{
    json_t *all =
        json_pack("{s:b, s:I, s:I, s:I, s:o, s:o, s:I, s:o, s:o, s:I}", "ok", s->failures == 0,
                  "first_seed", (json_int_t)s->first_seed, "seeds", (json_int_t)s->seeds, "failed",
                  (json_int_t)s->failures, "kinds", json_kinds(s), "verb_seeds", json_verbs(s),
                  "events", (json_int_t)s->events, "settled_p50_ns", json_settled(s, 50),
                  "settled_max_ns", json_settled(s, 100), "wall_ms", (json_int_t)s->wall_ms);
    json_dumpf(all, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(all);
}
