/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/compare_part.h"

#include <string.h>

/* Buckets with so many members or fewer on average are told member by member: 4 hashes against the
   16 of a finer level. */
#define MEMBERS_PER_ITEMS 4
#define FINER_BITS        4

uint32_t sl_compare_write_member(uint8_t *out, uint32_t room_bytes, uint64_t self_id,
                                 const struct sl_view_item *member)
{
    struct sl_identity identity;
    switch (sl_word_status(member->word)) {
    case SL_LEFT:
        if (!member->removed)
            return sl_record_write_left(out, room_bytes, member->id, member->word);
        /* fallthrough */
    case SL_DEAD:
        return sl_record_write_accusation(out, room_bytes, member->id, member->word, self_id);
    default:
        identity = sl_cold_identity(member->cold);
        return sl_record_write_alive(out, room_bytes, member->id,
                                     sl_word_with_status(member->word, SL_ALIVE), &identity);
    }
}

bool sl_compare_tell(struct sl_compare *c, const struct sl_view_item *member, uint32_t room_bytes)
{
    uint32_t bytes = 0;
    if (c->skip != 0) {
        c->skip--;
        return true;
    }
    if (c->length_bytes < room_bytes)
        bytes = sl_compare_write_member(c->out + c->length_bytes, room_bytes - c->length_bytes,
                                        c->self_id, member);
    c->length_bytes += bytes;
    c->told += bytes != 0;
    c->left_out |= bytes == 0;
    return bytes != 0;
}

void sl_compare_range(const struct sl_compare *c, uint32_t depth, uint32_t bucket,
                      struct sl_view_range *range)
{
    uint64_t first = sl_bucket_first(depth, bucket), last = sl_bucket_last(depth, bucket);
    if (first < c->first_id)
        first = c->first_id;
    if (last > c->last_id)
        last = c->last_id;
    sl_view_range_begin(range, c->view, first, last);
}

/* ---- telling digests ---- */

static bool reckon(struct sl_compare *c, uint32_t depth, uint32_t bucket, uint32_t bits,
                   uint64_t *sums)
{
    /* twice the mean: buckets are not equally full */
    if (!sl_view_stores_sums(c->view, depth + bits) &&
        !sl_compare_spend(c, 2 * (uint32_t)((uint64_t)c->live_count >> depth) + 1))
        return false;
    sl_view_sums(c->view, depth, bucket, bits, sums);
    return true;
}

bool sl_compare_write_digests(struct sl_compare *c, uint32_t depth, uint32_t bucket, uint32_t bits)
{
    uint64_t sums[1 << SL_DIGEST_BITS_MAX];
    struct sl_digest head = {
        .type = SL_RECORD_DIGESTS,
        .depth = (uint8_t)depth,
        .bits = (uint8_t)bits,
        .bucket = bucket,
        .count = 1u << bits,
    };
    uint8_t *out = c->out + c->length_bytes;
    if (c->room_bytes - c->length_bytes < SL_DIGEST_HEAD_BYTES + 4 * head.count ||
        !reckon(c, depth, bucket, bits, sums))
        return false;
    c->length_bytes += sl_digest_write(out, c->room_bytes - c->length_bytes, &head);
    for (uint32_t i = 0; i < head.count; i++)
        sl_be32_store(out + SL_DIGEST_HEAD_BYTES + 4 * (size_t)i, sl_digest_hash(sums[i], c->salt));
    c->asks = true;
    return true;
}

/* ---- answering digests ---- */

static bool has_few(const struct sl_compare *c, uint32_t depth)
{
    return (uint64_t)c->live_count >> depth <= MEMBERS_PER_ITEMS ||
           depth + FINER_BITS > SL_DIGEST_DEPTH_MAX;
}

static bool write_finer(struct sl_compare *c, uint32_t depth, uint32_t bucket)
{
    if (has_few(c, depth) && sl_compare_write_items(c, depth, bucket))
        return true;
    return depth + FINER_BITS <= SL_DIGEST_DEPTH_MAX &&
           sl_compare_write_digests(c, depth, bucket, FINER_BITS);
}

/* Of the whole, not only what finds room is of use: the other side takes up the rest by itself. */
static void write_differs(struct sl_compare *c, const struct sl_digest *d, const uint8_t *map)
{
    struct sl_digest head = *d;
    uint8_t *out = c->out + c->length_bytes;
    head.type = SL_RECORD_DIFFERS;
    uint32_t bytes = sl_digest_write(out, c->room_bytes - c->length_bytes, &head);
    if (bytes == 0)
        return;
    memcpy(out + SL_DIGEST_HEAD_BYTES, map, head.count / 8);
    c->length_bytes += bytes;
}

static void answer_digests(struct sl_compare *c, const struct sl_digest *d)
{
    uint64_t sums[1 << SL_DIGEST_BITS_MAX];
    uint8_t map[(1 << SL_DIGEST_BITS_MAX) / 8] = {0};
    uint32_t depth = (uint32_t)d->depth + d->bits;
    uint32_t unequal = 0;
    if (!reckon(c, d->depth, d->bucket, d->bits, sums))
        return;
    for (uint32_t i = 0; i < d->count; i++) {
        if (sl_digest_hash(sums[i], c->salt) == sl_digest_at(d, i))
            continue;
        map[i / 8] |= (uint8_t)(0x80 >> i % 8);
        unequal++;
    }
    uint32_t each_bytes =
        SL_DIGEST_HEAD_BYTES + 4 * (has_few(c, depth) ? MEMBERS_PER_ITEMS : 1u << FINER_BITS);
    if (d->depth == 0 && d->bits >= 3 && unequal * each_bytes > c->room_bytes - c->length_bytes)
        write_differs(c, d, map);
    for (uint32_t i = 0; i < d->count; i++) {
        if ((map[i / 8] & 0x80 >> i % 8) != 0 && !write_finer(c, depth, (d->bucket << d->bits) + i))
            return;
    }
}

void sl_compare_turn(struct sl_compare *c, const uint8_t *records, uint32_t bytes)
{
    struct sl_record_cursor cursor = {records, records + bytes};
    struct sl_digest digest;
    c->covered_id = c->last_id;
    while (sl_digest_next(&cursor, &digest)) {
        if (digest.type == SL_RECORD_DIGESTS)
            answer_digests(c, &digest);
        else if (digest.type == SL_RECORD_ITEMS)
            sl_compare_answer_items(c, &digest);
        else if (digest.type == SL_RECORD_WANT)
            sl_compare_answer_want(c, &digest);
    }
}
