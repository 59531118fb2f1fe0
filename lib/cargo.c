/* SPDX-License-Identifier: BSD-3-Clause */
/* A frame's cargo of rumours, most urgent first. */
#include "lib/engine_private.h"

/* Records passed over because they do not fit the rest of a frame, before giving up. */
#define MISFITS_MAX 8

/* Share of a frame's room that each class is sure of, in 1/8; what one leaves the others take in
 * order of urgency. */
static const uint32_t share_eighths[SL_CLASS_COUNT] = {
    [SL_CLASS_REFUTATION] = 3, [SL_CLASS_SUSPICION] = 3, [SL_CLASS_MEMBERSHIP] = 2};

/* A frame being filled with rumours. */
struct load {
    uint8_t *frame;
    uint32_t length_bytes;
    uint32_t limit_bytes;
    struct sl_cargo *cargo;
    uint32_t first; /* entry that was loaded ahead of all */
};

/* false: it does not fit. */
static bool load_one(struct sl_engine *e, struct load *load, uint32_t entry)
{
    const struct sl_rumour *rumour = &e->rumours.all[entry];
    uint32_t bytes = sl_gossip_write(
        e, load->frame + load->length_bytes, load->limit_bytes - load->length_bytes,
        sl_rumour_slot(&e->rumours, entry), rumour->record_type, rumour->accuser_id);
    if (bytes == 0)
        return false;
    load->length_bytes += bytes;
    load->cargo->entries[load->cargo->count++] = entry;
    return true;
}

/* Loads one class from after `entry` on, until `until_bytes`. Returns the last entry looked at. */
static uint32_t load_class(struct sl_engine *e, struct load *load, enum sl_class traffic,
                           uint32_t entry, uint32_t until_bytes)
{
    uint32_t misfits = 0;
    while (load->cargo->count < SL_STEP_RECORDS_MAX && misfits < MISFITS_MAX) {
        uint32_t next = sl_rumours_walk(&e->rumours, traffic, entry);
        if (next == SL_ENTRY_NONE || load->length_bytes >= until_bytes)
            break;
        entry = next;
        if (next != load->first)
            misfits += !load_one(e, load, next);
    }
    return entry;
}

uint32_t sl_cargo_load(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes,
                       uint32_t limit_bytes, struct sl_cargo *cargo)
{
    uint32_t reached[SL_CLASS_COUNT];
    struct load load = {frame, length_bytes, limit_bytes, cargo, SL_ENTRY_NONE};
    /* Nobody else can say first what a node says of itself. */
    load.first = sl_slot_map_find(&e->rumours.map, e->self_slot);
    if (sl_rumours_class(&e->rumours, e->self_slot) != SL_CLASS_COUNT)
        load_one(e, &load, load.first);
    uint32_t room = load.limit_bytes - load.length_bytes;
    for (int c = 0; c < SL_CLASS_COUNT; c++) {
        uint32_t until = load.length_bytes + room * share_eighths[c] / 8;
        reached[c] = load_class(e, &load, (enum sl_class)c, SL_ENTRY_NONE, until);
    }
    for (int c = 0; c < SL_CLASS_COUNT; c++) {
        /* NONE after the first pass means that nothing was loaded yet: a walk from there begins at
         * the start. */
        if (share_eighths[c] != 0)
            load_class(e, &load, (enum sl_class)c, reached[c], load.limit_bytes);
    }
    return load.length_bytes;
}

uint32_t sl_cargo_load_told(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes,
                            uint32_t limit_bytes, struct sl_cargo *cargo)
{
    struct load load = {frame, length_bytes, limit_bytes, cargo, SL_ENTRY_NONE};
    uint32_t misfits = 0;
    uint32_t entry = sl_rumours_walk_told(&e->rumours, SL_ENTRY_NONE);
    while (entry != SL_ENTRY_NONE && cargo->count < SL_STEP_RECORDS_MAX && misfits < MISFITS_MAX &&
           e->rumours.all[entry].told_until_ns > e->now_ns) {
        misfits += !load_one(e, &load, entry);
        entry = sl_rumours_walk_told(&e->rumours, entry);
    }
    return load.length_bytes;
}
