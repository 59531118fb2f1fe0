/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/cli/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ports/cli/text.h"

#define CELL_BYTES 4096 /* of a clean text, however much of it is escaped */
#define GAP        2

struct cell {
    const char *colour;
    char *text;
};

struct sl_table {
    const char *const *headings;
    uint32_t columns, right;
    uint32_t width[SL_TABLE_COLUMNS_MAX];
    struct cell *cells;
    size_t count, room;
    bool dry; /* memory ended: what follows is left out, and that is said */
};

struct sl_table *sl_table_create(const char *const *headings, uint32_t right)
{
    struct sl_table *table = calloc(1, sizeof(*table));
    if (table == NULL)
        return NULL;
    table->headings = headings;
    table->right = right;
    while (headings[table->columns] != NULL) {
        table->width[table->columns] = sl_text_width(headings[table->columns]);
        table->columns++;
    }
    return table;
}

void sl_table_add(struct sl_table *table, const char *colour, const char *format, ...)
{
    char text[512], clean[CELL_BYTES];
    va_list arguments;
    if (table->count == table->room && !table->dry) {
        size_t room = table->room != 0 ? 2 * table->room : 64;
        struct cell *grown = realloc(table->cells, room * sizeof(*grown));
        table->dry = grown == NULL;
        if (grown != NULL) {
            table->cells = grown;
            table->room = room;
        }
    }
    if (table->dry)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    uint32_t column = (uint32_t)(table->count % table->columns);
    sl_text_clean(clean, sizeof(clean), text);
    struct cell *cell = &table->cells[table->count];
    *cell = (struct cell){.colour = colour, .text = strdup(clean)};
    table->dry = cell->text == NULL;
    if (table->dry)
        return;
    table->count++;
    uint32_t width = sl_text_width(clean);
    if (width > table->width[column])
        table->width[column] = width;
}

static void fit(struct sl_table *table, uint32_t room)
{
    for (;;) {
        uint32_t total = GAP * (table->columns - 1), widest = 0;
        for (uint32_t i = 0; i < table->columns; i++) {
            total += table->width[i];
            if (table->width[i] > table->width[widest])
                widest = i;
        }
        if (room == 0 || total <= room || table->width[widest] <= 4)
            return;
        table->width[widest]--;
    }
}

static void print_cell(const struct sl_table *table, uint32_t column, const char *text,
                       const char *colour)
{
    uint32_t room = table->width[column], width = sl_text_width(text);
    bool right = (table->right >> column & 1) != 0, last = column + 1 == table->columns;
    bool cut = width > room;
    size_t bytes = cut ? sl_text_head(text, room - 1, &width) : strlen(text);
    int padding = (int)(room - width - cut);

    if (right)
        printf("%*s", padding, "");
    fputs(colour != NULL ? colour : "", stdout);
    fwrite(text, 1, bytes, stdout);
    fputs(cut ? "\xe2\x80\xa6" : "", stdout); /* … */
    fputs(colour != NULL ? "\033[0m" : "", stdout);
    if (!right && !last)
        printf("%*s", padding, "");
    printf("%*s", last ? 0 : GAP, "");
    if (last)
        putchar('\n');
}

void sl_table_print(struct sl_table *table)
{
    fit(table, sl_text_columns());
    for (uint32_t i = 0; i < table->columns; i++)
        print_cell(table, i, table->headings[i], NULL);
    for (size_t i = 0; i < table->count; i++) {
        print_cell(table, (uint32_t)(i % table->columns), table->cells[i].text,
                   table->cells[i].colour);
        free(table->cells[i].text);
    }
    if (table->dry)
        fputs("starling: no memory for the rest of the table\n", stderr);
    free(table->cells);
    free(table);
}
