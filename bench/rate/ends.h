/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The two ports that a wire outside this process joins: the node's and the generator's. */
#include <stdbool.h>

#include "ports/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Frames under way at once: AF_XDP over a veth goes through a ring of 256 in the kernel, the least
   of all that a software port's rings hold. */
#define BENCH_ENDS_FRAMES_MAX 256

struct bench_ends {
    struct sl_port_spec port, far_port;
};

/* Reads both as users write them and checks that they can be opened and be ends of one wire. Before
   EAL starts. far_port NULL: none was given. Returns 0, or -1 after one line on stderr. */
int bench_ends_read(struct bench_ends *ends, const char *port, const char *far_port);

/* Must the far port be opened first? memif's client finds nobody before its server. */
bool bench_ends_far_first(const struct bench_ends *ends);

#ifdef __cplusplus
}
#endif
