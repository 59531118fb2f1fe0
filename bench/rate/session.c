/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/session.h"

#include <rte_common.h>
#include <rte_eal.h>
#include <stdio.h>
#include <urcu/urcu-qsbr.h>

#include "bench/rate/eal.h"
#include "bench/rate/node.h"

int bench_session_start(char **argv, const struct bench_load *loads, int count, bool *hugepages)
{
    struct bench_eal eal = {.lcores = loads[0].workers};
    for (int i = 0; i < count; i++)
        eal.memory_mb = RTE_MAX(eal.memory_mb, bench_node_memory_mb(&loads[i]));
    if (bench_eal_start(&eal, argv, hugepages) != 0)
        return -1;
    urcu_qsbr_register_thread();
    urcu_qsbr_thread_offline();
    return 0;
}

void bench_session_end(void)
{
    urcu_qsbr_unregister_thread();
    rte_eal_cleanup();
}

void bench_json_print(json_t *object)
{
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(5));
    putchar('\n');
    fflush(stdout);
    json_decref(object);
}
