/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Counters. A drop reason is an enum value is a counter is a name that users see: this list is the
 * only place to add one. Each counter array has one writer (a worker or the engine); readers take
 * relaxed loads and add them up.
 */
#include <stdint.h>

/* name, what people read in `starling stats` */
#define SL_DROP_REASONS(X)                                                     \
    X(NOT_GOSSIP, "not for the gossip port")                                   \
    X(L2_MALFORMED, "malformed Ethernet or VLAN header")                       \
    X(IP_MALFORMED, "malformed IP or UDP header")                              \
    X(IP_FRAGMENT, "IP fragment or options")                                   \
    X(IP_NOT_MINE, "not for this node's address")                              \
    X(CHECKSUM, "bad IP or UDP checksum")                                      \
    X(FRAME_SHORT, "frame shorter than its type needs")                        \
    X(FRAME_VERSION, "unknown wire version")                                   \
    X(FRAME_TYPE, "unknown frame type")                                        \
    X(FRAME_FLAGS, "unknown or unsupported flags")                             \
    X(FRAME_FIELD, "field out of range")                                       \
    X(RECORD_MALFORMED, "malformed record")                                    \
    X(RECORDS_OVER, "novel records past what one hand-off holds")              \
    X(CLUSTER_OTHER, "another cluster's frame")                                \
    X(FROM_SELF, "own frame came back")                                        \
    X(TARGET_OTHER, "probe meant for another member")                          \
    X(TARGET_UNKNOWN, "relay to a member that is not known")                   \
    X(SENDER_UNPROVEN, "relay asked for from an address not its sender's")     \
    X(RELAY_UNREACHABLE, "relay target has no endpoint or neighbour")          \
    X(ANSWER_NO_ROOM, "answer would exceed the request of an unproven sender") \
    X(NEIGHBOUR_UNRESOLVED, "next hop's MAC address not resolved")             \
    X(ENGINE_RING_FULL, "hand-off ring to the engine full")                    \
    X(ENGINE_INPUT_EMPTY, "no hand-off buffer free")                           \
    X(MEMBERS_FULL, "member refused: max_members reached")                     \
    X(COLD_FULL, "member refused: no cold record free")                        \
    X(RUMOURS_FULL, "rumour refused: queue full")                              \
    X(SUSPICIONS_FULL, "suspicion refused: too many at once")                  \
    X(BYTE_CAP, "not sent: byte cap of this second reached")                   \
    X(MBUF_EMPTY, "no packet buffer free")                                     \
    X(TX_FULL, "TX queue full")                                                \
    X(RX_MISSED, "missed by the port (ring overflow)")                         \
    X(STRANGER_CAP, "not sent: what strangers may cost is used up")            \
    X(UNASKED, "answer to no question that is open")                           \
    X(MEMBER_UNKNOWN, "record of a member that is not known")                  \
    X(WORD_AHEAD, "record of a life that began later than clocks can tell")    \
    X(HEARSAY_FULL, "member refused: too many are known by hearsay alone")     \
    X(FROM_TWIN, "from this name and address, but not by this process")

enum sl_drop {
#define SL_DROP_ENUM(name, text) SL_DROP_##name,
    SL_DROP_REASONS(SL_DROP_ENUM)
#undef SL_DROP_ENUM
        SL_DROP_COUNT
};

/* Frame classes, most urgent first: the order in which frames and records are sent, and the rows of
 * `starling stats`. */
#define SL_CLASSES(X)           \
    X(PROBE, "probe")           \
    X(REFUTATION, "refutation") \
    X(SUSPICION, "suspicion")   \
    X(MEMBERSHIP, "membership") \
    X(HARD, "hard")             \
    X(SOFT, "soft")             \
    X(BULK, "bulk")

enum sl_class {
#define SL_CLASS_ENUM(name, text) SL_CLASS_##name,
    SL_CLASSES(SL_CLASS_ENUM)
#undef SL_CLASS_ENUM
        SL_CLASS_COUNT
};

static inline const char *sl_drop_name(enum sl_drop d)
{
    static const char *const names[] = {
#define SL_DROP_NAME(name, text) #name,
        SL_DROP_REASONS(SL_DROP_NAME)
#undef SL_DROP_NAME
    };
    return names[d];
}

static inline const char *sl_drop_text(enum sl_drop d)
{
    static const char *const texts[] = {
#define SL_DROP_TEXT(name, text) text,
        SL_DROP_REASONS(SL_DROP_TEXT)
#undef SL_DROP_TEXT
    };
    return texts[d];
}

static inline const char *sl_class_name(enum sl_class c)
{
    static const char *const names[] = {
#define SL_CLASS_NAME(name, text) text,
        SL_CLASSES(SL_CLASS_NAME)
#undef SL_CLASS_NAME
    };
    return names[c];
}

/* What every sender and receiver of frames counts. One per worker and one for the engine; written
 * by its owner alone. */
struct sl_counters {
    uint64_t rx_frames[SL_CLASS_COUNT];
    uint64_t rx_bytes[SL_CLASS_COUNT]; /* UDP payload */
    uint64_t tx_frames[SL_CLASS_COUNT];
    uint64_t tx_bytes[SL_CLASS_COUNT]; /* UDP payload */
    uint64_t drops[SL_DROP_COUNT];
    uint64_t records_stale; /* received and already known */
    uint64_t records_novel; /* handed to the engine */
    uint64_t pings_answered;
    uint64_t relays;
    uint64_t syncs_answered;
    uint64_t settled_frames;  /* frames received while both sides had nothing unsettled */
    uint64_t settled_unequal; /* of these, those whose view hash was not ours */
    uint64_t charged_bytes;   /* received and answered, as the byte cap counts it */
    uint64_t stranger_bytes;  /* the same, not counted: of frames from no proven member */
    uint64_t served_bytes;    /* of these: answers, and of their questions as much */
    uint64_t gossip_stale;    /* GOSSIP frames that told nothing new */
};

/* Single-writer increment that readers on other threads may load at any time. */
static inline void sl_count(uint64_t *counter, uint64_t by)
{
    __atomic_store_n(counter, *counter + by, __ATOMIC_RELAXED);
}
