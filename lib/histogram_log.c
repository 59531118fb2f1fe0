/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/histogram_log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define WRITER_LENGTH_MAX 99
#define LEGEND            "\"StartTimestamp\","
#define TAG_PREFIX        "Tag="

/* Thousandths as a decimal number. Not %f, which follows the locale. */
#define THOUSANDTHS             "%" PRIu64 ".%03u"
#define THOUSANDTHS_OF(integer) (integer) / 1000, (unsigned)((integer) % 1000)

static bool is_writer(const char *text)
{
    size_t length = strnlen(text, WRITER_LENGTH_MAX + 1);
    for (size_t i = 0; i < length; i++)
        if (text[i] < ' ' || text[i] > '~')
            return false;
    return length <= WRITER_LENGTH_MAX;
}

static bool is_tag(const char *tag, size_t length)
{
    if (length < 1 || length > SL_HISTOGRAM_LOG_TAG_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)tag[i] <= ' ' || tag[i] == ',' || tag[i] == 0x7f)
            return false;
    return true;
}

ptrdiff_t sl_histogram_log_header(char *out, size_t size, const char *writer,
                                  uint64_t start_unix_ms)
{
    if (!is_writer(writer))
        return -EINVAL;
    int length =
        snprintf(out, size,
                 "#[Logged with %s]\n"
                 "#[Histogram log format version 1.3]\n"
                 "#[StartTime: " THOUSANDTHS " (seconds since epoch)]\n" LEGEND
                 "\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n",
                 writer, THOUSANDTHS_OF(start_unix_ms));
    return (size_t)length < size ? length : -ENOSPC;
}

ptrdiff_t sl_histogram_log_interval(char *out, size_t size, struct sl_histogram_codec *codec,
                                    const struct sl_histogram_interval *interval,
                                    const struct sl_histogram *h)
{
    bool tagged = interval->tag != NULL;
    if (tagged && !is_tag(interval->tag, interval->tag_length))
        return -EINVAL;
    uint64_t max_us = (sl_histogram_max(h) + 500) / 1000;
    int prefix = snprintf(out, size, "%s%.*s%s" THOUSANDTHS "," THOUSANDTHS "," THOUSANDTHS ",",
                          tagged ? TAG_PREFIX : "", tagged ? (int)interval->tag_length : 0,
                          tagged ? interval->tag : "", tagged ? "," : "",
                          THOUSANDTHS_OF(interval->start_unix_ms),
                          THOUSANDTHS_OF(interval->length_ms), THOUSANDTHS_OF(max_us));
    if ((size_t)prefix >= size)
        return -ENOSPC;
    size_t used = (size_t)prefix;
    ptrdiff_t text = sl_histogram_encode(codec, h, out + used, size - used);
    if (text < 0)
        return text;
    used += (size_t)text;
    if (size - used < sizeof("\n"))
        return -ENOSPC;
    memcpy(out + used, "\n", sizeof("\n"));
    return (ptrdiff_t)used + 1;
}

/* Takes the field up to the next comma off the line; false if there is none. */
static bool field_take(const char **line, size_t *length, const char **field, size_t *field_length)
{
    const char *comma = memchr(*line, ',', *length);
    if (comma == NULL)
        return false;
    *field = *line;
    *field_length = (size_t)(comma - *line);
    *line = comma + 1;
    *length -= *field_length + 1;
    return true;
}

/* Digits, then perhaps a point and digits, of which the first three count. */
static bool thousandths_parse(const char *field, size_t length, uint64_t *out)
{
    uint64_t value = 0;
    size_t at = 0, decimals = 0;
    for (; at < length && field[at] >= '0' && field[at] <= '9'; at++) {
        if (value > UINT64_MAX / 10000 - 1)
            return false;
        value = value * 10 + (uint64_t)(field[at] - '0');
    }
    if (at == 0)
        return false;
    if (at < length && field[at] == '.')
        for (at++; at < length && field[at] >= '0' && field[at] <= '9'; at++)
            if (decimals < 3) {
                value = value * 10 + (uint64_t)(field[at] - '0');
                decimals++;
            }
    for (; decimals < 3; decimals++)
        value *= 10;
    *out = value;
    return at == length;
}

int sl_histogram_log_parse(const char *line, size_t length, struct sl_histogram_interval *interval,
                           const char **text, size_t *text_length)
{
    const char *field;
    size_t field_length, prefix = strlen(TAG_PREFIX);
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        length--;
    if (length == 0 || line[0] == '#' || line[0] == '"')
        return 0;
    *interval = (struct sl_histogram_interval){0};
    if (length >= prefix && memcmp(line, TAG_PREFIX, prefix) == 0) {
        if (!field_take(&line, &length, &field, &field_length) ||
            !is_tag(field + prefix, field_length - prefix))
            return -EBADMSG;
        interval->tag = field + prefix;
        interval->tag_length = field_length - prefix;
    }
    if (!field_take(&line, &length, &field, &field_length) ||
        !thousandths_parse(field, field_length, &interval->start_unix_ms) ||
        !field_take(&line, &length, &field, &field_length) ||
        !thousandths_parse(field, field_length, &interval->length_ms) ||
        !field_take(&line, &length, &field, &field_length)) /* the maximum: the histogram has it */
        return -EBADMSG;
    *text = line;
    *text_length = length;
    return 1;
}
