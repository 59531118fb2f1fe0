/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* DPDK's environment layer, started once per process with the arguments that a node needs. Control
 * thread; main lcore 0 is that thread, lcore i + 1 is worker i. */
#include <stdint.h>

#include "dataplane/options.h"
#include "ports/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_eal_config {
    const struct sl_port_spec *spec;
    unsigned workers; /* lcores besides the main one, and queue pairs of the port */
    enum sl_huge huge;
    uint32_t memory_mb;
    const uint16_t *cpus; /* worker i runs on cpus[i % cpu_count] */
    uint32_t cpu_count;   /* 0: all lcores may run on every CPU that the process may use */
};

/* Returns 0, or -errno after logging one line. Leaves nothing in DPDK's run-time directory. */
int sl_eal_start(const struct sl_eal_config *config);
void sl_eal_stop(void);

static inline unsigned sl_eal_lcore(unsigned worker)
{
    return worker + 1;
}

/* The NUMA node of the CPUs that an lcore may run on; SOCKET_ID_ANY if they are of several. EAL
 * must run. */
int sl_eal_socket(unsigned lcore);

/* Writes EAL's --lcores value. Returns 0, or -errno (-ENAMETOOLONG; sched_getaffinity's). */
int sl_eal_lcores(const struct sl_eal_config *config, char *out, size_t out_bytes);

#ifdef __cplusplus
}
#endif
