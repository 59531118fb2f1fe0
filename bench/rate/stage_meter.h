/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A node's work, cut into the stages that a packet passes. */
#include "bench/rate/node.h"

#ifdef __cplusplus
extern "C" {
#endif

enum bench_stage {
    BENCH_STAGE_RECEIVE,
    BENCH_STAGE_PARSE,
    BENCH_STAGE_ADMIT,
    BENCH_STAGE_LOOK_UP,
    BENCH_STAGE_ANSWER,
    BENCH_STAGE_REPLY,
    BENCH_STAGE_TRANSMIT,
    BENCH_STAGE_FREE,
    BENCH_STAGE_MERGE,
    BENCH_STAGE_COUNT,
};

/* Cycles per packet. */
struct bench_stage_costs {
    double cycles[BENCH_STAGE_COUNT];
    double sum;
    double whole; /* the same load in the worker's own order, without meter */
    double read;  /* what reading the TSC costs, per stage; it is taken off */
};

/* The calling thread has taken the seat. 0, or -1 after one line on stderr. */
int bench_stage_meter(struct bench_seat *seat, uint32_t trial_ms, struct bench_stage_costs *out);

#ifdef __cplusplus
}
#endif
