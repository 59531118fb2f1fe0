/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Log lines of one kind, at most one a second: the first at once, then the latest of those that
 * were held back, with how many more there were. One thread.
 */
#include <stdint.h>

#include "ports/log.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_LOG_RATE_NS         1000000000ull
#define SL_LOG_RATE_TEXT_BYTES 640 /* longer lines are cut */

struct sl_log_rate {
    uint64_t next_ns; /* no line before this; 0: none was written yet */
    uint64_t held;    /* lines that wait for it */
    enum sl_log_level level;
    char text[SL_LOG_RATE_TEXT_BYTES]; /* the latest of them */
};

/* now_ns: any clock that never goes back. */
void sl_log_rate_line(struct sl_log_rate *rate, uint64_t now_ns, enum sl_log_level level,
                      const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Writes what was held back, if its time has come. Called often. */
void sl_log_rate_flush(struct sl_log_rate *rate, uint64_t now_ns);

/* Writes it now: the program ends. */
void sl_log_rate_finish(struct sl_log_rate *rate);

#ifdef __cplusplus
}
#endif
