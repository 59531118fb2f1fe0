/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/compare.h"

#include <string.h>

/* Buckets with so many members or fewer on average are told member by member: 4 hashes against the
   16 of a finer level. */
#define MEMBERS_PER_ITEMS 4
#define FINER_BITS        4
/* Gone members told in one go to whoever holds something unknown as live: it may be one of them, in
   an earlier incarnation. */
#define GONE_TOLD_MAX     4

uint32_t sl_compare_write_member(uint8_t *out, uint32_t room_bytes, uint64_t self_id,
                                 const struct sl_view_item *member)
{
    struct sl_identity identity;
    switch (sl_word_status(member->word)) {
    case SL_LEFT:
        return sl_record_write_left(out, room_bytes, member->id, member->word);
    case SL_DEAD:
        return sl_record_write_accusation(out, room_bytes, member->id, member->word, self_id);
    default:
        identity = sl_cold_identity(member->cold);
        return sl_record_write_alive(out, room_bytes, member->id,
                                     sl_word_with_status(member->word, SL_ALIVE), &identity);
    }
}

static bool spend(struct sl_compare *c, uint32_t members)
{
    if (c->work < members)
        return false;
    c->work -= members;
    return true;
}

static uint32_t hash_of(const struct sl_compare *c, const struct sl_view_item *member)
{
    return sl_digest_hash(sl_view_item_hash(c->view, member->id, member->word), c->salt);
}

static bool tell(struct sl_compare *c, const struct sl_view_item *member, uint32_t room_bytes)
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

/* The members of a bucket, as far as the comparison concerns them. */
static void range_of(const struct sl_compare *c, uint32_t depth, uint32_t bucket,
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
        !spend(c, 2 * (uint32_t)((uint64_t)c->live_count >> depth) + 1))
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

/* Appends the hashes of the live or of the gone members; false: not all of them. */
static bool list_items(struct sl_compare *c, struct sl_digest *head, bool live, uint8_t *at,
                       const uint8_t *end)
{
    struct sl_view_range range;
    struct sl_view_item member;
    range_of(c, head->depth, head->bucket, &range);
    at += 4 * (size_t)head->count;
    while (sl_view_range_next(&range, &member)) {
        if (sl_word_is_live(member.word) != live)
            continue;
        if (end - at < 4 || head->count == SL_DIGEST_HASHES_MAX || !spend(c, 1))
            return false;
        sl_be32_store(at, hash_of(c, &member));
        at += 4;
        head->count++;
    }
    return true;
}

bool sl_compare_write_items(struct sl_compare *c, uint32_t depth, uint32_t bucket)
{
    struct sl_digest head = {
        .type = SL_RECORD_ITEMS,
        .depth = (uint8_t)depth,
        .bucket = bucket,
    };
    uint8_t *out = c->out + c->length_bytes;
    const uint8_t *end = c->out + c->room_bytes;
    if (end - out < SL_DIGEST_HEAD_BYTES ||
        !list_items(c, &head, true, out + SL_DIGEST_HEAD_BYTES, end))
        return false;
    head.live_count = (uint16_t)head.count;
    if (!list_items(c, &head, false, out + SL_DIGEST_HEAD_BYTES, end))
        return false;
    c->length_bytes += sl_digest_write(out, (uint32_t)(end - out), &head);
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

/* ---- answering items ---- */

/* What the other side has listed, and what became of it here. */
struct listed {
    const struct sl_digest *d;
    uint8_t met[SL_DIGEST_HASHES_MAX]; /* by a member that counts alike on both sides */
    uint32_t next;                     /* both sides go by ids: the likeliest place */
    bool lacks_live;                   /* the other has nothing of a live member, or has it gone */
    bool lacks_gone;                   /* the same of a gone one */
    uint32_t reached; /* hashes before this one are of ids that were gone through */
};

/* The index of a hash, or the count. */
static uint32_t seek(const struct listed *l, uint32_t hash)
{
    const struct sl_digest *d = l->d;
    for (uint32_t i = l->next; i < d->count; i++) {
        if (sl_digest_at(d, i) == hash)
            return i;
    }
    for (uint32_t i = 0; i < l->next && i < d->count; i++) {
        if (sl_digest_at(d, i) == hash)
            return i;
    }
    return d->count;
}

/* false: no room for the member's record. */
static bool meet(struct sl_compare *c, struct listed *l, const struct sl_view_item *member,
                 uint32_t room_bytes)
{
    bool live = sl_word_is_live(member->word);
    uint32_t at = seek(l, hash_of(c, member));
    if (at == l->d->count) {
        l->lacks_live |= live;
        l->lacks_gone |= !live;
        return !live || tell(c, member, room_bytes);
    }
    bool listed_live = at < l->d->live_count;
    if (listed_live) {
        l->next = at + 1;
        l->reached = at + 1;
    }
    if (live && !listed_live) { /* the other knows that it is gone: to be wanted below */
        l->lacks_live = true;
        return true;
    }
    if (!live && listed_live && !tell(c, member, room_bytes))
        return false;
    l->met[at] = 1;
    return true;
}

/* Hashes that nobody here has. A gone member's is of no use to whoever does not hold it as live. */
static bool want(struct sl_compare *c, const struct listed *l, bool full)
{
    const struct sl_digest *d = l->d;
    struct sl_digest head = {.type = SL_RECORD_WANT, .depth = d->depth, .bucket = d->bucket};
    uint8_t *out = c->out + c->length_bytes;
    uint32_t room = c->room_bytes - c->length_bytes;
    uint32_t limit = full ? l->reached : l->lacks_live ? d->count : d->live_count;
    for (uint32_t i = 0; i < limit; i++) {
        uint32_t at = SL_DIGEST_HEAD_BYTES + 4 * head.count;
        if (l->met[i] || at + 4 > room)
            continue;
        sl_be32_store(out + at, sl_digest_at(d, i));
        head.count++;
    }
    if (head.count == 0)
        return false;
    c->length_bytes += sl_digest_write(out, room, &head);
    c->asks = true;
    return true;
}

static void tell_gone(struct sl_compare *c, const struct listed *l)
{
    struct sl_view_range range;
    struct sl_view_item member;
    uint32_t told = 0;
    range_of(c, l->d->depth, l->d->bucket, &range);
    while (told < GONE_TOLD_MAX && sl_view_range_next(&range, &member)) {
        if (sl_word_is_live(member.word))
            continue;
        if (!spend(c, 1))
            return;
        if (seek(l, hash_of(c, &member)) == l->d->count)
            told += tell(c, &member, c->room_bytes);
    }
}

static void answer_items(struct sl_compare *c, const struct sl_digest *d)
{
    struct listed l = {.d = d};
    struct sl_view_range range;
    struct sl_view_item member;
    bool full = false;
    /* Room for the wants, within reason: what the other lacks and what oneself lacks weigh alike.
     */
    uint32_t kept = SL_DIGEST_HEAD_BYTES + 4 * d->count;
    uint32_t quarter = (c->room_bytes - c->length_bytes) / 4;
    uint32_t room = c->room_bytes - (kept < quarter ? kept : quarter);
    range_of(c, d->depth, d->bucket, &range);
    while (!full && sl_view_range_next(&range, &member)) {
        /* but whatever the room, there must be progress */
        uint32_t until = c->length_bytes == 0 ? c->room_bytes : room;
        full = !spend(c, 1) || !meet(c, &l, &member, until);
        if (full && member.id - 1 < c->covered_id)
            c->covered_id = member.id - 1;
    }
    bool wanted = want(c, &l, full);
    if (wanted && !full && l.lacks_gone)
        tell_gone(c, &l);
}

static void answer_want(struct sl_compare *c, const struct sl_digest *d)
{
    struct listed l = {.d = d};
    struct sl_view_range range;
    struct sl_view_item member;
    range_of(c, d->depth, d->bucket, &range);
    while (sl_view_range_next(&range, &member) && spend(c, 1)) {
        if (seek(&l, hash_of(c, &member)) != d->count && !tell(c, &member, c->room_bytes))
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
            answer_items(c, &digest);
        else if (digest.type == SL_RECORD_WANT)
            answer_want(c, &digest);
    }
}
