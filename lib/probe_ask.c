/* SPDX-License-Identifier: BSD-3-Clause */
/* The frames of a probe: PINGs to its target, PING_REQs to helpers, and who may answer them. */
#include "lib/engine_private.h"

/* The word to show the target: the worse of what the probe began with and what is held now. */
static uint64_t shown_word(const struct sl_engine *e, const struct sl_probe *p)
{
    if (p->slot == SL_SLOT_NONE || sl_view_slot_id(e->view, p->slot) != p->target_id)
        return p->purpose == SL_PROBE_CONFLICT ? 0 : p->word;
    return sl_word_merge(p->word, sl_view_slot_word(e->view, p->slot));
}

/* Rumours, or what finds out whether longer frames pass. */
static uint32_t load_first(struct sl_engine *e, const struct sl_probe *p, uint8_t *frame,
                           uint32_t length_bytes, struct sl_cargo *cargo)
{
    uint32_t zone = sl_path_zone(e, p->slot);
    uint32_t test_bytes = sl_path_test_bytes(e, zone);
    if (test_bytes == 0)
        return sl_gossip_load(e, frame, length_bytes, sl_path_bytes(e, zone), cargo);
    sl_record_write_pad(frame + length_bytes, test_bytes - length_bytes);
    return test_bytes;
}

bool sl_probe_send_ping(struct sl_engine *e, struct sl_probe *p)
{
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_budget_ping(e) ||
        !sl_engine_begin(e, SL_FRAME_PING, p->number + p->tries, &buffer, &length))
        return false;
    struct sl_probe_body body = {p->target_id, e->self_id, shown_word(e, p)};
    sl_probe_body_write(buffer.bytes, &body);
    struct sl_cargo cargo = {.count = 0};
    /* Further tries go without: a long first one may have been swallowed. */
    if (p->purpose == SL_PROBE_ROUND && !p->cheap && p->tries == 0)
        length = load_first(e, p, buffer.bytes, length, &cargo);
    if (p->tries == 0)
        p->first_bytes = length;
    sl_engine_send(e, &buffer, length, SL_CLASS_PROBE, &p->endpoint, 1);
    sl_meter_add(&e->asked, e->now_ns, length);
    sl_gossip_charge(e, &cargo, 1);
    if (p->tries == 0)
        p->first_try_ns = e->now_ns;
    p->sent_us[p->tries++] = (uint32_t)((e->now_ns - p->first_try_ns) / 1000);
    return true;
}

static bool is_taken(const struct sl_probe *p, const struct sl_endpoint *chosen, uint32_t count,
                     const struct sl_endpoint *endpoint)
{
    bool taken = sl_endpoint_equal(endpoint, &p->endpoint);
    for (uint32_t i = 0; i < count; i++)
        taken |= sl_endpoint_equal(endpoint, &chosen[i]);
    return taken;
}

/* The helper's place among those asked; SL_HELPERS_MAX if it was not. */
static uint32_t helper_place(const struct sl_probe *p, uint64_t id)
{
    uint32_t i = 0;
    while (i < p->helper_count && p->helper_ids[i] != id)
        i++;
    return i < p->helper_count ? i : SL_HELPERS_MAX;
}

/* Takes fresh helpers on, distinct by id and by address: under an address of its own or the
   target's a member is no witness. */
static uint32_t choose_helpers(struct sl_engine *e, struct sl_probe *p, uint32_t wanted,
                               struct sl_endpoint *to, uint64_t *slowest_ns)
{
    uint32_t slots[SL_HELPERS_MAX];
    uint32_t picked = p->purpose == SL_PROBE_WITNESS
                          ? sl_choice_outsiders(e, p->slot, slots, wanted)
                          : sl_choice_helpers(e, p->slot, slots, wanted);
    uint32_t count = 0;
    for (uint32_t i = 0; i < picked && p->helper_count < SL_HELPERS_MAX; i++) {
        uint64_t id = sl_view_slot_id(e->view, slots[i]);
        uint32_t zone = sl_zones_of(&e->zones, slots[i]);
        uint64_t timeout_ns = sl_round_trip_timeout_ns(&e->paths[zone]);
        struct sl_endpoint endpoint = sl_engine_endpoint(e, slots[i]);
        if (!sl_endpoint_is_set(&endpoint) || sl_self_is_mine(e, &endpoint) ||
            helper_place(p, id) != SL_HELPERS_MAX || is_taken(p, to, count, &endpoint))
            continue;
        if (zone == sl_zones_of(&e->zones, e->self_slot))
            p->near_helpers |= (uint16_t)(1u << p->helper_count);
        if (timeout_ns > *slowest_ns)
            *slowest_ns = timeout_ns;
        p->helper_ids[p->helper_count++] = id;
        to[count++] = endpoint;
    }
    return count;
}

uint64_t sl_probe_ask_helpers(struct sl_engine *e, struct sl_probe *p)
{
    if (p->helper_rounds == p->plan.helper_rounds || p->slot == SL_SLOT_NONE)
        return 0;
    struct sl_endpoint to[SL_HELPERS_MAX];
    uint32_t rounds_left = p->plan.helper_rounds - p->helper_rounds;
    uint32_t wanted = p->plan.helpers - p->helper_count;
    uint32_t asked_before = p->helper_count;
    uint64_t slowest_ns = 0;
    uint32_t now = sl_budget_helpers(e, (wanted + rounds_left - 1) / rounds_left);
    uint32_t count = choose_helpers(e, p, now, to, &slowest_ns);
    if (count == 0)
        return 0;
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_PING_REQ, p->number, &buffer, &length)) {
        p->helper_count = asked_before;
        p->near_helpers &= (uint16_t)((1u << asked_before) - 1);
        return p->plan.try_interval_ns;
    }
    struct sl_probe_body body = {p->target_id, e->self_id, shown_word(e, p)};
    sl_probe_body_write(buffer.bytes, &body);
    if (e->now_ns < e->met_ns) {
        sl_record_write_pad(buffer.bytes + length, SL_PING_REQ_PADDED_BYTES - length);
        length = SL_PING_REQ_PADDED_BYTES;
    }
    sl_engine_send(e, &buffer, length, SL_CLASS_PROBE, to, count);
    p->helper_rounds++;
    uint64_t target_ns = sl_round_trip_timeout_ns(sl_probe_path(e, p->slot));
    return sl_probe_plan_helper_wait(&e->config, &p->plan, slowest_ns, target_ns);
}

bool sl_probe_is_from_target(const struct sl_probe *p, const struct sl_input *input)
{
    /* Only the address: an answer leaves from the port of the lane that took the question. */
    return input->header.sender_id == p->target_id && sl_ip_equal(&input->from, &p->endpoint);
}

uint32_t sl_probe_helper_of(const struct sl_engine *e, const struct sl_probe *p,
                            const struct sl_input *input)
{
    uint32_t place = helper_place(p, input->header.sender_id);
    uint64_t word;
    uint32_t slot = place == SL_HELPERS_MAX ? SL_SLOT_NONE
                                            : sl_view_find(e->view, input->header.sender_id, &word);
    if (slot == SL_SLOT_NONE)
        return SL_HELPERS_MAX;
    struct sl_endpoint endpoint = sl_engine_endpoint(e, slot);
    return sl_ip_equal(&input->from, &endpoint) ? place : SL_HELPERS_MAX;
}

void sl_probe_receipt(struct sl_engine *e, const struct sl_input *input)
{
    struct sl_buffer buffer;
    uint32_t length;
    if (!sl_engine_begin(e, SL_FRAME_NACK, input->header.probe, &buffer, &length))
        return;
    sl_probe_body_write(buffer.bytes, &input->body.probe);
    sl_engine_send(e, &buffer, length, SL_CLASS_PROBE, &input->from, 1);
}
