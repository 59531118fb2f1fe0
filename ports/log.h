/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * One line to stderr per event, for control code. Never on the packet path: that has counters.
 * Any thread: a line is one write, so lines of several threads do not mix.
 *
 *   SL_LOG(SL_LOG_WARNING, "%s: link is down; check the cable", port);
 */
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

#define SL_LOG_LINE_BYTES_MAX 512 /* longer lines are cut */

/* Lines above `level` are not written. Starts as SL_LOG_NOTICE. */
void sl_log_set_level(enum sl_log_level level);

/* "error" .. "debug"; returns 0 or -EINVAL. */
int sl_log_level_parse(const char *name, enum sl_log_level *level);

void sl_log_line(enum sl_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define SL_LOG(level, ...) sl_log_line(level, __VA_ARGS__)

#ifdef __cplusplus
}
#endif
