/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/config_file.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    const char *path;
    unsigned line;
    char section[64];
    char *why;
    size_t why_bytes;
    sl_config_entry_fn take;
    void *argument;
};

static char *trim(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

static void cut_comment(char *text)
{
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '#' && (at == text || isspace((unsigned char)at[-1]))) {
            *at = '\0';
            return;
        }
    }
}

/* Takes off quotes round a value, as other programs' files have them. NULL: one is not closed. */
static char *unquote(char *value)
{
    size_t length = strlen(value);
    char quote = value[0];
    if (quote != '"' && quote != '\'')
        return value;
    if (length < 2 || value[length - 1] != quote)
        return NULL;
    value[length - 1] = '\0';
    return value + 1;
}

static int read_section(struct reader *r, char *text)
{
    size_t length = strlen(text);
    if (text[length - 1] != ']') {
        snprintf(r->why, r->why_bytes, "%s:%u: a section ends with ']', as in [port]", r->path,
                 r->line);
        return -EINVAL;
    }
    text[length - 1] = '\0';
    const char *name = trim(text + 1);
    if (*name == '\0' || strlen(name) >= sizeof(r->section)) {
        snprintf(r->why, r->why_bytes,
                 "%s:%u: a section needs a name of 1 to %zu bytes, as in [port]", r->path, r->line,
                 sizeof(r->section) - 1);
        return -EINVAL;
    }
    memcpy(r->section, name, strlen(name) + 1);
    return 0;
}

static int read_line(struct reader *r, char *text)
{
    cut_comment(text);
    text = trim(text);
    if (*text == '\0')
        return 0;
    if (*text == '[')
        return read_section(r, text);
    char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        snprintf(r->why, r->why_bytes,
                 "%s:%u: expected 'key = value' or '[section]', found '%.60s'", r->path, r->line,
                 text);
        return -EINVAL;
    }
    *equals = '\0';
    struct sl_config_entry entry = {.section = r->section,
                                    .key = trim(text),
                                    .value = unquote(trim(equals + 1)),
                                    .line = r->line};
    if (entry.value == NULL) {
        snprintf(
            r->why, r->why_bytes,
            "%s:%u: the value of '%.60s' begins with a quote and ends without one; values need "
            "no quotes",
            r->path, r->line, entry.key);
        return -EINVAL;
    }
    if (r->section[0] == '\0') {
        snprintf(r->why, r->why_bytes,
                 "%s:%u: key '%.60s' stands before the first section; put it below a line such as "
                 "[node]",
                 r->path, r->line, entry.key);
        return -EINVAL;
    }
    return r->take(r->argument, &entry, r->why, r->why_bytes);
}

/* Editors of other systems begin a file of UTF-8 with a byte order mark. */
static size_t mark_bytes(const char *text)
{
    static const char mark[] = "\xef\xbb\xbf";
    return strncmp(text, mark, strlen(mark)) == 0 ? strlen(mark) : 0;
}

static int read_lines(struct reader *r, FILE *file)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t length;
    int error = 0;
    while (error == 0 && (length = getline(&text, &room, file)) >= 0) {
        r->line++;
        if (length > SL_CONFIG_LINE_BYTES_MAX || strlen(text) != (size_t)length) {
            snprintf(r->why, r->why_bytes,
                     "%s:%u: longer than %d bytes or not text; is this the right file?", r->path,
                     r->line, SL_CONFIG_LINE_BYTES_MAX);
            error = -EINVAL;
        } else {
            error = read_line(r, text + (r->line == 1 ? mark_bytes(text) : 0));
        }
    }
    if (error == 0 && ferror(file)) {
        error = -errno;
        snprintf(r->why, r->why_bytes, "%s: cannot read: %s", r->path, strerror(-error));
    }
    free(text);
    return error;
}

int sl_config_file_read(const char *path, sl_config_entry_fn take, void *argument, char *why,
                        size_t why_bytes)
{
    struct reader r = {
        .path = path, .why = why, .why_bytes = why_bytes, .take = take, .argument = argument};
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        int error = -errno;
        snprintf(why, why_bytes,
                 "%s: cannot open: %s; name the file with --config, or start one with `starlingd "
                 "--print-config`",
                 path, strerror(-error));
        return error;
    }
    int error = read_lines(&r, file);
    fclose(file);
    return error;
}
