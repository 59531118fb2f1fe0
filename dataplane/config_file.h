/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The syntax of a configuration file: [section], key = value, and comments from '#' (at the start
 * of a line or after a blank) to the end of the line. What sections and keys mean is
 * option_table.h's business. Control thread, before the node starts.
 */
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SL_CONFIG_LINE_BYTES_MAX 4096

/* One assignment; its strings are valid during the call only. */
struct sl_config_entry {
    const char *section, *key, *value;
    unsigned line; /* from 1 */
};

/* Takes an entry; anything but 0 stops the reading. Writes its own `why`. */
typedef int (*sl_config_entry_fn)(void *argument, const struct sl_config_entry *entry, char *why,
                                  size_t why_bytes);

/* Hands every assignment of the file to `take`, in order. Returns 0, what `take` returned, or
   -errno and one sentence in `why` that begins with the file and, for bad syntax, the line. */
int sl_config_file_read(const char *path, sl_config_entry_fn take, void *argument, char *why,
                        size_t why_bytes);

#ifdef __cplusplus
}
#endif
