/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What a node has seen of another zone's reach (the zone rule; zone_rule.c and zone_check.c are its
 * code). A zone that is out of reach is one fact, not as many suspicions as it has members. Whoever
 * gets no answer from anybody in a zone doubts it and accuses nobody there; if two others say the
 * same, the zone counts as unreachable. The first answer ends that; after the patience its members
 * are dead. One thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/limits.h"

struct sl_engine;
struct sl_input;

#define SL_ZONE_RULE_MEMBERS_MIN 8 /* smaller zones are too few to tell a cut from crashes */
#define SL_ZONE_REPORTS_WANTED   2 /* others who doubt as well: with oneself three accusers */
/* A report counts for this many idle intervals. Where two thirds of a cluster are cut off, a node
   hears one idle frame per interval: two reports within eight of them at 99.7 %. */
#define SL_ZONE_REPORT_INTERVALS 8
#define SL_ZONE_HELD_MAX         4 /* failed probes that wait for one check: a node starts 1 or 2 */
/* Helpers that look for a zone in the place of one who gets no answer: one of a third zone, and
   another should that one be lost. */
#define SL_WITNESS_HELPERS       2

enum sl_zone_state {
    SL_ZONE_OPEN,        /* nothing speaks against it */
    SL_ZONE_DOUBTED,     /* nobody in it answers this node */
    SL_ZONE_UNREACHABLE, /* and others say the same: users are told */
};

struct sl_zone_report {
    uint64_t from_id;
    uint64_t heard_ns;
};

/* A probe that failed, while it is open whether only its target is silent or the whole zone. */
struct sl_zone_held {
    uint32_t slot;
    uint64_t word;
    bool final; /* it was the last question before DEAD */
};

struct sl_zone_watch {
    uint64_t zone_id;     /* whose watch this is; 0 = nobody's yet */
    uint64_t answered_ns; /* last round trip between this node and a member; 0 = none yet */
    uint64_t asked_ns;    /* start of the latest check */
    uint64_t silent_ns;   /* unless OPEN: since when */
    uint64_t next_ask_ns; /* unless OPEN: when to look whether it is back; OPEN: before it there is
                             no further check */
    uint64_t turn_ns;     /* before it there is no check by a report */
    enum sl_zone_state state;
    uint32_t asking; /* witnesses whose answers are awaited */
    uint32_t held_count;
    struct sl_zone_held held[SL_ZONE_HELD_MAX];
    struct sl_zone_report reports[SL_ZONE_REPORTS_WANTED]; /* the latest of each reporter */
};

/* ---- zone_check.c ---- */

struct sl_zone_watch *sl_zone_watch_of(struct sl_engine *e, uint32_t zone);
/* false: the zone of this slot's member is doubted or unreachable. */
bool sl_zone_is_open(const struct sl_engine *e, uint32_t slot);
/* false: the zone is this node's own, too small, or has no name. */
bool sl_zone_rule_applies(struct sl_engine *e, uint32_t zone);
/* Asks one member for its zone's sake; a check asks a few. */
bool sl_zone_ask(struct sl_engine *e, uint32_t zone, uint32_t slot);
/* Begins a check, unless one is under way or was lately. */
void sl_zone_check(struct sl_engine *e, uint32_t zone, uint32_t except);
/* The same by a report, which everybody hears. */
void sl_zone_check_in_turn(struct sl_engine *e, uint32_t zone);
/* How long this node keeps from asking members of the zone again, once it asks so many times. */
uint64_t sl_zone_pause_ns(const struct sl_engine *e, uint32_t zone, uint32_t questions);
/* A probe that began then got no answer but from helpers, if at all: looks for the target's zone
   meanwhile, so that the probe's verdict need not wait for that. SL_SLOT_NONE: nothing. */
void sl_zone_rule_doubtful(struct sl_engine *e, uint32_t slot, uint64_t began_ns);
/* May a probe that began then, and failed, speak against its target? false: not now; if a check
   finds its zone there, the rule accuses the target itself, else the target's turn comes again. */
bool sl_zone_rule_lets_accuse(struct sl_engine *e, uint32_t slot, uint64_t word, uint64_t began_ns,
                              bool final);
/* A round trip between this node and a member has succeeded. */
void sl_zone_rule_answered(struct sl_engine *e, uint32_t slot);
/* A question to a witness of this zone has ended, after its answer if there was one. */
void sl_zone_rule_asked(struct sl_engine *e, uint32_t zone);

/* ---- zone_rule.c ---- */

/* Nobody in the zone answers; somebody does again, or there is nobody left in it. */
void sl_zone_doubt(struct sl_engine *e, uint32_t zone);
void sl_zone_reopen(struct sl_engine *e, uint32_t zone);
/* Another member doubts a zone. */
void sl_zone_rule_reported(struct sl_engine *e, uint32_t zone, uint64_t reporter_id);
void sl_zone_rule_fire(struct sl_engine *e);
void sl_zone_rule_put_off_all(struct sl_engine *e, uint64_t by_ns);

/* ---- zone_reports.c ---- */

void sl_zone_reports_heard(struct sl_engine *e, const struct sl_input *input);
/* Writes this node's doubts into a frame that has no records yet. Returns its new length. */
uint32_t sl_zone_reports_write(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes);
/* Is there a doubt so fresh that it is worth rounds of its own? */
bool sl_zone_reports_are_news(const struct sl_engine *e);
