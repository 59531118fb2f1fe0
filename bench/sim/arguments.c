/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/sim/arguments.h"

#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

uint64_t sim_argument_number(const char *flag, const char *text)
{
    char *end;
    errno = 0;
    uint64_t value = text == NULL ? 0 : strtoull(text, &end, 10);
    if (text == NULL || *text < '0' || *text > '9' || *end != '\0' || errno != 0)
        errx(2, "%s: '%s', expected a whole number", flag, text == NULL ? "" : text);
    return value;
}

void sim_argument_help(int argc, char **argv, const char *usage)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            exit(0);
        }
    }
}

void sim_argument_refuse(const char *command, const char *format, ...)
{
    va_list arguments;
    fprintf(stderr, "starling-sim %s: ", command);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "; `starling-sim %s --help` shows how\n", command);
    exit(2);
}

void sim_argument_check_folder(const char *folder)
{
    if (access(folder, W_OK) != 0)
        err(2, "--out %s", folder);
}

uint64_t sim_wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
