/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/profile.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MS 1000000ull
#define S  1000000000ull

/* Rooms that do not depend on the network. */
static void load_common(struct sl_config *c)
{
    c->max_members = SL_MEMBERS_DEFAULT;
    c->max_rumours = 4096;
    c->max_suspicions = 1024;
    c->frame_bytes = SL_FRAME_BYTES;
    c->probe_tries = 3;
    c->probe_helpers = 3;
    c->probe_helper_rounds = 1;
    c->suspicion_confirmations = 2; /* memberlist: suspicion multiplier 4 less 2 */
    c->gossip_mode = SL_GOSSIP_PUSH_PULL;
    c->gossip_fanout = 3;
    c->gossip_near_percent = 50;
    c->gossip_idle_interval_ns = 1 * S;
    /* Half of memberlist's: the e^-sends whom pushing misses are told when they ask. */
    c->transmit_multiplier = 2;
    c->join_grace_ns = 60 * S;
    c->byte_cap_seed = 5000000; /* three seeds serve 2,000 joiners in a few seconds */
    c->join_retry_min_ns = 200 * MS;
    c->join_retry_max_ns = 10 * S;
    c->dead_retention_ns = 3600 * S;
    c->left_retention_ns = 3600 * S;
}

/* A probe takes longer than max_pause and a round trip: who pauses no longer than that answers
   before it is accused, and every accusation of a healthy member costs all members bytes. */
static void load_lan(struct sl_config *c)
{
    c->probe_period_ns = 200 * MS;
    c->probe_try_interval_ns = 100 * MS;
    c->probe_helper_wait_ns = 250 * MS; /* 550 ms in all */
    c->max_pause_ns = 500 * MS;
    c->spread_ns = 300 * MS;
    c->gossip_interval_ns = 100 * MS;
    c->byte_cap = 100000;
    c->byte_cap_joining = 250000;
    c->dial_interval_ns = 5 * S;
    c->repair_patience_ns = 1 * S;
}

static void load_wan(struct sl_config *c)
{
    c->probe_period_ns = 500 * MS;
    c->probe_try_interval_ns = 250 * MS; /* twice the RTT of an intercontinental path */
    c->probe_helpers = 5;
    c->probe_helper_rounds = 2;
    c->probe_helper_wait_ns = 750 * MS; /* 2,250 ms in all */
    c->max_pause_ns = 2 * S;
    c->spread_ns = 900 * MS;
    c->gossip_interval_ns = 200 * MS;
    c->byte_cap = 50000;
    c->byte_cap_joining = 250000;
    c->dial_interval_ns = 10 * S;
    c->repair_patience_ns = 3 * S;
}

static void load_edge(struct sl_config *c)
{
    c->probe_period_ns = 20 * MS;
    c->probe_try_interval_ns = 10 * MS;
    c->probe_helper_wait_ns = 30 * MS; /* 60 ms in all */
    c->max_pause_ns = 50 * MS;
    c->spread_ns = 60 * MS;
    c->gossip_interval_ns = 10 * MS;
    c->byte_cap = 1000000;
    c->byte_cap_joining = 1000000;
    c->dial_interval_ns = 1 * S;
    c->repair_patience_ns = 500 * MS;
}

void sl_config_derive(struct sl_config *c)
{
    /* A healthy member may be silent for max_pause, must then hear that it is suspected, and its
       refutation must come back; an accuser asks once more itself within that time, so one spread
       time covers both. */
    c->suspicion_min_ns = c->max_pause_ns + c->spread_ns;
    /* A lone accuser may be the sick one: it waits for others to agree, within what detection may
     * cost. */
    c->suspicion_max_ns = 2 * c->suspicion_min_ns;
    /* Five minutes of a cut are tolerated; what was suspected before it is decided before. */
    c->zone_patience_ns = 300 * S + c->suspicion_max_ns + c->spread_ns;
}

int sl_profile_load(struct sl_config *c, const char *profile)
{
    static const struct {
        const char *name;
        void (*load)(struct sl_config *);
    } profiles[] = {{"lan", load_lan}, {"wan", load_wan}, {"edge", load_edge}};

    for (size_t i = 0; i < sizeof(profiles) / sizeof(profiles[0]); i++) {
        if (strcmp(profile, profiles[i].name) != 0)
            continue;
        memset(c, 0, sizeof(*c));
        load_common(c);
        profiles[i].load(c);
        sl_config_derive(c);
        return 0;
    }
    return -EINVAL;
}

enum unit { COUNT, TIME };

struct bound {
    const char *key; /* as in [protocol] of a configuration file */
    uint64_t value, least, most;
    enum unit unit;
    const char *why; /* of a bound that follows from other knobs; NULL */
};

/* A whole number of the largest unit that fits, as one writes it. */
static void write_value(char *out, size_t out_bytes, uint64_t value, enum unit unit)
{
    static const struct {
        const char *name;
        uint64_t ns;
    } units[] = {{"h", 3600 * S}, {"m", 60 * S}, {"s", S}, {"ms", MS}, {"us", 1000}, {"ns", 1}};
    size_t i = 0;
    if (unit == COUNT || value == 0) {
        snprintf(out, out_bytes, "%" PRIu64, value);
        return;
    }
    while (value % units[i].ns != 0)
        i++;
    snprintf(out, out_bytes, "%" PRIu64 "%s", value / units[i].ns, units[i].name);
}

static int check_bounds(const struct bound *bounds, size_t count, char *why, size_t why_bytes)
{
    for (size_t i = 0; i < count; i++) {
        const struct bound *b = &bounds[i];
        char value[32], least[32], most[32];
        if (b->value >= b->least && b->value <= b->most)
            continue;
        write_value(value, sizeof(value), b->value, b->unit);
        write_value(least, sizeof(least), b->least, b->unit);
        write_value(most, sizeof(most), b->most, b->unit);
        snprintf(why, why_bytes, "%s is %s, must be within %s and %s%s%s", b->key, value, least,
                 most, b->why == NULL ? "" : ": ", b->why == NULL ? "" : b->why);
        return -EINVAL;
    }
    return 0;
}

static int check_room(const struct sl_config *c, char *why, size_t why_bytes)
{
    const struct bound bounds[] = {
        {"max_members", c->max_members, 2, SL_MEMBERS_MAX, COUNT, NULL},
        {"table_load_percent", c->table_load_percent, 0, 95, COUNT, NULL},
        {"cold_bytes_per_member", c->cold_bytes_per_member, 0, 1024, COUNT, NULL},
        {"max_rumours", c->max_rumours, 16, 1u << 20, COUNT, NULL},
        {"max_suspicions", c->max_suspicions, 4, 1u << 20, COUNT, NULL},
        {"frame_bytes", c->frame_bytes, SL_FRAME_BYTES_MIN, SL_FRAME_BYTES_MAX, COUNT, NULL},
        {"probe_tries", c->probe_tries, 1, SL_TRIES_MAX, COUNT, NULL},
        {"probe_helpers", c->probe_helpers, 0, SL_HELPERS_MAX, COUNT, NULL},
        {"probe_helper_rounds", c->probe_helper_rounds, 1, 8, COUNT, NULL},
        {"suspicion_confirmations", c->suspicion_confirmations, 0, SL_ACCUSERS_MAX - 1, COUNT,
         NULL},
        {"gossip_fanout", c->gossip_fanout, 1, SL_FANOUT_MAX, COUNT, NULL},
        {"gossip_near_percent", c->gossip_near_percent, 0, 90, COUNT, NULL},
        {"gossip_mode", c->gossip_mode, SL_GOSSIP_PUSH, SL_GOSSIP_PUSH_PULL, COUNT, NULL},
        {"transmit_multiplier", c->transmit_multiplier, 1, 64, COUNT, NULL},
        {"byte_cap", c->byte_cap, 4 * SL_FRAME_BYTES_MIN, 1u << 31, COUNT, NULL},
        {"byte_cap_joining", c->byte_cap_joining, 4 * SL_FRAME_BYTES_MIN, 1u << 31, COUNT, NULL},
        {"byte_cap_seed", c->byte_cap_seed, 4 * SL_FRAME_BYTES_MIN, 1u << 31, COUNT, NULL},
    };
    if (c->table_load_percent > 0 && c->table_load_percent < SL_LOAD_PERCENT_MIN) {
        snprintf(why, why_bytes, "table_load_percent is %" PRIu32 ", must be 0 or at least %d",
                 c->table_load_percent, SL_LOAD_PERCENT_MIN);
        return -EINVAL;
    }
    return check_bounds(bounds, sizeof(bounds) / sizeof(bounds[0]), why, why_bytes);
}

static int check_times(const struct sl_config *c, char *why, size_t why_bytes)
{
    const uint64_t day = 86400 * S;
    const uint64_t longest_cut_ns = c->zone_patience_ns + c->suspicion_max_ns;
    static const char outlives[] = "at least zone_patience + suspicion_max, so that the notice of "
                                   "who died or left outlives the longest cut";
    const struct bound bounds[] = {
        {"probe_period", c->probe_period_ns, 1 * MS, day, TIME, NULL},
        {"probe_try_interval", c->probe_try_interval_ns, MS / 10, day, TIME, NULL},
        {"probe_helper_wait", c->probe_helper_wait_ns, MS / 10, day, TIME, NULL},
        {"max_pause", c->max_pause_ns, 0, day, TIME, NULL},
        {"spread", c->spread_ns, 1 * MS, day, TIME, NULL},
        {"suspicion_min", c->suspicion_min_ns, 1 * MS, day, TIME, NULL},
        {"suspicion_max", c->suspicion_max_ns, c->suspicion_min_ns, day, TIME,
         "at least suspicion_min"},
        {"zone_patience", c->zone_patience_ns, 1 * S, day, TIME, NULL},
        {"gossip_interval", c->gossip_interval_ns, 1 * MS, day, TIME, NULL},
        {"gossip_idle_interval", c->gossip_idle_interval_ns, c->gossip_interval_ns, day, TIME,
         "at least gossip_interval"},
        {"join_grace", c->join_grace_ns, 0, day, TIME, NULL},
        {"join_retry_min", c->join_retry_min_ns, 1 * MS, day, TIME, NULL},
        {"join_retry_max", c->join_retry_max_ns, c->join_retry_min_ns, day, TIME,
         "at least join_retry_min"},
        /* Or those beyond a cut bring a ghost back. */
        {"dead_retention", c->dead_retention_ns, longest_cut_ns, 365 * day, TIME, outlives},
        {"left_retention", c->left_retention_ns, longest_cut_ns, 365 * day, TIME, outlives},
        {"dial_interval", c->dial_interval_ns, 10 * MS, day, TIME, NULL},
        {"repair_patience", c->repair_patience_ns, c->spread_ns, day, TIME, "at least spread"},
    };
    return check_bounds(bounds, sizeof(bounds) / sizeof(bounds[0]), why, why_bytes);
}

int sl_config_check(const struct sl_config *c, char *why, size_t why_bytes)
{
    if (c->cluster_name[0] == '\0') {
        snprintf(why, why_bytes, "the cluster's name is missing");
        return -EINVAL;
    }
    if (c->name[0] == '\0') {
        snprintf(why, why_bytes, "the node's name is missing");
        return -EINVAL;
    }
    if (!sl_endpoint_is_set(&c->v4) && !sl_endpoint_is_set(&c->v6)) {
        snprintf(why, why_bytes, "the node has no address");
        return -EINVAL;
    }
    int error = check_room(c, why, why_bytes);
    return error ? error : check_times(c, why, why_bytes);
}
