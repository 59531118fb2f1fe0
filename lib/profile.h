/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Starting values for three kinds of network, and the check of a finished configuration. */
#include <stddef.h>

#include "lib/config.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills every knob with the profile's values ("lan", "wan", "edge"); identity fields become empty.
 * -EINVAL: no such profile. */
int sl_profile_load(struct sl_config *config, const char *profile);

/* Recomputes what follows from max_pause_ns and spread_ns (suspicion_min_ns, suspicion_max_ns)
 * after one was changed. */
void sl_config_derive(struct sl_config *config);

/* Returns 0, or -EINVAL and a sentence in `why` that names the knob, the value and the bound it
 * breaks. */
int sl_config_check(const struct sl_config *config, char *why, size_t why_bytes);

#ifdef __cplusplus
}
#endif
