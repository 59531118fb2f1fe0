/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
#include <stdbool.h>

/* Starts EAL on the last CPU that this process may use, quietly, without devices. Without enough
   free hugepages it says so and does without. If hugepages turn out unusable it starts the program
   anew with --no-huge, for EAL starts only once per process. Returns 0, or -1 after one line on
   stderr. */
int sl_bench_eal_start(char **argv, bool *hugepages);
