/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/settings.h"

#include <stdio.h>
#include <string.h>

#include "dataplane/option_table.h"
#include "dataplane/option_value.h"
#include "lib/profile.h"

static bool is_twice(struct sim_words *w, const struct sim_scenario *s, const char *key)
{
    for (uint32_t i = 0; i < s->setting_count; i++) {
        if (strcmp(sl_option_table[s->settings[i].option].key, key) == 0)
            return !sim_refuse(w, "%s a second time (first in line %u), expected it once", key,
                               s->settings[i].line);
    }
    return false;
}

bool sim_parse_set(struct sim_words *w, struct sim_scenario *s)
{
    char why[SL_OPTIONS_WHY];
    struct sl_options tried = s->options;
    const char *key = sim_take(w, "a key of starlingd's [protocol], and its value");
    const char *value = sim_take(w, "the value behind its key");
    if (key == NULL || value == NULL)
        return false;
    int row = sl_option_find("protocol", key);
    if (row < 0) {
        sl_option_suggest("protocol", key, why, sizeof(why));
        return sim_refuse(w, "no knob '%s', expected a key of starlingd's [protocol]%s", key, why);
    }
    if (sl_option_parse(&sl_option_table[row], value, &tried, why, sizeof(why)) != 0)
        return sim_refuse(w, "%s is '%s', expected: %s", key, value, why);
    if (is_twice(w, s, key))
        return false;
    if (s->setting_count == SIM_SETTINGS_MAX)
        return sim_refuse(w, "one 'set' more, expected at most %d", SIM_SETTINGS_MAX);
    struct sim_setting *setting = &s->settings[s->setting_count++];
    setting->option = (uint32_t)row;
    setting->line = w->line;
    snprintf(setting->value, sizeof(setting->value), "%s", value);
    return true;
}

static bool sets(const struct sim_setting *setting, const char *key)
{
    return strcmp(sl_option_table[setting->option].key, key) == 0;
}

/* Suspicion times follow from these two, unless they are set themselves. */
static bool others_follow(const struct sim_setting *setting)
{
    return sets(setting, "max_pause") || sets(setting, "spread");
}

/* The profile's values, and the settings but one. */
static void make_config(struct sim_scenario *s, uint32_t but)
{
    char why[SL_OPTIONS_WHY];
    struct sl_config *c = &s->options.config;
    sl_profile_load(c, s->profile);
    strcpy(c->cluster_name, "sim");
    strcpy(c->name, "n1");
    c->v4 = (struct sl_endpoint){.port = SL_UDP_PORT};
    c->max_members = s->node_count < 2 ? 2 : s->node_count;
    for (int turn = 0; turn < 2; turn++) {
        for (uint32_t i = 0; i < s->setting_count; i++) {
            const struct sim_setting *setting = &s->settings[i];
            if (i != but && others_follow(setting) == (turn == 0))
                sl_option_parse(&sl_option_table[setting->option], setting->value, &s->options, why,
                                sizeof(why));
        }
        if (turn == 0)
            sl_config_derive(c);
    }
}

/* Without this line the rest is good; the last one that is said of it. */
static uint32_t find_culprit(struct sim_scenario *s)
{
    char why[SIM_WHY_BYTES];
    for (uint32_t i = s->setting_count; i-- > 0;) {
        make_config(s, i);
        if (sl_config_check(&s->options.config, why, sizeof(why)) == 0)
            return i;
    }
    return s->setting_count - 1;
}

bool sim_settings_finish(struct sim_words *w, struct sim_scenario *s)
{
    char why[SIM_WHY_BYTES];
    make_config(s, UINT32_MAX);
    if (sl_config_check(&s->options.config, why, sizeof(why)) == 0)
        return true;
    if (s->setting_count == 0)
        return sim_refuse(w, "%s", why);
    const struct sim_setting *setting = &s->settings[find_culprit(s)];
    w->line = setting->line;
    return sim_refuse(w, "set %s %s: %s", sl_option_table[setting->option].key, setting->value,
                      why);
}
