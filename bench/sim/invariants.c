/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/invariants.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

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

static bool may_live(struct sim_invariants *v, const struct sim_change *c)
{
    bool revived = sl_word_is_live(c->word) && !sl_word_is_live(c->previous);
    if (!revived || c->gone_ns <= c->grace_ns)
        return true;
    return broken(v, SIM_RULE_RESURRECTION, c->at_ns,
                  "n%u believes n%u alive (word %016" PRIx64 "), gone for %" PRIu64 " ms",
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
    good &= may_live(v, c);
    return good;
}

bool sim_check_bytes(struct sim_invariants *v, uint64_t at_ns, uint32_t node, uint64_t bytes,
                     uint64_t cap_bytes)
{
    if (bytes <= cap_bytes)
        return true;
    return broken(v, SIM_RULE_BYTE_CAP, at_ns, "n%u: %" PRIu64 " bytes, cap %" PRIu64, node + 1,
                  bytes, cap_bytes);
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
