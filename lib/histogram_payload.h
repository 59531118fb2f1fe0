/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The counts of a histogram as HdrHistogram's V2 encoding writes them, slot by slot: ZigZag LEB128
 * numbers of up to 9 bytes, where -n stands for n empty slots. One of the codec's insides
 * (histogram_codec.c).
 */
#include <stdint.h>

#include "lib/histogram.h"

#define SL_HISTOGRAM_NUMBER_BYTES_MAX 9

/* `out` has room for SL_HISTOGRAM_NUMBER_BYTES_MAX for each slot; *bytes: how many were written.
   -EOVERFLOW if a count is too large for the format. */
int sl_histogram_payload_write(const struct sl_histogram *h, uint8_t *out, uint32_t *bytes);

/* Adds a payload to `counts`, or only checks it if that is NULL; adds what it counts to *total.
   -EBADMSG if it is malformed or has more than `slots`, -EOVERFLOW past INT64_MAX. */
int sl_histogram_payload_read(const uint8_t *at, const uint8_t *end, uint32_t slots,
                              uint64_t *counts, uint64_t *total);
