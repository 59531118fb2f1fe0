/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/load.h"

#include <stdio.h>

#include "lib/limits.h"

const char *const bench_case_names[] = {
    "ping-ack", "stale-updates", "novel-updates", "fan-out", "sync", "mixed", NULL};

const char *const bench_case_counts[] = {"PINGs answered", "frames filtered",   "frames merged",
                                         "packets sent",   "requests answered", "frames handled"};

/* Header and body of the frames that carry a case's records. */
static uint32_t fixed_bytes(enum bench_case what)
{
    switch (what) {
    case BENCH_PING_ACK:
    case BENCH_MIXED:
        return SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
    case BENCH_SYNC:
        return SL_HEADER_BYTES + SL_SYNC_BODY_BYTES;
    default:
        return SL_HEADER_BYTES;
    }
}

static uint32_t default_records(enum bench_case what)
{
    switch (what) {
    case BENCH_PING_ACK:
    case BENCH_MIXED:
        return 4;
    case BENCH_SYNC:
    case BENCH_FAN_OUT:
        return 0;
    default:
        return BENCH_RECORDS_FILL;
    }
}

int bench_load_complete(struct bench_load *load, bool records_asked)
{
    if (!records_asked)
        load->records = default_records(load->what);
    if (load->frame_bytes == 0 && load->records == BENCH_RECORDS_FILL)
        load->frame_bytes = BENCH_FRAME_MAX;
    if (load->frame_bytes == 0 && load->what == BENCH_FAN_OUT)
        load->frame_bytes = bench_header_bytes(load->v6) + SL_FRAME_BYTES + BENCH_FCS_BYTES;
    uint32_t least = bench_header_bytes(load->v6) + fixed_bytes(load->what) + BENCH_FCS_BYTES;
    if (load->frame_bytes != 0 && load->frame_bytes < least) {
        fprintf(stderr,
                "starling-bench: --frame-bytes %u: a frame of %s over IPv%c takes %u bytes or more "
                "(Ethernet %d, IP and UDP, frame header and body, check sequence %d)\n",
                load->frame_bytes, bench_case_names[load->what], load->v6 ? '6' : '4', least,
                BENCH_ETHER_BYTES, BENCH_FCS_BYTES);
        return -1;
    }
    if (load->what == BENCH_FAN_OUT && load->v6) {
        fprintf(stderr, "starling-bench: --ipv6: fan-out is measured over IPv4 only\n");
        return -1;
    }
    return 0;
}
