/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/generate.h"

#include <arpa/inet.h>
#include <jansson.h>
#include <rte_eal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/rate/arguments.h"
#include "bench/rate/eal.h"
#include "bench/rate/emulator.h"
#include "bench/rate/hlog.h"
#include "bench/rate/progress.h"
#include "bench/rate/session.h"
#include "bench/rate/stats.h"

#define MEMORY_MB    64
#define RESOLVE_MS   10000
#define SEARCH_STEPS 10
#define SEARCH_TRIES 3
#define PDR_LOSS_PPM 1000

static struct {
    const char *port, *to, *mac, *cluster, *target, *hlog;
    uint32_t members, records, frame_bytes, pps, pause_ms, window, trial_ms, repetitions;
    bool introduce, search, json, no_huge;
} options = {.cluster = "starling",
             .target = "node-0000000",
             .members = 1000,
             .records = 4,
             .window = 256,
             .trial_ms = 1000,
             .repetitions = 5};

static const struct bench_option known[] = {
    {"port", BENCH_OPTION_TEXT, &options.port, 0, 0, NULL,
     "as starlingd's port.spec: af_packet:eth1, af_xdp:eth1, memif:/run/x.sock,role=server, "
     "pci:..."},
    {"to", BENCH_OPTION_TEXT, &options.to, 0, 0, NULL,
     "the node's IPv4 address; it must have 10.0.0.0/8 on its link"},
    {"mac", BENCH_OPTION_TEXT, &options.mac, 0, 0, NULL,
     "the node's MAC address, for one that answers no ARP (testpmd)"},
    {"cluster", BENCH_OPTION_TEXT, &options.cluster, 0, 0, NULL, "the node's cluster.name"},
    {"target", BENCH_OPTION_TEXT, &options.target, 0, 0, NULL, "the node's name"},
    {"members", BENCH_OPTION_NUMBER, &options.members, 3, BENCH_MEMBERS_MAX, NULL, "emulated"},
    {"introduce", BENCH_OPTION_FLAG, &options.introduce, 0, 0, NULL,
     "tell the node of all members first"},
    {"records", BENCH_OPTION_NUMBER, &options.records, 0, 24, NULL, "in each PING"},
    {"frame-bytes", BENCH_OPTION_NUMBER, &options.frame_bytes, BENCH_FRAME_MIN, BENCH_FRAME_MAX,
     NULL, "Ethernet frame with check sequence, padded"},
    {"pps", BENCH_OPTION_NUMBER, &options.pps, 1, 100000000, NULL,
     "PINGs a second, whether or not they are answered; else a window"},
    {"pause-ms", BENCH_OPTION_NUMBER, &options.pause_ms, 1, 1000, NULL,
     "one PING at a time, after a silence of about so long: how fast the node wakes"},
    {"window", BENCH_OPTION_NUMBER, &options.window, BENCH_BURST, 2048, NULL, "PINGs under way"},
    {"search", BENCH_OPTION_FLAG, &options.search, 0, 0, NULL,
     "find the highest rates with loss 0 (NDR) and 0.1 % (PDR)"},
    {"trial-ms", BENCH_OPTION_NUMBER, &options.trial_ms, 20, 3600000, NULL, "a trial's time"},
    {"repetitions", BENCH_OPTION_NUMBER, &options.repetitions, 1, BENCH_TRIALS_MAX, NULL, "trials"},
    {"hlog", BENCH_OPTION_TEXT, &options.hlog, 0, 0, NULL, "FILE for the latencies"},
    {"json", BENCH_OPTION_FLAG, &options.json, 0, 0, NULL, "one JSON object"},
    {"no-huge", BENCH_OPTION_FLAG, &options.no_huge, 0, 0, NULL, "use no hugepages"},
    {NULL, BENCH_OPTION_FLAG, NULL, 0, 0, NULL, NULL},
};

void bench_generate_usage(void)
{
    bench_arguments_print(known);
}

struct outcome {
    double sent[BENCH_TRIALS_MAX], answered[BENCH_TRIALS_MAX], loss[BENCH_TRIALS_MAX];
    uint32_t trials;
    double ndr_pps, pdr_pps;
    uint64_t echoed, start_unix_ms, length_ms;
};

static double loss_of(const struct bench_flow *flow)
{
    return flow->sent_frames == 0 ? 1 : (double)flow->lost / (double)flow->sent_frames;
}

/* A trial that fails is repeated: one loss may be the machine's. */
static bool carries(struct bench_emulator *e, double pps, double loss)
{
    for (int i = 0; i < SEARCH_TRIES; i++) {
        struct bench_pace pace = {.pps = pps};
        struct bench_flow flow = bench_emulator_ping(e, &pace, options.trial_ms);
        if (loss_of(&flow) <= loss)
            return true;
    }
    return false;
}

static double search(struct bench_emulator *e, double most, double loss)
{
    double low = 0, high = most;
    for (int step = 0; step < SEARCH_STEPS && high - low > high / 100; step++) {
        double middle = (low + high) / 2;
        bench_progress("generate: %.0f a second", middle);
        if (carries(e, middle, loss))
            low = middle;
        else
            high = middle;
    }
    return low;
}

static void measure(struct bench_emulator *e, struct outcome *o)
{
    struct bench_pace pace = {options.pps, options.pause_ms, options.window};
    o->start_unix_ms = bench_unix_ms();
    bench_emulator_ping(e, &pace, options.trial_ms / 5 + 1); /* warms up */
    e->latency_ns = bench_histogram_create();
    for (; o->trials < options.repetitions; o->trials++) {
        bench_progress("generate: trial %u of %u", o->trials + 1, options.repetitions);
        struct bench_flow flow = bench_emulator_ping(e, &pace, options.trial_ms);
        o->sent[o->trials] = flow.sent;
        o->answered[o->trials] = flow.answered;
        o->loss[o->trials] = loss_of(&flow);
        o->echoed += e->echoed;
    }
    struct sl_histogram *latency_ns = e->latency_ns;
    e->latency_ns = NULL; /* a search overloads on purpose */
    if (options.search) {
        double most = 1.5 * bench_spread_of(o->answered, o->trials).most;
        o->ndr_pps = search(e, most, 0);
        o->pdr_pps = search(e, most, PDR_LOSS_PPM / 1e6);
    }
    bench_progress_end();
    e->latency_ns = latency_ns;
    o->length_ms = bench_unix_ms() - o->start_unix_ms;
}

static void report(const struct bench_emulator *e, const struct outcome *o)
{
    struct bench_spread answered = bench_spread_of(o->answered, o->trials);
    double loss = bench_spread_of(o->loss, o->trials).median;
    double p50 = (double)sl_histogram_percentile(e->latency_ns, 50);
    double p99 = (double)sl_histogram_percentile(e->latency_ns, 99);
    double p999 = (double)sl_histogram_percentile(e->latency_ns, 99.9);
    double most = (double)sl_histogram_percentile(e->latency_ns, 100);
    if (options.json) {
        bench_json_print(json_pack(
            "{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:{s:f, s:f, s:f, s:f}, s:f, s:f, s:b, s:i, s:i}",
            "kind", "generate", "port", options.port, "answered_per_s", answered.median,
            "answered_min", answered.least, "answered_max", answered.most, "sent_per_s",
            bench_spread_of(o->sent, o->trials).median, "loss", loss, "latency_ns", "p50", p50,
            "p99", p99, "p99.9", p999, "max", most, "ndr_pps", o->ndr_pps, "pdr_pps", o->pdr_pps,
            "echoed", o->echoed > 0, "members", (int)options.members, "trials", (int)o->trials));
        return;
    }
    printf("%s to %s: %u members, %u records a PING, median [least .. most] of %u trials of %u ms\n"
           "  answered  %.0f/s  [%.0f .. %.0f], loss %.4f %%%s\n"
           "  latency, ns: p50 %.0f, p99 %.0f, p99.9 %.0f, most %.0f\n",
           options.port, options.to, options.members, options.records, o->trials, options.trial_ms,
           answered.median, answered.least, answered.most, 100 * loss,
           o->echoed > 0 ? " (PINGs came back as they were)" : "", p50, p99, p999, most);
    if (options.search)
        printf("  without loss (NDR) %.0f/s, with 0.1 %% (PDR) %.0f/s\n", o->ndr_pps, o->pdr_pps);
}

static int run(const struct bench_emulator_config *config)
{
    struct bench_emulator *e = calloc(1, sizeof(*e));
    struct outcome *o = calloc(1, sizeof(*o));
    int rc = e != NULL && o != NULL ? bench_emulator_open(e, config) : -1;
    if (rc == 0)
        rc = bench_emulator_resolve(e, RESOLVE_MS);
    if (rc == 0) {
        if (options.introduce)
            bench_emulator_introduce(e);
        measure(e, o);
        report(e, o);
        struct bench_hlog_entry entry = {"generate", e->latency_ns, o->start_unix_ms, o->length_ms};
        if (options.hlog != NULL)
            rc = bench_hlog_write(options.hlog, &entry, 1);
    }
    if (e != NULL) {
        bench_histogram_destroy(e->latency_ns);
        bench_emulator_close(e);
    }
    free(e);
    free(o);
    return rc;
}

static int check(struct bench_emulator_config *config)
{
    char why[256];
    if (options.port == NULL || options.to == NULL) {
        fprintf(stderr, "starling-bench: generate: expected --port and --to\n");
        return -1;
    }
    if (sl_port_spec_parse(options.port, &config->spec, why, sizeof(why)) != 0 ||
        sl_port_spec_check(&config->spec, why, sizeof(why)) != 0) {
        fprintf(stderr, "starling-bench: --port %s: %s\n", options.port, why);
        return -1;
    }
    if (inet_pton(AF_INET, options.to, config->target) != 1) {
        fprintf(stderr, "starling-bench: --to %s: expected an IPv4 address\n", options.to);
        return -1;
    }
    config->has_mac = options.mac != NULL;
    if (options.mac != NULL && rte_ether_unformat_addr(options.mac, &config->mac) != 0) {
        fprintf(stderr, "starling-bench: --mac %s: expected six bytes, as 02:00:00:00:00:01\n",
                options.mac);
        return -1;
    }
    return 0;
}

int bench_generate(int argc, char **argv)
{
    struct bench_emulator_config config = {.cluster = NULL};
    char device[512];
    if (bench_arguments_read(argc, argv, known, NULL) != 0 || check(&config) != 0)
        return 2;
    struct bench_load load = {.what = BENCH_PING_ACK,
                              .members = options.members,
                              .records = options.records,
                              .frame_bytes = options.frame_bytes,
                              .workers = 1};
    if (bench_load_complete(&load, true) != 0)
        return 2;
    config.cluster = options.cluster;
    config.target_name = options.target;
    config.load = &load;
    if (sl_port_spec_eal_argument(&config.spec, 1, device, sizeof(device)) != 0)
        return 2;
    struct bench_eal eal = {1, MEMORY_MB, {device[0] != '\0' ? device : NULL, NULL}};
    bool hugepages = !options.no_huge;
    if (bench_eal_start(&eal, argv, &hugepages) != 0)
        return 1;
    int rc = run(&config);
    rte_eal_cleanup();
    return rc == 0 ? 0 : 1;
}
