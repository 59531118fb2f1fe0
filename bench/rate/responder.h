/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Who handles the frames: the node's own worker, and the floor, the least that anybody would do. A
 * responder handles one burst and returns how many packets that were. */
#include "bench/rate/node.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef unsigned (*bench_responder_fn)(struct bench_seat *seat);

/* One turn of the worker as the daemon runs it; the engine's share only where a case needs it. */
bench_responder_fn bench_responder_node(const struct bench_load *load);

/* The floor. It verifies the checksums, frees what asks nothing, and answers the rest by frames of
   an answer's size with checksums of their own. It understands nothing of what it answers and looks
   at no record. For a fan-out it copies a ready frame and fills in address and checksums. */
bench_responder_fn bench_responder_bare(const struct bench_load *load);

#ifdef __cplusplus
}
#endif
