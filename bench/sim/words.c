/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/words.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void sim_words_cut(struct sim_words *w, const char *line, size_t length)
{
    w->count = w->next = 0;
    if (length >= sizeof(w->text)) {
        sim_refuse(w, "a line of %zu bytes, expected at most %zu", length, sizeof(w->text) - 1);
        return;
    }
    memcpy(w->text, line, length);
    w->text[length] = '\0';
    w->text[strcspn(w->text, "#\r")] = '\0';
    char *rest = NULL;
    for (char *word = strtok_r(w->text, " \t", &rest); word != NULL;
         word = strtok_r(NULL, " \t", &rest)) {
        if (w->count == SIM_WORDS_MAX) {
            sim_refuse(w, "more than %d words, expected one statement", SIM_WORDS_MAX);
            return;
        }
        w->words[w->count++] = word;
    }
}

bool sim_refuse(struct sim_words *w, const char *format, ...)
{
    if (w->refused)
        return false;
    w->refused = true;
    int at = snprintf(w->why, w->why_bytes, "%s:%u: ", w->path, w->line);
    va_list arguments;
    va_start(arguments, format);
    if (at >= 0 && (size_t)at < w->why_bytes)
        vsnprintf(w->why + at, w->why_bytes - (size_t)at, format, arguments);
    va_end(arguments);
    return false;
}

bool sim_at_end(const struct sim_words *w)
{
    return w->next == w->count;
}

bool sim_accept(struct sim_words *w, const char *word)
{
    if (sim_at_end(w) || strcmp(w->words[w->next], word) != 0)
        return false;
    w->next++;
    return true;
}

const char *sim_take(struct sim_words *w, const char *expected)
{
    if (!sim_at_end(w))
        return w->words[w->next++];
    sim_refuse(w, "the line ends, expected %s", expected);
    return NULL;
}

bool sim_take_keyword(struct sim_words *w, const char *word)
{
    const char *found = sim_take(w, word);
    if (found == NULL || strcmp(found, word) == 0)
        return found != NULL;
    return sim_refuse(w, "'%s', expected '%s'", found, word);
}

/* Digits and what follows them: strtoull() alone takes signs and blanks. */
static bool digits(const char *word, uint64_t *value, const char **rest)
{
    char *end;
    if (!isdigit((unsigned char)*word))
        return false;
    errno = 0;
    *value = strtoull(word, &end, 10);
    *rest = end;
    return errno == 0;
}

bool sim_take_number(struct sim_words *w, const char *expected, uint64_t *value)
{
    const char *rest, *word = sim_take(w, expected);
    if (word == NULL)
        return false;
    if (digits(word, value, &rest) && *rest == '\0')
        return true;
    return sim_refuse(w, "'%s', expected %s", word, expected);
}

static bool scaled(const char *word, const char *const *units, const uint64_t *factors,
                   uint64_t *value)
{
    const char *rest;
    if (!digits(word, value, &rest))
        return false;
    for (uint32_t i = 0; units[i] != NULL; i++) {
        if (strcmp(rest, units[i]) == 0)
            return !__builtin_mul_overflow(*value, factors[i], value);
    }
    return false;
}

bool sim_take_duration(struct sim_words *w, uint64_t *ns)
{
    static const char *const units[] = {"us", "ms", "s", "m", "h", NULL};
    static const uint64_t factors[] = {1000, 1000000, 1000000000, 60000000000, 3600000000000};
    const char *expected = "a duration such as 200ms, 10s or 5m";
    const char *word = sim_take(w, expected);
    if (word == NULL)
        return false;
    if (scaled(word, units, factors, ns) && *ns <= 1000 * factors[4])
        return true;
    return sim_refuse(w, "'%s', expected %s", word, expected);
}

bool sim_take_bytes(struct sim_words *w, uint64_t *bytes)
{
    static const char *const units[] = {"", "B", "KB", "MB", "KiB", "MiB", NULL};
    static const uint64_t factors[] = {1, 1, 1000, 1000000, 1 << 10, 1 << 20};
    const char *expected = "a size such as 50KB";
    const char *word = sim_take(w, expected);
    if (word == NULL)
        return false;
    if (scaled(word, units, factors, bytes))
        return true;
    return sim_refuse(w, "'%s', expected %s", word, expected);
}

/* "12", "0.5", "0.0001" before the sign */
static bool share(const char *word, uint32_t *millionths)
{
    uint64_t value;
    const char *rest;
    if (!digits(word, &value, &rest) || value > 100)
        return false;
    uint32_t scale = 10000;
    *millionths = (uint32_t)value * scale;
    if (*rest == '.') {
        for (rest++; isdigit((unsigned char)*rest) && scale > 1; rest++) {
            scale /= 10;
            *millionths += (uint32_t)(*rest - '0') * scale;
        }
    }
    return strcmp(rest, "%") == 0 && *millionths <= SIM_MILLION;
}

bool sim_take_share(struct sim_words *w, uint32_t *millionths)
{
    const char *expected = "a share such as 1% or 0.5%";
    const char *word = sim_take(w, expected);
    if (word == NULL)
        return false;
    return share(word, millionths) || sim_refuse(w, "'%s', expected %s", word, expected);
}

bool sim_take_zone(struct sim_words *w, const struct sim_scenario *s, uint32_t *zone)
{
    const char *word = sim_take(w, "a zone");
    if (word == NULL)
        return false;
    for (*zone = 0; *zone < s->zone_count; ++*zone) {
        if (strcmp(s->zones[*zone].name, word) == 0)
            return true;
    }
    return sim_refuse(w, "'%s' is no zone, expected one of the zones declared above", word);
}

static bool node_number(const char *word, const char **rest, uint32_t *node)
{
    uint64_t number;
    if (*word != 'n' || !digits(word + 1, &number, rest) || number == 0 || number > SIM_NODES_MAX)
        return false;
    *node = (uint32_t)number - 1;
    return true;
}

static bool range(const char *word, struct sim_pick *who)
{
    const char *rest;
    who->kind = SIM_PICK_RANGE;
    if (!node_number(word, &rest, &who->first))
        return false;
    who->last = who->first;
    if (*rest == '-' && !node_number(rest + 1, &rest, &who->last))
        return false;
    return *rest == '\0' && who->last >= who->first;
}

static bool exists(struct sim_words *w, const struct sim_scenario *s, const struct sim_pick *who)
{
    if (who->last < s->node_count)
        return true;
    return sim_refuse(w, "n%u does not exist, expected n1 to n%u", who->last + 1, s->node_count);
}

static bool take_zone_range(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    uint32_t zone;
    if (!sim_take_zone(w, s, &zone))
        return false;
    *who = (struct sim_pick){SIM_PICK_RANGE, s->zones[zone].first,
                             s->zones[zone].first + s->zones[zone].count - 1};
    return true;
}

bool sim_take_range(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    const char *expected = "n7, n3-n10 or zone NAME";
    if (sim_accept(w, "zone"))
        return take_zone_range(w, s, who);
    const char *word = sim_take(w, expected);
    if (word == NULL)
        return false;
    if (!range(word, who))
        return sim_refuse(w, "'%s', expected %s", word, expected);
    return exists(w, s, who);
}

bool sim_take_who(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who)
{
    const char *expected = "nodes: n7, n3-n10, zone NAME, 1%, 5 nodes or crashed";
    const char *rest;
    uint64_t count;
    if (sim_accept(w, "zone"))
        return take_zone_range(w, s, who);
    const char *word = sim_take(w, expected);
    if (word == NULL)
        return false;
    *who = (struct sim_pick){.kind = SIM_PICK_CRASHED};
    if (strcmp(word, "crashed") == 0)
        return true;
    if (range(word, who))
        return exists(w, s, who);
    who->kind = SIM_PICK_SHARE;
    if (share(word, &who->first))
        return true;
    who->kind = SIM_PICK_COUNT;
    if (digits(word, &count, &rest) && *rest == '\0' && count > 0 && count <= SIM_NODES_MAX) {
        who->first = (uint32_t)count;
        return sim_accept(w, "node") || sim_take_keyword(w, "nodes");
    }
    return sim_refuse(w, "'%s', expected %s", word, expected);
}

bool sim_take_end(struct sim_words *w)
{
    return sim_at_end(w) || sim_refuse(w, "'%s', expected the end of the line", w->words[w->next]);
}
