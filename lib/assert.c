/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/assert.h"

#include <stdio.h>
#include <stdlib.h>

void sl_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "starling: assertion failed: %s (%s:%d)\n", condition, file, line);
    abort();
}
