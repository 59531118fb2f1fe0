/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* From the text of one value to its field, and back for the example file. */
#include <stdbool.h>

#include "dataplane/option_table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Returns 0, or -EINVAL and in `why` what is wrong with the value, to follow "key = value: ". */
int sl_option_parse(const struct sl_option *option, const char *text, struct sl_options *options,
                    char *why, size_t why_bytes);

/* The key has the same value in both. */
bool sl_option_is_equal(const struct sl_option *option, const struct sl_options *a,
                        const struct sl_options *b);

/* The field of a CHOICE, NUMBER, SIZE or DURATION as one would write it. */
void sl_option_format(const struct sl_option *option, const struct sl_options *options, char *out,
                      size_t out_bytes);

#ifdef __cplusplus
}
#endif
