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
    char line[16] = "";
    if (w->line != 0)
        snprintf(line, sizeof(line), ":%u", w->line);
    int at = snprintf(w->why, w->why_bytes, "%s%s: ", w->path, line);
    va_list arguments;
    va_start(arguments, format);
    if (at >= 0 && (size_t)at < w->why_bytes)
        vsnprintf(w->why + at, w->why_bytes - (size_t)at, format, arguments);
    va_end(arguments);
    for (char *c = w->why; *c != '\0'; c++) { /* the file's bytes may steer a terminal */
        if (iscntrl((unsigned char)*c))
            *c = '?';
    }
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
    if (sim_accept(w, word))
        return true;
    if (sim_at_end(w))
        return sim_refuse(w, "the line ends, expected '%s'", word);
    return sim_refuse(w, "'%s', expected '%s'", w->words[w->next], word);
}

/* strtoull() alone takes signs and blanks. */
bool sim_word_digits(const char *word, uint64_t *value, const char **rest)
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
    if (sim_word_digits(word, value, &rest) && *rest == '\0')
        return true;
    return sim_refuse(w, "'%s', expected %s", word, expected);
}

bool sim_take_u32(struct sim_words *w, const char *expected, uint64_t most, uint32_t *value)
{
    uint64_t number;
    if (!sim_take_number(w, expected, &number))
        return false;
    *value = (uint32_t)number;
    return number <= most || sim_refuse(w, "%llu, expected at most %llu",
                                        (unsigned long long)number, (unsigned long long)most);
}

static bool scaled(const char *word, const char *const *units, const uint64_t *factors,
                   uint64_t *value)
{
    const char *rest;
    if (!sim_word_digits(word, value, &rest))
        return false;
    for (uint32_t i = 0; units[i] != NULL; i++) {
        if (strcmp(rest, units[i]) == 0)
            return !__builtin_mul_overflow(*value, factors[i], value);
    }
    return false;
}

static bool duration(const char *word, uint64_t *ns)
{
    static const char *const units[] = {"us", "ms", "s", "m", "h", NULL};
    static const uint64_t factors[] = {1000, 1000000, 1000000000, 60000000000, 3600000000000};
    return scaled(word, units, factors, ns) && *ns <= 1000 * factors[4];
}

bool sim_next_is_duration(const struct sim_words *w)
{
    uint64_t ns;
    return !sim_at_end(w) && duration(w->words[w->next], &ns);
}

bool sim_take_duration(struct sim_words *w, uint64_t *ns)
{
    const char *expected = "a whole number and its unit (us, ms, s, m, h), such as 200ms";
    const char *word = sim_take(w, expected);
    if (word == NULL)
        return false;
    if (duration(word, ns))
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
bool sim_word_share(const char *word, uint32_t *millionths)
{
    uint64_t value;
    const char *rest;
    if (!sim_word_digits(word, &value, &rest) || value > 100)
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
    return sim_word_share(word, millionths) || sim_refuse(w, "'%s', expected %s", word, expected);
}

bool sim_take_end(struct sim_words *w)
{
    return sim_at_end(w) || sim_refuse(w, "'%s', expected the end of the line", w->words[w->next]);
}
