/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/scenario.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/sim/scenario_lines.h"
#include "bench/sim/settings.h"
#include "lib/identity.h"
#include "lib/profile.h"

#define RTT_NS         1000000ull
#define JITTER_NS      200000ull
#define RUN_NS         60000000000ull
#define TEXT_BYTES_MAX (1u << 20)

/* Peers must accept it, and a line that names it must mean it. */
static bool is_zone_name(struct sim_words *w, const struct sim_scenario *s, const char *name)
{
    struct sl_identity identity = {
        .v4 = {.port = SL_UDP_PORT, .ip = {[10] = 0xff, 0xff, 10, 0, 0, 1}},
        .name = "n1",
        .zone = name,
        .name_bytes = 2,
        .zone_bytes = (uint8_t)strlen(name),
    };
    if (strlen(name) > SL_ZONE_BYTES_MAX)
        return sim_refuse(w, "'%s', expected a name of at most %d bytes", name, SL_ZONE_BYTES_MAX);
    if (!sl_identity_is_valid(&identity))
        return sim_refuse(w, "a zone's name that peers refuse, expected UTF-8 without control "
                             "characters");
    for (uint32_t i = 0; i < s->zone_count; i++) {
        if (strcmp(s->zones[i].name, name) == 0)
            return sim_refuse(w, "zone '%s' a second time, expected each zone once", name);
    }
    return !sim_word_is_nodes(name) ||
           sim_refuse(w, "a zone named '%s', which means nodes; expected another name", name);
}

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
    if (!is_zone_name(w, s, name))
        return false;
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
    struct sl_config config;
    const char *expected = "'lan', 'wan' or 'edge'";
    const char *name = sim_take(w, expected);
    if (name == NULL)
        return false;
    if (sl_profile_load(&config, name) != 0)
        return sim_refuse(w, "'%s', expected %s", name, expected);
    strcpy(s->profile, name);
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
    bool needs_nodes, comes_once;
} statements[] = {
    {"nodes", nodes_line, false, true},     {"zone", zone_line, false, false},
    {"profile", profile_line, false, true}, {"set", sim_parse_set, false, false},
    {"seeds", seeds_line, true, true},      {"start", start_line, true, true},
    {"run", run_line, false, true},         {"seed", seed_line, false, true},
};
#define STATEMENTS (sizeof(statements) / sizeof(statements[0]))

/* lines: where each statement was first; 0: nowhere yet. */
static bool parse_statement(struct sim_words *w, struct sim_scenario *s, size_t i, uint32_t *lines)
{
    const struct statement *statement = &statements[i];
    if (statement->needs_nodes && s->node_count == 0)
        return sim_refuse(w, "'%s' before any node, expected 'nodes' or 'zone' first",
                          statement->word);
    if (statement->comes_once && lines[i] != 0)
        return sim_refuse(w, "'%s' a second time (first in line %u), expected it once",
                          statement->word, lines[i]);
    lines[i] = w->line;
    return statement->parse(w, s) && sim_take_end(w);
}

static bool parse_line(struct sim_words *w, struct sim_scenario *s, const char *line, size_t length,
                       uint32_t *lines)
{
    sim_words_cut(w, line, length);
    if (w->refused || w->count == 0)
        return !w->refused;
    for (size_t i = 0; i < STATEMENTS; i++) {
        if (sim_accept(w, statements[i].word))
            return parse_statement(w, s, i, lines);
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
    strcpy(s->profile, "lan");
    s->run_ns = RUN_NS;
    s->seed = 1;
    s->paths[s->path_count++] = (struct sim_action){.verb = SIM_RTT,
                                                    .a = {.kind = SIM_PICK_ALL},
                                                    .b = {.kind = SIM_PICK_ALL},
                                                    .duration_ns = RTT_NS / 2,
                                                    .jitter_ns = JITTER_NS};
}

/* Of a cluster in which nobody runs everything holds. */
static bool somebody_runs(const struct sim_scenario *s)
{
    bool starts = s->is_formed;
    for (uint32_t i = 0; i < s->action_count; i++) {
        const struct sim_action *a = &s->actions[i];
        starts |= a->verb == SIM_JOIN || (a->verb == SIM_RESTART && a->who.kind <= SIM_PICK_RANGES);
    }
    return starts;
}

static bool happens(struct sim_words *w, const struct sim_scenario *s, const struct sim_action *a)
{
    uint64_t last_ns = a->at_ns + (sim_verb_takes_turns(a->verb) ? a->duration_ns : 0);
    if (last_ns <= s->run_ns)
        return true;
    w->line = a->line;
    return sim_refuse(w, "'%s' at %llu ms, but the run ends at %llu ms; expected a longer 'run'",
                      sim_verb_name(a->verb), (unsigned long long)last_ns / 1000000,
                      (unsigned long long)s->run_ns / 1000000);
}

/* What only the whole file can show. */
static bool finish(struct sim_words *w, struct sim_scenario *s)
{
    w->line = 0;
    if (s->node_count == 0)
        return sim_refuse(w, "no node in it, expected 'nodes' or 'zone' somewhere");
    if (!somebody_runs(s))
        return sim_refuse(w, "nobody ever runs, expected 'start formed', or 'join' somewhere");
    if (s->seeds.count == 0)
        s->seeds = sim_pick_range(0, s->node_count < 3 ? s->node_count - 1 : 2);
    for (uint32_t i = 0; i < s->action_count; i++) {
        if (!happens(w, s, &s->actions[i]))
            return false;
    }
    if (!sim_settings_finish(w, s))
        return false;
    for (uint32_t i = 0; i < s->expect_count; i++) {
        struct sim_expect *x = &s->expects[i];
        if (x->within_rounds != 0)
            x->within_ns = x->within_rounds * s->options.config.gossip_interval_ns;
        w->line = x->line;
        if (x->has_moment && x->at_ns > s->run_ns)
            return sim_refuse(w,
                              "a moment at %llu ms, but the run ends at %llu ms; expected a longer "
                              "'run'",
                              (unsigned long long)x->at_ns / 1000000,
                              (unsigned long long)s->run_ns / 1000000);
    }
    return true;
}

int sim_scenario_parse(struct sim_scenario *s, const char *path, const char *text, char *why,
                       size_t why_bytes)
{
    struct sim_words w = {.path = path, .why = why, .why_bytes = why_bytes};
    uint32_t lines[STATEMENTS] = {0};
    set_defaults(s, path);
    for (;;) {
        size_t length = strcspn(text, "\n");
        w.line++;
        if (!parse_line(&w, s, text, length, lines))
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
    size_t length = error == 0 ? fread(text, 1, TEXT_BYTES_MAX, file) : 0;
    if (error == 0 && ferror(file))
        error = -errno;
    if (error == 0 && getc(file) != EOF)
        error = -EFBIG;
    if (error == 0 && strlen(text) != length) {
        snprintf(why, why_bytes, "%s: a byte of 0 in it, expected a scenario file", path);
        error = -EINVAL;
    } else if (error != 0) {
        snprintf(why, why_bytes, "%s: %s; expected a scenario file", path, strerror(-error));
    } else {
        error = sim_scenario_parse(s, path, text, why, why_bytes);
    }
    if (file != NULL)
        fclose(file);
    free(text);
    return error;
}
