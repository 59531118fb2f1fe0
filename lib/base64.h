/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Base64 (RFC 4648, section 4: standard alphabet, padded). */
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Characters that encode this many bytes, without a terminating zero. */
static inline size_t sl_base64_length(size_t bytes)
{
    return (bytes + 2) / 3 * 4;
}

/* Writes sl_base64_length(bytes) characters, no terminating zero. */
void sl_base64_encode(const uint8_t *in, size_t bytes, char *out);

/*
 * Decodes strictly: whole groups of four, padding only at the end, unused bits zero. Returns the
 * bytes written; -EBADMSG if the text is malformed, -ENOSPC if they exceed `size`.
 */
ptrdiff_t sl_base64_decode(const char *text, size_t length, uint8_t *out, size_t size);

#ifdef __cplusplus
}
#endif
