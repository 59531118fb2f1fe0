/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Words for people. Strings of members come from the network: a terminal must not obey them, and
 * JSON must stay valid. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ports/control_protocol.h"

#define SL_ENDPOINT_TEXT_BYTES    56 /* [IPv6]:port */
#define SL_INCARNATION_TEXT_BYTES 32

#define SL_TEXT_BYTES       272                  /* room for the longest string of the socket */
#define SL_TEXT_CLEAN_BYTES (10 * SL_TEXT_BYTES) /* however much of it must be escaped */

/* Copies `text`: a character that is unsafe (character.h) becomes \u009b, a byte that is not UTF-8
   \xff, a backslash two. What does not fit ends in an ellipsis. out_bytes >= 16. */
void sl_text_clean(char *out, size_t out_bytes, const char *text);

/* Columns of a clean text. */
uint32_t sl_text_width(const char *text);

/* Bytes of as much of its beginning as `columns` can show, and what of them that takes: a wide
   character may not fit into the last one. */
size_t sl_text_head(const char *text, uint32_t columns, uint32_t *width);

/* A JSON string of any bytes, up to SL_TEXT_BYTES: what is not UTF-8 becomes U+FFFD. */
json_t *sl_text_json(const char *text);
json_t *sl_text_json_bytes(const char *text, size_t bytes);

/* Writes JSON whose strings have unsafe characters escaped. 0 or -1. */
int sl_text_json_write(const json_t *value, size_t flags, FILE *out);
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
