/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <libgen.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/rate/peer.h"

/* Below this program; built if Go and its package are there. */
#define PROGRAM "bench/rate/starling-bench-memberlist"

struct bench_memberlist_peer {
    struct bench_asker asker;
    pid_t pid;
    FILE *to, *from;
};

/* Type 0, then MessagePack: {"SeqNo": uint32, "Node": "bench"}. The least that memberlist answers.
 */
static const uint8_t ping[] = {0, 0x82, 0xa5, 'S', 'e', 'q', 'N',  'o', 0xce, 0,   0,   0,
                               1, 0xa4, 'N',  'o', 'd', 'e', 0xa5, 'b', 'e',  'n', 'c', 'h'};

static int find_program(char *path, size_t path_bytes)
{
    char self[512];
    ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
    if (length < 0)
        return -1;
    self[length] = '\0';
    snprintf(path, path_bytes, "%s/%s", dirname(self), PROGRAM);
    return access(path, X_OK);
}

static void run_program(const char *path, int cpu, bool compress, const int to[2],
                        const int from[2])
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((size_t)cpu, &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    close(to[1]);
    close(from[0]);
    execl(path, path, compress ? "-compress=true" : "-compress=false", NULL);
    _exit(127);
}

static int start_program(struct bench_memberlist_peer *p, int cpu, bool compress)
{
    char path[640], line[64];
    int to[2], from[2];
    if (find_program(path, sizeof(path)) != 0) {
        fprintf(stderr,
                "starling-bench: memberlist skipped: no %s below this program; install golang-go "
                "and golang-github-hashicorp-memberlist-dev, then build anew\n",
                PROGRAM);
        return -1;
    }
    if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
        return -1;
    p->pid = fork();
    if (p->pid == 0)
        run_program(path, cpu, compress, to, from);
    close(to[0]);
    close(from[1]);
    p->to = fdopen(to[1], "w");
    p->from = fdopen(from[0], "r");
    if (p->pid > 0 && p->to != NULL && p->from != NULL &&
        fgets(line, sizeof(line), p->from) != NULL)
        return bench_asker_open(&p->asker, (uint16_t)atoi(line), ping, sizeof(ping));
    fprintf(stderr, "starling-bench: memberlist skipped: %s does not start\n", path);
    return -1;
}

struct bench_memberlist_peer *bench_memberlist_peer_start(int cpu, bool compress)
{
    struct bench_memberlist_peer *p = calloc(1, sizeof(*p));
    if (p == NULL)
        return NULL;
    p->asker.fd = -1;
    if (start_program(p, cpu, compress) == 0)
        return p;
    bench_memberlist_peer_stop(p);
    return NULL;
}

static double cpu_ns(struct bench_memberlist_peer *p)
{
    char line[64];
    fputs("\n", p->to);
    fflush(p->to);
    return fgets(line, sizeof(line), p->from) != NULL ? strtod(line, NULL) : 0;
}

int bench_memberlist_peer_run(struct bench_memberlist_peer *p, uint32_t ms,
                              struct bench_peer_figure *out)
{
    uint64_t elapsed_ns;
    double before = cpu_ns(p);
    uint64_t answers = bench_asker_run(&p->asker, ms, &elapsed_ns);
    double used = cpu_ns(p) - before;
    if (answers == 0 || used <= 0)
        return -1;
    out->acks_per_s = (double)answers * 1e9 / (double)elapsed_ns;
    out->cpu_ns_per_ack = used / (double)answers;
    return 0;
}

void bench_memberlist_peer_stop(struct bench_memberlist_peer *p)
{
    if (p == NULL)
        return;
    if (p->to != NULL)
        fclose(p->to); /* the end of its input ends it */
    if (p->from != NULL)
        fclose(p->from);
    if (p->pid > 0)
        waitpid(p->pid, NULL, 0);
    bench_asker_close(&p->asker);
    free(p);
}
