/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/reload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataplane/option_value.h"
#include "ports/log.h"

#define NAMES_BYTES 400

static bool can_change(const struct sl_option *o)
{
    return (strcmp(o->section, "log") == 0 && strcmp(o->key, "level") == 0) ||
           (strcmp(o->section, "join") == 0 && strcmp(o->key, "seeds") == 0) ||
           (strcmp(o->section, "node") == 0 && strcmp(o->key, "tags") == 0);
}

static void add_name(char names[NAMES_BYTES], const char *section, const char *key)
{
    size_t used = strlen(names);
    snprintf(names + used, NAMES_BYTES - used, "%s%s.%s", used > 0 ? ", " : "", section, key);
}

/* Keys whose values differ and that a running node cannot take over. */
static void find_waiting(const struct sl_options *before, const struct sl_options *after,
                         char waiting[NAMES_BYTES])
{
    for (uint32_t i = 0; i < sl_option_count; i++) {
        const struct sl_option *o = &sl_option_table[i];
        if (!can_change(o) && !sl_option_is_equal(o, before, after))
            add_name(waiting, o->section, o->key);
    }
}

static void take_level(const struct sl_reload *r, const struct sl_options *fresh,
                       char taken[NAMES_BYTES])
{
    if (r->options->log_level == fresh->log_level)
        return;
    r->options->log_level = fresh->log_level;
    sl_log_set_level((enum sl_log_level)fresh->log_level);
    add_name(taken, "log", "level");
}

static void take_seeds(const struct sl_reload *r, const struct sl_options *fresh,
                       char taken[NAMES_BYTES])
{
    const char *seeds[SL_SEEDS_MAX];
    struct sl_options *o = r->options;
    if (o->seed_count == fresh->seed_count && memcmp(o->seeds, fresh->seeds, sizeof(o->seeds)) == 0)
        return;
    for (uint32_t i = 0; i < fresh->seed_count; i++)
        seeds[i] = fresh->seeds[i];
    if (sl_joiner_set(r->joiner, seeds, fresh->seed_count) != 0)
        return;
    o->seed_count = fresh->seed_count;
    memcpy(o->seeds, fresh->seeds, sizeof(o->seeds));
    add_name(taken, "join", "seeds");
}

static void take_tags(const struct sl_reload *r, const struct sl_options *fresh,
                      char taken[NAMES_BYTES])
{
    char *tags = r->options->config.tags;
    if (strcmp(tags, fresh->config.tags) == 0)
        return;
    int rc =
        r->node->update(r->node->context, fresh->config.tags, (uint32_t)strlen(fresh->config.tags));
    if (rc != 0) {
        SL_LOG(SL_LOG_WARNING, "SIGHUP: the tags are not taken over: %s; send it again",
               strerror(-rc));
        return;
    }
    memcpy(tags, fresh->config.tags, sizeof(fresh->config.tags));
    add_name(taken, "node", "tags");
}

static void take_over(const struct sl_reload *r, const struct sl_options *fresh)
{
    char taken[NAMES_BYTES] = "", waiting[NAMES_BYTES] = "";
    find_waiting(r->options, fresh, waiting);
    take_tags(r, fresh, taken);
    take_seeds(r, fresh, taken);
    take_level(r, fresh, taken);
    SL_LOG(SL_LOG_NOTICE, "SIGHUP: read %s again; taken over: %s; needs a restart: %s",
           r->options->file, taken[0] != '\0' ? taken : "nothing",
           waiting[0] != '\0' ? waiting : "nothing");
}

void sl_reload(const struct sl_reload *r)
{
    char why[SL_OPTIONS_WHY];
    if (r->options->file[0] == '\0') {
        SL_LOG(SL_LOG_NOTICE, "SIGHUP: ignored, because there is no configuration file to read");
        return;
    }
    struct sl_options *fresh = calloc(1, sizeof(*fresh));
    int rc = -ENOMEM;
    if (fresh != NULL)
        rc = sl_options_load(fresh, r->argc, r->argv, stderr, why, sizeof(why));
    if (rc == SL_OPTIONS_RUN)
        take_over(r, fresh);
    else
        SL_LOG(SL_LOG_ERROR, "SIGHUP: nothing is changed: %s",
               fresh != NULL ? why : "no memory is left");
    free(fresh);
}
