/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/scenario_lines.h"
#include "dataplane/option_table.h"
#include "dataplane/option_value.h"
#include "lib/profile.h"

#define RTT_NS         1000000ull
#define JITTER_NS      200000ull
#define RUN_NS         60000000000ull
#define TEXT_BYTES_MAX (1u << 20)

static bool add_zone(struct sim_words *w, struct sim_scenario *s, const char *name)
{
    uint64_t count;
    if (!sim_take_number(w, "a number of nodes", &count))
        return false;
    if (s->zone_count == SIM_ZONES_MAX)
        return sim_refuse(w, "one zone more, expected at most %d", SIM_ZONES_MAX);
    if (count == 0 || s->node_count + count > SIM_NODES_MAX)
        return sim_refuse(w, "%llu nodes, expected 1 to %d in all", (unsigned long long)count,
                          SIM_NODES_MAX);
    if (strlen(name) > SL_ZONE_BYTES_MAX)
        return sim_refuse(w, "'%s', expected a name of at most %d bytes", name, SL_ZONE_BYTES_MAX);
    struct sim_zone *zone = &s->zones[s->zone_count++];
    strcpy(zone->name, name);
    zone->first = s->node_count;
    zone->count = (uint32_t)count;
    s->node_count += zone->count;
    return true;
}

static bool zone_line(struct sim_words *w, struct sim_scenario *s)
{
    const char *name = sim_take(w, "a zone's name");
    return name != NULL && add_zone(w, s, name);
}

static bool nodes_line(struct sim_words *w, struct sim_scenario *s)
{
    return add_zone(w, s, "default");
}

static bool profile_line(struct sim_words *w, struct sim_scenario *s)
{
    const char *expected = "lan, wan or edge";
    const char *name = sim_take(w, expected);
    if (name == NULL)
        return false;
    if (sl_profile_load(&s->options.config, name) != 0)
        return sim_refuse(w, "'%s', expected %s", name, expected);
    return true;
}

static bool set_line(struct sim_words *w, struct sim_scenario *s)
{
    char why[SL_OPTIONS_WHY];
    const char *key = sim_take(w, "a knob of starlingd's [protocol]");
    const char *value = sim_take(w, "its value");
    if (key == NULL || value == NULL)
        return false;
    int row = sl_option_find("protocol", key);
    if (row < 0) {
        sl_option_suggest("protocol", key, why, sizeof(why));
        return sim_refuse(w, "no knob '%s', expected a key of starlingd's [protocol]%s", key, why);
    }
    if (sl_option_parse(&sl_option_table[row], value, &s->options, why, sizeof(why)) != 0)
        return sim_refuse(w, "%s is '%s', expected: %s", key, value, why);
    if (strcmp(key, "max_pause") == 0 || strcmp(key, "spread") == 0)
        sl_config_derive(&s->options.config);
    return true;
}

static uint32_t count_nodes(const struct sim_pick *who)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < who->count; i++)
        count += who->ranges[i].last - who->ranges[i].first + 1;
    return count;
}

static bool seeds_line(struct sim_words *w, struct sim_scenario *s)
{
    if (!sim_take_range(w, s, &s->seeds))
        return false;
    if (count_nodes(&s->seeds) > SL_SEEDS_MAX)
        return sim_refuse(w, "too many seeds, expected at most %d", SL_SEEDS_MAX);
    return true;
}

static bool start_line(struct sim_words *w, struct sim_scenario *s)
{
    s->is_formed = sim_accept(w, "formed");
    if (!s->is_formed)
        return sim_take_keyword(w, "empty");
    s->formed = sim_pick_range(0, s->node_count - 1);
    return sim_at_end(w) || sim_take_range(w, s, &s->formed);
}

static bool run_line(struct sim_words *w, struct sim_scenario *s)
{
    return sim_take_duration(w, &s->run_ns);
}

static bool seed_line(struct sim_words *w, struct sim_scenario *s)
{
    return sim_take_number(w, "a number", &s->seed);
}

static const struct statement {
    const char *word;
    bool (*parse)(struct sim_words *w, struct sim_scenario *s);
    bool needs_nodes;
} statements[] = {
    {"nodes", nodes_line, false}, {"zone", zone_line, false},  {"profile", profile_line, false},
    {"set", set_line, false},     {"seeds", seeds_line, true}, {"start", start_line, true},
    {"run", run_line, false},     {"seed", seed_line, false},
};

static bool parse_line(struct sim_words *w, struct sim_scenario *s, const char *line, size_t length)
{
    sim_words_cut(w, line, length);
    if (w->refused || w->count == 0)
        return !w->refused;
    for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++) {
        const struct statement *statement = &statements[i];
        if (!sim_accept(w, statement->word))
            continue;
        if (statement->needs_nodes && s->node_count == 0)
            return sim_refuse(w, "'%s' before any node, expected 'nodes' or 'zone' first",
                              statement->word);
        return statement->parse(w, s) && sim_take_end(w);
    }
    if (s->node_count == 0)
        return sim_refuse(w, "'%s', expected 'nodes' or 'zone' first", w->words[0]);
    if (sim_accept(w, "expect"))
        return sim_parse_expect(w, s, line, length);
    return sim_parse_action(w, s);
}

static void set_defaults(struct sim_scenario *s, const char *path)
{
    memset(s, 0, sizeof(*s));
    snprintf(s->path, sizeof(s->path), "%s", path);
    sl_profile_load(&s->options.config, "lan");
    s->run_ns = RUN_NS;
    s->seed = 1;
    s->options.config.max_members = 0; /* as many as there are, unless set */
    s->paths[s->path_count++] = (struct sim_action){.verb = SIM_RTT,
                                                    .a = {.kind = SIM_PICK_ALL},
                                                    .b = {.kind = SIM_PICK_ALL},
                                                    .duration_ns = RTT_NS / 2,
                                                    .jitter_ns = JITTER_NS};
}

/* What only the whole file can show. */
static bool finish(struct sim_words *w, struct sim_scenario *s)
{
    char why[256];
    struct sl_config *c = &s->options.config;
    if (s->node_count == 0)
        return sim_refuse(w, "the file ends, expected 'nodes' or 'zone' somewhere");
    if (s->seeds.count == 0)
        s->seeds = sim_pick_range(0, s->node_count < 3 ? s->node_count - 1 : 2);
    strcpy(c->cluster_name, "sim");
    strcpy(c->name, "n1");
    c->v4 = (struct sl_endpoint){.port = SL_UDP_PORT};
    if (c->max_members == 0 || c->max_members == SL_MEMBERS_DEFAULT)
        c->max_members = s->node_count < 2 ? 2 : s->node_count;
    if (sl_config_check(c, why, sizeof(why)) != 0)
        return sim_refuse(w, "%s", why);
    for (uint32_t i = 0; i < s->expect_count; i++) {
        if (s->expects[i].within_rounds != 0)
            s->expects[i].within_ns = s->expects[i].within_rounds * c->gossip_interval_ns;
    }
    return true;
}

int sim_scenario_parse(struct sim_scenario *s, const char *path, const char *text, char *why,
                       size_t why_bytes)
{
    struct sim_words w = {.path = path, .why = why, .why_bytes = why_bytes};
    set_defaults(s, path);
    for (;;) {
        size_t length = strcspn(text, "\n");
        w.line++;
        if (!parse_line(&w, s, text, length))
            return -EINVAL;
        if (text[length] == '\0')
            break;
        text += length + 1;
    }
    return finish(&w, s) ? 0 : -EINVAL;
}

int sim_scenario_read(struct sim_scenario *s, const char *path, char *why, size_t why_bytes)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, TEXT_BYTES_MAX + 1);
    int error = file == NULL || text == NULL ? -errno : 0;
    if (error == 0 && fread(text, 1, TEXT_BYTES_MAX, file) == 0 && ferror(file))
        error = -errno;
    if (error == 0 && getc(file) != EOF)
        error = -EFBIG;
    if (error != 0)
        snprintf(why, why_bytes, "%s: %s; expected a scenario file", path, strerror(-error));
    else
        error = sim_scenario_parse(s, path, text, why, why_bytes);
    if (file != NULL)
        fclose(file);
    free(text);
    return error;
}
