/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/histogram_payload.h"

#include <errno.h>
#include <stdbool.h>

static uint8_t *number_write(uint8_t *at, int64_t number)
{
    uint64_t zigzag = (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
    for (int i = 0; i < SL_HISTOGRAM_NUMBER_BYTES_MAX - 1; i++) {
        if (zigzag < 0x80)
            break;
        *at++ = (uint8_t)(zigzag | 0x80);
        zigzag >>= 7;
    }
    *at++ = (uint8_t)zigzag;
    return at;
}

/* Returns the byte after the number, or NULL if it passes the end. */
static const uint8_t *number_read(const uint8_t *at, const uint8_t *end, int64_t *number)
{
    uint64_t zigzag = 0;
    for (int i = 0; i < SL_HISTOGRAM_NUMBER_BYTES_MAX; i++) {
        if (at == end)
            return NULL;
        uint64_t byte = *at++;
        bool last = byte < 0x80 || i == SL_HISTOGRAM_NUMBER_BYTES_MAX - 1;
        zigzag |= (last ? byte : byte & 0x7f) << (7 * i);
        if (last)
            break;
    }
    *number = (int64_t)(zigzag >> 1 ^ (0 - (zigzag & 1)));
    return at;
}

/* Slots up to the last in use; an empty histogram still writes one. */
static uint32_t slots_used(const struct sl_histogram *h)
{
    uint32_t used = h->slots;
    while (used > 1 && sl_histogram_count(h, used - 1) == 0)
        used--;
    return used;
}

int sl_histogram_payload_write(const struct sl_histogram *h, uint8_t *out, uint32_t *bytes)
{
    uint32_t used = slots_used(h);
    uint8_t *at = out;
    for (uint32_t slot = 0; slot < used;) {
        uint64_t count = sl_histogram_count(h, slot++);
        if (count > INT64_MAX)
            return -EOVERFLOW;
        int64_t empty = count == 0;
        while (empty > 0 && slot < used && sl_histogram_count(h, slot) == 0) {
            empty++;
            slot++;
        }
        at = number_write(at, empty > 1 ? -empty : (int64_t)count);
    }
    *bytes = (uint32_t)(at - out);
    return 0;
}

int sl_histogram_payload_read(const uint8_t *at, const uint8_t *end, uint32_t slots,
                              uint64_t *counts, uint64_t *total)
{
    for (uint32_t slot = 0; at != end;) {
        int64_t number;
        at = number_read(at, end, &number);
        if (at == NULL || slot == slots || number < -(int64_t)(slots - slot))
            return -EBADMSG;
        if (number < 0) {
            slot += (uint32_t)-number;
            continue;
        }
        if ((uint64_t)number > INT64_MAX - *total)
            return -EOVERFLOW;
        *total += (uint64_t)number;
        if (counts != NULL)
            sl_histogram_add(&counts[slot], (uint64_t)number);
        slot++;
    }
    return 0;
}
