/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/seed_watch.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "ports/endpoint_text.h"

static bool is_mine(const struct sl_config *c, const struct sl_endpoint *e)
{
    return sl_endpoint_equal(e, &c->v4) || sl_endpoint_equal(e, &c->v6);
}

static bool is_loopback(const struct sl_endpoint *e)
{
    static const uint8_t one[16] = {[15] = 1};
    return sl_endpoint_is_v4(e) ? e->ip[12] == 127 : memcmp(e->ip, one, sizeof(one)) == 0;
}

static bool is_of_a_family(const struct sl_config *c, const struct sl_endpoint *e)
{
    return sl_endpoint_is_set(sl_endpoint_is_v4(e) ? &c->v4 : &c->v6);
}

static void raise_seed(struct sl_troubles *t, const struct sl_seed_state *s, const char *advice,
                       const char *what, const char *detail)
{
    sl_troubles_raise(t, SL_TROUBLE_SEED, s->text, 0, advice, "seed '%.100s' %s%s", s->text, what,
                      detail);
}

static void look_at(const struct sl_seed_watch *w, struct sl_troubles *t,
                    const struct sl_seed_state *s)
{
    const struct sl_config *c = w->config;
    uint32_t mine = 0, loopback = 0, of_a_family = 0, askable = 0;
    char advice[200];
    for (uint32_t i = 0; i < s->count; i++) {
        mine += is_mine(c, &s->found[i]);
        loopback += is_loopback(&s->found[i]);
        of_a_family += is_of_a_family(c, &s->found[i]);
        if (!is_mine(c, &s->found[i]) && !is_loopback(&s->found[i]) &&
            is_of_a_family(c, &s->found[i]))
            askable = i + 1;
    }
    snprintf(advice, sizeof(advice),
             "see whether starlingd runs there, with cluster.name = %.63s, and whether VLAN, route "
             "and firewall let UDP through",
             c->cluster_name);
    if (s->count == 0)
        raise_seed(t, s, "correct [join] seeds or the DNS", "cannot be resolved: ",
                   s->error != 0 ? gai_strerror(s->error) : "no answer from the DNS yet");
    else if (askable > 0)
        raise_seed(t, s, advice, "does not answer at ",
                   sl_endpoint_text(&s->found[askable - 1]).text);
    else if (mine > 0)
        raise_seed(t, s, "add another member to [join] seeds", "is this node itself", "");
    else if (loopback > 0)
        raise_seed(t, s, "correct /etc/hosts or the DNS: no other node is reached there",
                   "is the loopback address ", sl_endpoint_text(&s->found[0]).text);
    else if (of_a_family == 0)
        raise_seed(t, s, "set port.address and port.address6, or a seed of the port's family",
                   "has no address of a family that the port has, only ",
                   sl_endpoint_text(&s->found[0]).text);
}

static bool is_there(const char *subject, const struct sl_seed_state *states, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strncmp(subject, states[i].text, sizeof(((struct sl_trouble *)0)->subject) - 1) == 0)
            return true;
    }
    return false;
}

/* Seeds that were replaced. */
static void forget_others(struct sl_troubles *t, const struct sl_seed_state *states, uint32_t count)
{
    for (uint32_t i = t->count; i-- > 0;) {
        const struct sl_trouble_now *trouble = &t->list[i];
        if (trouble->kind == SL_TROUBLE_SEED && !is_there(trouble->shown.subject, states, count)) {
            struct sl_trouble gone = trouble->shown;
            sl_troubles_clear(t, SL_TROUBLE_SEED, gone.subject);
        }
    }
}

void sl_seed_watch_look(struct sl_seed_watch *w, struct sl_troubles *t, enum sl_phase phase,
                        const struct sl_seed_state *states, uint32_t count, uint64_t now_ns)
{
    bool waits = phase == SL_PHASE_JOINING || (phase == SL_PHASE_ALONE && count > 0);
    if (!waits) {
        w->joining_since_ns = 0;
        sl_troubles_clear(t, SL_TROUBLE_SEED, NULL);
        sl_troubles_clear(t, SL_TROUBLE_JOINING, NULL);
        return;
    }
    if (w->joining_since_ns == 0)
        w->joining_since_ns = now_ns;
    if (now_ns - w->joining_since_ns < SL_SEED_WATCH_PATIENCE_NS)
        return;
    sl_troubles_raise(t, SL_TROUBLE_JOINING, "", 0, "see each seed's reason in `starling info`",
                      "this node has not joined: no seed answers");
    forget_others(t, states, count);
    for (uint32_t i = 0; i < count; i++)
        look_at(w, t, &states[i]);
}
