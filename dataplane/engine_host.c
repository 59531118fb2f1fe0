/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/engine_host.h"

#include <string.h>
#include <time.h>

#include "dataplane/reclaim.h"
#include "lib/assert.h"
#include "lib/frame.h"
#include "ports/mac.h"

static struct rte_mbuf *host_allocate(void *context)
{
    struct sl_engine_host *h = context;
    struct rte_mbuf *m = rte_pktmbuf_alloc(h->pool);
    if (m == NULL)
        sl_count(&h->counters->drops[SL_DROP_MBUF_EMPTY], 1);
    return m;
}

static void host_transmit(void *context, struct rte_mbuf *m)
{
    struct sl_engine_host *h = context;
    h->sent++;
    sl_transmitter_add(h->transmitter, m);
}

static bool host_lend(void *context, struct sl_buffer *buffer)
{
    struct sl_engine_host *h = context;
    if (h->transmitter->backed_up) {
        /* What is not written now is charged to no budget and spends no rumour. */
        sl_count(&h->counters->drops[SL_DROP_TX_FULL], 1);
        return false;
    }
    struct rte_mbuf *m = host_allocate(h);
    if (m == NULL)
        return false;
    buffer->bytes = rte_pktmbuf_mtod(m, uint8_t *);
    buffer->room_bytes = rte_pktmbuf_tailroom(m);
    buffer->host = m;
    SL_ASSERT(buffer->room_bytes >= h->frame_bytes);
    return true;
}

static void host_send_one(struct sl_engine_host *h, struct rte_mbuf *m,
                          const struct sl_endpoint *to)
{
    if (!sl_neighbour_send(h->neighbours, m, to, h->lane->id, h->now_ns))
        sl_count(&h->counters->drops[SL_DROP_NEIGHBOUR_UNRESOLVED], 1);
}

static void host_send_copies(struct sl_engine_host *h, struct rte_mbuf *m,
                             const struct sl_endpoint *to, uint32_t to_count)
{
    for (uint32_t i = 1; i < to_count; i++) {
        struct rte_mbuf *copy = host_allocate(h);
        if (copy == NULL)
            continue;
        memcpy(rte_pktmbuf_append(copy, m->data_len), rte_pktmbuf_mtod(m, void *), m->data_len);
        host_send_one(h, copy, &to[i]);
    }
    host_send_one(h, m, &to[0]);
}

/* A clone costs twice a copy (an indirect mbuf to attach and detach): each destination gets a mbuf
   for its headers, and all of them point at the one payload. */
static void host_send_shared(struct sl_engine_host *h, struct rte_mbuf *payload,
                             const struct sl_endpoint *to, uint32_t to_count)
{
    for (uint32_t i = 0; i < to_count; i++) {
        struct rte_mbuf *head = host_allocate(h);
        if (head == NULL)
            continue;
        rte_mbuf_refcnt_update(payload, 1);
        head->next = payload;
        head->nb_segs = 2;
        head->pkt_len = payload->data_len;
        host_send_one(h, head, &to[i]);
    }
    rte_pktmbuf_free(payload);
}

static void host_send(void *context, struct sl_buffer *buffer, uint32_t length_bytes,
                      enum sl_class traffic, const struct sl_endpoint *to, uint32_t to_count)
{
    struct sl_engine_host *h = context;
    struct rte_mbuf *m = buffer->host;
    (void)traffic; /* one queue: what the engine sends first goes first */
    SL_ASSERT(to_count > 0 && length_bytes <= buffer->room_bytes);
    sl_header_stamp(buffer->bytes, h->lane->id, ++h->lane->counter);
    m->data_len = (uint16_t)length_bytes;
    m->pkt_len = length_bytes;
    if (to_count > 1 && length_bytes >= SL_SHARE_PAYLOAD_BYTES && h->share_payloads)
        host_send_shared(h, m, to, to_count);
    else
        host_send_copies(h, m, to, to_count);
}

void sl_engine_host_tell(struct sl_engine_host *h, const struct sl_event *event)
{
    struct timespec t;
    if (event->damped)
        return;
    clock_gettime(CLOCK_REALTIME, &t);
    sl_event_log_add(h->events, event, (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec);
}

static void host_event(void *context, const struct sl_event *event)
{
    sl_engine_host_tell(context, event);
}

void sl_engine_host_tell_rival(struct sl_engine_host *h, const struct sl_endpoint *address,
                               const char *rival)
{
    struct sl_event event = {
        .type = SL_EVENT_ADDRESS_CONFLICT, .id = h->self_id, .endpoint = *address, .text = rival};
    sl_engine_host_tell(h, &event);
}

/* The MAC address is the event's name: it is all that is known of who else holds the address. */
static void host_rival(void *context, const struct sl_rival *rival)
{
    struct sl_engine_host *h = context;
    char mac[SL_MAC_TEXT_BYTES];
    struct sl_event event = {
        .type = SL_EVENT_ADDRESS_CONFLICT, .id = rival->mine ? h->self_id : 0, .text = mac};
    memcpy(event.endpoint.ip, rival->ip, sizeof(event.endpoint.ip));
    event.endpoint.port = h->udp_port;
    sl_mac_text(mac, &rival->mac);
    sl_engine_host_tell(h, &event);
}

static void host_retire(void *context, struct sl_retire_ticket *ticket)
{
    (void)context;
    sl_reclaim_retire(ticket);
}

struct sl_host sl_engine_host(struct sl_engine_host *host)
{
    return (struct sl_host){
        .context = host,
        .lend = host_lend,
        .send = host_send,
        .event = host_event,
        .retire = host_retire,
    };
}

struct sl_neighbour_host sl_engine_host_neighbours(struct sl_engine_host *host)
{
    return (struct sl_neighbour_host){
        .context = host, .allocate = host_allocate, .transmit = host_transmit, .rival = host_rival};
}
