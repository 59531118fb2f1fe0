/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/tags.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define SEPARATORS ", \t"

static int refuse(char *why, size_t why_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int refuse(char *why, size_t why_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, why_bytes, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

/* `key` ends with its '='. */
static bool has_key(const char *tags, const char *key, size_t key_bytes)
{
    for (const char *line = tags; *line != '\0';
         line += strcspn(line, "\n"), line += *line != '\0') {
        if (strncmp(line, key, key_bytes) == 0)
            return true;
    }
    return false;
}

static int check_word(const char *tags, const char *word, size_t bytes, char *why, size_t why_bytes)
{
    const char *equals = memchr(word, '=', bytes);
    if (equals == NULL || equals == word)
        return refuse(why, why_bytes,
                      "'%.*s' is no tag; write key=value pairs, separated by commas", (int)bytes,
                      word);
    for (size_t i = 0; i < bytes; i++) {
        if (iscntrl((unsigned char)word[i]))
            return refuse(why, why_bytes, "the tag '%.*s' has a control character; leave it out",
                          (int)(equals - word), word);
    }
    if (has_key(tags, word, (size_t)(equals - word) + 1))
        return refuse(why, why_bytes, "the tag '%.*s' is there twice; keep one",
                      (int)(equals - word), word);
    return 0;
}

int sl_tags_add(char tags[SL_TAGS_BYTES_MAX + 1], const char *text, char *why, size_t why_bytes)
{
    size_t before = strlen(tags), at = before, bytes;
    for (const char *word = text + strspn(text, SEPARATORS); *word != '\0'; word += bytes) {
        bytes = strcspn(word, SEPARATORS);
        int error = check_word(tags, word, bytes, why, why_bytes);
        if (error == 0 && at + (at > 0) + bytes > SL_TAGS_BYTES_MAX)
            error = refuse(why, why_bytes, "the tags have more than %d bytes; shorten or drop some",
                           SL_TAGS_BYTES_MAX);
        if (error) {
            tags[before] = '\0';
            return error;
        }
        if (at > 0)
            tags[at++] = '\n';
        memcpy(tags + at, word, bytes);
        at += bytes;
        tags[at] = '\0';
        word += strspn(word + bytes, SEPARATORS);
    }
    return 0;
}
