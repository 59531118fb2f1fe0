/* SPDX-License-Identifier: BSD-3-Clause */
/* The block of rumours that answers carry for free: workers copy the published one. */
#include "lib/engine_private.h"

static void withdraw_block(struct sl_engine *e)
{
    if (e->published_block == SL_BLOCKS)
        return;
    struct sl_block_slot *old = &e->blocks[e->published_block];
    e->published_block = SL_BLOCKS;
    old->ticket.pending = 1;
    e->host.retire(e->host.context, &old->ticket);
}

static uint32_t free_block(const struct sl_engine *e)
{
    uint32_t i = 0;
    while (i < SL_BLOCKS && (i == e->published_block || sl_retire_is_pending(&e->blocks[i].ticket)))
        i++;
    return i;
}

void sl_block_publish(struct sl_engine *e)
{
    if (e->block_version == e->rumours.version)
        return;
    uint32_t index = free_block(e);
    if (index == SL_BLOCKS)
        return;
    struct sl_rumour_block *block = &e->blocks[index].block;
    struct sl_cargo cargo = {.count = 0};
    uint32_t bytes = sl_cargo_load(e, block->records, 0, SL_RUMOUR_BLOCK_BYTES, &cargo);
    bytes = sl_cargo_load_told(e, block->records, bytes, SL_RUMOUR_BLOCK_BYTES, &cargo);
    block->bytes = (uint16_t)bytes;
    block->record_count = (uint16_t)cargo.count;
    block->number = ++e->block_number;
    e->block_version = e->rumours.version;
    const struct sl_rumour_block *published = block->bytes > 0 ? block : NULL;
    __atomic_store_n(&e->fast.block, published, __ATOMIC_RELEASE);
    withdraw_block(e);
    if (published != NULL)
        e->published_block = index;
}
