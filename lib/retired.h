/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What members leave behind: slots, cold records, the old table. It gathers while a grace period is
 * under way, waits for one of its own, and is free then. Whatever the number, that is a matter of
 * joining lists; only giving records back to the pool takes time for each, and is done a few at a
 * time. One thread, the view's writer.
 */
#include <stdbool.h>
#include <stdint.h>

#include "lib/cold.h"
#include "lib/retire.h"
#include "lib/table.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Through the place of slots (slot + 1), or through the link of cold records; 0 = none. */
struct sl_retired_list {
    uint32_t first, last;
};

struct sl_retired_batch {
    struct sl_retired_list slots, colds;
    bool table;
};

struct sl_retired {
    struct sl_table *table;
    struct sl_cold_pool *pool;
    sl_retire_fn retire;
    void *retire_host;
    struct sl_retired_batch gathering, waiting;
    bool is_waiting;
    struct sl_retire_ticket ticket;    /* waiting's */
    struct sl_retired_list free_slots; /* `last` is of no interest */
    struct sl_retired_list idle_colds; /* free, not given back yet */
    uint64_t given_count;              /* records given back so far */
};

/* The slot, the record, the table in its phase SL_TABLE_RETIRED: from now on no new reader finds
   it. */
void sl_retired_slot(struct sl_retired *retired, uint32_t slot);
void sl_retired_cold(struct sl_retired *retired, uint32_t reference);
void sl_retired_table(struct sl_retired *retired);

/* Takes note of a grace period's end and asks for the next if something has gathered; at most one
   is under way. */
void sl_retired_turn(struct sl_retired *retired);

/* Gives free records back to the pool, at most so many. Returns how many. */
uint32_t sl_retired_give(struct sl_retired *retired, uint32_t most);

static inline bool sl_retired_has_idle(const struct sl_retired *retired)
{
    return retired->idle_colds.first != 0;
}

/* Slots or records are not free yet. */
static inline bool sl_retired_is_awaited(const struct sl_retired *retired)
{
    return retired->is_waiting || retired->gathering.slots.first != 0 ||
           retired->gathering.colds.first != 0 || sl_retired_has_idle(retired);
}

/* A free slot that was in use before; false: there is none. */
bool sl_retired_take_slot(struct sl_retired *retired, uint32_t *slot);
/* It was taken in vain. */
void sl_retired_return_slot(struct sl_retired *retired, uint32_t slot);

#ifdef __cplusplus
}
#endif
