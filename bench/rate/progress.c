/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#define WIPE "\r\033[K"

void bench_progress(const char *format, ...)
{
    va_list list;
    if (!isatty(STDERR_FILENO))
        return;
    fputs(WIPE, stderr);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fflush(stderr);
}

void bench_progress_end(void)
{
    if (isatty(STDERR_FILENO))
        fputs(WIPE, stderr);
}
