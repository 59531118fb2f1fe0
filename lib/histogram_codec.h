/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * The portable form of a histogram: HdrHistogram's "V2 compressed" encoding in Base64, which begins
 * with HISTFAAAA.
 *
 *   raw:    int32 0x1c849313, int32 payload bytes, int32 normalizing offset (0), int32 significant
 * digits, int64 lowest, int64 highest, double 1.0 (all big-endian, 40 bytes), then the payload: for
 * each slot up to the last in use its count, or -n for n > 1 empty slots. A number is ZigZag coded
 * (n << 1 ^ n >> 63), then written 7 bits a byte, lowest first, 0x80 = more follow; a ninth byte
 * carries 8 bits (not protobuf's varint). packed: int32 0x1c849314, int32 bytes that follow, then
 * the raw form as a zlib stream (RFC 1950). text:   the packed form in Base64 with padding.
 *
 * `clamped` has no place in the form and is not carried. All buffers, zlib's own included, come
 * from the arena; input is not trusted, and neither a hostile length nor a hostile compression
 * ratio makes the decoder use more.
 */
#include <stddef.h>

#include "lib/histogram.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_histogram_codec; /* opaque, in the arena; used by one thread at a time */

/*
 * Carves out a codec for histograms of up to as many slots as this configuration has (about 18
 * bytes a slot, and 64 KiB for zlib). NULL if the arena is dry or too small or the configuration
 * invalid.
 */
struct sl_histogram_codec *sl_histogram_codec_create(struct sl_arena *arena,
                                                     const struct sl_histogram_config *largest);

/* Longest text that the codec writes, its terminating zero included. */
size_t sl_histogram_codec_text_bytes(const struct sl_histogram_codec *codec);

/*
 * Writes the zero-terminated text of a histogram and returns its length without the zero; -ENOSPC
 * if `size` is too small, -EMSGSIZE if the histogram has more slots than the codec was made for,
 * -EOVERFLOW if a count exceeds an int64.
 */
ptrdiff_t sl_histogram_encode(struct sl_histogram_codec *codec, const struct sl_histogram *h,
                              char *out, size_t size);

/* Reads the configuration only, to create a histogram to decode into. 0; -EBADMSG if the text is
 * malformed. */
int sl_histogram_decode_config(struct sl_histogram_codec *codec, const char *text, size_t length,
                               struct sl_histogram_config *config);

/*
 * Adds the counts of an encoded histogram. 0, or, with nothing added: -EBADMSG if the text is
 * malformed, -EMSGSIZE if it is larger than the codec was made for, -EINVAL if it has another
 * configuration, -EOVERFLOW if the total would exceed an int64.
 */
int sl_histogram_decode_add(struct sl_histogram_codec *codec, const char *text, size_t length,
                            struct sl_histogram *into);

#ifdef __cplusplus
}
#endif
