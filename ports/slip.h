/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Slips of the hand: which known word an unknown one may have been meant for. */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Levenshtein's distance; UINT32_MAX of words of 64 bytes and more. */
uint32_t sl_slip_distance(const char *a, const char *b);

/* The largest distance that is a slip: a third of the word, two letters in short ones. */
uint32_t sl_slip_tolerance(const char *word);

#ifdef __cplusplus
}
#endif
