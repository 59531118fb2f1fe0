/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/eal.h"

#include <dirent.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MEMORY_MB 64

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

static size_t last_cpu(void)
{
    cpu_set_t cpus;
    if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
        return 0;
    size_t last = 0;
    for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &cpus))
            last = cpu;
    return last;
}

static int try_start(bool hugepages)
{
    char lcores[32], memory[16];
    snprintf(lcores, sizeof(lcores), "0@%zu", last_cpu());
    snprintf(memory, sizeof(memory), "%d", MEMORY_MB);
    char *arguments[] = {"starling-bench",
                         "--lcores",
                         lcores,
                         "-m",
                         memory,
                         "--no-pci",
                         "--no-telemetry",
                         "--no-shconf",
                         "--log-level=error",
                         hugepages ? "--in-memory" : "--no-huge",
                         NULL};
    int count = (int)(sizeof(arguments) / sizeof(arguments[0])) - 1;
    return rte_eal_init(count, arguments);
}

static void restart_without_hugepages(char **argv)
{
    char *again[16];
    int count = 0;
    while (argv[count] != NULL && count < 14) {
        again[count] = argv[count];
        count++;
    }
    again[count++] = "--no-huge";
    again[count] = NULL;
    execv("/proc/self/exe", again);
}

int sl_bench_eal_start(char **argv, bool *hugepages)
{
    if (*hugepages && free_hugepage_bytes() < (uint64_t)MEMORY_MB << 20) {
        fprintf(stderr, "starling-bench: fewer than %d MB of hugepages free: using none\n",
                MEMORY_MB);
        *hugepages = false;
    }
    if (try_start(*hugepages) >= 0)
        return 0;
    if (*hugepages) {
        fprintf(stderr, "starling-bench: hugepages are not usable (%s): using none\n",
                rte_strerror(rte_errno));
        restart_without_hugepages(argv);
    }
    fprintf(stderr, "starling-bench: DPDK does not start: %s\n", rte_strerror(rte_errno));
    return -1;
}
