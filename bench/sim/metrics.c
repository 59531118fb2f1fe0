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

enum sim_unit sim_metric_unit(enum sim_metric metric)
{
    return rows[metric].unit;
}
