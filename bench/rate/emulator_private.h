/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the emulator's two files share. */
#include "bench/rate/emulator.h"

/* Takes one burst: answers what the node asks, notes what it answers. */
void bench_emulator_receive(struct bench_emulator *e);
