/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/histogram_codec.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "lib/base64.h"
#include "lib/histogram_payload.h"

#define RAW_COOKIE    UINT32_C(0x1c849313)
#define PACKED_COOKIE UINT32_C(0x1c849314)
#define COOKIE_WORD_SIZE \
    UINT32_C(0xf0) /* bits that say how wide V0 counts are: of no meaning in V2 */
#define RATIO_ONE          UINT64_C(0x3ff0000000000000) /* 1.0 as an IEEE 754 double */
#define PACKED_HEADER      8
#define CONFIG_TEXT_LENGTH 1024 /* more than enough compressed text to hold the raw header */
/* zlib needs 2^(window+2) + 2^(memory+9) bytes and about 6 KiB to write, up to 32 KiB and 10 KiB to
 * read. */
#define ZLIB_WINDOW_BITS   12
#define ZLIB_MEMORY_LEVEL  6
#define ZLIB_POOL_BYTES    (64u * 1024)

struct raw_header {
    uint32_t cookie, payload_bytes, normalizing_offset, decimal_digits;
    uint64_t lowest, highest, ratio;
};

struct sl_histogram_codec {
    uint8_t *raw, *packed, *pool;
    size_t raw_size, packed_size, pool_used;
};

struct sl_histogram_codec *sl_histogram_codec_create(struct sl_arena *arena,
                                                     const struct sl_histogram_config *largest)
{
    if (sl_histogram_config_check(largest) != 0)
        return NULL;
    size_t slots = sl_histogram_config_slots(largest);
    size_t raw_size = sizeof(struct raw_header) + slots * SL_HISTOGRAM_NUMBER_BYTES_MAX;
    /* deflate's bound for any window and memory level, as in zlib's deflateBound. */
    size_t packed_size = PACKED_HEADER + raw_size + raw_size / 8 + raw_size / 64 + 64;
    if (packed_size < CONFIG_TEXT_LENGTH)
        packed_size = CONFIG_TEXT_LENGTH;
    struct sl_histogram_codec *codec = sl_arena_take(arena, 1, sizeof(*codec));
    uint8_t *raw = sl_arena_take(arena, raw_size, 1);
    uint8_t *packed = sl_arena_take(arena, packed_size, 1);
    uint8_t *pool = sl_arena_take(arena, ZLIB_POOL_BYTES, 1);
    if (codec == NULL || raw == NULL || packed == NULL || pool == NULL)
        return NULL;
    codec->raw = raw;
    codec->raw_size = raw_size;
    codec->packed = packed;
    codec->packed_size = packed_size;
    codec->pool = pool;
    return codec;
}

size_t sl_histogram_codec_text_bytes(const struct sl_histogram_codec *codec)
{
    return sl_base64_length(codec->packed_size) + 1;
}

/* ---- zlib, out of the codec's own memory ---- */

static void *pool_take(void *opaque, unsigned count, unsigned each_bytes)
{
    struct sl_histogram_codec *codec = opaque;
    size_t bytes = ((size_t)count * each_bytes + 15) & ~(size_t)15;
    if (bytes > ZLIB_POOL_BYTES - codec->pool_used)
        return NULL;
    void *taken = codec->pool + codec->pool_used;
    codec->pool_used += bytes;
    return taken;
}

static void pool_give_back(void *opaque, void *taken)
{
    (void)opaque; /* the next stream starts with an empty pool */
    (void)taken;
}

static z_stream stream_over(struct sl_histogram_codec *codec, uint8_t *in, size_t in_bytes,
                            uint8_t *out, size_t out_bytes)
{
    z_stream z;
    memset(&z, 0, sizeof(z));
    codec->pool_used = 0;
    z.zalloc = pool_take;
    z.zfree = pool_give_back;
    z.opaque = codec;
    z.next_in = in;
    z.avail_in = (unsigned)in_bytes;
    z.next_out = out;
    z.avail_out = (unsigned)out_bytes;
    return z;
}

/* ---- encode ---- */

static int raw_write(struct sl_histogram_codec *codec, const struct sl_histogram *h, size_t *bytes)
{
    uint32_t payload_bytes;
    if (sizeof(struct raw_header) + (size_t)h->slots * SL_HISTOGRAM_NUMBER_BYTES_MAX >
        codec->raw_size)
        return -EMSGSIZE;
    int rc = sl_histogram_payload_write(h, codec->raw + sizeof(struct raw_header), &payload_bytes);
    if (rc != 0)
        return rc;
    struct raw_header header = {
        .cookie = htobe32(RAW_COOKIE),
        .payload_bytes = htobe32(payload_bytes),
        .decimal_digits = htobe32(h->config.decimal_digits),
        .lowest = htobe64(h->config.lowest),
        .highest = htobe64(h->config.highest),
        .ratio = htobe64(RATIO_ONE),
    };
    memcpy(codec->raw, &header, sizeof(header));
    *bytes = sizeof(header) + payload_bytes;
    return 0;
}

static int pack(struct sl_histogram_codec *codec, size_t raw_bytes, size_t *packed_bytes)
{
    z_stream z = stream_over(codec, codec->raw, raw_bytes, codec->packed + PACKED_HEADER,
                             codec->packed_size - PACKED_HEADER);
    if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, ZLIB_WINDOW_BITS, ZLIB_MEMORY_LEVEL,
                     Z_DEFAULT_STRATEGY) != Z_OK)
        return -ENOMEM;
    int rc = deflate(&z, Z_FINISH);
    uint32_t header[2] = {htobe32(PACKED_COOKIE), htobe32((uint32_t)z.total_out)};
    memcpy(codec->packed, header, sizeof(header));
    *packed_bytes = PACKED_HEADER + z.total_out;
    deflateEnd(&z);
    return rc == Z_STREAM_END ? 0 : -ENOSPC;
}

ptrdiff_t sl_histogram_encode(struct sl_histogram_codec *codec, const struct sl_histogram *h,
                              char *out, size_t size)
{
    size_t raw_bytes, packed_bytes;
    int rc = raw_write(codec, h, &raw_bytes);
    if (rc == 0)
        rc = pack(codec, raw_bytes, &packed_bytes);
    if (rc != 0)
        return rc;
    size_t length = sl_base64_length(packed_bytes);
    if (length >= size)
        return -ENOSPC;
    sl_base64_encode(codec->packed, packed_bytes, out);
    out[length] = '\0';
    return (ptrdiff_t)length;
}

/* ---- decode ---- */

/* Unpacks up to `want` bytes into codec->raw and returns how many; `whole` if the stream ended
 * there, checksum right. */
static ptrdiff_t unpack(struct sl_histogram_codec *codec, const char *text, size_t length,
                        size_t want, bool *whole)
{
    uint32_t header[2];
    ptrdiff_t bytes = sl_base64_decode(text, length, codec->packed, codec->packed_size);
    if (bytes == -ENOSPC)
        return -EMSGSIZE;
    if (bytes < PACKED_HEADER)
        return -EBADMSG;
    memcpy(header, codec->packed, sizeof(header));
    if ((be32toh(header[0]) | COOKIE_WORD_SIZE) != (PACKED_COOKIE | COOKIE_WORD_SIZE))
        return -EBADMSG;
    size_t in_bytes = (size_t)bytes - PACKED_HEADER;
    if (in_bytes > be32toh(header[1]))
        in_bytes = be32toh(header[1]); /* some writers leave slack behind the stream */
    z_stream z = stream_over(codec, codec->packed + PACKED_HEADER, in_bytes, codec->raw, want);
    if (inflateInit(&z) != Z_OK)
        return -ENOMEM;
    int rc = inflate(&z, Z_SYNC_FLUSH);
    inflateEnd(&z);
    if (rc != Z_STREAM_END && rc != Z_OK && rc != Z_BUF_ERROR)
        return rc == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
    *whole = rc == Z_STREAM_END;
    return (ptrdiff_t)z.total_out;
}

static int header_read(const uint8_t *raw, struct sl_histogram_config *config,
                       uint32_t *payload_bytes)
{
    struct raw_header header;
    memcpy(&header, raw, sizeof(header));
    /* A shifted histogram (offset not 0) would be read into the wrong slots. The ratio is of no
     * meaning to integers. */
    if ((be32toh(header.cookie) | COOKIE_WORD_SIZE) != (RAW_COOKIE | COOKIE_WORD_SIZE) ||
        header.normalizing_offset != 0)
        return -EBADMSG;
    config->lowest = be64toh(header.lowest);
    config->highest = be64toh(header.highest);
    config->decimal_digits = be32toh(header.decimal_digits);
    *payload_bytes = be32toh(header.payload_bytes);
    return sl_histogram_config_check(config) == 0 ? 0 : -EBADMSG;
}

int sl_histogram_decode_config(struct sl_histogram_codec *codec, const char *text, size_t length,
                               struct sl_histogram_config *config)
{
    uint32_t payload_bytes;
    bool whole;
    ptrdiff_t bytes = unpack(codec, text, length < CONFIG_TEXT_LENGTH ? length : CONFIG_TEXT_LENGTH,
                             sizeof(struct raw_header), &whole);
    if (bytes < 0)
        return (int)bytes;
    if (bytes < (ptrdiff_t)sizeof(struct raw_header))
        return -EBADMSG;
    return header_read(codec->raw, config, &payload_bytes);
}

int sl_histogram_decode_add(struct sl_histogram_codec *codec, const char *text, size_t length,
                            struct sl_histogram *into)
{
    struct sl_histogram_config config;
    uint32_t payload_bytes;
    bool whole;
    ptrdiff_t bytes = unpack(codec, text, length, codec->raw_size, &whole);
    if (bytes < 0)
        return (int)bytes;
    if (!whole)
        return (size_t)bytes == codec->raw_size ? -EMSGSIZE : -EBADMSG;
    if (bytes < (ptrdiff_t)sizeof(struct raw_header))
        return -EBADMSG;
    int rc = header_read(codec->raw, &config, &payload_bytes);
    if (rc != 0)
        return rc;
    if (payload_bytes > (size_t)bytes - sizeof(struct raw_header))
        return -EBADMSG;
    if (!sl_histogram_config_equal(&config, &into->config))
        return -EINVAL;
    /* The whole payload is checked before any of it is added. */
    const uint8_t *payload = codec->raw + sizeof(struct raw_header);
    uint64_t total = sl_histogram_total(into);
    rc = sl_histogram_payload_read(payload, payload + payload_bytes, into->slots, NULL, &total);
    if (rc != 0)
        return rc;
    return sl_histogram_payload_read(payload, payload + payload_bytes, into->slots, into->counts,
                                     &(uint64_t){0});
}
