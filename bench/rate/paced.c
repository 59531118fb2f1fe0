/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/paced.h"

#include <rte_cycles.h>
#include <sys/resource.h>

/* A burst takes a few microseconds; a slice of the kernel's scheduler some milliseconds. */
#define SUSPECT_US 50

#define STEPS_MAX    10
#define TRIES_MAX    3 /* a trial that fails is repeated: one loss may be the machine's */
#define WIDTH_PERMIL 10

/* Frames on the wire, oldest first. */
struct queue {
    double due[4096];
    uint32_t head, count;
};

struct pace {
    struct bench_seat *seat;
    bench_responder_fn respond;
    double interval, now, next_due; /* cycles of the responder's clock */
    double last_cost;               /* of an undisturbed burst */
    uint64_t read_cost;             /* of reading the TSC twice */
    long switches;
    struct queue queue;
    struct bench_paced result;
};

static long switches_so_far(void)
{
    struct rusage usage;
    getrusage(RUSAGE_THREAD, &usage);
    return usage.ru_nivcsw;
}

static uint64_t cost_of_reading(void)
{
    uint64_t least = UINT64_MAX;
    for (int i = 0; i < 1000; i++) {
        uint64_t start = rte_rdtsc_precise(), end = rte_rdtsc_precise();
        if (end - start < least)
            least = end - start;
    }
    return least;
}

/* What has become due arrives, or is lost if the ring is full. */
static void arrive(struct pace *p)
{
    struct queue *q = &p->queue;
    uint32_t due = 0, room = p->seat->node->load.in_flight - q->count;
    while (p->next_due <= p->now) {
        if (due < room) {
            q->due[(q->head + q->count + due) % RTE_DIM(q->due)] = p->next_due;
            due++;
        } else {
            p->result.lost++;
        }
        p->result.offered++;
        p->next_due += p->interval;
    }
    q->count += bench_seat_fill(p->seat, due, false);
}

static unsigned serve(struct pace *p)
{
    uint64_t suspect = rte_get_tsc_hz() / 1000000 * SUSPECT_US;
    uint64_t start = rte_rdtsc_precise();
    unsigned n = p->respond(p->seat);
    double cost = (double)(rte_rdtsc_precise() - start - p->read_cost);
    if (cost > (double)suspect) {
        long switches = switches_so_far();
        if (switches != p->switches) {
            cost = p->last_cost;
            p->result.disturbed++;
        }
        p->switches = switches;
    }
    p->last_cost = cost;
    p->now += cost;
    bench_seat_drain(p->seat);
    return n;
}

static void leave_queue(struct pace *p, unsigned n, struct sl_histogram *latency_ns,
                        double ns_per_cycle)
{
    struct queue *q = &p->queue;
    for (unsigned i = 0; i < n && q->count > 0; i++) {
        double waited = p->now - q->due[q->head];
        if (latency_ns != NULL)
            sl_histogram_record(latency_ns, (uint64_t)(waited * ns_per_cycle));
        q->head = (q->head + 1) % (uint32_t)RTE_DIM(q->due);
        q->count--;
    }
}

static void warm_up(struct pace *p)
{
    uint32_t left = bench_seat_fill(p->seat, p->seat->node->load.in_flight, true);
    for (unsigned empty = 0; left > 0 && empty < 100;) {
        unsigned n = p->respond(p->seat);
        left -= RTE_MIN(left, n);
        empty += n == 0;
    }
    bench_seat_drain(p->seat);
}

struct bench_paced bench_paced_run(struct bench_seat *seat, bench_responder_fn respond, double pps,
                                   uint32_t ms, struct sl_histogram *latency_ns)
{
    double hz = (double)rte_get_tsc_hz(), end = hz * ms / 1000;
    struct pace p = {.seat = seat, .respond = respond, .interval = hz / pps};
    p.read_cost = cost_of_reading();
    p.switches = switches_so_far();
    warm_up(&p);
    while (p.now < end) {
        if (p.queue.count == 0 && p.now < p.next_due)
            p.now = p.next_due; /* idle until then */
        arrive(&p);
        leave_queue(&p, serve(&p), latency_ns, 1e9 / hz);
    }
    for (unsigned empty = 0; p.queue.count > 0 && empty < 100;) {
        unsigned n = serve(&p);
        leave_queue(&p, n, latency_ns, 1e9 / hz);
        empty += n == 0;
    }
    return p.result;
}

static bool carries(struct bench_seat *seat, bench_responder_fn respond, double pps, uint32_t ms,
                    uint32_t loss_ppm)
{
    for (int i = 0; i < TRIES_MAX; i++) {
        struct bench_paced r = bench_paced_run(seat, respond, pps, ms, NULL);
        if (r.lost * 1000000 <= r.offered * loss_ppm)
            return true;
    }
    return false;
}

double bench_paced_search(struct bench_seat *seat, bench_responder_fn respond, double most_pps,
                          uint32_t ms, uint32_t loss_ppm)
{
    double low = 0, high = most_pps;
    for (int step = 0; step < STEPS_MAX && (high - low) * 1000 > high * WIDTH_PERMIL; step++) {
        double middle = (low + high) / 2;
        if (carries(seat, respond, middle, ms, loss_ppm))
            low = middle;
        else
            high = middle;
    }
    return low;
}
