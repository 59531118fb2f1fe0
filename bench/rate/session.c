/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/session.h"

#include <rte_common.h>
#include <rte_eal.h>
#include <stdio.h>
#include <urcu/urcu-qsbr.h>

#include "bench/rate/eal.h"
#include "bench/rate/node.h"

/* EAL opens no PCI device that it was not told of. The others are plugged in with the wire. */
static int allow_pci(const struct bench_ends *ends, struct bench_eal *eal)
{
    static char arguments[2][512];
    const struct sl_port_spec *specs[2] = {&ends->port, &ends->far_port};
    unsigned count = 0;
    for (int i = 0; i < 2; i++) {
        if (specs[i]->kind != SL_PORT_PCI)
            continue;
        if (sl_port_spec_eal_argument(specs[i], 1, arguments[i], sizeof(arguments[i])) != 0)
            return -1;
        eal->devices[count++] = arguments[i];
    }
    return 0;
}

int bench_session_start(char **argv, const struct bench_load *loads, int count, bool *hugepages)
{
    struct bench_eal eal = {.lcores = loads[0].workers};
    if (loads[0].ends != NULL && allow_pci(loads[0].ends, &eal) != 0)
        return -1;
    for (int i = 0; i < count; i++)
        eal.memory_mb = RTE_MAX(eal.memory_mb, bench_node_memory_mb(&loads[i]));
    if (bench_eal_start(&eal, argv, hugepages) != 0)
        return -1;
    urcu_qsbr_register_thread();
    urcu_qsbr_thread_offline();
    return 0;
}

void bench_session_end(const struct bench_load *load)
{
    urcu_qsbr_unregister_thread();
    /* memif leaves its listening socket with EAL's interrupt thread, which looks at that whenever
       it wakes: then EAL's memory goes with the process, not before. */
    if (load->ends == NULL || load->ends->port.kind != SL_PORT_MEMIF)
        rte_eal_cleanup();
}

void bench_json_print(json_t *object)
{
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(5));
    putchar('\n');
    fflush(stdout);
    json_decref(object);
}
