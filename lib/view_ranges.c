/* SPDX-License-Identifier: BSD-3-Clause */
/* Readers of many members: iterations over ranges of ids, and sums of item hashes. */
#include <string.h>

#include "lib/view_private.h"

void sl_view_range_begin(struct sl_view_range *range, const struct sl_view *view, uint64_t first_id,
                         uint64_t last_id)
{
    range->view = view;
    range->next_id = first_id == 0 ? 1 : first_id; /* 0 is an empty cell's id */
    range->last_id = last_id;
    range->ended = range->next_id > last_id;
}

bool sl_view_range_next(struct sl_view_range *range, struct sl_view_item *out)
{
    const struct sl_table *table = &range->view->table;
    while (!range->ended) {
        const struct sl_cell *cell =
            sl_table_successor(table, range->next_id, range->last_id, &out->word);
        if (cell == NULL)
            break;
        out->id = __atomic_load_n(&cell->id, __ATOMIC_RELAXED);
        out->slot = sl_table_slot(table, cell);
        out->cold = sl_view_cold(range->view, out->slot);
        out->removed =
            sl_word_status(out->word) == SL_LEFT && sl_view_is_removed(range->view, out->slot);
        range->ended = out->id == range->last_id;
        range->next_id = out->id + 1;
        if (out->cold != NULL) /* else it was forgotten since */
            return true;
    }
    range->ended = true;
    return false;
}

struct range_sum {
    const struct sl_cluster *cluster;
    uint64_t hash;
};

static void range_sum_add(void *context, uint64_t id, uint64_t word)
{
    struct range_sum *sum = context;
    if (sl_word_is_live(word))
        sum->hash += sl_item_hash(sum->cluster, id, sl_word_incarnation(word));
}

/* What is finer than the tree: one pass over the members of the bucket. */
struct fine_sums {
    const struct sl_cluster *cluster;
    uint64_t *sums;
    uint32_t depth, mask;
};

static void fine_sums_add(void *context, uint64_t id, uint64_t word)
{
    struct fine_sums *fine = context;
    if (sl_word_is_live(word))
        fine->sums[sl_bucket_of(fine->depth, id) & fine->mask] +=
            sl_item_hash(fine->cluster, id, sl_word_incarnation(word));
}

bool sl_view_stores_sums(const struct sl_view *view, uint32_t depth)
{
    return depth <= view->tree.depth;
}

void sl_view_sums(const struct sl_view *view, uint32_t depth, uint32_t bucket, uint32_t bits,
                  uint64_t *sums)
{
    uint32_t count = 1u << bits;
    if (sl_view_stores_sums(view, depth + bits)) {
        for (uint32_t i = 0; i < count; i++)
            sums[i] = sl_hash_tree_sum(&view->tree, depth + bits, (bucket << bits) + i);
        return;
    }
    memset(sums, 0, count * sizeof(*sums));
    struct fine_sums fine = {&view->config.cluster, sums, depth + bits, count - 1};
    sl_table_visit(&view->table, sl_bucket_first(depth, bucket), sl_bucket_last(depth, bucket),
                   fine_sums_add, &fine);
}

uint64_t sl_view_item_hash(const struct sl_view *view, uint64_t id, uint64_t word)
{
    return sl_item_hash(&view->config.cluster, id, sl_word_incarnation(word));
}

uint64_t sl_view_range_hash(const struct sl_view *view, uint64_t first_id, uint64_t last_id)
{
    struct range_sum sum = {&view->config.cluster, 0};
    if (first_id <= last_id)
        sl_table_visit(&view->table, first_id, last_id, range_sum_add, &sum);
    return sum.hash;
}
