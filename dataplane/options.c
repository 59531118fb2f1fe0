/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dataplane/config_file.h"
#include "dataplane/option_check.h"
#include "dataplane/option_value.h"
#include "lib/profile.h"

/* What was said, before it is understood: a profile given last still comes first. */
struct loader {
    struct sl_options *options;
    char *text[SL_OPTIONS_KEYS];
    uint32_t line[SL_OPTIONS_KEYS]; /* in the file; 0 = not there */
    const char *config;
    char *why;
    size_t why_bytes;
};

static int __attribute__((format(printf, 2, 3))) refuse(struct loader *l, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(l->why, l->why_bytes, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

static int keep(struct loader *l, int row, const char *value, uint32_t origin)
{
    l->text[row] = strdup(value);
    if (l->text[row] == NULL) {
        refuse(l, "starlingd: no memory for the configuration");
        return -ENOMEM;
    }
    l->options->origin[row] = origin;
    return 0;
}

static int take_entry(void *argument, const struct sl_config_entry *entry, char *why,
                      size_t why_bytes)
{
    struct loader *l = argument;
    int row = sl_option_find(entry->section, entry->key);
    if (row < 0) {
        char hint[128];
        sl_option_suggest(entry->section, entry->key, hint, sizeof(hint));
        snprintf(why, why_bytes, "%s:%u: unknown key '%.60s' in [%s]%s", l->config, entry->line,
                 entry->key, entry->section, hint);
        return -EINVAL;
    }
    if (l->line[row] != 0) {
        snprintf(why, why_bytes,
                 "%s:%u: duplicate key '%s' in [%s]: line %u sets it already; keep one", l->config,
                 entry->line, entry->key, entry->section, l->line[row]);
        return -EINVAL;
    }
    l->line[row] = entry->line;
    if (l->options->origin[row] == SL_ORIGIN_FLAG)
        return 0;
    return keep(l, row, entry->value, entry->line);
}

/* "section.key", or a key that only one section has. */
static int find_flag(struct loader *l, const char *name)
{
    char section[64], hint[128];
    const char *dot = strchr(name, '.');
    int found = -1;

    if (dot != NULL) {
        snprintf(section, sizeof(section), "%.*s", (int)(dot - name), name);
        found = sl_option_find(section, dot + 1);
        sl_option_suggest(section, dot + 1, hint, sizeof(hint));
        return found >= 0 ? found : refuse(l, "starlingd: unknown flag --%.60s%s", name, hint);
    }
    for (uint32_t i = 0; i < sl_option_count; i++) {
        if (strcmp(sl_option_table[i].key, name) != 0)
            continue;
        if (found >= 0)
            return refuse(l, "starlingd: flag --%s is ambiguous; write --%s.%s or --%s.%s", name,
                          sl_option_table[found].section, name, sl_option_table[i].section, name);
        found = (int)i;
    }
    if (found < 0)
        return refuse(l, "starlingd: unknown flag --%.60s; `starlingd --help` lists them", name);
    return found;
}

/* Takes --name=value or --name value; returns how many arguments that were. */
static int take_flag(struct loader *l, char *const argv[])
{
    char name[128];
    size_t length = strcspn(argv[0] + 2, "=");
    const char *value = argv[0][2 + length] == '=' ? argv[0] + 3 + length : argv[1];
    int used = argv[0][2 + length] == '=' ? 1 : 2;

    snprintf(name, sizeof(name), "%.*s", (int)length, argv[0] + 2);
    int row = strcmp(name, "config") == 0 ? 0 : find_flag(l, name);
    if (row < 0)
        return row;
    if (value == NULL)
        return refuse(l, "starlingd: --%s needs a value", name);
    if (strcmp(name, "config") == 0) {
        l->config = value;
        return used;
    }
    if (l->options->origin[row] == SL_ORIGIN_FLAG)
        return refuse(l, "starlingd: --%s is given twice; keep one", name);
    int error = keep(l, row, value, SL_ORIGIN_FLAG);
    return error ? error : used;
}

/* True if the flag asks for text and nothing else. */
static bool answer(const char *flag, FILE *out)
{
    if (strcmp(flag, "--help") == 0 || strcmp(flag, "-h") == 0)
        sl_options_print_help(out);
    else if (strcmp(flag, "--print-config") == 0)
        sl_options_print_example(out);
    else if (strcmp(flag, "--version") == 0 || strcmp(flag, "-V") == 0)
        fprintf(out, "starlingd %s\n", SL_VERSION);
    else
        return false;
    return true;
}

static int take_flags(struct loader *l, int argc, char *const argv[], FILE *out)
{
    for (int i = 1; i < argc;) {
        if (answer(argv[i], out))
            return SL_OPTIONS_ANSWERED;
        if (strncmp(argv[i], "--", 2) != 0 || argv[i][2] == '\0')
            return refuse(l, "starlingd: unexpected argument '%.60s'; `starlingd --help` shows how",
                          argv[i]);
        int used = take_flag(l, argv + i);
        if (used < 0)
            return used;
        i += used;
    }
    return SL_OPTIONS_RUN;
}

static int read_file(struct loader *l)
{
    if (l->config == NULL && access(SL_OPTIONS_FILE, F_OK) != 0)
        return 0;
    if (l->config == NULL)
        l->config = SL_OPTIONS_FILE;
    if (strlen(l->config) >= sizeof(l->options->file))
        return refuse(l, "starlingd: the file name after --config is too long");
    memcpy(l->options->file, l->config, strlen(l->config) + 1);
    return sl_config_file_read(l->config, take_entry, l, l->why, l->why_bytes);
}

static int understand(struct loader *l, uint32_t row)
{
    const struct sl_option *o = &sl_option_table[row];
    const char *text = l->text[row] != NULL ? l->text[row] : o->fallback;
    char where[PATH_MAX + 16], reason[256];

    if (text == NULL && o->example != NULL && l->config == NULL)
        return refuse(l,
                      "starlingd: missing --%s.%s=%s; add it, or name a file that has it with "
                      "--config: `starlingd --print-config` writes one",
                      o->section, o->key, o->example);
    if (text == NULL && o->example != NULL)
        return refuse(l, "%s: missing key '%s' in [%s]; add '%s = %s' there or --%s.%s=%s",
                      l->config, o->key, o->section, o->key, o->example, o->section, o->key,
                      o->example);
    if (text == NULL || sl_option_parse(o, text, l->options, reason, sizeof(reason)) == 0)
        return 0;
    sl_options_where(l->options, o->section, o->key, where, sizeof(where));
    return refuse(l, "%s: [%s] %s = %.60s: %s", where, o->section, o->key, text, reason);
}

static int understand_all(struct loader *l)
{
    struct sl_config *config = &l->options->config;
    int error = understand(l, (uint32_t)sl_option_find("cluster", "profile"));
    if (error == 0)
        error = sl_profile_load(config, l->options->profile);
    for (uint32_t row = 0; error == 0 && row < sl_option_count; row++) {
        if (sl_option_table[row].offset == offsetof(struct sl_options, config.suspicion_min_ns))
            sl_config_derive(config); /* what was set so far; what follows may overrule it */
        error = understand(l, row);
    }
    return error;
}

int sl_options_load(struct sl_options *options, int argc, char *const argv[], FILE *out, char *why,
                    size_t why_bytes)
{
    struct loader l = {.options = options, .why = why, .why_bytes = why_bytes};
    memset(options, 0, sizeof(*options));
    int result = take_flags(&l, argc, argv, out);
    if (result == SL_OPTIONS_RUN)
        result = read_file(&l);
    if (result == SL_OPTIONS_RUN)
        result = understand_all(&l);
    if (result == SL_OPTIONS_RUN)
        result = sl_options_check(options, why, why_bytes);
    for (uint32_t row = 0; row < sl_option_count; row++)
        free(l.text[row]);
    if (result < 0) { /* one line, whatever bytes were quoted */
        for (char *at = why; *at != '\0'; at++) {
            if (iscntrl((unsigned char)*at))
                *at = '?';
        }
    }
    return result;
}

void sl_options_where(const struct sl_options *options, const char *section, const char *key,
                      char *out, size_t out_bytes)
{
    int row = sl_option_find(section, key);
    uint32_t origin = row < 0 ? 0 : options->origin[row];
    if (origin != 0 && origin != SL_ORIGIN_FLAG)
        snprintf(out, out_bytes, "%s:%u", options->file, origin);
    else if (origin == 0 && options->file[0] != '\0')
        snprintf(out, out_bytes, "%s", options->file);
    else
        snprintf(out, out_bytes, "--%s.%s", section, key);
}
