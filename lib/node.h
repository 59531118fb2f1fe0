/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What ports (control socket, metrics, authority) may ask of a running node. main() hands over an
 * implementation, so that ports know no cores. All calls come from the control thread;
 * implementations return 0 or -errno and never block on a packet core for longer than one of its
 * loops.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/counters.h"
#include "lib/endpoint.h"
#include "lib/engine.h"
#include "lib/event.h"
#include "lib/limits.h"

struct sl_member_info {
    uint64_t id, word;
    struct sl_endpoint v4, v6; /* port 0 = none */
    char name[SL_NAME_BYTES_MAX + 1];
    char zone[SL_ZONE_BYTES_MAX + 1]; /* never empty: "default" */
    char tags[SL_TAGS_BYTES_MAX + 1];
    bool self;
    bool unreachable;    /* live as far as is known, but nobody in its zone answers, or no member
                            reaches both its address family and ours */
    uint64_t accuser_id; /* of a suspect or dead member, while its event is remembered; 0 = none */
    char accuser[SL_NAME_BYTES_MAX + 1]; /* empty: none, or its name was not known */
    bool flapping; /* dies and comes back: its changes are not told as events */
    bool removed;  /* LEFT by an operator's word; then the accuser is the node where it was said */
};

#define SL_NODE_STATUSES 5 /* enum sl_status, and removed */

#define SL_NODE_TROUBLES_MAX 24

/* Something that is wrong with the node now. */
struct sl_trouble {
    uint64_t since_ns; /* CLOCK_REALTIME */
    char kind[24];
    char subject[64]; /* which of a kind: a seed, a zone; empty if there can be only one */
    char text[240];   /* what is wrong, and where */
    char advice[240]; /* what to do */
};

struct sl_node_info {
    struct sl_member_info self;
    char cluster[SL_NAME_BYTES_MAX + 1];
    char profile[8];
    char port[64]; /* the port's spec as configured */
    char version[16];
    uint64_t uptime_ns;
    uint32_t phase; /* enum sl_phase */
    uint32_t members_by_status[SL_NODE_STATUSES];
    uint32_t max_members;
    uint32_t workers;
    uint64_t view_hash;
    char link[8];      /* of the port: "up", "down", "gone" */
    uint32_t flapping; /* members */
    uint32_t trouble_count;
    struct sl_trouble troubles[SL_NODE_TROUBLES_MAX]; /* oldest first */
};

struct sl_percentiles {
    uint64_t count;
    uint64_t p50_ns, p90_ns, p99_ns, p999_ns, max_ns;
};

struct sl_worker_load {
    uint64_t polls; /* in all */
    uint64_t
        empty_polls;  /* that found nothing: empty / polls near 1 is idle, near 0 is saturated */
    uint64_t busy_ns; /* time in loops that found something */
    uint64_t asleep_ns;
    uint32_t cpu;
    uint32_t lcore;
};

struct sl_node_stats {
    uint64_t time_ns; /* monotonic, when this was read: rates are differences of two reads */
    struct sl_counters counters; /* engine and workers added up */
    struct sl_engine_stats engine;
    struct sl_percentiles probe_rtt, convergence;
    uint32_t worker_count;
    struct sl_worker_load workers[SL_WORKERS_MAX];
};

struct sl_node_event {
    uint64_t sequence; /* from 1, without gaps unless the reader was too slow */
    uint64_t time_ns;  /* CLOCK_REALTIME */
    uint32_t type;     /* enum sl_event_type */
    uint64_t id, word, previous_word, accuser_id;
    struct sl_endpoint endpoint;
    char name[SL_NAME_BYTES_MAX + 1];    /* the member's; of events about a zone, the zone's */
    char accuser[SL_NAME_BYTES_MAX + 1]; /* empty: none, or its name was not known */
};

enum sl_node_seed_state {
    SL_NODE_SEED_LOOKING_UP, /* its name */
    SL_NODE_SEED_ASKED,      /* while this node is no member, and now and then as one */
    SL_NODE_SEED_LEFT_OUT,   /* `why` says why */
};

struct sl_node_seed {
    char text[264];     /* as the operator wrote it */
    uint32_t state;     /* enum sl_node_seed_state */
    uint32_t addresses; /* that are asked */
    char why[128];      /* and what to do; empty unless left out */
};

struct sl_node {
    void *context;
    int (*info)(void *context, struct sl_node_info *info);
    int (*stats)(void *context, struct sl_node_stats *stats);
    /* Copies up to `count` known members, oneself included, with id > after_id in the order of ids;
       returns how many: fewer than `count` are the last. A member that stays known is in exactly
       one of the pages of a walk. */
    int (*members)(void *context, uint64_t after_id, struct sl_member_info *out, uint32_t count);
    /* Copies up to `count` events with sequence > after; returns how many. */
    int (*events)(void *context, uint64_t after, struct sl_node_event *out, uint32_t count);
    /* Seeds as text (address or DNS name, optional :port), resolved off the packet path. */
    int (*join)(void *context, const char *const *seeds, uint32_t count);
    /* Copies what became of these seeds, SL_SEEDS_MAX at most; returns how many. */
    int (*seeds)(void *context, struct sl_node_seed *out);
    int (*leave)(void *context);
    /* Replaces this node's own tags: sl_engine_update(). */
    int (*update)(void *context, const void *tags, uint32_t bytes);
    /* An operator's word that a member is gone: sl_engine_remove(). */
    int (*remove)(void *context, const char *name, uint32_t name_bytes);
};
