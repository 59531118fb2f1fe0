/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/output.h"

#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void output_check(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return;
    warnx("standard output is incomplete; is its disk full, or has its reader gone away?");
    _exit(1);
}

void bench_output_guard(void)
{
    signal(SIGPIPE, SIG_IGN);
    if (atexit(output_check) != 0)
        errx(1, "out of memory");
}
