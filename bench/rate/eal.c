/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/eal.h"

#include <dirent.h>
#include <rte_common.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/limits.h"

static uint64_t read_number(const char *path)
{
    unsigned long long value = 0;
    FILE *f = fopen(path, "re");
    if (f == NULL)
        return 0;
    if (fscanf(f, "%llu", &value) != 1)
        value = 0;
    fclose(f);
    return value;
}

static uint64_t free_hugepage_bytes(void)
{
    static const char root[] = "/sys/kernel/mm/hugepages";
    uint64_t bytes = 0;
    DIR *directory = opendir(root);
    if (directory == NULL)
        return 0;
    for (struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory)) {
        unsigned long long page_kb;
        char path[512];
        if (sscanf(entry->d_name, "hugepages-%llukB", &page_kb) != 1)
            continue;
        snprintf(path, sizeof(path), "%s/%s/free_hugepages", root, entry->d_name);
        bytes += read_number(path) * page_kb * 1024;
    }
    closedir(directory);
    return bytes;
}

/* "0@3,1@2" of the last CPUs that this process may use. -1: there are not enough. */
static int choose_lcores(unsigned lcores, char *out, size_t out_bytes)
{
    cpu_set_t cpus;
    unsigned chosen = 0;
    size_t at = 0;
    if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
        return -1;
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && chosen < lcores; cpu--)
        if (CPU_ISSET((size_t)cpu, &cpus))
            at += (size_t)snprintf(out + at, out_bytes - at, "%s%u@%d", chosen > 0 ? "," : "",
                                   chosen, cpu),
                chosen++;
    if (chosen == lcores)
        return 0;
    fprintf(stderr, "starling-bench: --workers %u: expected at most %u: each takes a CPU\n", lcores,
            chosen);
    return -1;
}

static int try_start(const struct bench_eal *eal, const char *lcores, bool hugepages)
{
    char memory[16];
    snprintf(memory, sizeof(memory), "%u", eal->memory_mb);
    char *arguments[16] = {"starling-bench",
                           "--lcores",
                           (char *)(uintptr_t)lcores,
                           "--main-lcore",
                           "0",
                           "-m",
                           memory,
                           "--no-telemetry",
                           "--no-shconf",
                           "--log-level=error",
                           hugepages ? "--in-memory" : "--no-huge"};
    int count = 11;
    bool pci = false;
    for (size_t i = 0; i < RTE_DIM(eal->devices) && eal->devices[i] != NULL; i++) {
        arguments[count++] = (char *)(uintptr_t)eal->devices[i];
        pci |= strncmp(eal->devices[i], "--vdev", 6) != 0;
    }
    if (!pci)
        arguments[count++] = "--no-pci";
    return rte_eal_init(count, arguments);
}

static void restart_without_hugepages(char **argv)
{
    char *again[64];
    int count = 0;
    while (argv[count] != NULL && count < 62) {
        again[count] = argv[count];
        count++;
    }
    again[count++] = "--no-huge";
    again[count] = NULL;
    execv("/proc/self/exe", again);
}

int bench_eal_start(const struct bench_eal *eal, char **argv, bool *hugepages)
{
    char lcores[16 * SL_WORKERS_MAX];
    if (choose_lcores(eal->lcores, lcores, sizeof(lcores)) != 0)
        return -1;
    if (*hugepages && free_hugepage_bytes() < (uint64_t)eal->memory_mb << 20) {
        fprintf(stderr, "starling-bench: fewer than %u MB of hugepages free: using none\n",
                eal->memory_mb);
        *hugepages = false;
    }
    if (try_start(eal, lcores, *hugepages) >= 0)
        return 0;
    if (*hugepages) {
        fprintf(stderr, "starling-bench: hugepages are not usable (%s): using none\n",
                rte_strerror(rte_errno));
        restart_without_hugepages(argv);
    }
    fprintf(stderr, "starling-bench: DPDK does not start: %s\n", rte_strerror(rte_errno));
    return -1;
}
