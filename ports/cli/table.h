/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Columns on a terminal. */
#include <stdint.h>

#define SL_TABLE_COLUMNS_MAX 8

struct sl_table; /* opaque */

/* headings: NULL-terminated, lives as long as the table. right: a bit per column of numbers. NULL:
 * no memory. */
struct sl_table *sl_table_create(const char *const *headings, uint32_t right);

/* The next cell, row by row; cleaned for terminals. colour: an escape sequence or NULL. */
void sl_table_add(struct sl_table *table, const char *colour, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Prints to stdout, cutting the widest columns until lines fit the terminal, and destroys. */
void sl_table_print(struct sl_table *table);
