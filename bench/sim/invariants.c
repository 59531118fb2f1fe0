/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/invariants.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "lib/limits.h"
#include "lib/word.h"

const char *sim_rule_text(enum sim_rule rule)
{
    static const char *const texts[] = {
#define SIM_RULE_TEXT(name, text) text,
        SIM_RULES(SIM_RULE_TEXT)
#undef SIM_RULE_TEXT
    };
    return texts[rule];
}

static bool __attribute__((format(printf, 4, 5)))
broken(struct sim_invariants *v, enum sim_rule rule, uint64_t at_ns, const char *format, ...)
{
    if (v->broken[rule]++ != 0)
        return false;
    char *out = v->first[rule];
    int at = snprintf(out, sizeof(v->first[rule]), "at %" PRIu64 " ms: ", at_ns / 1000000);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(out + at, sizeof(v->first[rule]) - (size_t)at, format, arguments);
    va_end(arguments);
    return false;
}

static bool may_rise(struct sim_invariants *v, const struct sim_change *c)
{
    if (sl_word_incarnation(c->word) <= sl_word_incarnation(c->issued))
        return true;
    return broken(v, SIM_RULE_INCARNATION, c->at_ns,
                  "n%u holds word %016" PRIx64 " of n%u, which has never been above %016" PRIx64,
                  c->viewer + 1, c->word, c->member + 1, c->issued);
}

bool sim_check_believed(struct sim_invariants *v, const struct sim_change *c)
{
    if (!sl_word_is_live(c->word) || c->gone_ns <= c->grace_ns)
        return true;
    return broken(v, SIM_RULE_RESURRECTION, c->at_ns,
                  "n%u believes n%u alive (word %016" PRIx64
                  ") and could have heard otherwise for %" PRIu64 " ms",
                  c->viewer + 1, c->member + 1, c->word, c->gone_ns / 1000000);
}

bool sim_check_held(struct sim_invariants *v, uint64_t at_ns, uint32_t viewer, uint32_t member,
                    uint64_t before, uint64_t now)
{
    if (now >= before || now == 0) /* 0: forgotten */
        return true;
    return broken(v, SIM_RULE_MONOTONE, at_ns,
                  "n%u's word of n%u fell from %016" PRIx64 " to %016" PRIx64, viewer + 1,
                  member + 1, before, now);
}

bool sim_check_change(struct sim_invariants *v, const struct sim_change *c)
{
    bool good = sim_check_held(v, c->at_ns, c->viewer, c->member, c->previous, c->word);
    good &= may_rise(v, c);
    good &= sim_check_believed(v, c);
    return good;
}

bool sim_check_refuted(struct sim_invariants *v, uint64_t at_ns, uint32_t node, uint64_t accused,
                       uint64_t now)
{
    if (!sl_word_is_live(now) || now > accused) /* who leaves answers nothing */
        return true;
    return broken(v, SIM_RULE_REFUTES, at_ns,
                  "n%u heard the accusation %016" PRIx64 " and is still %016" PRIx64, node + 1,
                  accused, now);
}

/* Timers left over after the first step are fired 64 at a time; an engine has a timer per suspicion
   (65,536 at most) and a hundred more. */
#define STEPS_MAX 1026
/* What one record or timer may send: one frame to a full fan-out of peers. */
#define SENT_MAX  ((SL_STEP_RECORDS_MAX + SL_STEP_TIMERS_MAX) * SL_FANOUT_MAX)

bool sim_check_work(struct sim_invariants *v, uint64_t at_ns, uint32_t node, uint32_t steps,
                    uint32_t sent)
{
    if (steps <= STEPS_MAX && sent <= steps * SENT_MAX)
        return true;
    return broken(v, SIM_RULE_WORK, at_ns, "n%u: %u frames in %u steps", node + 1, sent, steps);
}

bool sim_check_queue(struct sim_invariants *v, uint64_t at_ns, uint32_t node, uint64_t waiting,
                     uint64_t room)
{
    if (waiting <= room)
        return true;
    return broken(v, SIM_RULE_QUEUES, at_ns, "n%u: %" PRIu64 " in room for %" PRIu64, node + 1,
                  waiting, room);
}

bool sim_check_bytes(struct sim_invariants *v, uint64_t at_ns, uint32_t node, uint64_t bytes,
                     uint64_t cap_bytes)
{
    if (bytes <= cap_bytes)
        return true;
    return broken(v, SIM_RULE_BYTE_CAP, at_ns, "n%u: %" PRIu64 " bytes, cap %" PRIu64, node + 1,
                  bytes, cap_bytes);
}

bool sim_check_bytes_down(struct sim_invariants *v, uint64_t at_ns, uint32_t node, uint64_t bytes,
                          uint64_t cap_bytes)
{
    if (bytes <= cap_bytes)
        return true;
    return broken(v, SIM_RULE_DOWN_CAP, at_ns,
                  "n%u is down and got %" PRIu64 " bytes, cap %" PRIu64, node + 1, bytes,
                  cap_bytes);
}

bool sim_check_session(struct sim_invariants *v, uint64_t at_ns, uint32_t node, uint64_t took_ns,
                       uint64_t bound_ns)
{
    if (took_ns <= bound_ns)
        return true;
    return broken(v, SIM_RULE_REPAIR_ENDS, at_ns,
                  "n%u: a session has lasted %" PRIu64 " ms, bound %" PRIu64 " ms", node + 1,
                  took_ns / 1000000, bound_ns / 1000000);
}

bool sim_check_repair(struct sim_invariants *v, uint64_t at_ns, uint32_t node, uint32_t peer,
                      uint32_t before, uint32_t after)
{
    if (after < before)
        return true;
    return broken(v, SIM_RULE_REPAIR_SHRINKS, at_ns,
                  "n%u repaired with n%u: they differed in %u members, and still do in %u",
                  node + 1, peer + 1, before, after);
}

bool sim_check_digest(struct sim_invariants *v, uint64_t at_ns, uint32_t a, uint32_t b,
                      uint64_t hash_a, uint64_t hash_b, bool same)
{
    if ((hash_a == hash_b) == same)
        return true;
    return broken(v, SIM_RULE_DIGEST, at_ns,
                  "n%u %016" PRIx64 " and n%u %016" PRIx64 ": views %s, hashes %s", a + 1, hash_a,
                  b + 1, hash_b, same ? "equal" : "differ", hash_a == hash_b ? "equal" : "differ");
}

uint64_t sim_invariants_broken(const struct sim_invariants *v)
{
    uint64_t sum = 0;
    for (int i = 0; i < SIM_RULE_COUNT; i++)
        sum += v->broken[i];
    return sum;
}
