/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/log_rate.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

void sl_log_rate_finish(struct sl_log_rate *r)
{
    if (r->held == 1)
        SL_LOG(r->level, "%s", r->text);
    else if (r->held > 1)
        SL_LOG(r->level, "%s (and %" PRIu64 " more like it)", r->text, r->held - 1);
    r->held = 0;
}

void sl_log_rate_flush(struct sl_log_rate *r, uint64_t now_ns)
{
    if (r->held == 0 || now_ns < r->next_ns)
        return;
    sl_log_rate_finish(r);
    r->next_ns = now_ns + SL_LOG_RATE_NS;
}

void sl_log_rate_line(struct sl_log_rate *r, uint64_t now_ns, enum sl_log_level level,
                      const char *format, ...)
{
    va_list arguments;
    if (!sl_log_shows(level))
        return;
    va_start(arguments, format);
    vsnprintf(r->text, sizeof(r->text), format, arguments);
    va_end(arguments);
    r->level = level;
    r->held++;
    sl_log_rate_flush(r, now_ns);
}
