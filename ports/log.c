/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Written by main while it reads the configuration, read by every control thread. */
static int least_urgent = SL_LOG_NOTICE;

void sl_log_set_level(enum sl_log_level level)
{
    __atomic_store_n(&least_urgent, (int)level, __ATOMIC_RELAXED);
}

int sl_log_level_parse(const char *name, enum sl_log_level *level)
{
    static const char *const names[] = {"error", "warning", "notice", "info", "debug"};
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *level = (enum sl_log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

void sl_log_line(enum sl_log_level level, const char *format, ...)
{
    if ((int)level > __atomic_load_n(&least_urgent, __ATOMIC_RELAXED))
        return;

    char line[SL_LOG_LINE_BYTES_MAX] = "starlingd: ";
    size_t used = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line + used, sizeof(line) - used - 1, format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    used = strlen(line);
    line[used++] = '\n';
    /* Nobody is left to tell when stderr itself fails. */
    ssize_t written = write(STDERR_FILENO, line, used);
    (void)written;
}
