/* SPDX-License-Identifier: BSD-3-Clause */
/* An operator's word that a dead or left member is gone. */
#include "lib/engine_private.h"

#include <errno.h>

uint64_t sl_suspicion_removal(const struct sl_engine *e, uint32_t slot, uint64_t word,
                              uint64_t *remover_id)
{
    uint32_t entry = sl_slot_map_find(&e->suspicion_map, slot);
    if (entry == SL_ENTRY_NONE || e->suspicions[entry].removed_word < word)
        return 0;
    *remover_id = e->suspicions[entry].remover_id;
    return e->suspicions[entry].removed_word;
}

int sl_engine_remove(struct sl_engine *e, uint64_t now_ns, const char *name, uint32_t name_bytes)
{
    uint64_t id = sl_member_id(&e->cluster, name, name_bytes), held = 0;
    uint32_t slot = sl_view_find(e->view, id, &held);
    if (e->phase >= SL_PHASE_LEAVING)
        return -ESHUTDOWN;
    if (id == e->self_id)
        return -EINVAL;
    if (slot == SL_SLOT_NONE)
        return -ENOENT;
    if (sl_word_is_live(held))
        return -EBUSY;
    SL_ASSERT(now_ns >= e->now_ns);
    e->now_ns = now_ns;
    SL_STAT(e, removals_made);
    if (sl_word_status(held) == SL_LEFT && sl_view_is_removed(e->view, slot))
        sl_gossip_spread(e, slot, SL_RECORD_REMOVED, SL_CLASS_MEMBERSHIP, e->self_id);
    else
        sl_merge_word(e, slot, sl_word_with_status(held, SL_LEFT), e->self_id);
    return 0;
}
