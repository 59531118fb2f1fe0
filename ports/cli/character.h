/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Single characters of UTF-8 text from elsewhere: which ones a terminal may show as they are. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at `text` (RFC 3629: shortest form, no surrogates) and its code; 0: it is
   none. */
size_t sl_character(const char *text, uint32_t *code);

/* A terminal might obey it, or show it so that the text around it reads as another: controls (C0,
   DEL, C1), what turns the direction of text, what has no width, what Unicode has not assigned. */
bool sl_character_is_unsafe(uint32_t code);

/* Columns of a character that is safe: 0, 1 or 2. The locale must be a UTF-8 one. */
uint32_t sl_character_columns(uint32_t code);
