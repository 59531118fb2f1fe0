/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Whole scenarios drawn from seeds (swarm testing: Groce et al. 2012; the two phases are those of
 * TigerBeetle's VOPR). First faults, under which what must always hold is checked, then everything
 * heals and the views must agree within a time that follows from the configuration. A draft is
 * played as the scenario text that it is written as, so whatever fails is a file for `run`.
 */
#include <stdio.h>

#include "bench/sim/scenario.h"
#include "lib/prng.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_DRAFT_ZONES_MAX  4
#define SIM_DRAFT_EVENTS_MAX 48
#define SIM_DRAFT_KNOBS_MAX  8
#define SIM_DRAFT_NODES_MIN  4 /* events may name n1 to n4 */
#define SIM_DRAFT_TEXT_BYTES 8192

/* A line of the timeline. It names zones, shares and n1 to n4 only, so that it stays right with
   fewer nodes. */
struct sim_draft_event {
    uint64_t at_ms, every_ms, until_ms; /* every 0: once */
    char what[72];
};

struct sim_draft {
    uint64_t seed;     /* that it was drawn from */
    uint64_t run_seed; /* that it is played with */
    const char *profile;
    uint32_t zone_count, zone_nodes[SIM_DRAFT_ZONES_MAX];
    uint32_t joiners; /* of the nodes, the last ones */
    uint64_t join_at_ms, join_over_ms;
    uint64_t rtt_us, jitter_us;
    uint64_t far_rtt_us[SIM_DRAFT_ZONES_MAX][SIM_DRAFT_ZONES_MAX]; /* i < j; 0: as within a zone */
    uint32_t knob_count, event_count;
    char knobs[SIM_DRAFT_KNOBS_MAX][48];
    struct sim_draft_event events[SIM_DRAFT_EVENTS_MAX];
    uint64_t faults_ms; /* how long the faults last */
    bool promises;      /* so mild that nobody may be declared dead falsely */
    bool settles;       /* heals and waits for the views to agree */
};

/* swarm_draw.c: the same seed is the same draft. */
void sim_draft_draw(struct sim_draft *draft, uint64_t seed);
void sim_draft_add(struct sim_draft *draft, const struct sim_draft_event *event);

/* swarm_write.c */
uint32_t sim_draft_nodes(const struct sim_draft *draft);
/* Returns false if the text has no room or is refused, which a test excludes for drawn drafts. */
bool sim_draft_write(const struct sim_draft *draft, char text[SIM_DRAFT_TEXT_BYTES]);
/* How long after the last fault views may differ. */
uint64_t sim_settle_ns(const struct sim_scenario *scenario);

/* swarm_play.c: what came of one scenario. */
struct sim_verdict {
    char what[112]; /* which rule or expectation did not hold; "": all did */
    char detail[200];
    uint64_t events;
    uint64_t settled_ns; /* from the last action to equal views; SIM_NEVER */
    uint64_t verbs;      /* one bit each that its timeline has */
    bool interrupted;    /* by Ctrl-C: no verdict */
};

/* Plays a scenario in a process of its own: an assertion that fails is a verdict like others. */
void sim_swarm_play(const char *text, struct sim_verdict *verdict);

/* swarm_shrink.c: makes the draft smaller as long as it fails with the same `what`, and for at most
   so long. The verdict becomes that of the smaller draft. */
void sim_swarm_shrink(struct sim_draft *draft, struct sim_verdict *verdict, uint64_t limit_ms);

/* swarm_report.c: what a swarm has found so far. */
#define SIM_KINDS_MAX 32 /* of failures; cases of further kinds are only counted */

struct sim_failure_kind {
    struct sim_verdict verdict; /* of the small case */
    uint64_t seed, failures;    /* the first; how many */
    char file[PATH_MAX];        /* the small case */
};

struct sim_swarm {
    const char *program; /* as the user called it */
    uint64_t first_seed, seeds, failures, events, wall_ms;
    uint64_t verb_seeds[64]; /* in how many seeds' timelines each verb is */
    uint64_t *settled_ns;    /* per seed that settled */
    uint32_t settled_count, kind_count;
    struct sim_failure_kind kinds[SIM_KINDS_MAX];
};

/* Each sorts settled_ns. */
void sim_swarm_report_text(struct sim_swarm *swarm, FILE *out);
void sim_swarm_report_json(struct sim_swarm *swarm, FILE *out);

/* swarm.c: the command, whose arguments begin with its name; returns the exit code. */
int sim_swarm_main(int argc, char **argv, const char *program);

#ifdef __cplusplus
}
#endif
