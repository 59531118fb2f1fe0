/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A scenario as read from its file; README.md has the language. Nothing in it changes in a run. */
#include <stdbool.h>
#include <stdint.h>

#include "bench/sim/pick.h"
#include "dataplane/options.h"
#include "lib/word.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_ZONES_MAX    16
#define SIM_NODES_MAX    16384
#define SIM_ACTIONS_MAX  4096
#define SIM_EXPECTS_MAX  256
#define SIM_SETTINGS_MAX 64
#define SIM_PATHS_MAX    256  /* round trips and delays of the topology */
#define SIM_TEXT_MAX     160  /* of one line */
#define SIM_RING_MAX     1024 /* packets that wait for a node at most */
#define SIM_MILLION      1000000u
#define SIM_LATENCIES    4
#define SIM_WHY_BYTES    512
#define SIM_TAGS_BYTES   64 /* of one tag action, with its end */

struct sim_zone {
    char name[SL_ZONE_BYTES_MAX + 1];
    uint32_t first, count; /* nodes */
};

enum sim_verb {
    SIM_CRASH,
    SIM_RESTART,
    SIM_PAUSE,
    SIM_LEAVE,
    SIM_JOIN,
    SIM_CLOCK,
    SIM_DRIFT,
    SIM_UPDATE,
    SIM_TAG,
    SIM_MOVE,
    SIM_CLOG,
    SIM_STARVE,
    SIM_RING,
    SIM_LIE,
    SIM_FORGE,
    SIM_REMOVE,
    SIM_PICK,
    SIM_CUT,
    SIM_HEAL,
    SIM_LOSS,
    SIM_DUPLICATE,
    SIM_REORDER,
    SIM_REPLAY,
    SIM_CORRUPT,
    SIM_BURST,
    SIM_MTU,
    SIM_RTT,
    SIM_DELAY,
};

#define SIM_FROM_STRANGER UINT32_MAX
#define SIM_SAME_ZONE     UINT32_MAX

struct sim_action {
    uint64_t at_ns, every_ns, until_ns; /* every_ns 0: once */
    enum sim_verb verb;
    struct sim_pick who;
    struct sim_pick a,
        b; /* from CUT on: between which; ALL: b others, or everywhere; forge: a is told */
    uint64_t duration_ns; /* pause, join, clog, starve, lie, burst, reorder, replay; clock: how far;
                             rtt, delay: one way */
    uint64_t jitter_ns;   /* rtt, delay */
    uint32_t number; /* ring: packets; mtu: bytes; pick: of the name; forge: incarnations up; move:
                        the zone, or SIM_SAME_ZONE */
    uint32_t from;   /* forge, remove: the node that says it; SIM_FROM_STRANGER */
    enum sl_status status; /* forge */
    bool forges;           /* lie: claims in others' names, too */
    bool back;             /* clock: into the past; drift: slower */
    uint32_t millionths;
    bool one_way;              /* from a to b */
    char tags[SIM_TAGS_BYTES]; /* tag */
    uint32_t line;
};

enum sim_expect_kind {
    SIM_EXPECT_DEAD,        /* every named crash is seen */
    SIM_EXPECT_REMOVED,     /* every named member's removal is held */
    SIM_EXPECT_SPREAD,      /* every named node's update is held */
    SIM_EXPECT_UNREACHABLE, /* every loss of the zone as a whole is told outside */
    SIM_EXPECT_REACHABLE,   /* and its end */
    SIM_EXPECT_JOINED,      /* every named start has its view */
    SIM_EXPECT_EQUAL,       /* views agree with the truth after the last action */
    SIM_EXPECT_METRIC,
    SIM_EXPECT_COUNT,   /* deaths of named members that named viewers saw */
    SIM_EXPECT_FLAPS,   /* how often one of them came back for one of those */
    SIM_EXPECT_REVIVED, /* how long until it did */
};

enum sim_compare { SIM_LESS_EQUAL, SIM_LESS, SIM_EQUAL, SIM_GREATER_EQUAL };

struct sim_expect {
    enum sim_expect_kind kind;
    struct sim_pick who; /* UNREACHABLE, REACHABLE: the zone's number */
    struct sim_pick by;  /* COUNT, FLAPS: viewers */
    bool has_moment;     /* EQUAL, METRIC: at_ns */
    bool after_first;    /* DEAD: from the first viewer's sight on */
    uint64_t at_ns;
    uint32_t millionths; /* of the viewers */
    uint32_t percentile; /* of the latencies: 1..100, 100 = the worst */
    uint64_t within_ns;
    uint64_t within_rounds; /* if not 0: within_ns is as many gossip intervals */
    uint32_t metric;        /* enum sim_metric */
    enum sim_compare compare;
    uint64_t value;
    uint32_t line;
    char text[SIM_TEXT_MAX];
};

/* set KEY VALUE [for RANGE] */
struct sim_setting {
    struct sim_pick who; /* ALL, or RANGES */
    uint32_t option;     /* row of sl_option_table */
    uint32_t line;
    char value[32];
};

/* pick NAME WHO */
struct sim_name {
    char text[SIM_NAME_BYTES];
    uint64_t from_ns; /* before that time it names nobody */
};

struct sim_scenario {
    char path[PATH_MAX];
    char profile[8];
    uint32_t setting_count, name_count;
    struct sim_name names[SIM_NAMES_MAX];
    struct sim_setting settings[SIM_SETTINGS_MAX];
    struct sl_options options; /* config: profile and knobs; identity is each node's */
    uint32_t node_count, zone_count;
    struct sim_zone zones[SIM_ZONES_MAX];
    uint32_t path_count;
    struct sim_action paths[SIM_PATHS_MAX]; /* RTT and DELAY, in this order, from the start on */
    struct sim_pick formed;                 /* RANGES */
    bool is_formed;                         /* else nobody runs at first */
    bool changes_identities; /* tags, addresses or zones: views keep cold records of their own */
    struct sim_pick seeds;   /* RANGES */
    uint64_t run_ns;
    uint64_t seed;
    uint32_t action_count, expect_count;
    struct sim_action actions[SIM_ACTIONS_MAX];
    struct sim_expect expects[SIM_EXPECTS_MAX];
};

/* Whether it happens to one node after the other, over the action's duration. */
bool sim_verb_takes_turns(enum sim_verb verb);
/* NULL: no such verb. */
const char *sim_verb_name(uint32_t verb);

/* 0, or -errno and in `why` one line: "file:line: what, expected ...". */
int sim_scenario_read(struct sim_scenario *scenario, const char *path, char *why, size_t why_bytes);

/* The same from text; `path` is only its name. */
int sim_scenario_parse(struct sim_scenario *scenario, const char *path, const char *text, char *why,
                       size_t why_bytes);

#ifdef __cplusplus
}
#endif
