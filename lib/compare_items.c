/* SPDX-License-Identifier: BSD-3-Clause */
/* A bucket with few members, told and answered hash by hash: ITEMS and WANT. */
#include "lib/compare_part.h"

/* Gone members told in one go to whoever holds something unknown as live: it may be one of them, in
   an earlier incarnation. */
#define GONE_TOLD_MAX 4

/* Appends the hashes of the live or of the gone members; false: not all of them. */
static bool list_items(struct sl_compare *c, struct sl_digest *head, bool live, uint8_t *at,
                       const uint8_t *end)
{
    struct sl_view_range range;
    struct sl_view_item member;
    sl_compare_range(c, head->depth, head->bucket, &range);
    at += 4 * (size_t)head->count;
    while (sl_view_range_next(&range, &member)) {
        if (sl_word_is_live(member.word) != live)
            continue;
        if (end - at < 4 || head->count == SL_DIGEST_HASHES_MAX || !sl_compare_spend(c, 1))
            return false;
        sl_be32_store(at, sl_compare_hash(c, &member));
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

/* ---- answering ---- */

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
    uint32_t at = seek(l, sl_compare_hash(c, member));
    if (at == l->d->count) {
        l->lacks_live |= live;
        l->lacks_gone |= !live;
        return !live || sl_compare_tell(c, member, room_bytes);
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
    if (!live && listed_live && !sl_compare_tell(c, member, room_bytes))
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
    sl_compare_range(c, l->d->depth, l->d->bucket, &range);
    while (told < GONE_TOLD_MAX && sl_view_range_next(&range, &member)) {
        if (sl_word_is_live(member.word))
            continue;
        if (!sl_compare_spend(c, 1))
            return;
        if (seek(l, sl_compare_hash(c, &member)) == l->d->count)
            told += sl_compare_tell(c, &member, c->room_bytes);
    }
}

void sl_compare_answer_items(struct sl_compare *c, const struct sl_digest *d)
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
    sl_compare_range(c, d->depth, d->bucket, &range);
    while (!full && sl_view_range_next(&range, &member)) {
        /* but whatever the room, there must be progress */
        uint32_t until = c->length_bytes == 0 ? c->room_bytes : room;
        full = !sl_compare_spend(c, 1) || !meet(c, &l, &member, until);
        if (full && member.id - 1 < c->covered_id)
            c->covered_id = member.id - 1;
    }
    bool wanted = want(c, &l, full);
    if (wanted && !full && l.lacks_gone)
        tell_gone(c, &l);
}

void sl_compare_answer_want(struct sl_compare *c, const struct sl_digest *d)
{
    struct listed l = {.d = d};
    struct sl_view_range range;
    struct sl_view_item member;
    sl_compare_range(c, d->depth, d->bucket, &range);
    while (sl_view_range_next(&range, &member) && sl_compare_spend(c, 1)) {
        if (seek(&l, sl_compare_hash(c, &member)) != d->count &&
            !sl_compare_tell(c, &member, c->room_bytes))
            return;
    }
}
