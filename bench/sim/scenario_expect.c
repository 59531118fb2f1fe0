/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "bench/sim/metrics.h"
#include "bench/sim/scenario_lines.h"

#define KINDS \
    "dead, removed, spread, unreachable, reachable, joined, revived, flaps, views or a metric"

static bool take_rounds(struct sim_words *w, struct sim_expect *x)
{
    return sim_take_number(w, "a number of rounds", &x->within_rounds) &&
           (sim_accept(w, "round") || sim_take_keyword(w, "rounds"));
}

/* Its last word is a unit of its own: "6 rounds", not "6s". */
static bool is_in_rounds(const struct sim_words *w)
{
    const char *last = w->words[w->count - 1];
    return strcmp(last, "rounds") == 0 || strcmp(last, "round") == 0;
}

static bool take_percentile(struct sim_words *w, struct sim_expect *x)
{
    static const struct {
        const char *word;
        uint32_t percentile;
    } known[] = {{"p50", 50}, {"p90", 90}, {"p99", 99}, {"max", 100}};
    x->percentile = 100;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (sim_accept(w, known[i].word)) {
            x->percentile = known[i].percentile;
            break;
        }
    }
    if (!sim_take_keyword(w, "within"))
        return false;
    if (x->kind == SIM_EXPECT_SPREAD && is_in_rounds(w))
        return take_rounds(w, x);
    return sim_take_duration(w, &x->within_ns);
}

/* Whose: a range, or the word for all that it happened to. */
static bool take_whose(struct sim_words *w, const struct sim_scenario *s, const char *all,
                       struct sim_expect *x)
{
    x->who.kind = SIM_PICK_ALL;
    return sim_accept(w, all) || sim_take_set(w, s, &x->who);
}

static bool spread(struct sim_words *w, const struct sim_scenario *s, struct sim_expect *x)
{
    x->kind = SIM_EXPECT_SPREAD;
    return take_whose(w, s, "updated", x) && sim_take_keyword(w, "at") &&
           sim_take_share(w, &x->millionths) && take_percentile(w, x);
}

static bool removed(struct sim_words *w, const struct sim_scenario *s, struct sim_expect *x)
{
    x->kind = SIM_EXPECT_REMOVED;
    return take_whose(w, s, "removed", x) && sim_take_keyword(w, "at") &&
           sim_take_share(w, &x->millionths) && take_percentile(w, x);
}

static bool zone(struct sim_words *w, const struct sim_scenario *s, enum sim_expect_kind kind,
                 struct sim_expect *x)
{
    x->kind = kind;
    uint32_t number;
    if (!sim_take_keyword(w, "zone") || !sim_take_zone(w, s, &number))
        return false;
    x->who = sim_pick_range(number, number);
    return sim_take_keyword(w, "at") && sim_take_share(w, &x->millionths) && take_percentile(w, x);
}

static bool dead(struct sim_words *w, const struct sim_scenario *s, struct sim_expect *x)
{
    x->kind = SIM_EXPECT_DEAD;
    if (!take_whose(w, s, "crashed", x) || !sim_take_keyword(w, "at") ||
        !sim_take_share(w, &x->millionths))
        return false;
    x->after_first = sim_accept(w, "after");
    return (!x->after_first || sim_take_keyword(w, "first")) && take_percentile(w, x);
}

static bool joined(struct sim_words *w, const struct sim_scenario *s, struct sim_expect *x)
{
    x->kind = SIM_EXPECT_JOINED;
    return sim_take_set(w, s, &x->who) && take_percentile(w, x);
}

/* "at 20s", if it is there. */
static bool take_moment(struct sim_words *w, struct sim_expect *x)
{
    x->has_moment = sim_accept(w, "at");
    return x->has_moment && sim_take_duration(w, &x->at_ns);
}

/* "of MEMBERS [by VIEWERS]" */
static bool take_seen(struct sim_words *w, const struct sim_scenario *s, struct sim_expect *x)
{
    x->by.kind = SIM_PICK_ALL;
    return sim_take_set(w, s, &x->who) && (!sim_accept(w, "by") || sim_take_set(w, s, &x->by));
}

static bool revived(struct sim_words *w, const struct sim_scenario *s, struct sim_expect *x)
{
    x->kind = SIM_EXPECT_REVIVED;
    return take_seen(w, s, x) && take_percentile(w, x);
}

static bool views(struct sim_words *w, struct sim_expect *x)
{
    x->kind = SIM_EXPECT_EQUAL;
    if (!sim_take_keyword(w, "equal") || !sim_take_keyword(w, "at") ||
        !sim_take_share(w, &x->millionths))
        return false;
    return take_moment(w, x) ||
           (sim_take_keyword(w, "within") && sim_take_duration(w, &x->within_ns));
}

static bool take_value(struct sim_words *w, struct sim_expect *x)
{
    switch (sim_metric_unit((enum sim_metric)x->metric)) {
    case SIM_UNIT_COUNT:
        return sim_take_number(w, "a whole number", &x->value);
    case SIM_UNIT_BYTES:
        return sim_take_bytes(w, &x->value);
    case SIM_UNIT_NS:
        return sim_take_duration(w, &x->value);
    case SIM_UNIT_SHARE: /* no metric's */
        return false;
    }
    return false;
}

static bool take_comparison(struct sim_words *w, struct sim_expect *x)
{
    static const char *const signs[] = {"<=", "<", "==", ">="}; /* enum sim_compare */
    for (uint32_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (!sim_accept(w, signs[i]))
            continue;
        x->compare = (enum sim_compare)i;
        return take_value(w, x);
    }
    const char *sign = sim_take(w, "'<=', '<', '==' or '>='");
    return sign != NULL && sim_refuse(w, "'%s', expected '<=', '<', '==' or '>='", sign);
}

static bool flaps(struct sim_words *w, const struct sim_scenario *s, struct sim_expect *x)
{
    x->kind = SIM_EXPECT_FLAPS;
    x->metric = SIM_METRIC_dead_seen; /* of which it is a count as well */
    return sim_take_keyword(w, "of") && take_seen(w, s, x) && take_comparison(w, x);
}

static bool metric(struct sim_words *w, const struct sim_scenario *s, struct sim_expect *x)
{
    const char *name = sim_take(w, KINDS);
    if (name == NULL)
        return false;
    x->kind = SIM_EXPECT_METRIC;
    while (x->metric < SIM_METRIC_COUNT &&
           strcmp(sim_metric_name((enum sim_metric)x->metric), name) != 0)
        x->metric++;
    if (x->metric == SIM_METRIC_COUNT)
        return sim_refuse(w, "'%s', expected " KINDS " (see bench/sim/README.md)", name);
    if (sim_accept(w, "of")) {
        x->kind = SIM_EXPECT_COUNT;
        if (!sim_metric_is_of_deaths((enum sim_metric)x->metric))
            return sim_refuse(w,
                              "'%s' of some members, expected a count of deaths, such as "
                              "false_dead",
                              name);
        return take_seen(w, s, x) && take_comparison(w, x);
    }
    if (!take_comparison(w, x))
        return false;
    if (sim_at_end(w) || take_moment(w, x))
        return !x->has_moment || sim_metric_is_live((enum sim_metric)x->metric) ||
               sim_refuse(w, "'%s' at a moment, but it is known at the end only", name);
    return false;
}

/* The line as written, for reports. */
static void keep_text(struct sim_expect *x, const char *line, size_t length)
{
    const char *comment = memchr(line, '#', length);
    if (comment != NULL)
        length = (size_t)(comment - line);
    while (length > 0 && strchr(" \t\r", line[length - 1]) != NULL)
        length--;
    while (length > 0 && strchr(" \t", *line) != NULL) {
        line++;
        length--;
    }
    memcpy(x->text, line, length);
    x->text[length] = '\0';
}

bool sim_parse_expect(struct sim_words *w, struct sim_scenario *s, const char *line, size_t length)
{
    struct sim_expect x = {.line = w->line};
    bool good;
    if (s->expect_count == SIM_EXPECTS_MAX)
        return sim_refuse(w, "one expectation more, expected at most %d", SIM_EXPECTS_MAX);
    if (sim_accept(w, "dead"))
        good = dead(w, s, &x);
    else if (sim_accept(w, "removed"))
        good = removed(w, s, &x);
    else if (sim_accept(w, "spread"))
        good = spread(w, s, &x);
    else if (sim_accept(w, "unreachable"))
        good = zone(w, s, SIM_EXPECT_UNREACHABLE, &x);
    else if (sim_accept(w, "reachable"))
        good = zone(w, s, SIM_EXPECT_REACHABLE, &x);
    else if (sim_accept(w, "joined"))
        good = joined(w, s, &x);
    else if (sim_accept(w, "views"))
        good = views(w, &x);
    else if (sim_accept(w, "revived"))
        good = revived(w, s, &x);
    else if (sim_accept(w, "flaps"))
        good = flaps(w, s, &x);
    else
        good = metric(w, s, &x);
    if (!good || !sim_take_end(w))
        return false;
    keep_text(&x, line, length);
    s->expects[s->expect_count++] = x;
    return true;
}
