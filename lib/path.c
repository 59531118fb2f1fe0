/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/engine_private.h"

/* At 20 % loss of packets 5 % of exchanges, long or short, look like this four times in a row. */
#define SWALLOWED_MIN 4
#define TEST_NS_MIN   (10 * 1000000000ull)
#define TEST_NS_MAX   (600 * 1000000000ull)

static void set_bytes(struct sl_engine *e, uint32_t bytes)
{
    e->path.bytes = bytes;
    __atomic_store_n(&e->fast.path_bytes, bytes, __ATOMIC_RELAXED);
    __atomic_store_n(&e->stats.path_bytes, bytes, __ATOMIC_RELAXED);
}

void sl_path_create(struct sl_engine *e)
{
    set_bytes(e, e->config.frame_bytes);
    e->path.wait_ns = TEST_NS_MIN;
}

void sl_path_passed(struct sl_engine *e)
{
    e->path.vanished = 0;
}

void sl_path_swallowed(struct sl_engine *e)
{
    struct sl_path *path = &e->path;
    if (path->bytes == SL_FRAME_BYTES_MIN || ++path->vanished < SWALLOWED_MIN)
        return;
    path->vanished = 0;
    path->test_ns = e->now_ns + sl_engine_jitter(e, path->wait_ns);
    set_bytes(e, SL_FRAME_BYTES_MIN);
    SL_STAT(e, paths_swallowed);
    sl_engine_tell(e, SL_EVENT_PATH_SHORT, SL_SLOT_NONE, e->self_word, 0, 0);
}

uint32_t sl_path_test_bytes(struct sl_engine *e)
{
    struct sl_path *path = &e->path;
    if (path->bytes == e->config.frame_bytes || e->now_ns < path->test_ns)
        return 0;
    path->test_ns = e->now_ns + sl_engine_jitter(e, path->wait_ns);
    path->wait_ns = 2 * path->wait_ns < TEST_NS_MAX ? 2 * path->wait_ns : TEST_NS_MAX;
    return 2 * path->bytes < e->config.frame_bytes ? 2 * path->bytes : e->config.frame_bytes;
}

void sl_path_tested(struct sl_engine *e, uint32_t bytes)
{
    if (bytes > e->path.bytes)
        set_bytes(e, bytes);
}
