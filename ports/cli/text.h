/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Words for people. Strings of members come from the network: a terminal must not obey them, and
 * JSON must stay valid. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ports/control_protocol.h"

#define SL_ENDPOINT_TEXT_BYTES    56 /* [IPv6]:port */
#define SL_INCARNATION_TEXT_BYTES 32

/* Copies `text`; what is not UTF-8 becomes '?', and so do control characters if `terminal`. */
void sl_text_clean(char *out, size_t out_bytes, const char *text, bool terminal);

/* A JSON string of any bytes. */
json_t *sl_text_json(const char *text);
json_t *sl_text_json_id(uint64_t id); /* 16 hexadecimal digits */

void sl_text_endpoint(char out[SL_ENDPOINT_TEXT_BYTES], const struct sl_control_endpoint *endpoint);
void sl_text_incarnation(char out[SL_INCARNATION_TEXT_BYTES], uint64_t generation,
                         uint32_t refutations);
void sl_text_duration(char *out, size_t out_bytes, uint64_t ns); /* "1.25 ms" */
const char *sl_text_status(uint8_t status);

/* Escape sequence for a status, or NULL where colours are out of place. */
const char *sl_text_status_colour(uint8_t status);

/* Columns of the terminal; 0 = not a terminal, any width will do. */
uint32_t sl_text_columns(void);
