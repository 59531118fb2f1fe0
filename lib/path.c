/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/engine_private.h"

/* At 20 % loss of packets 5 % of exchanges, long or short, look like this four times in a row. */
#define SWALLOWED_MIN    4
#define TEST_NS_MIN      (10 * 1000000000ull)
#define TEST_NS_MAX      (600 * 1000000000ull)
/* A record or two: not worth a PING that may be lost. */
#define SEARCH_BYTES_MIN 64

static void set_bytes(struct sl_engine *e, uint32_t zone, uint32_t bytes)
{
    uint32_t least = e->config.frame_bytes;
    e->path[zone].bytes = bytes;
    for (uint32_t i = 0; i < SL_ZONES_MAX; i++)
        least = e->path[i].bytes < least ? e->path[i].bytes : least;
    __atomic_store_n(&e->fast.path_bytes[zone], (uint16_t)bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&e->fast.path_bytes_least, least, __ATOMIC_RELAXED);
    __atomic_store_n(&e->stats.path_bytes, least, __ATOMIC_RELAXED);
}

static void tell(struct sl_engine *e, enum sl_event_type type, uint32_t zone)
{
    uint32_t own = sl_path_zone(e, SL_SLOT_NONE);
    uint32_t slot = zone == own ? e->self_slot : sl_choice_member(e, zone, SL_SLOT_NONE);
    struct sl_event event = {
        .type = type,
        .id = e->zones.all[zone].id,
        .cold = slot == SL_SLOT_NONE ? NULL : sl_view_cold(e->view, slot),
    };
    e->host.event(e->host.context, &event);
}

void sl_path_create(struct sl_engine *e)
{
    for (uint32_t i = 0; i < SL_ZONES_MAX; i++)
        e->path[i] = (struct sl_path){.bytes = e->config.frame_bytes, .wait_ns = TEST_NS_MIN};
    for (uint32_t i = 0; i < SL_ZONES_MAX; i++)
        set_bytes(e, i, e->config.frame_bytes);
}

uint32_t sl_path_zone(const struct sl_engine *e, uint32_t slot)
{
    return sl_zones_of(&e->zones, slot == SL_SLOT_NONE ? e->self_slot : slot);
}

uint32_t sl_path_bytes(const struct sl_engine *e, uint32_t zone)
{
    return e->path[zone].bytes;
}

uint32_t sl_path_least_bytes(const struct sl_engine *e)
{
    return e->fast.path_bytes_least;
}

void sl_path_passed(struct sl_engine *e, uint32_t zone)
{
    e->path[zone].vanished = 0;
}

void sl_path_swallowed(struct sl_engine *e, uint32_t zone)
{
    struct sl_path *path = &e->path[zone];
    if (path->bytes == SL_FRAME_BYTES_MIN || ++path->vanished < SWALLOWED_MIN)
        return;
    bool is_new = path->bytes == e->config.frame_bytes;
    path->vanished = 0;
    path->most_bytes = path->bytes;
    path->test_ns = e->now_ns + sl_engine_jitter(e, TEST_NS_MIN);
    set_bytes(e, zone, SL_FRAME_BYTES_MIN);
    SL_STAT(e, paths_swallowed);
    if (is_new)
        tell(e, SL_EVENT_PATH_SHORT, zone);
}

uint32_t sl_path_test_bytes(struct sl_engine *e, uint32_t zone)
{
    struct sl_path *path = &e->path[zone];
    if (path->bytes == e->config.frame_bytes || e->now_ns < path->test_ns)
        return 0;
    uint32_t span = path->most_bytes - path->bytes;
    if (span > SEARCH_BYTES_MIN) {
        path->test_ns = e->now_ns + sl_engine_jitter(e, TEST_NS_MIN);
        return path->bytes + span / 2;
    }
    /* What was too long may have been lost by chance, or the path may be another one by now. */
    path->most_bytes = e->config.frame_bytes;
    path->test_ns = e->now_ns + sl_engine_jitter(e, path->wait_ns);
    path->wait_ns = 2 * path->wait_ns < TEST_NS_MAX ? 2 * path->wait_ns : TEST_NS_MAX;
    return e->config.frame_bytes;
}

void sl_path_tested(struct sl_engine *e, uint32_t zone, uint32_t bytes, bool answered)
{
    struct sl_path *path = &e->path[zone];
    if (bytes <= path->bytes)
        return;
    if (!answered) {
        path->most_bytes = bytes < path->most_bytes ? bytes : path->most_bytes;
        return;
    }
    set_bytes(e, zone, bytes);
    if (path->most_bytes < bytes)
        path->most_bytes = e->config.frame_bytes;
    if (bytes < e->config.frame_bytes)
        return;
    path->wait_ns = TEST_NS_MIN;
    tell(e, SL_EVENT_PATH_LONG, zone);
}
