/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the parts of sl_option_parse() (option_*.c) share: each writes a field, or says why not and
   returns -EINVAL. Not for other rooms. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dataplane/option_table.h"
#include "dataplane/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* option_value.c */
int sl_option_refuse(char *why, size_t why_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Digits only, and moves *text behind them: strtoull() by itself takes signs, blanks and overflow.
 */
bool sl_option_parse_digits(const char **text, uint64_t *value);
/* Copies a string that terminals and JSON can show as it stands. */
int sl_option_parse_string(const struct sl_option *o, const char *text, char *field, char *why,
                           size_t why_bytes);

/* option_address.c; the family is AF_INET or AF_INET6 */
int sl_option_parse_prefix(int family, const char *text, struct sl_options_family *field, char *why,
                           size_t why_bytes);
int sl_option_parse_gateway(int family, const char *text, struct sl_options_family *field,
                            char *why, size_t why_bytes);

/* Port 0: none was written, so the port's own. */
int sl_option_parse_advertise(int family, const char *text, struct sl_endpoint *field, char *why,
                              size_t why_bytes);

/* option_list.c: words separated by commas or blanks */
int sl_option_parse_tags(const char *text, char *field, char *why, size_t why_bytes);
int sl_option_parse_seeds(const char *text, struct sl_options *options, char *why,
                          size_t why_bytes);
int sl_option_parse_cpus(const char *text, struct sl_options *options, char *why, size_t why_bytes);

#ifdef __cplusplus
}
#endif
