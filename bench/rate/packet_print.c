/* SPDX-License-Identifier: BSD-3-Clause */
#include <rte_cycles.h>
#include <stdio.h>

#include "bench/rate/ends.h"
#include "bench/rate/packet.h"

static double percentile(const struct sl_histogram *h, double p)
{
    return (double)sl_histogram_percentile(h, p);
}

static json_t *json_spread(const double *values, uint32_t count, double unit)
{
    struct bench_spread s = bench_spread_of(values, count);
    return json_pack("{s:f, s:f, s:f}", "median", s.median / unit, "min", s.least / unit, "max",
                     s.most / unit);
}

static json_t *json_percentiles(const struct sl_histogram *h, double p50_ns, double p99_ns)
{
    return json_pack("{s:f, s:f, s:f, s:f}", "p50", p50_ns, "p99", p99_ns, "p99.9",
                     percentile(h, 99.9), "p99.99", percentile(h, 99.99));
}

/* Points of the percentile curve, each halving what is left above. */
static json_t *json_curve(const struct sl_histogram *h)
{
    json_t *points = json_array();
    double above = 1;
    for (int i = 0; i < 18; i++, above /= 2)
        json_array_append_new(
            points, json_pack("[f, f]", 100 * (1 - above), percentile(h, 100 * (1 - above))));
    return points;
}

static const char *port_of(const struct bench_load *load)
{
    if (load->ends != NULL)
        return load->ends->port.text;
    return load->null ? "null" : "ring";
}

static void add_load(json_t *object, const struct bench_packet_result *r)
{
    const struct bench_load *load = r->load;
    json_object_update_new(
        object,
        json_pack("{s:s, s:i, s:i, s:i, s:i, s:i, s:s, s:b, s:s, s:i, s:i, s:i, s:b}", "counts",
                  bench_case_counts[load->what], "members", (int)load->members, "frame_bytes",
                  (int)load->frame_bytes, "in_flight", (int)load->in_flight, "workers",
                  (int)load->workers, "fan_out", (int)load->fan_out, "ip",
                  load->v6 ? "ipv6" : "ipv4", "offload", (int)load->offload, "port", port_of(load),
                  "trial_ms", (int)r->trials->trial_ms, "trials", (int)r->closed.trials,
                  "bytes_per_member", (int)r->bytes_per_member, "hugepages", (int)r->hugepages));
    if (load->ends != NULL)
        json_object_set_new(object, "far_port", json_string(load->ends->far_port.text));
}

static void add_latency(json_t *object, const struct bench_packet_result *r)
{
    if (r->latency_pps <= 0)
        return;
    json_object_set_new(object, "latency_ns",
                        json_percentiles(r->latency_ns, r->p50_ns, r->p99_ns));
    json_object_set_new(object, "floor_latency_ns",
                        json_percentiles(r->floor_latency_ns, r->floor_p50_ns, r->floor_p99_ns));
    json_object_set_new(object, "latency_ratio",
                        json_pack("{s:f, s:f}", "p50", r->p50_ns / r->floor_p50_ns, "p99",
                                  r->p99_ns / r->floor_p99_ns));
    json_object_set_new(object, "latency_at_mpps", json_real(r->latency_pps / 1e6));
    json_object_set_new(object, "latency_curve_ns", json_curve(r->latency_ns));
    json_object_set_new(object, "floor_latency_curve_ns", json_curve(r->floor_latency_ns));
    json_object_set_new(object, "disturbed_bursts", json_integer((json_int_t)r->disturbed));
}

json_t *bench_packet_json(const struct bench_packet_result *r)
{
    const struct bench_closed *c = &r->closed;
    struct bench_spread pps = bench_spread_of(c->pps, c->trials);
    struct bench_spread bare = bench_spread_of(c->floor_pps, c->trials);
    double hz = (double)rte_get_tsc_hz() * r->load->workers;
    json_t *object = json_pack(
        "{s:s, s:s, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I}", "kind", "packet", "case",
        bench_case_names[r->load->what], "mpps", pps.median / 1e6, "floor_mpps", bare.median / 1e6,
        "ratio_to_floor", bench_spread_of(c->ratio, c->trials).median, "cycles_per_packet",
        pps.median > 0 ? hz / pps.median : 0, "floor_cycles_per_packet",
        bare.median > 0 ? hz / bare.median : 0, "records_per_frame", c->records_per_frame,
        "mrecords_per_s", c->records_per_frame * pps.median / 1e6, "drops", (json_int_t)c->drops);
    json_object_set_new(object, "mpps_trials", json_spread(c->pps, c->trials, 1e6));
    json_object_set_new(object, "floor_mpps_trials", json_spread(c->floor_pps, c->trials, 1e6));
    json_object_set_new(object, "ratio_trials", json_spread(c->ratio, c->trials, 1));
    add_load(object, r);
    add_latency(object, r);
    if (r->ndr_pps > 0)
        json_object_update_new(object, json_pack("{s:f, s:f, s:f}", "ndr_mpps", r->ndr_pps / 1e6,
                                                 "pdr_mpps", r->pdr_pps / 1e6, "floor_ndr_mpps",
                                                 r->floor_ndr_pps / 1e6));
    return object;
}

static void print_row(const char *what, const double *values, uint32_t count, double unit,
                      double cycles)
{
    struct bench_spread s = bench_spread_of(values, count);
    printf("  %-10s %8.2f  [%.2f .. %.2f]", what, s.median / unit, s.least / unit, s.most / unit);
    if (cycles > 0)
        printf("  %8.1f", cycles / s.median);
    putchar('\n');
}

static void print_latency(const char *what, double p50_ns, double p99_ns,
                          const struct sl_histogram *h)
{
    printf("  %-10s %8.0f %8.0f %8.0f %8.0f\n", what, p50_ns, p99_ns, percentile(h, 99.9),
           percentile(h, 99.99));
}

void bench_packet_print(const struct bench_packet_result *r)
{
    const struct bench_closed *c = &r->closed;
    const struct bench_load *load = r->load;
    double cycles = (double)rte_get_tsc_hz() * load->workers;
    printf("%s: %u members, %.1f records a frame, ", bench_case_names[load->what], load->members,
           c->records_per_frame);
    if (load->frame_bytes != 0)
        printf("frames of %u bytes, ", load->frame_bytes);
    printf("%s, IPv%c, %u in flight, %u worker%s%s%s\n", port_of(load), load->v6 ? '6' : '4',
           load->in_flight, load->workers, load->workers > 1 ? "s" : "",
           load->offload ? ", checksums offloaded" : "", r->hugepages ? "" : ", no hugepages");
    printf("  Mpps of %s: median [least .. most] of %u trials of %u ms, and cycles a packet\n\n",
           bench_case_counts[load->what], c->trials, r->trials->trial_ms);
    print_row("starling", c->pps, c->trials, 1e6, cycles);
    print_row("floor", c->floor_pps, c->trials, 1e6, cycles);
    print_row("ratio", c->ratio, c->trials, 1, 0);
    printf("\n");
    if (c->records_per_frame > 0)
        printf("  records: %.2f M/s\n",
               c->records_per_frame * bench_spread_of(c->pps, c->trials).median / 1e6);
    if (r->latency_pps > 0) {
        printf("  from due to answered, each at half of its rate, ns: p50, p99, p99.9, p99.99\n");
        print_latency("starling", r->p50_ns, r->p99_ns, r->latency_ns);
        print_latency("floor", r->floor_p50_ns, r->floor_p99_ns, r->floor_latency_ns);
    }
    if (r->ndr_pps > 0)
        printf("  without loss (NDR) %.2f Mpps, with 0.1 %% (PDR) %.2f; floor's NDR %.2f\n",
               r->ndr_pps / 1e6, r->pdr_pps / 1e6, r->floor_ndr_pps / 1e6);
    printf("  drops: %llu\n", (unsigned long long)c->drops);
}
