/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/runtime.h"

#include <errno.h>
#include <rte_launch.h>
#include <rte_malloc.h>
#include <string.h>

#include "dataplane/eal.h"
#include "lib/assert.h"
#include "ports/log.h"

/* Urgent inputs are one per answered probe or accusation: few. Ordinary ones are as many as the
 * engine works off in a few milliseconds: more would only be older. */
#define URGENT_INPUTS   256
#define ORDINARY_INPUTS 1024
#define PACKETS         256

#define OTHER_MB 12 /* rings, caches, ethdev, event log, malloc's own */

uint32_t sl_runtime_memory_mb(const struct sl_config *config, unsigned workers, unsigned packets,
                              unsigned payload_bytes)
{
    size_t bytes = sl_engine_arena_bytes(config, NULL) +
                   (size_t)packets * sl_packet_bytes(payload_bytes) +
                   (URGENT_INPUTS + ORDINARY_INPUTS + 64 * (size_t)workers) *
                       (sl_input_bytes(config->frame_bytes) + 64) +
                   workers * sizeof(struct sl_worker);
    return OTHER_MB + (uint32_t)(bytes >> 20);
}

/* Near the worker, or elsewhere if its NUMA node is full. */
static void *take(const struct sl_runtime_config *c, unsigned worker, size_t bytes)
{
    int socket = sl_eal_socket(c->first_lcore + worker);
    void *memory = rte_zmalloc_socket("starling", bytes, SL_CACHE_LINE, socket);
    if (memory == NULL && socket != SOCKET_ID_ANY)
        memory = rte_zmalloc("starling", bytes, SL_CACHE_LINE);
    return memory;
}

static int runtime_engine(struct sl_runtime *r, const struct sl_runtime_config *c)
{
    struct sl_worker *first = r->workers[0];
    struct sl_host host = sl_engine_host(&r->host);
    struct sl_arena arena = {.size_bytes = sl_engine_arena_bytes(c->config, NULL)};
    r->host.pool = c->packets;
    r->host.transmitter = &first->transmitter;
    r->host.lane = &first->lane;
    r->host.counters = &first->counters;
    r->host.events = r->events;
    r->host.frame_bytes = c->config->frame_bytes;
    r->host.share_payloads = c->port->multi_segment && c->port->tx_checksum_udp;
    r->host.now_ns = sl_clock_now(&r->clock);
    r->arena = take(c, 0, arena.size_bytes);
    if (r->arena == NULL)
        return -ENOMEM;
    arena.base = r->arena;
    r->loop.engine =
        sl_engine_create(&arena, c->config, NULL, &host, c->seed, c->wall_s, r->host.now_ns);
    SL_ASSERT(r->loop.engine != NULL);
    r->host.self_id = sl_engine_self_id(r->loop.engine);
    r->host.udp_port = r->net.udp_port;
    return 0;
}

static int runtime_neighbours(struct sl_runtime *r)
{
    struct sl_neighbour_host host = sl_engine_host_neighbours(&r->host);
    r->neighbours = sl_neighbours_create(&r->net, &host);
    r->host.neighbours = r->neighbours;
    return r->neighbours != NULL ? 0 : -ENOMEM;
}

static void runtime_watch(struct sl_runtime *r, const struct sl_config *config)
{
    struct sl_self_watch *w = &r->loop.watch;
    w->engine = r->loop.engine;
    w->port = &r->port;
    w->host = &r->host;
    w->worker_count = r->worker_count;
    w->every_ns = sl_self_watch_interval_ns(config);
    for (unsigned i = 0; i < r->worker_count; i++) {
        w->counters[i] = &r->workers[i]->counters;
        w->loads[i] = &r->workers[i]->load;
    }
}

static void runtime_loop(struct sl_runtime *r)
{
    r->loop.clock = &r->clock;
    r->loop.host = &r->host;
    r->loop.net = &r->net;
    r->loop.handoff = &r->handoff;
    r->loop.mailbox = &r->mailbox;
    r->loop.worker_count = r->worker_count;
    for (unsigned i = 0; i < r->worker_count; i++)
        r->loop.workers[i] = &r->workers[i]->counters;
    r->workers[0]->loop = &r->loop;
    r->workers[0]->reclaim = &r->reclaim;
}

/* What a worker has of the port. */
static void runtime_worker_port(struct sl_runtime *r, unsigned index)
{
    struct sl_worker *w = r->workers[index];
    bool prepare = r->port.tx_checksum_ipv4 || r->port.tx_checksum_udp;
    /* Several wake each other by no bell. */
    w->doorbell_fd = r->worker_count == 1 ? r->port.doorbell_fd : 0;
    sl_transmitter_init(&w->transmitter, r->port.ethdev_id, (uint16_t)index, prepare, &w->counters);
    w->receiver.ethdev_id = r->port.ethdev_id;
}

static void runtime_worker(struct sl_runtime *r, unsigned index, const struct sl_runtime_config *c)
{
    struct sl_worker *w = r->workers[index];
    w->clock = &r->clock;
    w->busy = c->busy;
    sl_lane_init(&w->lane, (uint8_t)index, (uint8_t)c->workers, &w->counters);
    w->receiver.fast = sl_engine_fast(r->loop.engine);
    w->receiver.net = &r->net;
    w->receiver.neighbours = r->neighbours;
    w->receiver.handoff = &r->handoff;
    w->receiver.transmitter = &w->transmitter;
    w->receiver.lane = &w->lane;
    w->receiver.counters = &w->counters;
    w->receiver.queue = (uint16_t)index;
    runtime_worker_port(r, index);
}

static int runtime_build(struct sl_runtime *r, const struct sl_runtime_config *c)
{
    struct sl_handoff_config handoff = {
        .name = c->name,
        .frame_bytes = c->config->frame_bytes,
        .workers = c->workers,
        .urgent_inputs = URGENT_INPUTS,
        .ordinary_inputs = ORDINARY_INPUTS,
        .packets = PACKETS,
    };
    r->events = take(c, 0, sizeof(*r->events));
    for (unsigned i = 0; i < c->workers; i++) {
        r->workers[i] = take(c, i, sizeof(*r->workers[i]));
        if (r->workers[i] == NULL)
            return -ENOMEM;
    }
    if (r->events == NULL)
        return -ENOMEM;
    int rc = sl_handoff_create(&r->handoff, &handoff);
    if (rc == 0)
        rc = sl_reclaim_start(&r->reclaim);
    if (rc == 0)
        rc = runtime_engine(r, c);
    if (rc == 0)
        rc = runtime_neighbours(r);
    if (rc != 0)
        return rc;
    runtime_loop(r);
    runtime_watch(r, c->config);
    for (unsigned i = 0; i < c->workers; i++)
        runtime_worker(r, i, c);
    return 0;
}

int sl_runtime_open(struct sl_runtime *r, const struct sl_runtime_config *c)
{
    SL_ASSERT(c->workers >= 1 && c->workers <= SL_WORKERS_MAX);
    memset(r, 0, sizeof(*r));
    r->clock = sl_clock_start();
    r->net = *c->net;
    r->port = *c->port;
    r->first_lcore = c->first_lcore;
    r->worker_count = c->workers;
    int rc = runtime_build(r, c);
    if (rc != 0) {
        SL_LOG(SL_LOG_ERROR,
               "room for %u members and %u workers: %s; raise eal.memory_mb or lower max_members",
               c->config->max_members, c->workers, strerror(-rc));
        sl_runtime_close(r);
    }
    return rc;
}

int sl_runtime_launch(struct sl_runtime *r)
{
    for (unsigned i = 0; i < r->worker_count; i++) {
        unsigned lcore = r->first_lcore + i;
        r->workers[i]->stop = false;
        int rc = rte_eal_remote_launch(sl_worker_main, r->workers[i], lcore);
        if (rc != 0) {
            SL_LOG(SL_LOG_ERROR, "worker %u: lcore %u does not start: %s", i, lcore, strerror(-rc));
            return rc;
        }
        r->launched++;
    }
    return 0;
}

void sl_runtime_stop(struct sl_runtime *r)
{
    for (unsigned i = 0; i < r->launched; i++)
        sl_worker_stop(r->workers[i]);
    for (unsigned i = 0; i < r->launched; i++)
        SL_ASSERT(rte_eal_wait_lcore(r->first_lcore + i) == 0);
    r->launched = 0;
}

void sl_runtime_drop_packets(struct sl_runtime *r)
{
    SL_ASSERT(r->launched == 0);
    sl_neighbours_drop_held(r->neighbours);
    sl_handoff_drop_packets(&r->handoff);
}

void sl_runtime_use_port(struct sl_runtime *r, const struct sl_port *port, const struct sl_net *net)
{
    SL_ASSERT(r->launched == 0 && port->queues == r->worker_count);
    r->port = *port;
    r->net = *net;
    for (unsigned i = 0; i < r->worker_count; i++)
        runtime_worker_port(r, i);
}

void sl_runtime_close(struct sl_runtime *r)
{
    SL_ASSERT(r->launched == 0);
    sl_reclaim_stop(&r->reclaim);
    if (r->neighbours != NULL)
        sl_neighbours_destroy(r->neighbours);
    sl_handoff_destroy(&r->handoff);
    for (unsigned i = 0; i < r->worker_count; i++)
        rte_free(r->workers[i]);
    rte_free(r->arena);
    rte_free(r->events);
    memset(r, 0, sizeof(*r));
}
