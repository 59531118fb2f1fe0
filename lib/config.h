/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Every knob of the protocol. Filled from a profile (profile.h), then overridden; fixed once the
 * engine is created. */
#include <stdint.h>

#include "lib/endpoint.h"
#include "lib/limits.h"

/* What a gossip round does (Demers et al. 1987, section 1.4). */
enum sl_gossip_mode {
    SL_GOSSIP_PUSH,      /* tells what is new; with nothing to say, only the view hash */
    SL_GOSSIP_PULL,      /* asks what is new; what is new is only told to those who ask */
    SL_GOSSIP_PUSH_PULL, /* tells what is new, and asks */
};

struct sl_config {
    /* Who I am. Strings are zero-terminated copies. */
    char cluster_name[SL_NAME_BYTES_MAX + 1];
    char name[SL_NAME_BYTES_MAX + 1];
    char zone[SL_ZONE_BYTES_MAX + 1]; /* "" = "default" */
    char tags[SL_TAGS_BYTES_MAX + 1];
    struct sl_endpoint v4; /* port 0 = none; at least one of the two */
    struct sl_endpoint v6;
    /* Where frames really leave from, if it is not what is claimed above (a router translates). */
    struct sl_endpoint bound_v4, bound_v6;

    /* Room. */
    uint32_t max_members;
    uint32_t table_load_percent;    /* 0: by max_members */
    uint32_t cold_bytes_per_member; /* 0: by max_members */
    uint32_t max_rumours;           /* updates being spread at once */
    uint32_t max_suspicions;        /* members under suspicion at once */
    uint32_t frame_bytes;           /* UDP payload limit of frames sent */

    /* Failure detection. */
    uint64_t probe_period_ns;       /* one member is probed per period */
    uint32_t probe_tries;           /* PINGs of one probe, probe_try_interval_ns apart */
    uint64_t probe_try_interval_ns; /* need not cover a round trip: a late ACK of any try counts */
    uint32_t probe_helpers;         /* helpers asked in one go */
    uint32_t probe_helper_rounds;   /* how often fresh helpers are asked */
    uint64_t probe_helper_wait_ns;  /* time given to one round of helpers, at least */
    uint64_t max_pause_ns;          /* longest pause of a healthy member that must not kill it */
    uint64_t spread_ns;             /* time within which an update reaches all but stragglers */
    uint64_t suspicion_min_ns; /* suspicion time once enough accusers agree: max_pause + spread */
    uint64_t suspicion_max_ns; /* suspicion time of a lone accuser */
    uint32_t suspicion_confirmations; /* distinct further accusers that bring max down to min */

    uint64_t zone_patience_ns; /* how long the members of an unreachable zone are not declared dead:
                                  the longest partition tolerated, and a margin */

    /* Dissemination. */
    uint32_t gossip_mode;        /* enum sl_gossip_mode */
    uint64_t gossip_interval_ns; /* between rounds when there is something to say */
    uint64_t
        gossip_idle_interval_ns;  /* between rounds when there is not; pulling knows no idleness */
    uint32_t gossip_fanout;       /* peers per round */
    uint32_t gossip_near_percent; /* of these picks stay in the own zone, if it has a name; the
                                     others go anywhere */
    uint32_t transmit_multiplier; /* sends per rumour and node: multiplier * ceil(log10(n + 1)) */
    uint32_t byte_cap;         /* tx + rx, any 1 s; past it gossip and repair wait, probes go on */
    uint32_t byte_cap_joining; /* the same until it has joined, and in the first join_grace_ns */
    uint64_t join_grace_ns;
    uint32_t
        byte_cap_seed; /* the same of a node that is a seed itself, whose answers joiners need */

    /* Membership life. */
    uint64_t
        join_retry_min_ns; /* first wait between tries to reach a seed; doubles up to the maximum */
    uint64_t join_retry_max_ns;
    uint64_t
        dead_retention_ns; /* longer than the longest partition that must heal without ghosts */
    uint64_t left_retention_ns;
    uint64_t dial_interval_ns;   /* a dead member or a seed is dialled this often, so that a healed
                                    split rejoins */
    uint64_t repair_patience_ns; /* how long a settled view hash may differ before repair starts; at
                                    least spread */
};
