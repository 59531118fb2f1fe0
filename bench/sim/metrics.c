/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/metrics.h"

static const struct {
    const char *name, *text;
    enum sim_unit unit;
} rows[] = {
#define SIM_METRIC_ROW(name, unit, text) {#name, text, SIM_UNIT_##unit},
    SIM_METRICS(SIM_METRIC_ROW)
#undef SIM_METRIC_ROW
};

const char *sim_metric_name(enum sim_metric metric)
{
    return rows[metric].name;
}

const char *sim_metric_text(enum sim_metric metric)
{
    return rows[metric].text;
}

bool sim_metric_is_added(enum sim_metric metric)
{
    switch (metric) {
#define SIM_METRIC_ADDED(name) case SIM_METRIC_##name:
        SIM_METRICS_ADDED(SIM_METRIC_ADDED)
#undef SIM_METRIC_ADDED
        return true;
    default:
        return false;
    }
}

bool sim_metric_is_of_deaths(enum sim_metric metric)
{
    switch (metric) {
    case SIM_METRIC_dead_seen:
    case SIM_METRIC_false_dead:
    case SIM_METRIC_false_declared:
    case SIM_METRIC_cut_dead:
    case SIM_METRIC_lied_dead:
        return true;
    default:
        return false;
    }
}

bool sim_metric_is_live(enum sim_metric metric)
{
    switch (metric) {
    case SIM_METRIC_events:
    case SIM_METRIC_frames_sent:
    case SIM_METRIC_frames_lost:
    case SIM_METRIC_overflows:
    case SIM_METRIC_replayed:
    case SIM_METRIC_resurrection_chances:
    case SIM_METRIC_forged_held:
    case SIM_METRIC_unreachable_seen:
    case SIM_METRIC_reachable_seen:
    case SIM_METRIC_bytes_per_node_1s:
    case SIM_METRIC_bytes_to_down_1s:
    case SIM_METRIC_views_wrong:
    case SIM_METRIC_nodes_up:
        return true;
    default:
        return sim_metric_is_of_deaths(metric);
    }
}

enum sim_unit sim_metric_unit(enum sim_metric metric)
{
    return rows[metric].unit;
}
