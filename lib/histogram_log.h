/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Lines of an `.hlog` file (HdrHistogram log format 1.3), which the HdrHistogram tools plot and
 * merge: a header, then one line per interval and histogram. Histograms are of nanoseconds; tools
 * show milliseconds.
 *
 * Readers differ, and the strictest decides: no comment or blank line after the header, header
 * lines under 128 characters, numbers of digits and a point only. Times are since the Unix epoch,
 * given by the caller.
 */
#include <stddef.h>
#include <stdint.h>

#include "lib/histogram_codec.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_HISTOGRAM_LOG_HEADER_BYTES 512 /* room that the header always fits in */
#define SL_HISTOGRAM_LOG_TAG_MAX      63  /* bytes of a tag */
#define SL_HISTOGRAM_LOG_PREFIX_BYTES 160 /* room for all of a line but the histogram's text */

struct sl_histogram_interval {
    const char *tag;   /* which histogram; NULL: none. No comma, space or control character */
    size_t tag_length; /* 1 to SL_HISTOGRAM_LOG_TAG_MAX; the tag need not be zero-terminated */
    uint64_t start_unix_ms;
    uint64_t length_ms;
};

/* Both return the length of the zero-terminated text without its zero; -ENOSPC if it does not fit.
 */

/* `writer` says who wrote the log: printable ASCII, at most 99 characters, else -EINVAL. */
ptrdiff_t sl_histogram_log_header(char *out, size_t size, const char *writer,
                                  uint64_t start_unix_ms);

/*
 * One interval line, newline included. Never more than SL_HISTOGRAM_LOG_PREFIX_BYTES +
 * sl_histogram_codec_text_bytes(). -EINVAL if the tag is not allowed (tag_length is ignored: the
 * tag ends at its zero); else as sl_histogram_encode.
 */
ptrdiff_t sl_histogram_log_interval(char *out, size_t size, struct sl_histogram_codec *codec,
                                    const struct sl_histogram_interval *interval,
                                    const struct sl_histogram *h);

/*
 * Reads one line (with or without its line end) of a log with absolute times. Returns 1 for an
 * interval, whose tag and histogram text (for sl_histogram_decode_*) point into the line; 0 for a
 * comment, the legend or a blank line; -EBADMSG.
 */
int sl_histogram_log_parse(const char *line, size_t length, struct sl_histogram_interval *interval,
                           const char **text, size_t *text_length);

#ifdef __cplusplus
}
#endif
