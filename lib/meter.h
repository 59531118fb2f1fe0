/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Bytes in any one second: a sliding window of twenty parts. The oldest part is counted whole, so
   the true figure of any 1 s window is never above what is reported. One thread. */
#include <stdint.h>
#include <string.h>

#define SL_METER_PARTS   21 /* one more than a second holds: the running part */
#define SL_METER_PART_NS 50000000ull

/* One part in so many of the byte cap: what strangers were served takes so much from others. */
#define SL_SERVED_SHARE 8

struct sl_meter {
    uint64_t parts[SL_METER_PARTS]; /* those that ended */
    uint64_t ended;                 /* their sum; the running part is the rest of `sum` */
    uint64_t sum;
    uint64_t part_number; /* time / SL_METER_PART_NS of the running part */
    uint64_t end_ns;      /* when it ends */
};

static inline void sl_meter_turn(struct sl_meter *meter, uint64_t now_ns)
{
    uint64_t number = now_ns / SL_METER_PART_NS;
    uint64_t steps = number - meter->part_number;
    meter->parts[meter->part_number % SL_METER_PARTS] = meter->sum - meter->ended;
    if (steps >= SL_METER_PARTS) {
        memset(meter->parts, 0, sizeof(meter->parts));
        meter->sum = 0;
    } else {
        for (uint64_t i = 1; i <= steps; i++) {
            uint64_t *part = &meter->parts[(meter->part_number + i) % SL_METER_PARTS];
            meter->sum -= *part;
            *part = 0;
        }
    }
    meter->ended = meter->sum;
    meter->part_number = number;
    meter->end_ns = (number + 1) * SL_METER_PART_NS;
}

/* Divides only when a part ends: this is asked for every packet. */
static inline void sl_meter_advance(struct sl_meter *meter, uint64_t now_ns)
{
    if (__builtin_expect(now_ns >= meter->end_ns, 0))
        sl_meter_turn(meter, now_ns);
}

static inline void sl_meter_add(struct sl_meter *meter, uint64_t now_ns, uint64_t bytes)
{
    sl_meter_advance(meter, now_ns);
    meter->sum += bytes;
}

static inline uint64_t sl_meter_sum(struct sl_meter *meter, uint64_t now_ns)
{
    sl_meter_advance(meter, now_ns);
    return meter->sum;
}
