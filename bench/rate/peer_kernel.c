/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/rate/peer.h"

#define ONCE           32
#define DATAGRAM_BYTES 2048
#define LOOK_UP_US     50000 /* how often an idle server looks whether it should end */

struct bench_kernel_peer {
    struct bench_asker asker;
    pthread_t thread;
    clockid_t clock; /* of the server's CPU time */
    int fd;
    uint32_t answer_bytes;
    bool stop; /* written by who asks, read by the server */
    uint8_t pings[ONCE][DATAGRAM_BYTES];
    uint8_t answer[DATAGRAM_BYTES];
};

/* Answers come from one ready datagram: the least that a server over sockets could do. */
static void *serve(void *argument)
{
    struct bench_kernel_peer *p = argument;
    struct sockaddr_in from[ONCE];
    struct mmsghdr messages[ONCE];
    struct iovec in[ONCE], out = {p->answer, p->answer_bytes};
    while (!__atomic_load_n(&p->stop, __ATOMIC_RELAXED)) {
        for (int i = 0; i < ONCE; i++) {
            in[i] = (struct iovec){p->pings[i], DATAGRAM_BYTES};
            messages[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
                                                  .msg_namelen = sizeof(from[i]),
                                                  .msg_iov = &in[i],
                                                  .msg_iovlen = 1};
        }
        int n = recvmmsg(p->fd, messages, ONCE, MSG_WAITFORONE, NULL);
        for (int i = 0; i < n; i++)
            messages[i].msg_hdr.msg_iov = &out;
        for (int sent = 0, once; sent < n; sent += once) {
            once = sendmmsg(p->fd, messages + sent, (unsigned)(n - sent), 0);
            if (once <= 0)
                break;
        }
    }
    return NULL;
}

static int open_server(struct bench_kernel_peer *p, uint16_t *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval look_up = {0, LOOK_UP_US};
    socklen_t bytes = sizeof(at);
    p->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (p->fd < 0 || bind(p->fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
        setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &look_up, sizeof(look_up)) != 0 ||
        getsockname(p->fd, (struct sockaddr *)&at, &bytes) != 0)
        return -errno;
    *port = ntohs(at.sin_port);
    return 0;
}

static int start_thread(struct bench_kernel_peer *p, int cpu)
{
    pthread_attr_t attributes;
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((size_t)cpu, &cpus);
    pthread_attr_init(&attributes);
    pthread_attr_setaffinity_np(&attributes, sizeof(cpus), &cpus);
    int error = pthread_create(&p->thread, &attributes, serve, p);
    pthread_attr_destroy(&attributes);
    return error == 0 ? -pthread_getcpuclockid(p->thread, &p->clock) : -error;
}

struct bench_kernel_peer *bench_kernel_peer_start(int cpu, const uint8_t *ping, uint32_t ping_bytes,
                                                  uint32_t answer_bytes)
{
    struct bench_kernel_peer *p = calloc(1, sizeof(*p));
    uint16_t port = 0;
    if (p == NULL)
        return NULL;
    p->answer_bytes = answer_bytes;
    memcpy(p->answer, ping, ping_bytes < answer_bytes ? ping_bytes : answer_bytes);
    int error = open_server(p, &port);
    if (error == 0)
        error = start_thread(p, cpu);
    if (error == 0 && bench_asker_open(&p->asker, port, ping, ping_bytes) == 0)
        return p;
    fprintf(stderr, "starling-bench: no UDP server on 127.0.0.1: %s\n", strerror(-error));
    free(p);
    return NULL;
}

static double cpu_ns(const struct bench_kernel_peer *p)
{
    struct timespec t = {0, 0};
    clock_gettime(p->clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int bench_kernel_peer_run(struct bench_kernel_peer *p, uint32_t ms, struct bench_peer_figure *out)
{
    uint64_t elapsed_ns;
    double before = cpu_ns(p);
    uint64_t answers = bench_asker_run(&p->asker, ms, &elapsed_ns);
    if (answers == 0)
        return -1;
    out->acks_per_s = (double)answers * 1e9 / (double)elapsed_ns;
    out->cpu_ns_per_ack = (cpu_ns(p) - before) / (double)answers;
    return 0;
}

void bench_kernel_peer_stop(struct bench_kernel_peer *p)
{
    if (p == NULL)
        return;
    __atomic_store_n(&p->stop, true, __ATOMIC_RELAXED);
    pthread_join(p->thread, NULL);
    bench_asker_close(&p->asker);
    close(p->fd);
    free(p);
}
