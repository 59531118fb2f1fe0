/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The control socket's language: a UNIX SOCK_STREAM socket, numbers in the machine's own byte
 * order.
 *
 * A client sends requests: struct sl_control_request, then payload_bytes. The first is HELLO; the
 * server answers with its own hello and, if the version is another, closes. Every answer is a
 * struct sl_control_response, then payload_bytes. MEMBERS and EVENTS are answered by a stream: one
 * response per item, each with SL_CONTROL_MORE, and a last one without it. The members' last one
 * says where the next page begins; that of events has no payload. While a stream lasts, further
 * requests wait; while events are followed, they are an error.
 *
 * A payload may be shorter than its struct: the missing bytes are zero. All strings are terminated
 * by a zero, which always fits. A request of a wrong size or of an unknown type is refused and the
 * connection goes on; one that is larger than any request, or sent before HELLO, ends it.
 *
 * Raise SL_CONTROL_VERSION with every change of what stands here.
 */
#include <stdint.h>

#define SL_CONTROL_SOCKET            "/run/starling/starling.sock"
#define SL_CONTROL_VERSION           5u
#define SL_CONTROL_MAGIC             0x4c525453u /* "STRL" on little-endian machines */
#define SL_CONTROL_REQUEST_BYTES_MAX 16384u      /* payload of a request */
#define SL_CONTROL_PAGE_MEMBERS      96u         /* of one answer to MEMBERS, whatever is asked */
#define SL_CONTROL_NAME_BYTES        64u
#define SL_CONTROL_TAGS_BYTES        260u
#define SL_CONTROL_CLASSES           8u
#define SL_CONTROL_DROPS             64u
#define SL_CONTROL_WORKERS           32u
#define SL_CONTROL_TROUBLES          24u

enum sl_control_type {
    SL_CONTROL_HELLO = 1,   /* struct sl_control_hello, both ways */
    SL_CONTROL_INFO = 2,    /* -> struct sl_control_info */
    SL_CONTROL_STATS = 3,   /* -> struct sl_control_stats */
    SL_CONTROL_MEMBERS = 4, /* struct sl_control_page -> stream of struct sl_control_member, at the
                               end a struct sl_control_page: what to ask next, `most` 0: nothing */
    SL_CONTROL_EVENTS = 5,  /* struct sl_control_events -> stream of struct sl_control_event */
    SL_CONTROL_JOIN = 6,    /* seeds, each terminated by a zero */
    SL_CONTROL_LEAVE = 7,
    SL_CONTROL_UPDATE = 8,  /* the node's own tags, all of them: text without a zero, maybe empty */
    SL_CONTROL_SEEDS = 9,   /* -> stream of struct sl_control_seed */
    SL_CONTROL_REMOVE = 10, /* a dead or left member's name, without a zero: it is gone */
    SL_CONTROL_TYPES
};

/* Status of a member that is LEFT by an operator's word. */
#define SL_CONTROL_STATUS_REMOVED 4u

struct sl_control_request {
    uint32_t id; /* the client's choice; comes back in responses */
    uint16_t type;
    uint16_t reserved; /* 0 */
    uint32_t payload_bytes;
};

enum {
    SL_CONTROL_MORE = 1, /* the stream goes on */
};

struct sl_control_response {
    uint32_t for_id;
    int32_t status; /* 0, or an errno value */
    uint32_t flags;
    uint32_t payload_bytes;
};

struct sl_control_hello {
    uint32_t magic;
    uint32_t version;
    uint32_t pid; /* the server's; a client's is 0 */
    uint32_t reserved;
};

struct sl_control_endpoint {
    uint8_t ip[16]; /* network order; IPv4 as ::ffff:a.b.c.d */
    uint16_t port;  /* 0 = none */
    uint16_t reserved;
};

struct sl_control_member {
    uint64_t id;
    uint64_t generation;
    uint32_t refutations;
    uint8_t status; /* 0 alive, 1 suspect, 2 dead, 3 left, 4 removed */
    uint8_t self;
    uint8_t unreachable; /* alive or suspect, but nobody in its zone answers */
    uint8_t flapping;    /* dies and comes back: its changes are no events until it is quiet */
    struct sl_control_endpoint v4, v6;
    char name[SL_CONTROL_NAME_BYTES];
    char zone[SL_CONTROL_NAME_BYTES];
    char tags[SL_CONTROL_TAGS_BYTES];
    uint32_t reserved_end;
    uint64_t accuser; /* of a suspect, dead or removed member: an id; 0 = not known */
    char accuser_name[SL_CONTROL_NAME_BYTES]; /* empty: not known */
};

/* Members in the order of ids. A member that stays known is on exactly one page of a walk. */
struct sl_control_page {
    uint64_t after; /* 0, or the id of the last member seen */
    uint32_t most;  /* members to answer with; 0: as many as a page has */
    uint32_t reserved;
};

/* Something that is wrong with the node now. */
struct sl_control_trouble {
    uint64_t since_ns; /* CLOCK_REALTIME */
    char kind[24];
    char subject[64]; /* which of a kind; may be empty */
    char text[240];   /* what is wrong, and where */
    char advice[240]; /* what to do */
};

struct sl_control_info {
    struct sl_control_member self;
    char cluster[SL_CONTROL_NAME_BYTES];
    char profile[8];
    char phase[16];
    char port[192];
    char version[16];
    uint64_t uptime_ns;
    uint64_t view_hash;
    uint32_t members_by_status[5];
    uint32_t max_members;
    uint32_t workers;
    char link[8];
    uint32_t flapping; /* members */
    uint32_t trouble_count;
    uint32_t reserved;
    struct sl_control_trouble troubles[SL_CONTROL_TROUBLES]; /* oldest first */
};

struct sl_control_seed {
    char text[264];
    char why[128];      /* empty unless it is left out */
    uint32_t state;     /* 0 its name is being looked up, 1 asked, 2 left out */
    uint32_t addresses; /* that are asked */
};

struct sl_control_class {
    char name[16];
    uint64_t rx_frames, rx_bytes, tx_frames, tx_bytes; /* bytes of UDP payload */
};

struct sl_control_drop {
    char name[32];
    char text[72];
    uint64_t count;
};

struct sl_control_percentiles {
    uint64_t count;
    uint64_t p50_ns, p90_ns, p99_ns, p999_ns, max_ns;
};

struct sl_control_worker {
    uint64_t polls, empty_polls, busy_ns, asleep_ns;
    uint32_t cpu, lcore;
};

/* All counts since the node's start. */
struct sl_control_stats {
    uint64_t time_ns; /* monotonic: rates are differences of two answers */
    uint64_t records_stale, records_novel, pings_answered, relays, syncs_answered;
    uint64_t settled_frames, settled_unequal;
    uint64_t probes, probes_failed, probes_saved;
    uint64_t suspicions_raised, suspicions_heard, suspicions_refuted, confirmations;
    uint64_t deaths_declared, deaths_heard, deaths_refuted, refutations;
    uint64_t gossip_rounds, rumours_sent, rumours_waiting, syncs_started, stalls;
    uint64_t health, path_round_trip_ns, path_lost_permille;
    uint64_t zone_doubts, zones_unreachable; /* times that a zone was doubted; unreachable now */
    uint64_t syncs_ended, syncs_failed, sync_learned;
    uint64_t charged_bytes, stranger_bytes; /* that the byte cap counts; that it does not */
    uint64_t gossip_stale;                  /* GOSSIP frames that told nothing new */
    uint64_t flapping;                      /* members, now */
    uint64_t path_bytes;                    /* longest frame sent now */
    uint64_t paths_swallowed;               /* times that long ones were found to vanish */
    uint64_t served_bytes; /* of stranger_bytes: answers, and of their questions as much */
    uint64_t removals_made, removals_heard; /* members removed by an operator, here; elsewhere */
    struct sl_control_percentiles probe_rtt, convergence;
    uint32_t worker_count, class_count, drop_count, reserved;
    struct sl_control_worker workers[SL_CONTROL_WORKERS];
    struct sl_control_class classes[SL_CONTROL_CLASSES];
    struct sl_control_drop drops[SL_CONTROL_DROPS];
};

struct sl_control_events {
    uint64_t after;  /* 0, or the sequence of the last event seen */
    uint32_t follow; /* 0: what the node still remembers; 1: and all that happens from now on */
    uint32_t reserved;
};

struct sl_control_event {
    uint64_t sequence; /* a gap: the node had to forget events before they were read */
    uint64_t time_ns;  /* CLOCK_REALTIME */
    uint64_t id;
    uint64_t generation;
    uint64_t accuser; /* an id; 0 = none */
    uint32_t refutations;
    uint8_t status;
    uint8_t previous_status; /* 255 = was not known */
    uint16_t reserved;
    struct sl_control_endpoint endpoint;
    char type[20];
    char name[SL_CONTROL_NAME_BYTES];
    char accuser_name[SL_CONTROL_NAME_BYTES]; /* empty: not known */
};

#ifdef __cplusplus
#define SL_CONTROL_SIZE(type, bytes) static_assert(sizeof(struct type) == (bytes), #type)
#else
#define SL_CONTROL_SIZE(type, bytes) _Static_assert(sizeof(struct type) == (bytes), #type)
#endif
SL_CONTROL_SIZE(sl_control_request, 12);
SL_CONTROL_SIZE(sl_control_response, 16);
SL_CONTROL_SIZE(sl_control_hello, 16);
SL_CONTROL_SIZE(sl_control_endpoint, 20);
SL_CONTROL_SIZE(sl_control_member, 528);
SL_CONTROL_SIZE(sl_control_page, 16);
SL_CONTROL_SIZE(sl_control_seed, 400);
SL_CONTROL_SIZE(sl_control_trouble, 576);
SL_CONTROL_SIZE(sl_control_info, 14712);
SL_CONTROL_SIZE(sl_control_class, 48);
SL_CONTROL_SIZE(sl_control_drop, 112);
SL_CONTROL_SIZE(sl_control_percentiles, 48);
SL_CONTROL_SIZE(sl_control_worker, 40);
SL_CONTROL_SIZE(sl_control_stats, 9272);
SL_CONTROL_SIZE(sl_control_events, 16);
SL_CONTROL_SIZE(sl_control_event, 216);
