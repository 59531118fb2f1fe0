/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A subcommand's options: one table says what is allowed, what is meant and what to tell who errs.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BENCH_LIST_MAX 16

struct bench_list {
    uint32_t values[BENCH_LIST_MAX];
    uint32_t count;
};

enum bench_option_kind {
    BENCH_OPTION_FLAG,   /* bool; takes no value */
    BENCH_OPTION_NUMBER, /* uint32_t, min..max */
    BENCH_OPTION_LIST,   /* struct bench_list: numbers min..max with commas between */
    BENCH_OPTION_WORD,   /* uint32_t: place in `words` */
    BENCH_OPTION_TEXT,   /* const char * into argv */
};

struct bench_option {
    const char *name; /* without the dashes */
    enum bench_option_kind kind;
    void *value;
    uint32_t min, max;
    const char *const *words; /* ends with NULL */
    const char *help;
};

/* Reads argv from argv[2] on. `options` ends with a nameless entry. Words that are no options are
   left in operands (ends with NULL; NULL if none are allowed). Returns 0; -1 after saying on stderr
   what was given and what was expected. */
int bench_arguments_read(int argc, char **argv, const struct bench_option *options,
                         const char **operands);

/* One line per option, its range and words included. */
void bench_arguments_print(const struct bench_option *options);

#ifdef __cplusplus
}
#endif
