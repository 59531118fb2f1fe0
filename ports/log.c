/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/log.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The stamp, the level and the name before a text. */
#define HEAD_BYTES 64

static const char *const level_names[] = {"error", "warning", "notice", "info", "debug"};

/* Written by the control thread while it reads the configuration, read by every thread. */
static int least_urgent = SL_LOG_NOTICE;
static bool is_journal;

/* Guarded by one_writer, which nobody holds while waiting. */
static pthread_mutex_t one_writer = PTHREAD_MUTEX_INITIALIZER;
static uint64_t lost, lost_and_said;
static bool torn; /* the last line written has no end */

void sl_log_set_level(enum sl_log_level level)
{
    __atomic_store_n(&least_urgent, (int)level, __ATOMIC_RELAXED);
}

bool sl_log_shows(enum sl_log_level level)
{
    return (int)level <= __atomic_load_n(&least_urgent, __ATOMIC_RELAXED);
}

int sl_log_level_parse(const char *name, enum sl_log_level *level)
{
    for (unsigned i = 0; i < sizeof(level_names) / sizeof(level_names[0]); i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (enum sl_log_level)i;
            return 0;
        }
    }
    return -EINVAL;
}

const char *sl_log_level_name(enum sl_log_level level)
{
    return level_names[level];
}

void sl_log_find_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat file;
    bool is_it = stream != NULL && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
                 fstat(STDERR_FILENO, &file) == 0 && file.st_dev == device && file.st_ino == inode;
    __atomic_store_n(&is_journal, is_it, __ATOMIC_RELAXED);
}

/* "2026-01-31T08:15:00.123+01:00 warning " */
static size_t put_stamp(char *out, size_t out_bytes, enum sl_log_level level,
                        const struct timespec *when)
{
    struct tm local;
    char seconds[32], zone[16];
    localtime_r(&when->tv_sec, &local);
    strftime(seconds, sizeof(seconds), "%FT%T", &local);
    strftime(zone, sizeof(zone), "%z", &local);
    int length = snprintf(out, out_bytes, "%s.%03ld%.3s:%s %s ", seconds, when->tv_nsec / 1000000,
                          zone, zone + 3, level_names[level]);
    return (size_t)length;
}

/* syslog(3)'s numbers. */
static size_t put_priority(char *out, size_t out_bytes, enum sl_log_level level)
{
    int length = snprintf(out, out_bytes, "<%d>", (int)level + 3);
    return (size_t)length;
}

/* C0 and C1 controls, line and paragraph separators, and what changes the direction of text; names
 * come from other nodes. */
static size_t unsafe_bytes(const unsigned char *at)
{
    if (at[0] < 0x20 || at[0] == 0x7f)
        return 1;
    if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
        return 2;
    if (at[0] == 0xe2 && at[1] == 0x80 && (at[2] >= 0xa8 || (at[2] >= 0x8b && at[2] <= 0x8f)))
        return at[2] <= 0xae ? 3 : 0;
    if (at[0] == 0xe2 && at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9)
        return 3;
    return 0;
}

size_t sl_log_format(char *out, size_t out_bytes, enum sl_log_level level,
                     const struct timespec *when, const char *text)
{
    size_t used =
        when != NULL ? put_stamp(out, out_bytes, level, when) : put_priority(out, out_bytes, level);
    used += (size_t)snprintf(out + used, out_bytes - used, "starlingd: ");
    for (const char *at = text; *at != '\0' && used < out_bytes - 2;) {
        size_t unsafe = unsafe_bytes((const unsigned char *)at);
        out[used++] = unsafe > 0 ? '?' : *at;
        at += unsafe > 0 ? unsafe : 1;
    }
    out[used++] = '\n';
    out[used] = '\0';
    return used;
}

static size_t stamp(char *line, size_t line_bytes, enum sl_log_level level, const char *text)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return sl_log_format(line, line_bytes, level,
                         __atomic_load_n(&is_journal, __ATOMIC_RELAXED) ? NULL : &now, text);
}

/* A pipe, socket or terminal that is writable takes a whole line at once. */
static bool write_line(const char *line, size_t bytes)
{
    struct pollfd fd = {.fd = STDERR_FILENO, .events = POLLOUT};
    if (poll(&fd, 1, 0) != 1 || (fd.revents & POLLOUT) == 0)
        return false;
    ssize_t written = write(STDERR_FILENO, line, bytes);
    if (written > 0)
        torn = written < (ssize_t)bytes;
    return written == (ssize_t)bytes;
}

/* What a full disk has taken of a line is no part of the next one. */
static bool end_torn_line(void)
{
    return !torn || write_line("\n", 1);
}

/* The reader is back: it is first told what it has missed. */
static bool say_what_was_lost(void)
{
    char line[HEAD_BYTES + 128], text[128];
    if (lost == lost_and_said)
        return true;
    snprintf(text, sizeof(text), "%llu lines of log are missing here: stderr did not take them",
             (unsigned long long)(lost - lost_and_said));
    bool written = write_line(line, stamp(line, sizeof(line), SL_LOG_WARNING, text));
    if (written)
        lost_and_said = lost;
    return written;
}

uint64_t sl_log_lost(void)
{
    return __atomic_load_n(&lost, __ATOMIC_RELAXED);
}

void sl_log_line(enum sl_log_level level, const char *format, ...)
{
    char text[SL_LOG_LINE_BYTES_MAX], line[HEAD_BYTES + SL_LOG_LINE_BYTES_MAX];
    if (!sl_log_shows(level))
        return;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    size_t bytes = stamp(line, sizeof(line), level, text);
    pthread_mutex_lock(&one_writer);
    if (!end_torn_line() || !say_what_was_lost() || !write_line(line, bytes))
        __atomic_store_n(&lost, lost + 1, __ATOMIC_RELAXED);
    pthread_mutex_unlock(&one_writer);
}
