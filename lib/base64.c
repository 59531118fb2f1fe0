/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/base64.h"

#include <errno.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void sl_base64_encode(const uint8_t *in, size_t bytes, char *out)
{
    for (size_t at = 0; at < bytes; at += 3, out += 4) {
        size_t left = bytes - at;
        uint32_t group = (uint32_t)in[at] << 16;
        if (left > 1)
            group |= (uint32_t)in[at + 1] << 8;
        if (left > 2)
            group |= in[at + 2];
        out[0] = alphabet[group >> 18];
        out[1] = alphabet[group >> 12 & 63];
        out[2] = left > 1 ? alphabet[group >> 6 & 63] : '=';
        out[3] = left > 2 ? alphabet[group & 63] : '=';
    }
}

static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Bytes of a group of four characters, 1 to 3; -1 if malformed. */
static int group_decode(const char *in, uint32_t *group)
{
    int bytes = in[3] != '=' ? 3 : in[2] != '=' ? 2 : 1;
    *group = 0;
    for (int i = 0; i < 4; i++) {
        int digit = i <= bytes ? digit_of(in[i]) : 0;
        if (digit < 0)
            return -1;
        *group = *group << 6 | (uint32_t)digit;
    }
    uint32_t unused = *group & ((UINT32_C(1) << (8 * (3 - bytes))) - 1);
    return unused == 0 ? bytes : -1;
}

ptrdiff_t sl_base64_decode(const char *text, size_t length, uint8_t *out, size_t size)
{
    size_t used = 0;
    if (length % 4 != 0)
        return -EBADMSG;
    for (size_t at = 0; at < length; at += 4) {
        uint32_t group;
        int bytes = group_decode(text + at, &group);
        if (bytes < 0 || (bytes < 3 && at + 4 < length))
            return -EBADMSG;
        if (size - used < (size_t)bytes)
            return -ENOSPC;
        for (int i = 0; i < bytes; i++)
            out[used++] = (uint8_t)(group >> (16 - 8 * i));
    }
    return (ptrdiff_t)used;
}
