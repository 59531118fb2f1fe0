/* SPDX-License-Identifier: BSD-3-Clause */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench/rate/peer.h"

#define WINDOW       256 /* more than a batch of 32, less than the socket's buffer holds */
#define ONCE         32
#define ANSWER_BYTES 256
#define PATIENCE_US  20000 /* without an answer: then what is out counts as lost */

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct bench_places bench_places_find(void)
{
    struct bench_places places = {.cpu = 0};
    sched_getaffinity(0, sizeof(places.others), &places.others);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET((size_t)cpu, &places.others))
            places.cpu = cpu;
    if (CPU_COUNT(&places.others) > 1)
        CPU_CLR((size_t)places.cpu, &places.others);
    return places;
}

void bench_places_go_to_answer(const struct bench_places *places)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET((size_t)places->cpu, &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
}

void bench_places_go_to_ask(const struct bench_places *places)
{
    sched_setaffinity(0, sizeof(places->others), &places->others);
}

int bench_asker_open(struct bench_asker *asker, uint16_t port, const uint8_t *ping,
                     uint32_t ping_bytes)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {0, PATIENCE_US};
    asker->ping = ping;
    asker->ping_bytes = ping_bytes;
    asker->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (asker->fd >= 0 && connect(asker->fd, (struct sockaddr *)&to, sizeof(to)) == 0 &&
        setsockopt(asker->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) == 0)
        return 0;
    fprintf(stderr, "starling-bench: a socket to 127.0.0.1 port %u: %s\n", port, strerror(errno));
    return -1;
}

void bench_asker_close(struct bench_asker *asker)
{
    if (asker->fd >= 0)
        close(asker->fd);
}

static unsigned send_some(const struct bench_asker *asker, unsigned count)
{
    struct mmsghdr messages[ONCE];
    struct iovec parts[ONCE];
    memset(messages, 0, sizeof(messages));
    for (unsigned i = 0; i < count; i++) {
        parts[i] = (struct iovec){(void *)(uintptr_t)asker->ping, asker->ping_bytes};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int sent = sendmmsg(asker->fd, messages, count, 0);
    return sent > 0 ? (unsigned)sent : 0;
}

static unsigned receive_some(const struct bench_asker *asker)
{
    static uint8_t answers[ONCE][ANSWER_BYTES];
    struct mmsghdr messages[ONCE];
    struct iovec parts[ONCE];
    memset(messages, 0, sizeof(messages));
    for (unsigned i = 0; i < ONCE; i++) {
        parts[i] = (struct iovec){answers[i], ANSWER_BYTES};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int received = recvmmsg(asker->fd, messages, ONCE, MSG_WAITFORONE, NULL);
    return received > 0 ? (unsigned)received : 0;
}

uint64_t bench_asker_run(struct bench_asker *asker, uint32_t ms, uint64_t *elapsed_ns)
{
    uint64_t start = now_ns(), end = start + ms * 1000000ull, answers = 0;
    unsigned out = 0;
    while (now_ns() < end) {
        while (out + ONCE <= WINDOW) {
            unsigned sent = send_some(asker, ONCE);
            out += sent;
            if (sent < ONCE)
                break;
        }
        unsigned received = receive_some(asker);
        answers += received;
        out = received == 0 || received > out ? 0 : out - received;
    }
    for (unsigned received; out > 0 && (received = receive_some(asker)) > 0;) {
        answers += received; /* the responder spent its time on these too */
        out -= received < out ? received : out;
    }
    *elapsed_ns = now_ns() - start;
    return answers;
}
