/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct bench_eal {
    unsigned lcores;        /* each on a CPU of its own, the last ones that this process may use */
    uint32_t memory_mb;     /* that DPDK is given */
    const char *devices[2]; /* EAL's arguments for devices; NULL: none. No PCI but what they name */
};

/* Starts EAL, quietly; lcore 0 is the calling thread. Without enough free hugepages it says so and
   does without. If hugepages turn out unusable it starts the program anew with --no-huge, for EAL
   starts only once per process. Returns 0, or -1 after one line on stderr. */
int bench_eal_start(const struct bench_eal *eal, char **argv, bool *hugepages);

#ifdef __cplusplus
}
#endif
