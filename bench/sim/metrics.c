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

enum sim_unit sim_metric_unit(enum sim_metric metric)
{
    return rows[metric].unit;
}
