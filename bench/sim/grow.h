/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Arrays that grow while a run is watched. */
#include <err.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Makes room for one more; ends the program if there is none. */
static inline void *sim_grow(void *array, uint32_t count, uint32_t *capacity, size_t each)
{
    if (count < *capacity)
        return array;
    *capacity = *capacity == 0 ? 64 : 2 * *capacity;
    array = realloc(array, *capacity * each);
    if (array == NULL)
        errx(1, "out of memory for what is watched: a shorter run would do");
    return array;
}
