/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/arguments.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

uint64_t sim_argument_number(const char *flag, const char *text)
{
    char *end;
    errno = 0;
    uint64_t value = text == NULL ? 0 : strtoull(text, &end, 10);
    if (text == NULL || *text < '0' || *text > '9' || *end != '\0' || errno != 0)
        errx(2, "%s: '%s', expected a whole number", flag, text == NULL ? "" : text);
    return value;
}

uint64_t sim_wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
