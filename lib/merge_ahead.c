/* SPDX-License-Identifier: BSD-3-Clause */
/* Each record's merge waits for memory some ten times in a row. Loading for all records of an input
 * at once lets them wait together: cells, then what slots lead to, then cold records. */
#include "lib/engine_private.h"

static uint32_t load_cells(const struct sl_engine *e, const struct sl_input *input, uint64_t *ids)
{
    struct sl_record_cursor cursor = {input->records, input->records + input->records_bytes};
    enum sl_wire_error error;
    uint32_t count = 0;
    uint64_t word;
    uint8_t type;
    while (count < SL_STEP_RECORDS_MAX &&
           sl_record_next_prefix(&cursor, &type, &ids[count], &word, &error))
        sl_view_prefetch_member(e->view, ids[count++]);
    return count;
}

uint32_t sl_merge_ahead(const struct sl_engine *e, const struct sl_input *input, uint32_t *slots)
{
    if (input->record_count < 2)
        return 0;
    uint64_t ids[SL_STEP_RECORDS_MAX];
    uint32_t count = load_cells(e, input, ids);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t slot = slots[i] = sl_view_find(e->view, ids[i], NULL);
        if (slot == SL_SLOT_NONE)
            continue;
        sl_view_prefetch_slot(e->view, slot);
        sl_peers_prefetch(&e->peers, slot);
        __builtin_prefetch(&e->zones.of_slot[slot]);
        __builtin_prefetch(&e->since_s[slot], 1);
    }
    for (uint32_t i = 0; i < count; i++)
        sl_view_prefetch_cold(e->view, slots[i]);
    return count;
}
