/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/eal.h"

#include <errno.h>
#include <fcntl.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_memory.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/assert.h"
#include "ports/log.h"

#define ARGUMENTS_MAX  16
#define ARGUMENT_BYTES 4096

struct arguments {
    int count;
    char *value[ARGUMENTS_MAX + 1];
    char text[ARGUMENTS_MAX][ARGUMENT_BYTES];
};

static void add(struct arguments *a, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct arguments *a, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(a->text[a->count], ARGUMENT_BYTES, format, list);
    va_end(list);
    a->value[a->count] = a->text[a->count];
    a->count++;
}

/* "0,1,4" of the CPUs that `set` holds and `except` does not. */
static void list_cpus(const cpu_set_t *set, const cpu_set_t *except, char *out, size_t out_bytes)
{
    size_t at = 0;
    out[0] = '\0';
    for (unsigned cpu = 0; cpu < CPU_SETSIZE && at < out_bytes; cpu++) {
        if (CPU_ISSET(cpu, set) && !CPU_ISSET(cpu, except))
            at += (size_t)snprintf(out + at, out_bytes - at, at ? ",%u" : "%u", cpu);
    }
}

int sl_eal_lcores(const struct sl_eal_config *config, char *out, size_t out_bytes)
{
    cpu_set_t allowed, taken;
    char all[ARGUMENT_BYTES / 2], spare[ARGUMENT_BYTES / 2];
    CPU_ZERO(&taken);
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return -errno;
    list_cpus(&allowed, &taken, all, sizeof(all));
    for (uint32_t i = 0; i < config->cpu_count; i++)
        CPU_SET(config->cpus[i], &taken);
    list_cpus(&allowed, &taken, spare, sizeof(spare));
    size_t at = (size_t)snprintf(out, out_bytes, "0@(%s)", spare[0] != '\0' ? spare : all);
    for (unsigned w = 0; w < config->workers && at < out_bytes; w++) {
        if (config->cpu_count == 0)
            at += (size_t)snprintf(out + at, out_bytes - at, ",%u@(%s)", sl_eal_lcore(w), all);
        else
            at += (size_t)snprintf(out + at, out_bytes - at, ",%u@%u", sl_eal_lcore(w),
                                   config->cpus[w % config->cpu_count]);
    }
    return at < out_bytes ? 0 : -ENAMETOOLONG;
}

/* EAL would answer with its usage. */
static int check_cpus(const struct sl_eal_config *config)
{
    cpu_set_t allowed, none;
    char all[ARGUMENT_BYTES / 2];
    CPU_ZERO(&none);
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        return -errno;
    for (uint32_t i = 0; i < config->cpu_count; i++) {
        if (CPU_ISSET(config->cpus[i], &allowed))
            continue;
        list_cpus(&allowed, &none, all, sizeof(all));
        SL_LOG(SL_LOG_ERROR,
               "workers.cpus: CPU %u is not one that this process may use; choose of %s",
               config->cpus[i], all);
        return -EINVAL;
    }
    return 0;
}

/* Asks the kernel for the pages: it alone knows what is free, reserved and allowed. */
static bool huge_pages_free(uint32_t memory_mb)
{
    size_t bytes = (size_t)memory_mb << 20;
    void *pages =
        mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    if (pages == MAP_FAILED)
        return false;
    munmap(pages, bytes);
    return true;
}

/* What the kernel can give without ending somebody; UINT64_MAX if it does not say. */
static uint64_t available_mb(void)
{
    unsigned long long kb = UINT64_MAX;
    char line[128];
    FILE *file = fopen("/proc/meminfo", "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (sscanf(line, "MemAvailable: %llu kB", &kb) == 1)
            break;
    if (file != NULL)
        fclose(file);
    return kb / 1024;
}

/* EAL touches all of it before anything can be said. */
static int check_memory(const struct sl_eal_config *config)
{
    uint64_t available = available_mb();
    if (config->memory_mb <= available)
        return 0;
    SL_LOG(
        SL_LOG_ERROR,
        "eal.memory_mb: %u MB are more than the %llu MB that this machine has available; lower it",
        config->memory_mb, (unsigned long long)available);
    return -ENOMEM;
}

/* 1 with huge pages, 0 without, or -errno after logging. */
static int choose_pages(const struct sl_eal_config *config)
{
    if (config->huge == SL_HUGE_NO)
        return check_memory(config);
    if (huge_pages_free(config->memory_mb))
        return 1;
    if (config->huge == SL_HUGE_AUTO && check_memory(config) != 0)
        return -ENOMEM;
    if (config->huge == SL_HUGE_AUTO) {
        SL_LOG(SL_LOG_NOTICE, "no %u MB of free huge pages: packet memory is in ordinary pages",
               config->memory_mb);
        return 0;
    }
    SL_LOG(SL_LOG_ERROR,
           "huge pages: %u MB are not free; reserve them (sysctl vm.nr_hugepages=%u), lower "
           "eal.memory_mb or set eal.huge = auto",
           config->memory_mb, config->memory_mb / 2);
    return -ENOMEM;
}

static int build(struct arguments *a, const struct sl_eal_config *config, bool huge)
{
    char value[ARGUMENT_BYTES - 16];
    a->count = 0;
    add(a, "starlingd");
    int rc = sl_eal_lcores(config, value, sizeof(value));
    if (rc != 0)
        return rc;
    add(a, "--lcores=%s", value);
    add(a, "--main-lcore=0");
    add(a, "-m");
    add(a, "%u", config->memory_mb);
    add(a, "--file-prefix=starling-%d", (int)getpid());
    add(a, "--no-telemetry");
    add(a, "--log-level=error");
    if (huge) {
        add(a, "--in-memory");
    } else {
        add(a, "--no-huge");
        add(a, "--no-shconf");
    }
    if (config->spec->kind != SL_PORT_PCI)
        add(a, "--no-pci");
    rc = sl_port_spec_eal_argument(config->spec, config->workers, value, sizeof(value));
    if (rc == 0 && value[0] != '\0')
        add(a, "%s", value);
    a->value[a->count] = NULL;
    return rc;
}

static int prepare(struct arguments *a, const struct sl_eal_config *config)
{
    int rc = check_cpus(config);
    if (rc != 0)
        return rc;
    int huge = choose_pages(config);
    return huge < 0 ? huge : build(a, config, huge == 1);
}

/* Of what EAL and drivers logged the first line is the cause, the others tell what followed. A
 * driver may fail without EAL failing: then the port will not be found, and its line tells why. */
static void log_outcome(int rc, char *lines)
{
    lines[strcspn(lines, "\n")] = '\0';
    if (rc != 0)
        SL_LOG(SL_LOG_ERROR, "DPDK did not start (%s): %s", rte_strerror(-rc),
               lines[0] != '\0' ? lines : "no reason given; run as root, or see eal.memory_mb");
    else if (lines[0] != '\0')
        SL_LOG(SL_LOG_WARNING, "DPDK: %s", lines);
}

/* In memory or without shared configuration, EAL makes the directory and puts nothing in it. Gone
 * as soon as EAL is up, a later SIGKILL leaves nothing behind. */
static void remove_runtime_directory(void)
{
    const char *path = rte_eal_get_runtime_dir();
    if (path != NULL && path[0] != '\0')
        rmdir(path);
}

/* EAL says what is fatal a second time, past its log, on stderr. */
static int initialise(struct arguments *a, FILE *log)
{
    int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
    int standard_error = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    rte_log_set_global_level(RTE_LOG_ERR);
    rte_openlog_stream(log);
    dup2(quiet, STDERR_FILENO);
    int rc = rte_eal_init(a->count, a->value) < 0 ? -(rte_errno != 0 ? rte_errno : EIO) : 0;
    dup2(standard_error, STDERR_FILENO);
    rte_openlog_stream(NULL);
    close(standard_error);
    close(quiet);
    return rc;
}

int sl_eal_start(const struct sl_eal_config *config)
{
    struct arguments *a = calloc(1, sizeof(*a));
    char *lines = NULL;
    size_t lines_bytes = 0;
    FILE *capture = open_memstream(&lines, &lines_bytes);
    SL_ASSERT(a != NULL && capture != NULL);
    int rc = prepare(a, config);
    if (rc == 0) {
        rc = initialise(a, capture);
        fflush(capture);
        remove_runtime_directory();
        log_outcome(rc, lines);
    }
    fclose(capture);
    free(lines);
    free(a);
    return rc;
}

int sl_eal_socket(unsigned lcore)
{
    rte_cpuset_t cpus = rte_lcore_cpuset(lcore);
    int socket = SOCKET_ID_ANY;
    for (unsigned cpu = 0; cpu < RTE_MAX_LCORE; cpu++) {
        if (!CPU_ISSET(cpu, &cpus))
            continue;
        /* What EAL holds of an lcore's node is that of the CPU with its number. */
        int here = (int)rte_lcore_to_socket_id(cpu);
        if (socket != SOCKET_ID_ANY && socket != here)
            return SOCKET_ID_ANY;
        socket = here;
    }
    return socket;
}

void sl_eal_stop(void)
{
    rte_eal_cleanup();
}
