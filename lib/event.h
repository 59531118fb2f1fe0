/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the engine tells its host as it happens. */
#include <stdbool.h>
#include <stdint.h>

#include "lib/endpoint.h"
#include "lib/view.h"

#define SL_EVENTS(X)                                                                               \
    X(MEMBER_ALIVE,                                                                                \
      "alive") /* first heard of, back with a higher incarnation, or suspicion refuted */          \
    X(MEMBER_SUSPECT, "suspect")                                                                   \
    X(MEMBER_DEAD, "dead")                                                                         \
    X(MEMBER_LEFT, "left")                                                                         \
    X(MEMBER_UPDATED, "updated")     /* alive before and after, but its identity changed */        \
    X(MEMBER_FORGOTTEN, "forgotten") /* dead or left for longer than the retention */              \
    X(SELF_ACCUSED, "accused")       /* somebody suspects me or thinks me dead; refuted at once */ \
    X(SELF_JOINED, "joined")         /* the view has been pulled */                                \
    X(SELF_LEFT, "self-left")        /* my leave has been spread */                                \
    X(CONFLICT, "conflict")          /* another node uses my name; endpoint is its address */      \
    X(CONFLICT_YIELD, "conflict-yield")     /* and it was first: I must stop */                    \
    X(MEMBERS_FULL, "members-full")         /* a member was refused; at most once a second */      \
    X(ZONE_UNREACHABLE, "zone-unreachable") /* nobody in that zone answers; `cold` names it */     \
    X(ZONE_REACHABLE, "zone-reachable")     /* after that, somebody in it has answered */          \
    X(LINK_DOWN, "link-down")               /* this node's own; it accuses nobody meanwhile */     \
    X(LINK_UP, "link-up")                                                                          \
    X(ADDRESS_CONFLICT, "address-conflict") /* another MAC address, the event's name, holds this   \
                                               node's address or that of a neighbour (endpoint) */ \
    X(MEMBER_FLAPPING, "flapping") /* dead once more; not told of again until it is quiet */       \
    X(PATH_SHORT, "path-short")  /* long frames to that zone vanish: short ones are sent there */  \
    X(PATH_LONG, "path-long")    /* long ones to that zone pass again */                           \
    X(MEMBER_REMOVED, "removed") /* dead or left, and gone by an operator's word */

enum sl_event_type {
#define SL_EVENT_ENUM(name, text) SL_EVENT_##name,
    SL_EVENTS(SL_EVENT_ENUM)
#undef SL_EVENT_ENUM
        SL_EVENT_COUNT
};

struct sl_event {
    enum sl_event_type type;
    uint64_t id;                   /* zone events: the hash of the zone's name */
    uint64_t word;                 /* after the change; zone events: 0 */
    uint64_t previous_word;        /* before it; 0 = was not known */
    uint64_t accuser_id;           /* SUSPECT and DEAD; REMOVED: the node where it was said */
    struct sl_endpoint endpoint;   /* CONFLICT: where the other is; SELF_JOINED: who
                                      answered, unset without seeds; else unset */
    const struct sl_cold *cold;    /* name and more; zone events: of a member of that zone; NULL for
                                      oneself; valid during the call only */
    const char *text;              /* a name without a cold record; NULL; as `cold` */
    const struct sl_cold *accuser; /* the accuser's; NULL if it is not known; as `cold` */
    bool damped;                   /* its member is flapping: users need not be told */
};

static inline bool sl_event_is_of_zone(enum sl_event_type type)
{
    return type == SL_EVENT_ZONE_UNREACHABLE || type == SL_EVENT_ZONE_REACHABLE;
}

/* `cold` names a zone, not a member. */
static inline bool sl_event_names_zone(enum sl_event_type type)
{
    return sl_event_is_of_zone(type) || type == SL_EVENT_PATH_SHORT || type == SL_EVENT_PATH_LONG;
}

static inline const char *sl_event_name(enum sl_event_type type)
{
    static const char *const names[] = {
#define SL_EVENT_NAME(name, text) text,
        SL_EVENTS(SL_EVENT_NAME)
#undef SL_EVENT_NAME
    };
    return names[type];
}
