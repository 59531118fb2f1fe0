/* SPDX-License-Identifier: BSD-3-Clause */
/* What the engine's parts share: frames on their way out, events, who counts as live. */
#include "lib/engine_private.h"

#include <string.h>

bool sl_engine_begin(struct sl_engine *e, enum sl_frame_type type, uint32_t probe,
                     struct sl_buffer *buffer, uint32_t *length_bytes)
{
    if (!e->host.lend(e->host.context, buffer))
        return false;
    SL_ASSERT(buffer->room_bytes >= e->config.frame_bytes);
    const struct sl_view_summary *summary = sl_view_summary(e->view);
    struct sl_header header = {
        .type = (uint8_t)type,
        .cluster_id = e->cluster.id,
        .sender_id = e->self_id,
        .boot_salt = e->fast.boot_salt,
        .probe = probe,
        .unsettled = summary->unsettled,
        .view_hash = summary->view_hash,
        .authority_revision = summary->authority_revision,
    };
    sl_header_write(buffer->bytes, &header);
    *length_bytes = sl_frame_records_at((uint8_t)type);
    return true;
}

void sl_engine_send(struct sl_engine *e, struct sl_buffer *buffer, uint32_t length_bytes,
                    enum sl_class traffic, const struct sl_endpoint *to, uint32_t to_count)
{
    SL_ASSERT(length_bytes <= e->config.frame_bytes && to_count > 0);
    sl_meter_add(&e->meter, e->now_ns, (uint64_t)length_bytes * to_count);
    sl_count(&e->counters.tx_frames[traffic], to_count);
    sl_count(&e->counters.tx_bytes[traffic], (uint64_t)length_bytes * to_count);
    e->host.send(e->host.context, buffer, length_bytes, traffic, to, to_count);
}

void sl_engine_drop(struct sl_engine *e, enum sl_drop reason)
{
    sl_count(&e->counters.drops[reason], 1);
}

/* What users of a flapping member are not told. */
static bool is_change_of_status(enum sl_event_type type)
{
    return type == SL_EVENT_MEMBER_ALIVE || type == SL_EVENT_MEMBER_SUSPECT ||
           type == SL_EVENT_MEMBER_DEAD || type == SL_EVENT_MEMBER_UPDATED;
}

void sl_engine_tell(struct sl_engine *e, enum sl_event_type type, uint32_t slot, uint64_t word,
                    uint64_t previous_word, uint64_t accuser_id)
{
    uint32_t accuser = accuser_id == 0 ? SL_SLOT_NONE : sl_view_find(e->view, accuser_id, NULL);
    struct sl_event event = {
        .type = type,
        .id = slot == SL_SLOT_NONE ? e->self_id : sl_view_slot_id(e->view, slot),
        .word = word,
        .previous_word = previous_word,
        .accuser_id = accuser_id,
        .cold = slot == SL_SLOT_NONE ? NULL : sl_view_cold(e->view, slot),
        .accuser = accuser == SL_SLOT_NONE ? NULL : sl_view_cold(e->view, accuser),
        .damped = is_change_of_status(type) && sl_flaps_has(e, slot),
    };
    e->host.event(e->host.context, &event);
}

void sl_engine_set_phase(struct sl_engine *e, enum sl_phase phase)
{
    e->phase = phase;
    __atomic_store_n(&e->stats.phase, (uint64_t)phase, __ATOMIC_RELAXED);
}

static bool is_at(const struct sl_engine *e, uint32_t slot, const struct sl_endpoint *from)
{
    struct sl_endpoint endpoint = sl_engine_endpoint(e, slot);
    return sl_endpoint_is_set(&endpoint) && sl_ip_equal(&endpoint, from);
}

void sl_engine_answered(struct sl_engine *e, uint64_t id, const struct sl_endpoint *from)
{
    uint32_t slot = sl_view_find(e->view, id, NULL);
    if (slot == SL_SLOT_NONE || is_at(e, slot, from))
        sl_acquaintances_note(&e->acquaintances, id, from);
    if (slot == SL_SLOT_NONE || !is_at(e, slot, from))
        return;
    sl_view_prove(e->view, slot);
    (void)sl_admission_end_hearsay(e, slot);
}

bool sl_engine_is_proven(const struct sl_engine *e, const struct sl_input *input)
{
    uint32_t slot = sl_view_find(e->view, input->header.sender_id, NULL);
    return slot != SL_SLOT_NONE && sl_view_is_proven(e->view, slot) && is_at(e, slot, &input->from);
}

void sl_engine_meet(struct sl_engine *e, uint32_t slot)
{
    if (sl_view_is_proven(e->view, slot) ||
        (e->meeting_ns != 0 && e->now_ns - e->meeting_ns < e->config.gossip_interval_ns))
        return;
    e->meeting_ns = e->now_ns;
    (void)sl_probe_start(e, slot, SL_PROBE_DIAL, sl_view_slot_word(e->view, slot));
}

struct sl_endpoint sl_engine_endpoint(const struct sl_engine *e, uint32_t slot)
{
    return sl_cold_endpoint(sl_view_cold(e->view, slot), sl_endpoint_is_set(&e->config.v4),
                            sl_endpoint_is_set(&e->config.v6));
}

uint32_t sl_engine_zone(struct sl_engine *e, const char *zone, uint8_t zone_bytes)
{
    static const char unnamed[] = "default";
    bool is_default = zone_bytes == 0 || (zone_bytes == sizeof(unnamed) - 1 &&
                                          memcmp(zone, unnamed, sizeof(unnamed) - 1) == 0);
    uint64_t id = is_default ? 0 : sl_member_id(&e->cluster, zone, zone_bytes);
    return sl_zones_enter(&e->zones, id);
}

void sl_engine_member_lives(struct sl_engine *e, uint32_t slot)
{
    const struct sl_cold *cold = sl_view_cold(e->view, slot);
    uint32_t zone = sl_engine_zone(e, cold->text + cold->name_bytes, cold->zone_bytes);
    sl_peers_add(&e->peers, slot);
    if (!sl_view_is_proven(e->view, slot))
        e->met_ns = e->now_ns + 2 * e->peers.count * e->config.probe_period_ns;
    sl_zones_put(&e->zones, slot, zone);
}

void sl_engine_member_gone(struct sl_engine *e, uint32_t slot)
{
    sl_peers_remove(&e->peers, slot);
    sl_zones_remove(&e->zones, slot);
}

uint64_t sl_engine_jitter(struct sl_engine *e, uint64_t duration_ns)
{
    uint64_t eighth = duration_ns / 8;
    return duration_ns - eighth + sl_prng_next(&e->prng) % (2 * eighth + 1);
}
