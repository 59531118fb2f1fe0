/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/slip.h"

#include <string.h>

uint32_t sl_slip_distance(const char *a, const char *b)
{
    uint32_t row[64];
    uint32_t length = (uint32_t)strlen(b);
    if (length >= 64 || strlen(a) >= 64)
        return UINT32_MAX;
    for (uint32_t j = 0; j <= length; j++)
        row[j] = j;
    for (uint32_t i = 1; a[i - 1] != '\0'; i++) {
        uint32_t diagonal = row[0];
        row[0] = i;
        for (uint32_t j = 1; j <= length; j++) {
            uint32_t best = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[length];
}

uint32_t sl_slip_tolerance(const char *word)
{
    uint32_t third = (uint32_t)strlen(word) / 3;
    return third > 2 ? third : 2;
}
