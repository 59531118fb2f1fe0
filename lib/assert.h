/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/* An impossible state ends the process, in every build: a member that goes on with a broken table
 * misleads the cluster. */
#define SL_ASSERT(condition)                      \
    (__builtin_expect(!!(condition), 1) ? (void)0 \
                                        : sl_assert_failed(#condition, __FILE__, __LINE__))

/* Prints the condition and its place to stderr, then aborts. */
void sl_assert_failed(const char *condition, const char *file, int line)
    __attribute__((noreturn, cold));

#ifdef __cplusplus
}
#endif
