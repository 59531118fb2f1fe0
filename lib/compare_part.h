/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the parts of a comparison (compare*.c) share. Not for other rooms. */
#include "lib/compare.h"

/* compare.c */
/* Writes a member's record, unless an earlier frame of this turn told it. false: no room. */
bool sl_compare_tell(struct sl_compare *c, const struct sl_view_item *member, uint32_t room_bytes);
/* The members of a bucket, as far as the comparison concerns them. */
void sl_compare_range(const struct sl_compare *c, uint32_t depth, uint32_t bucket,
                      struct sl_view_range *range);

/* compare_items.c */
void sl_compare_answer_items(struct sl_compare *c, const struct sl_digest *d);
void sl_compare_answer_want(struct sl_compare *c, const struct sl_digest *d);

/* false: more members than may still be hashed. */
static inline bool sl_compare_spend(struct sl_compare *c, uint32_t members)
{
    if (c->work < members)
        return false;
    c->work -= members;
    return true;
}

static inline uint32_t sl_compare_hash(const struct sl_compare *c,
                                       const struct sl_view_item *member)
{
    return sl_digest_hash(sl_view_item_hash(c->view, member->id, member->word), c->salt);
}
