/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/seed_watch.h"

#include <stdio.h>
#include <string.h>

#include "dataplane/seed_verdict.h"
#include "ports/endpoint_text.h"

static void raise_silent(struct sl_troubles *t, const struct sl_seed_state *s,
                         const struct sl_endpoint *at, const char *cluster)
{
    char advice[200];
    snprintf(advice, sizeof(advice),
             "see whether starlingd runs there, with cluster.name = %.63s, and whether VLAN, route "
             "and firewall let UDP through",
             cluster);
    sl_troubles_raise(t, SL_TROUBLE_SEED, s->text, 0, advice, "'%.100s' does not answer at %s",
                      s->text, sl_endpoint_text(at).text);
}

/* A name that fails is a trouble at any time; the rest only while this node waits for a seed. */
static void look_at(const struct sl_seed_watch *w, struct sl_troubles *t,
                    const struct sl_seed_state *s, bool waits)
{
    struct sl_seed_verdict v = sl_seed_verdict(w->config, s);
    if (v.what[0] != '\0' && (waits || s->error != 0))
        sl_troubles_raise(t, SL_TROUBLE_SEED, s->text, 0, v.advice, "'%.100s' %s", s->text, v.what);
    else if (waits)
        raise_silent(t, s, &v.asked, w->config->cluster_name);
    else
        sl_troubles_clear(t, SL_TROUBLE_SEED, s->text);
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

/* Not while another trouble holds up the join: then the seeds are not to blame. */
static bool is_held_up(const struct sl_troubles *t)
{
    return sl_troubles_has(t, SL_TROUBLE_LINK) || sl_troubles_has(t, SL_TROUBLE_NAME_CONFLICT);
}

/* Longer than a seed needs that is only slow. */
static bool has_waited(struct sl_seed_watch *w, const struct sl_troubles *t, enum sl_phase phase,
                       uint32_t count, uint64_t now_ns)
{
    bool joins = phase == SL_PHASE_JOINING || (phase == SL_PHASE_ALONE && count > 0);
    if (!joins || is_held_up(t)) {
        w->joining_since_ns = 0;
        return false;
    }
    if (w->joining_since_ns == 0)
        w->joining_since_ns = now_ns;
    return now_ns - w->joining_since_ns >= SL_SEED_WATCH_PATIENCE_NS;
}

void sl_seed_watch_look(struct sl_seed_watch *w, struct sl_troubles *t, enum sl_phase phase,
                        const struct sl_seed_state *states, uint32_t count, uint64_t now_ns)
{
    bool waits = has_waited(w, t, phase, count, now_ns);
    if (waits)
        sl_troubles_raise(t, SL_TROUBLE_JOINING, "", 0, "see each seed's reason in `starling info`",
                          "this node has not joined: no seed answers");
    else
        sl_troubles_clear(t, SL_TROUBLE_JOINING, NULL);
    forget_others(t, states, count);
    for (uint32_t i = 0; i < count; i++)
        look_at(w, t, &states[i], waits);
}
