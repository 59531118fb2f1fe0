/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Figures as the reports of one run and of several write them. */
#include <jansson.h>

#include "bench/sim/world.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sim_unit sim_report_unit(const struct sim_expect *expect);
void sim_report_value(enum sim_unit unit, uint64_t value, char *out, size_t out_bytes);
/* A time that never came is null. */
json_t *sim_report_json_value(enum sim_unit unit, uint64_t value);
json_t *sim_report_json_metrics(const struct sim_metrics *metrics);

#ifdef __cplusplus
}
#endif
