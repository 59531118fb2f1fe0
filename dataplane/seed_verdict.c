/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/seed_verdict.h"

#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ports/endpoint_text.h"

/* Addresses of a seed by their use. */
struct uses {
    uint32_t mine, loopback;
    uint32_t wasted; /* of these, of a family that this node has */
    struct sl_endpoint asked, at_loopback;
};

static bool is_loopback(const struct sl_endpoint *e)
{
    static const uint8_t one[16] = {[15] = 1};
    return sl_endpoint_is_v4(e) ? e->ip[12] == 127 : memcmp(e->ip, one, sizeof(one)) == 0;
}

static void sort_one(struct uses *uses, const struct sl_config *c, const struct sl_endpoint *e)
{
    bool has_family = sl_endpoint_is_set(sl_endpoint_is_v4(e) ? &c->v4 : &c->v6);
    bool mine = sl_endpoint_equal(e, &c->v4) || sl_endpoint_equal(e, &c->v6);
    bool loopback = is_loopback(e);
    uses->mine += mine;
    uses->loopback += loopback;
    uses->wasted += has_family && (mine || loopback);
    if (loopback)
        uses->at_loopback = *e;
    else if (has_family && !mine)
        uses->asked = *e;
}

static void say(struct sl_seed_verdict *v, const char *advice, const char *what, ...)
    __attribute__((format(printf, 3, 4)));

static void say(struct sl_seed_verdict *v, const char *advice, const char *what, ...)
{
    va_list arguments;
    va_start(arguments, what);
    vsnprintf(v->what, sizeof(v->what), what, arguments);
    va_end(arguments);
    v->advice = advice;
}

static void say_unresolved(struct sl_seed_verdict *v, const struct sl_seed_state *s)
{
    say(v, "correct [join] seeds or the DNS; tried again", "cannot be resolved%s: %s",
        s->count > 0 ? " again, its former addresses are kept" : "", gai_strerror(s->error));
}

static void say_useless(struct sl_seed_verdict *v, const struct sl_seed_state *s,
                        const struct uses *uses)
{
    if (uses->mine > 0)
        say(v, "add another member to [join] seeds", "is this node itself");
    else if (uses->loopback > 0)
        say(v, "correct /etc/hosts or the DNS: no other node is reached there",
            "is the loopback address %s", sl_endpoint_text(&uses->at_loopback).text);
    else if (s->v4 > 0)
        say(v, "set port.address, or take another seed", "has only IPv4, and this node has none");
    else
        say(v, "set port.address6, or take another seed", "has only IPv6, and this node has none");
}

struct sl_seed_verdict sl_seed_verdict(const struct sl_config *c, const struct sl_seed_state *s)
{
    struct sl_seed_verdict v = {.state = SL_NODE_SEED_LEFT_OUT, .advice = ""};
    struct uses uses = {0};
    for (uint32_t i = 0; i < s->count; i++)
        sort_one(&uses, c, &s->found[i]);
    v.asked = uses.asked;
    v.addresses = (sl_endpoint_is_set(&c->v4) ? s->v4 : 0) +
                  (sl_endpoint_is_set(&c->v6) ? s->v6 : 0) - uses.wasted;
    if (v.addresses > 0)
        v.state = SL_NODE_SEED_ASKED;
    else if (s->looking_up)
        v.state = SL_NODE_SEED_LOOKING_UP;
    if (s->error != 0)
        say_unresolved(&v, s);
    else if (v.state == SL_NODE_SEED_LOOKING_UP)
        say(&v, "see whether the DNS answers", "is being looked up");
    else if (v.state == SL_NODE_SEED_LEFT_OUT)
        say_useless(&v, s, &uses);
    return v;
}
