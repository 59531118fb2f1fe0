/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Tags as an operator writes them, in the configuration and on the command line: key=value words,
 * separated by commas or blanks. Kept, and spread, as lines. */
#include <stddef.h>

#include "lib/limits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds the words of `text` to `tags`, which holds a string. 0, or -EINVAL and in `why` a sentence
   that names the word; `tags` is then as before. */
int sl_tags_add(char tags[SL_TAGS_BYTES_MAX + 1], const char *text, char *why, size_t why_bytes);

#ifdef __cplusplus
}
#endif
