/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/troubles.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *sl_trouble_name(enum sl_trouble_kind kind)
{
    static const char *const names[] = {
#define SL_TROUBLE_NAME(name, text) text,
        SL_TROUBLES(SL_TROUBLE_NAME)
#undef SL_TROUBLE_NAME
    };
    return names[kind];
}

static bool is_about(const struct sl_trouble_now *t, enum sl_trouble_kind kind, const char *subject)
{
    return t->kind == kind && (subject == NULL || strncmp(t->shown.subject, subject,
                                                          sizeof(t->shown.subject) - 1) == 0);
}

static uint32_t find(const struct sl_troubles *t, enum sl_trouble_kind kind, const char *subject)
{
    uint32_t i = 0;
    while (i < t->count && !is_about(&t->list[i], kind, subject))
        i++;
    return i;
}

static void end_one(struct sl_troubles *t, uint32_t i)
{
    struct sl_trouble_now over = t->list[i];
    memmove(&t->list[i], &t->list[i + 1], (t->count - i - 1) * sizeof(t->list[0]));
    t->count--;
    sl_log_rate_line(&t->lines[over.kind], t->now_ns, SL_LOG_NOTICE, "over (%s): %s",
                     over.shown.kind, over.shown.text);
}

void sl_troubles_turn(struct sl_troubles *t, uint64_t now_ns, uint64_t time_ns)
{
    t->now_ns = now_ns;
    t->time_ns = time_ns;
    for (uint32_t i = t->count; i-- > 0;) {
        if (t->list[i].until_ns != 0 && t->list[i].until_ns <= now_ns)
            end_one(t, i);
    }
    for (uint32_t kind = 0; kind < SL_TROUBLE_KINDS; kind++)
        sl_log_rate_flush(&t->lines[kind], now_ns);
}

void sl_troubles_raise(struct sl_troubles *t, enum sl_trouble_kind kind, const char *subject,
                       uint64_t lasts_ns, const char *advice, const char *text, ...)
{
    struct sl_trouble now = {.since_ns = t->time_ns};
    va_list arguments;
    va_start(arguments, text);
    vsnprintf(now.text, sizeof(now.text), text, arguments);
    va_end(arguments);
    snprintf(now.kind, sizeof(now.kind), "%s", sl_trouble_name(kind));
    snprintf(now.subject, sizeof(now.subject), "%s", subject);
    snprintf(now.advice, sizeof(now.advice), "%s", advice);
    uint32_t i = find(t, kind, now.subject);
    bool known = i < t->count;
    if (known)
        now.since_ns = t->list[i].shown.since_ns;
    if (!known || strcmp(t->list[i].shown.text, now.text) != 0)
        sl_log_rate_line(&t->lines[kind], t->now_ns, SL_LOG_WARNING, "%s: %s; %s", now.kind,
                         now.text, now.advice);
    if (i == SL_NODE_TROUBLES_MAX)
        return;
    t->list[i] = (struct sl_trouble_now){
        .kind = kind, .until_ns = lasts_ns != 0 ? t->now_ns + lasts_ns : 0, .shown = now};
    t->count += !known;
}

void sl_troubles_clear(struct sl_troubles *t, enum sl_trouble_kind kind, const char *subject)
{
    for (uint32_t i = t->count; i-- > 0;) {
        if (is_about(&t->list[i], kind, subject))
            end_one(t, i);
    }
}

void sl_troubles_finish(struct sl_troubles *t)
{
    for (uint32_t kind = 0; kind < SL_TROUBLE_KINDS; kind++)
        sl_log_rate_finish(&t->lines[kind]);
}

bool sl_troubles_has(const struct sl_troubles *t, enum sl_trouble_kind kind)
{
    return find(t, kind, NULL) < t->count;
}
