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
        if (s->settings[i].who.kind == SIM_PICK_ALL &&
            strcmp(sl_option_table[s->settings[i].option].key, key) == 0)
            return !sim_refuse(w, "%s a second time (first in line %u), expected it once", key,
                               s->settings[i].line);
    }
    return false;
}

/* Room is laid out for all nodes alike, and the judges of a run know one set of byte caps. */
static bool may_differ(const char *key)
{
    static const char *const same[] = {"max_members", "table_load_percent", "cold_bytes_per_member",
                                       "max_rumours", "max_suspicions",     "frame_bytes",
                                       "byte_cap",    "byte_cap_joining",   "byte_cap_seed"};
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        if (strcmp(key, same[i]) == 0)
            return false;
    }
    return true;
}

static bool take_whose(struct sim_words *w, const struct sim_scenario *s, const char *key,
                       struct sim_pick *who)
{
    *who = (struct sim_pick){.kind = SIM_PICK_ALL};
    if (!sim_accept(w, "for"))
        return !is_twice(w, s, key);
    if (s->node_count == 0)
        return sim_refuse(w, "'for' before any node, expected 'nodes' or 'zone' first");
    return sim_take_range(w, s, who) &&
           (may_differ(key) || sim_refuse(w, "%s for some nodes, expected it for all", key));
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
    struct sim_pick who;
    if (!take_whose(w, s, key, &who))
        return false;
    if (s->setting_count == SIM_SETTINGS_MAX)
        return sim_refuse(w, "one 'set' more, expected at most %d", SIM_SETTINGS_MAX);
    struct sim_setting *setting = &s->settings[s->setting_count++];
    setting->option = (uint32_t)row;
    setting->line = w->line;
    setting->who = who;
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

/* All nodes', and with this one's; but one. */
static void apply(const struct sim_scenario *s, uint32_t node, uint32_t but, bool first_turn,
                  struct sl_options *options)
{
    char why[SL_OPTIONS_WHY];
    for (uint32_t i = 0; i < s->setting_count; i++) {
        const struct sim_setting *setting = &s->settings[i];
        bool meant = setting->who.kind == SIM_PICK_ALL || sim_pick_has(&setting->who, node);
        if (i != but && meant && others_follow(setting) == first_turn)
            sl_option_parse(&sl_option_table[setting->option], setting->value, options, why,
                            sizeof(why));
    }
}

#define NO_NODE UINT32_MAX

/* The profile's values, and the settings but one. */
static void make_config(const struct sim_scenario *s, uint32_t node, uint32_t but,
                        struct sl_options *options)
{
    struct sl_config *c = &options->config;
    sl_profile_load(c, s->profile);
    strcpy(c->cluster_name, "sim");
    strcpy(c->name, "n1");
    c->v4 = (struct sl_endpoint){.port = SL_UDP_PORT};
    c->max_members = s->node_count < 2 ? 2 : s->node_count;
    apply(s, node, but, true, options);
    sl_config_derive(c);
    apply(s, node, but, false, options);
}

void sim_settings_of_node(const struct sim_scenario *s, uint32_t node, struct sl_config *config)
{
    bool own = false;
    for (uint32_t i = 0; i < s->setting_count; i++)
        own |= s->settings[i].who.kind != SIM_PICK_ALL && sim_pick_has(&s->settings[i].who, node);
    *config = s->options.config;
    if (!own)
        return;
    struct sl_options options = s->options;
    make_config(s, node, UINT32_MAX, &options);
    *config = options.config;
}

/* Without this line the rest is good; the last one that is said of it. */
static uint32_t find_culprit(const struct sim_scenario *s, uint32_t node)
{
    char why[SIM_WHY_BYTES];
    struct sl_options options = s->options;
    for (uint32_t i = s->setting_count; i-- > 0;) {
        make_config(s, node, i, &options);
        if (sl_config_check(&options.config, why, sizeof(why)) == 0)
            return i;
    }
    return s->setting_count - 1;
}

static bool check(struct sim_words *w, const struct sim_scenario *s, uint32_t node,
                  const struct sl_config *config)
{
    char why[SIM_WHY_BYTES];
    if (sl_config_check(config, why, sizeof(why)) == 0)
        return true;
    if (s->setting_count == 0)
        return sim_refuse(w, "%s", why);
    const struct sim_setting *setting = &s->settings[find_culprit(s, node)];
    w->line = setting->line;
    return sim_refuse(w, "set %s %s: %s", sl_option_table[setting->option].key, setting->value,
                      why);
}

bool sim_settings_finish(struct sim_words *w, struct sim_scenario *s)
{
    make_config(s, NO_NODE, UINT32_MAX, &s->options);
    if (!check(w, s, NO_NODE, &s->options.config))
        return false;
    for (uint32_t i = 0; i < s->setting_count; i++) {
        struct sl_config config;
        uint32_t node = s->settings[i].who.ranges[0].first;
        if (s->settings[i].who.kind == SIM_PICK_ALL)
            continue;
        sim_settings_of_node(s, node, &config);
        if (!check(w, s, node, &config))
            return false;
    }
    return true;
}
