/* SPDX-License-Identifier: BSD-3-Clause */
/* A draft as scenario text. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/swarm.h"

#define MS 1000000ull

struct page {
    char *text;
    size_t length;
    bool full;
};

static void __attribute__((format(printf, 2, 3))) line(struct page *p, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = SIM_DRAFT_TEXT_BYTES - p->length;
    int length = vsnprintf(p->text + p->length, room, format, arguments);
    va_end(arguments);
    p->full |= length < 0 || (size_t)length >= room;
    if (!p->full)
        p->length += (size_t)length;
}

uint32_t sim_draft_nodes(const struct sim_draft *draft)
{
    uint32_t nodes = 0;
    for (uint32_t i = 0; i < draft->zone_count; i++)
        nodes += draft->zone_nodes[i];
    return nodes;
}

/* when: "at 5s " or "" */
static void write_paths(struct page *p, const struct sim_draft *draft, const char *when)
{
    line(p, "%srtt %" PRIu64 "us jitter %" PRIu64 "us\n", when, draft->rtt_us, draft->jitter_us);
    for (uint32_t i = 0; i < draft->zone_count; i++) {
        for (uint32_t j = i + 1; j < draft->zone_count; j++) {
            uint64_t rtt_us = draft->far_rtt_us[i][j];
            if (rtt_us != 0)
                line(p, "%srtt z%u z%u %" PRIu64 "us jitter %" PRIu64 "us\n", when, i + 1, j + 1,
                     rtt_us, rtt_us / 10);
        }
    }
}

static void write_topology(struct page *p, const struct sim_draft *draft)
{
    uint32_t nodes = sim_draft_nodes(draft);
    for (uint32_t i = 0; i < draft->zone_count; i++)
        line(p, "zone z%u %u\n", i + 1, draft->zone_nodes[i]);
    write_paths(p, draft, "");
    line(p, "profile %s\n", draft->profile);
    for (uint32_t i = 0; i < draft->knob_count; i++)
        line(p, "set %s\n", draft->knobs[i]);
    line(p, "start formed n1-n%u\n", nodes - draft->joiners);
}

static void write_timeline(struct page *p, const struct sim_draft *draft)
{
    uint32_t nodes = sim_draft_nodes(draft);
    if (draft->joiners != 0)
        line(p, "at %" PRIu64 "ms join n%u-n%u over %" PRIu64 "ms\n", draft->join_at_ms,
             nodes - draft->joiners + 1, nodes, draft->join_over_ms);
    for (uint32_t i = 0; i < draft->event_count; i++) {
        const struct sim_draft_event *e = &draft->events[i];
        line(p, "at %" PRIu64 "ms ", e->at_ms);
        if (e->every_ms != 0)
            line(p, "every %" PRIu64 "ms until %" PRIu64 "ms ", e->every_ms, e->until_ms);
        line(p, "%s\n", e->what);
    }
}

static bool has(const struct sim_draft *draft, const char *verb)
{
    size_t length = strlen(verb);
    for (uint32_t i = 0; i < draft->event_count; i++) {
        if (strncmp(draft->events[i].what, verb, length) == 0)
            return true;
    }
    return false;
}

/* When the last copy of an old packet has come: it may have been lost the first time. */
static uint64_t quiet_ms(const struct sim_draft *draft)
{
    uint64_t longest_ms = 0, after_ms;
    for (uint32_t i = 0; i < draft->event_count; i++) {
        if (sscanf(draft->events[i].what, "replay %*u%% after %" SCNu64 "ms", &after_ms) == 1 &&
            after_ms > longest_ms)
            longest_ms = after_ms;
    }
    return draft->faults_ms + longest_ms;
}

/* Only what was broken: a small draft is a small file. */
static void write_healing(struct page *p, const struct sim_draft *draft)
{
    static const struct {
        const char *verb, *cure;
    } cures[] = {
        {"loss", "loss 0%"},
        {"duplicate", "duplicate 0%"},
        {"reorder", "reorder 0% by 0ms"},
        {"replay", "replay 0% after 0ms"},
        {"corrupt", "corrupt 0%"},
        {"burst", "burst 0% for 1s"},
        {"mtu", "mtu 0"},
        {"cut", "heal"},
        {"crash", "restart n1-n3"}, /* who joins must find its seeds */
    };
    for (size_t i = 0; i < sizeof(cures) / sizeof(cures[0]); i++) {
        if (has(draft, cures[i].verb))
            line(p, "at %" PRIu64 "ms %s\n", draft->faults_ms, cures[i].cure);
    }
    char when[32];
    snprintf(when, sizeof(when), "at %" PRIu64 "ms ", draft->faults_ms);
    if (has(draft, "rtt") || has(draft, "delay"))
        write_paths(p, draft, when);
    if (!has(draft, "crash") && has(draft, "leave"))
        line(p, "at %" PRIu64 "ms restart n1-n3\n", draft->faults_ms);
    if (has(draft, "replay"))
        line(p, "at %" PRIu64 "ms replay 0%% after 0ms # from here it is quiet\n", quiet_ms(draft));
}

uint64_t sim_settle_ns(const struct sim_scenario *s)
{
    const struct sl_config *c = &s->options.config;
    /* Whoever has just crashed is accused: that nobody probes it in 20 periods has a chance of
       e^-20. */
    uint64_t accused_ns = 20 * c->probe_period_ns + c->probe_tries * c->probe_try_interval_ns +
                          c->probe_helper_rounds * c->probe_helper_wait_ns;
    /* Or was accused by somebody who has crashed too: then the others' backstop decides. */
    uint64_t decided_ns = 2 * c->suspicion_max_ns + c->spread_ns;
    /* Both sides of a cut believe the other dead: each dials within one interval, again if the
       answer finds it still dying. */
    uint64_t met_ns = 2 * c->dial_interval_ns;
    /* A joiner may have just begun its longest wait. */
    uint64_t joined_ns = c->join_retry_max_ns;
    /* What spreading misses is repaired: difference, refutation, and what those brought anew. */
    uint64_t repaired_ns = 3 * (c->repair_patience_ns + c->spread_ns);
    return accused_ns + decided_ns + met_ns + joined_ns + repaired_ns;
}

/* The bound depends on the knobs, which only the language knows. */
static bool settle_ms(const char *text, uint64_t *ms)
{
    char why[SIM_WHY_BYTES];
    struct sim_scenario *s = calloc(1, sizeof(*s));
    bool good = s != NULL && sim_scenario_parse(s, "draft", text, why, sizeof(why)) == 0;
    if (good)
        *ms = sim_settle_ns(s) / MS;
    free(s);
    return good;
}

bool sim_draft_write(const struct sim_draft *draft, char text[SIM_DRAFT_TEXT_BYTES])
{
    struct page page = {.text = text};
    uint64_t wait_ms;
    line(&page, "# starling-sim swarm, seed %" PRIu64 "\n", draft->seed);
    write_topology(&page, draft);
    if (page.full || !settle_ms(text, &wait_ms))
        return false;
    line(&page, "seed %" PRIu64 "\n", draft->run_seed);
    line(&page, "run %" PRIu64 "ms\n",
         draft->settles ? quiet_ms(draft) + wait_ms + 1000 : draft->faults_ms);
    write_timeline(&page, draft);
    if (draft->settles) {
        write_healing(&page, draft);
        line(&page, "expect views equal at 100%% within %" PRIu64 "ms\n", wait_ms);
    }
    if (draft->promises)
        line(&page, "expect false_dead == 0\n");
    return !page.full && settle_ms(text, &wait_ms);
}
