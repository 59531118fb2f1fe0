/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/packet.h"

#include <getopt.h>
#include <jansson.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/eal.h"
#include "bench/packet_world.h"
#include "bench/responder.h"
#include "lib/histogram.h"

#define SLICE_MS    50
#define SECONDS_MAX 3600

struct options {
    unsigned seconds;
    bool json;
    bool hugepages;
};

/* Cycles per frame, one sample per round of all frames in flight: a sample in which the kernel ran
 * something else does not move a median. */
struct samples {
    float *cycles;
    size_t count, room;
    uint64_t drops;
};

struct result {
    double mpps, floor_mpps, ratio, cycles, floor_cycles;
    uint64_t drops;
    struct sl_histogram *latency_ns;
};

static int parse_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {{"seconds", required_argument, NULL, 's'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"no-huge", no_argument, NULL, 'n'},
                                          {NULL, 0, NULL, 0}};
    *options = (struct options){.seconds = 5, .json = false, .hugepages = true};
    optind = 2;
    for (int c = getopt_long(argc, argv, "", known, NULL); c != -1;
         c = getopt_long(argc, argv, "", known, NULL)) {
        char *end;
        if (c == 's') {
            unsigned long seconds = strtoul(optarg, &end, 10);
            if (*end != '\0' || seconds < 1 || seconds > SECONDS_MAX) {
                fprintf(stderr, "starling-bench: --seconds %s: give a number from 1 to %d\n",
                        optarg, SECONDS_MAX);
                return -1;
            }
            options->seconds = (unsigned)seconds;
        } else if (c == 'j') {
            options->json = true;
        } else if (c == 'n') {
            options->hugepages = false;
        } else {
            return -1; /* getopt said what is wrong */
        }
    }
    if (optind != argc) {
        fprintf(stderr, "starling-bench: %s: unexpected; see starling-bench --help\n",
                argv[optind]);
        return -1;
    }
    return 0;
}

/* One burst: from the poll to the hand-over of its answers. Returns the cycles. */
static uint64_t run_burst(struct bench_world *world, bench_responder_fn respond, uint64_t now_ns,
                          uint64_t *drops)
{
    struct rte_mbuf *burst[BENCH_BURST];
    uint64_t start = rte_rdtsc_precise();
    uint16_t count = rte_eth_rx_burst(world->port.ethdev_id, 0, burst, BENCH_BURST);
    uint32_t dropped = respond(world, burst, count, now_ns);
    uint16_t sent = rte_eth_tx_burst(world->port.ethdev_id, 0, burst, count);
    uint64_t cycles = rte_rdtsc_precise() - start;
    *drops += dropped + (uint32_t)(BENCH_BURST - sent);
    return cycles;
}

/* All frames in flight once; restoring them is the generator's time. */
static void run_round(struct bench_world *world, bench_responder_fn respond,
                      struct samples *samples, struct sl_histogram *latency_ns, double ns_per_cycle)
{
    uint64_t now_ns = (uint64_t)((double)rte_rdtsc() * ns_per_cycle), sum = 0;
    bench_world_restore_frames(world);
    for (int i = 0; i < BENCH_FRAMES / BENCH_BURST; i++) {
        uint64_t cycles = run_burst(world, respond, now_ns, &samples->drops);
        uint64_t ns = (uint64_t)((double)cycles * ns_per_cycle);
        sum += cycles;
        for (int frame = 0; latency_ns != NULL && frame < BENCH_BURST; frame++)
            sl_histogram_record(latency_ns, ns);
    }
    if (samples->count < samples->room)
        samples->cycles[samples->count++] = (float)sum / BENCH_FRAMES;
}

static void run_slice(struct bench_world *world, bench_responder_fn respond,
                      struct samples *samples, struct sl_histogram *latency_ns, double ns_per_cycle)
{
    uint64_t end = rte_rdtsc() + rte_get_tsc_hz() * SLICE_MS / 1000;
    /* the caches and the branch predictors still hold the other responder's */
    struct samples unused = {NULL, 0, 0, 0};
    run_round(world, respond, &unused, NULL, ns_per_cycle);
    while (rte_rdtsc() < end)
        run_round(world, respond, samples, latency_ns, ns_per_cycle);
}

static int compare_floats(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double median(struct samples *samples)
{
    qsort(samples->cycles, samples->count, sizeof(float), compare_floats);
    return samples->count == 0 ? 0 : (double)samples->cycles[samples->count / 2];
}

static void measure(struct bench_world *world, const struct options *options, struct samples *real,
                    struct samples *bare, struct result *result)
{
    double hz = (double)rte_get_tsc_hz();
    for (unsigned slice = 0; slice < options->seconds * 1000 / (2 * SLICE_MS); slice++) {
        bench_world_draw_frames(world);
        run_slice(world, bench_responder_bare, bare, NULL, 1e9 / hz);
        run_slice(world, bench_responder_real, real, result->latency_ns, 1e9 / hz);
    }
    result->cycles = median(real);
    result->floor_cycles = median(bare);
    result->mpps = hz / result->cycles / 1e6;
    result->floor_mpps = hz / result->floor_cycles / 1e6;
    result->ratio = result->floor_cycles / result->cycles;
    result->drops = real->drops + bare->drops;
}

static double latency(const struct result *result, double percentile)
{
    return (double)sl_histogram_percentile(result->latency_ns, percentile);
}

static void print_json(const struct result *r, const struct options *options)
{
    json_t *object = json_pack(
        "{s:s, s:f, s:f, s:f, s:f, s:f, s:{s:f, s:f, s:f, s:f}, s:I, s:i, s:i, s:i, s:i, s:b}",
        "case", "ping-ack", "mpps", r->mpps, "floor_mpps", r->floor_mpps, "ratio_to_floor",
        r->ratio, "cycles_per_packet", r->cycles, "floor_cycles_per_packet", r->floor_cycles,
        "latency_ns", "p50", latency(r, 50), "p99", latency(r, 99), "p99.9", latency(r, 99.9),
        "p99.99", latency(r, 99.99), "drops", (json_int_t)r->drops, "members", BENCH_MEMBERS,
        "records_per_frame", BENCH_RECORDS_PER_FRAME, "in_flight", BENCH_FRAMES, "seconds",
        (int)options->seconds, "hugepages", (int)options->hugepages);
    json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(5));
    putchar('\n');
    json_decref(object);
}

static void print_table(const struct result *r, const struct options *options)
{
    printf("ping-ack: %d members, %d stale records a frame, %d frames in flight, one core, %u s%s\n"
           "\n"
           "               Mpps   cycles/packet\n"
           "  starling   %6.2f   %13.1f\n"
           "  floor      %6.2f   %13.1f\n"
           "  ratio      %6.2f\n"
           "\n"
           "  from poll to hand-over, ns: p50 %.0f, p99 %.0f, p99.9 %.0f, p99.99 %.0f\n"
           "  drops: %llu\n",
           BENCH_MEMBERS, BENCH_RECORDS_PER_FRAME, BENCH_FRAMES, options->seconds,
           options->hugepages ? "" : ", no hugepages", r->mpps, r->cycles, r->floor_mpps,
           r->floor_cycles, r->ratio, latency(r, 50), latency(r, 99), latency(r, 99.9),
           latency(r, 99.99), (unsigned long long)r->drops);
}

static struct sl_histogram *create_histogram(void)
{
    static const struct sl_histogram_config config = {1, 1000000000, 3};
    struct sl_arena arena = sl_arena_dry();
    arena.size_bytes = sl_histogram_bytes(&config);
    arena.base = rte_zmalloc("latency", arena.size_bytes, SL_CACHE_LINE);
    return arena.base == NULL ? NULL : sl_histogram_create(&arena, &config);
}

static bool create_samples(struct samples *samples, unsigned seconds)
{
    /* a round takes 20 us at the very least */
    *samples = (struct samples){.room = (size_t)seconds * 50000};
    samples->cycles = malloc(samples->room * sizeof(float));
    return samples->cycles != NULL;
}

static int run(const struct options *options)
{
    struct bench_world *world = rte_zmalloc("world", sizeof(*world), SL_CACHE_LINE);
    struct samples real, bare;
    struct result result = {.latency_ns = create_histogram()};
    bool have_real = create_samples(&real, options->seconds);
    bool have_bare = create_samples(&bare, options->seconds);
    int exit_code = 1;
    if (world == NULL || result.latency_ns == NULL || !have_real || !have_bare) {
        fprintf(stderr, "starling-bench: no memory\n");
    } else if (bench_world_create(world) == 0) {
        measure(world, options, &real, &bare, &result);
        (options->json ? print_json : print_table)(&result, options);
        bench_world_destroy(world);
        exit_code = 0;
    }
    free(real.cycles);
    free(bare.cycles);
    return exit_code;
}

int sl_bench_packet(int argc, char **argv)
{
    struct options options;
    if (parse_options(argc, argv, &options) != 0)
        return 2;
    if (sl_bench_eal_start(argv, &options.hugepages) != 0)
        return 1;
    int exit_code = run(&options);
    rte_eal_cleanup();
    return exit_code;
}
