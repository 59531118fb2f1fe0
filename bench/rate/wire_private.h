/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The two kinds of wire. Internal to wire.c. Each opens both ports, or returns -1 after one line on
 * stderr, and closes what of them is open. */
#include "bench/rate/wire.h"

int bench_wire_rings_open(struct bench_wire *wire, const struct bench_wire_config *config);
void bench_wire_rings_close(struct bench_wire *wire);

int bench_wire_ports_open(struct bench_wire *wire, const struct bench_wire_config *config);
void bench_wire_ports_close(struct bench_wire *wire);
