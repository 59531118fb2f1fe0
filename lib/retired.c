/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/retired.h"

#include <string.h>

#include "lib/assert.h"

/* ---- lists ---- */

static void link_slot(struct sl_retired *r, uint32_t item, uint32_t next)
{
    r->table->place[item - 1] = next;
}

static void link_cold(struct sl_retired *r, uint32_t item, uint32_t next)
{
    struct sl_cold *cold = sl_cold_at(r->pool, item);
    cold->link = (cold->link & SL_COLD_BEHIND_HOLE) | next;
}

typedef void (*link_fn)(struct sl_retired *r, uint32_t item, uint32_t next);

/* Puts what `front` lists before what `list` lists. */
static void join(struct sl_retired *r, struct sl_retired_list *list, struct sl_retired_list front,
                 link_fn link)
{
    if (front.first == 0)
        return;
    link(r, front.last, list->first);
    if (list->first == 0)
        list->last = front.last;
    list->first = front.first;
}

void sl_retired_slot(struct sl_retired *r, uint32_t slot)
{
    struct sl_retired_list *slots = &r->gathering.slots;
    link_slot(r, slot + 1, 0);
    if (slots->first == 0)
        slots->first = slot + 1;
    else
        link_slot(r, slots->last, slot + 1);
    slots->last = slot + 1;
}

void sl_retired_cold(struct sl_retired *r, uint32_t reference)
{
    join(r, &r->gathering.colds, (struct sl_retired_list){reference, reference}, link_cold);
}

void sl_retired_table(struct sl_retired *r)
{
    r->gathering.table = true;
}

/* ---- grace periods ---- */

static void end_waiting(struct sl_retired *r)
{
    join(r, &r->free_slots, r->waiting.slots, link_slot);
    join(r, &r->idle_colds, r->waiting.colds, link_cold);
    if (r->waiting.table)
        sl_table_reclaim(r->table);
    r->is_waiting = false;
}

void sl_retired_turn(struct sl_retired *r)
{
    const struct sl_retired_batch *next = &r->gathering;
    if (r->is_waiting && !sl_retire_is_pending(&r->ticket))
        end_waiting(r);
    if (r->is_waiting || (next->slots.first == 0 && next->colds.first == 0 && !next->table))
        return;
    r->waiting = *next;
    memset(&r->gathering, 0, sizeof(r->gathering));
    r->is_waiting = true;
    __atomic_store_n(&r->ticket.pending, 1, __ATOMIC_RELAXED);
    r->retire(r->retire_host, &r->ticket);
    if (!sl_retire_is_pending(&r->ticket)) /* a host without readers waits for nobody */
        end_waiting(r);
}

uint32_t sl_retired_give(struct sl_retired *r, uint32_t most)
{
    uint32_t given = 0;
    for (; given < most && r->idle_colds.first != 0; given++) {
        uint32_t reference = r->idle_colds.first;
        r->idle_colds.first = sl_cold_at(r->pool, reference)->link & ~SL_COLD_BEHIND_HOLE;
        sl_cold_pool_give(r->pool, reference);
    }
    r->given_count += given;
    return given;
}

/* ---- slots ---- */

bool sl_retired_take_slot(struct sl_retired *r, uint32_t *slot)
{
    if (r->free_slots.first == 0)
        return false;
    *slot = r->free_slots.first - 1;
    r->free_slots.first = r->table->place[*slot];
    return true;
}

void sl_retired_return_slot(struct sl_retired *r, uint32_t slot)
{
    join(r, &r->free_slots, (struct sl_retired_list){slot + 1, slot + 1}, link_slot);
}
