/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What is wrong with this node now, and what to do: `starling info` shows it, and a line of log
 * says when a trouble begins and when it is over. A trouble has a kind and a subject (a seed, a
 * zone; empty if there can be only one). To add a kind, add a row. Control thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/node.h"
#include "ports/log_rate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* name, what people see of the kind */
#define SL_TROUBLES(X)                                                                            \
    X(JOINING, "joining")                   /* no member has answered yet */                      \
    X(SEED, "seed")                         /* one seed is of no use */                           \
    X(NAME_CONFLICT, "name-conflict")       /* another node uses this node's name */              \
    X(TABLE_FULL, "table-full")             /* members are refused */                             \
    X(LINK, "link")                         /* of the port: down or gone */                       \
    X(KERNEL_ADDRESS, "kernel-address")     /* the kernel answers on the port's interface */      \
    X(ADDRESS_CONFLICT, "address-conflict") /* another host claims this node's address */         \
    X(UNREACHED, "unreached")               /* nobody can open a flow to this node */             \
    X(ZONE, "zone-unreachable")             /* nobody in a zone answers */                        \
    X(PATH, "path-short")                   /* long frames to a zone vanish */                    \
    X(OTHER_CLUSTER, "other-cluster")       /* frames of another cluster come in */               \
    X(BYTE_CAP, "byte-cap")                 /* frames are not sent, because the cap is reached */ \
    X(OVERLOAD, "overload")                 /* frames are lost inside this node */                \
    X(LOG_LOST, "log-lost")                 /* stderr does not take lines */                      \
    X(ALONE, "alone")                       /* all others have died, or this node is cut off */   \
    X(CLOCK, "clock")                       /* shows a time that cannot be */

enum sl_trouble_kind {
#define SL_TROUBLE_ENUM(name, text) SL_TROUBLE_##name,
    SL_TROUBLES(SL_TROUBLE_ENUM)
#undef SL_TROUBLE_ENUM
        SL_TROUBLE_KINDS
};

struct sl_trouble_now {
    enum sl_trouble_kind kind;
    uint64_t until_ns; /* 0: until it is cleared */
    struct sl_trouble shown;
};

struct sl_troubles {
    uint64_t now_ns, time_ns; /* of this turn: a clock that never goes back, and CLOCK_REALTIME */
    uint32_t count;
    struct sl_trouble_now list[SL_NODE_TROUBLES_MAX]; /* oldest first */
    struct sl_log_rate lines[SL_TROUBLE_KINDS];       /* begin and end: the latest is true */
};

const char *sl_trouble_name(enum sl_trouble_kind kind);

/* Once a turn, before anything else: takes the time, ends troubles that were not raised again, and
 * writes lines that waited. */
void sl_troubles_turn(struct sl_troubles *troubles, uint64_t now_ns, uint64_t time_ns);

/* Raises a trouble, or says how it stands now: `text` is what is wrong and where, `advice` what to
 * do. A line is written when it is new or its text has changed, so counts do not belong in there.
 * lasts_ns: it is over when it was not raised again for so long; 0: when it is cleared. One that
 * finds no room is logged only. */
void sl_troubles_raise(struct sl_troubles *troubles, enum sl_trouble_kind kind, const char *subject,
                       uint64_t lasts_ns, const char *advice, const char *text, ...)
    __attribute__((format(printf, 6, 7)));

/* Ends the trouble, if there is one. subject: NULL ends all of the kind. */
void sl_troubles_clear(struct sl_troubles *troubles, enum sl_trouble_kind kind,
                       const char *subject);

/* Writes lines that wait for their second: the program ends. */
void sl_troubles_finish(struct sl_troubles *troubles);

bool sl_troubles_has(const struct sl_troubles *troubles, enum sl_trouble_kind kind);

#ifdef __cplusplus
}
#endif
