/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What no single key can tell: how they fit together. */
#include "dataplane/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills in what follows from several keys (host name, endpoints) and checks the whole. Returns 0,
   or -EINVAL and one line in `why`. */
int sl_options_check(struct sl_options *options, char *why, size_t why_bytes);

#ifdef __cplusplus
}
#endif
