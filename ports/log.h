/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * One line to stderr per event, for control code. Never on the packet path: that has counters.
 * Any thread: a line is one write, so lines of several threads do not mix. A reader of stderr that
 * does not read, or is gone, loses lines and never holds the program up; SIGPIPE must be ignored.
 *
 *   SL_LOG(SL_LOG_WARNING, "%s: link is down; check the cable", port);
 *
 * writes "2026-01-31T08:15:00.123+01:00 warning starlingd: eth0: link is down; check the cable", or
 * "<4>starlingd: eth0: ..." to systemd's journal, which has a clock of its own.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sl_log_level {
    SL_LOG_ERROR,   /* something asked for did not happen */
    SL_LOG_WARNING, /* it happened, but somebody should look */
    SL_LOG_NOTICE,  /* normal and worth a line: started, stopped, fell back */
    SL_LOG_INFO,
    SL_LOG_DEBUG,
};

#define SL_LOG_LINE_BYTES_MAX 1024 /* longer lines are cut */

/* Lines above `level` are not written. Starts as SL_LOG_NOTICE. */
void sl_log_set_level(enum sl_log_level level);
bool sl_log_shows(enum sl_log_level level);

/* "error" .. "debug"; returns 0 or -EINVAL. */
int sl_log_level_parse(const char *name, enum sl_log_level *level);
const char *sl_log_level_name(enum sl_log_level level);

/* Looks whether stderr is systemd's journal (JOURNAL_STREAM), whose lines need no time stamp. */
void sl_log_find_journal(void);

/* A whole line as it is written, with its newline; control characters and what would reorder the
   reader's terminal become '?'. when: NULL for the journal. Returns its length. */
size_t sl_log_format(char *out, size_t out_bytes, enum sl_log_level level,
                     const struct timespec *when, const char *text);

/* Lines that stderr did not take. */
uint64_t sl_log_lost(void);

void sl_log_line(enum sl_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define SL_LOG(level, ...) sl_log_line(level, __VA_ARGS__)

#ifdef __cplusplus
}
#endif
