/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/identity.h"

#include <stddef.h>

#include "lib/limits.h"

/* Neither above ASCII nor a control character, all eight at once. A byte below 0x20 borrows from
 * the one above it, which may then look bad as well: one bad byte is enough. */
static bool eight_are_plain(const char *text)
{
    const uint64_t ones = 0x0101010101010101ull;
    uint64_t bytes;
    memcpy(&bytes, text, sizeof(bytes));
    return ((bytes | (bytes - ones * 0x20) | (bytes + ones)) & ones * 0x80) == 0;
}

/* What most names are; false says nothing. */
static bool text_is_plain(const char *text, size_t length_bytes)
{
    if (length_bytes < 8)
        return length_bytes == 0;
    for (size_t at = 0; at < length_bytes - 8; at += 8) {
        if (!eight_are_plain(text + at))
            return false;
    }
    return eight_are_plain(text + length_bytes - 8);
}

/* UTF-8 as RFC 3629 has it, without C0 and C1 control characters: people read this text in
 * terminals. */
static bool text_is_printable(const char *text, size_t length_bytes)
{
    /* By continuation bytes: the least code point that needs them; U+0080..U+009F are the C1
     * controls. */
    static const uint32_t least[] = {0, 0xa0, 0x800, 0x10000};
    if (text_is_plain(text, length_bytes))
        return true;
    const uint8_t *at = (const uint8_t *)text;
    const uint8_t *end = at + length_bytes;

    while (at < end) {
        uint32_t lead = *at++;
        if (lead < 0x80) {
            if (lead < 0x20 || lead == 0x7f)
                return false;
            continue;
        }
        int follow = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || end - at < follow)
            return false;
        uint32_t point = lead & (0x3fu >> follow);
        for (int i = 0; i < follow; i++, at++) {
            if ((*at & 0xc0) != 0x80)
                return false;
            point = point << 6 | (*at & 0x3fu);
        }
        if (point < least[follow] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
            return false;
    }
    return true;
}

/* Refuses what would make members send to everybody or nobody. */
static bool endpoint_is_unicast(const struct sl_endpoint *e)
{
    static const uint8_t zero[16] = {0};
    if (sl_endpoint_is_v4(e)) {
        const uint8_t *a = e->ip + 12;
        bool broadcast = a[0] == 255 && a[1] == 255 && a[2] == 255 && a[3] == 255;
        return a[0] != 0 && (a[0] & 0xf0) != 0xe0 && !broadcast;
    }
    return e->ip[0] != 0xff && memcmp(e->ip, zero, sizeof(zero)) != 0;
}

bool sl_identity_fits(const struct sl_identity *identity)
{
    return (sl_endpoint_is_set(&identity->v4) || sl_endpoint_is_set(&identity->v6)) &&
           identity->name_bytes >= 1 && identity->name_bytes <= SL_NAME_BYTES_MAX &&
           identity->zone_bytes <= SL_ZONE_BYTES_MAX && identity->tags_bytes <= SL_TAGS_BYTES_MAX;
}

bool sl_identity_is_valid(const struct sl_identity *identity)
{
    if (!sl_identity_fits(identity))
        return false;
    if (sl_endpoint_is_set(&identity->v4) &&
        !(sl_endpoint_is_v4(&identity->v4) && endpoint_is_unicast(&identity->v4)))
        return false;
    if (sl_endpoint_is_set(&identity->v6) &&
        (sl_endpoint_is_v4(&identity->v6) || !endpoint_is_unicast(&identity->v6)))
        return false;
    return text_is_printable(identity->name, identity->name_bytes) &&
           text_is_printable(identity->zone, identity->zone_bytes);
}

bool sl_name_is_valid(const char *name, size_t name_bytes)
{
    return name_bytes >= 1 && name_bytes <= SL_NAME_BYTES_MAX &&
           text_is_printable(name, name_bytes);
}
