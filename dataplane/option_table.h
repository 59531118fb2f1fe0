/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The one list of keys that starlingd knows. */
#include <stddef.h>
#include <stdint.h>

#include "dataplane/options.h"

#ifdef __cplusplus
extern "C" {
#endif

enum sl_option_type {
    SL_OPTION_STRING, /* least..most bytes of UTF-8, without control characters */
    SL_OPTION_TAGS,   /* key=value, ...: kept as key=value lines */
    SL_OPTION_CHOICE, /* one of `choices`; the field is its index */
    SL_OPTION_WORD,   /* one of `choices`; the field is the word itself */
    SL_OPTION_PORT,   /* struct sl_port_spec */
    SL_OPTION_PREFIX4,
    SL_OPTION_PREFIX6,
    SL_OPTION_GATEWAY4,
    SL_OPTION_GATEWAY6,
    SL_OPTION_ADVERTISE4,
    SL_OPTION_ADVERTISE6,
    SL_OPTION_NUMBER,   /* uint32_t within least..most */
    SL_OPTION_SIZE,     /* uint32_t bytes */
    SL_OPTION_DURATION, /* uint64_t nanoseconds */
    SL_OPTION_SEEDS,
    SL_OPTION_CPUS,
    SL_OPTION_MODE, /* uint32_t of permission bits, written in octal */
};

struct sl_option {
    const char *section, *key;
    enum sl_option_type type;
    size_t offset; /* of its field in struct sl_options */
    uint64_t least, most;
    const char *choices;  /* "one|two" */
    const char *fallback; /* default as text; NULL: the profile's value, or required */
    const char *example;  /* set in the example file, to this; NULL: shown as a comment. Without a
                             fallback, such a key is required. */
    const char *help;
};

extern const struct sl_option sl_option_table[];
extern const uint32_t sl_option_count;

/* The row's index, or -1. */
int sl_option_find(const char *section, const char *key);

/* Writes what follows an unknown section or key: "; did you mean 'x'?" or where to look. */
void sl_option_suggest(const char *section, const char *key, char *out, size_t out_bytes);

#ifdef __cplusplus
}
#endif
