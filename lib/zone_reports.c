/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Doubts of zones on the wire. Each node tells its own, at first hand, in the frames that it sends
 * anyway, for as long as it has them; nobody passes on another's, so they need no age.
 */
#include "lib/engine_private.h"

_Static_assert(SL_HEADER_BYTES + SL_PROBE_BODY_BYTES +
                       SL_DOUBTS_PER_FRAME * SL_RECORD_DOUBT_BYTES <=
                   SL_FRAME_BYTES_MIN,
               "every frame that carries rumours has room for all its doubts");

uint32_t sl_zone_reports_write(struct sl_engine *e, uint8_t *frame, uint32_t length_bytes)
{
    uint32_t told = 0;
    for (uint32_t i = 0; e->silent_zones > 0 && i < e->zones.count; i++) {
        e->told_zone = (e->told_zone + 1) % e->zones.count;
        if (e->zone_watches[e->told_zone].state == SL_ZONE_OPEN)
            continue;
        length_bytes += sl_record_write_doubt(frame + length_bytes, e->zones.all[e->told_zone].id);
        if (++told == SL_DOUBTS_PER_FRAME)
            break;
    }
    return length_bytes;
}

/* A doubt is told at the pace of rumours for as long as these take to spread. */
bool sl_zone_reports_are_news(const struct sl_engine *e)
{
    for (uint32_t zone = 1; e->silent_zones > 0 && zone < e->zones.count; zone++) {
        const struct sl_zone_watch *w = &e->zone_watches[zone];
        if (w->state != SL_ZONE_OPEN && e->now_ns - w->silent_ns < e->config.spread_ns)
            return true;
    }
    return false;
}

void sl_zone_reports_heard(struct sl_engine *e, const struct sl_input *input)
{
    struct sl_record_cursor cursor = {input->records, input->records + input->records_bytes};
    uint64_t zone_id, word;
    if (!sl_record_next_doubt(&cursor, &zone_id))
        return;
    uint32_t from = sl_view_find(e->view, input->header.sender_id, &word);
    if (from == SL_SLOT_NONE || from == e->self_slot || !sl_word_is_live(word))
        return;
    do {
        uint32_t zone = sl_zones_find(&e->zones, zone_id);
        if (zone != SL_ZONE_NONE && zone != sl_zones_of(&e->zones, from))
            sl_zone_rule_reported(e, zone, input->header.sender_id);
    } while (sl_record_next_doubt(&cursor, &zone_id));
}
