/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>

#include "ports/cli/stats_view.h"
#include "ports/cli/table.h"
#include "ports/cli/text.h"

/* A table that finds no memory is left out: the rest is still worth reading. */
static void print_classes(const struct sl_stats_view *v)
{
    static const char *const headings[] = {"CLASS",       "RX FRAMES/S", "RX BYTES/S",
                                           "TX FRAMES/S", "TX BYTES/S",  NULL};
    struct sl_table *table = sl_table_create(headings, 0x1e);
    for (uint32_t i = 0; table != NULL && i < v->after->class_count && i < SL_CONTROL_CLASSES;
         i++) {
        const struct sl_control_class *a = &v->before->classes[i], *b = &v->after->classes[i];
        sl_table_add(table, NULL, "%s", b->name);
        sl_table_add(table, NULL, "%.1f", sl_stats_rate(v, a->rx_frames, b->rx_frames));
        sl_table_add(table, NULL, "%.0f", sl_stats_rate(v, a->rx_bytes, b->rx_bytes));
        sl_table_add(table, NULL, "%.1f", sl_stats_rate(v, a->tx_frames, b->tx_frames));
        sl_table_add(table, NULL, "%.0f", sl_stats_rate(v, a->tx_bytes, b->tx_bytes));
    }
    if (table != NULL)
        sl_table_print(table);
}

static void print_drops(const struct sl_stats_view *v)
{
    static const char *const headings[] = {"DROPPED", "PER SECOND", "REASON", NULL};
    struct sl_table *table = sl_table_create(headings, 0x3);
    uint32_t shown = 0;
    for (uint32_t i = 0; table != NULL && i < v->after->drop_count && i < SL_CONTROL_DROPS; i++) {
        const struct sl_control_drop *a = &v->before->drops[i], *b = &v->after->drops[i];
        if (b->count == 0)
            continue;
        shown++;
        sl_table_add(table, NULL, "%" PRIu64, b->count);
        sl_table_add(table, NULL, "%.1f", sl_stats_rate(v, a->count, b->count));
        sl_table_add(table, NULL, "%s", b->text);
    }
    if (table != NULL && shown == 0)
        sl_table_add(table, NULL, "none");
    if (table != NULL)
        sl_table_print(table);
}

static void print_percentiles(const char *label, const struct sl_control_percentiles *p)
{
    const uint64_t values[] = {p->p50_ns, p->p90_ns, p->p99_ns, p->p999_ns, p->max_ns};
    static const char *const names[] = {"p50", "p90", "p99", "p99.9", "max"};
    printf("%-16s", label);
    if (p->count == 0) {
        puts("nothing measured yet");
        return;
    }
    for (int i = 0; i < 5; i++) {
        char text[32];
        sl_text_duration(text, sizeof(text), values[i]);
        printf("%s %s, ", names[i], text);
    }
    printf("of %" PRIu64 "\n", p->count);
}

static void print_share(double share)
{
    if (share < 0)
        printf("-");
    else
        printf("%.3f %%", 100 * share);
}

static void print_engine(const struct sl_stats_view *v)
{
    const struct sl_control_stats *a = v->before, *b = v->after;
    printf("probes          %" PRIu64 " started, %" PRIu64 " failed, %" PRIu64
           " saved by helpers\n",
           b->probes, b->probes_failed, b->probes_saved);
    printf("suspicions      %" PRIu64 " raised, %" PRIu64 " heard, %" PRIu64 " refuted\n",
           b->suspicions_raised, b->suspicions_heard, b->suspicions_refuted);
    printf("health          %" PRIu64 " (0 well, 7 worst), %" PRIu64 " own stalls\n", b->health,
           b->stalls);
    printf("slowest path    %.3f ms round trip; worst path loses %.1f %% of tries\n",
           (double)b->path_round_trip_ns / 1e6, (double)b->path_lost_permille / 10);
    printf("deaths          %" PRIu64 " declared, %" PRIu64 " heard, %" PRIu64 " refuted; %" PRIu64
           " members flap now\n",
           b->deaths_declared, b->deaths_heard, b->deaths_refuted, b->flapping);
    printf("removals        %" PRIu64 " made here, %" PRIu64 " heard of\n", b->removals_made,
           b->removals_heard);
    printf("zones           %" PRIu64 " unreachable, %" PRIu64 " doubts\n", b->zones_unreachable,
           b->zone_doubts);
    printf("syncs           %" PRIu64 " started, %" PRIu64 " ended, of these %" PRIu64
           " failed; %" PRIu64 " changes learned\n",
           b->syncs_started, b->syncs_ended, b->syncs_failed, b->sync_learned);
    printf("byte cap        %" PRIu64 " bytes of members, %" PRIu64
           " of strangers beside it, %" PRIu64 " to serve them\n",
           b->charged_bytes, b->stranger_bytes, b->served_bytes);
    printf("longest frame   %" PRIu64 " bytes to all zones; long ones found to vanish %" PRIu64
           " times\n",
           b->path_bytes, b->paths_swallowed);
    print_percentiles("probe RTT", &b->probe_rtt);
    print_percentiles("convergence lag", &b->convergence);
    printf("unequal view    ");
    print_share(sl_stats_share(b->settled_unequal - a->settled_unequal,
                               b->settled_frames - a->settled_frames));
    printf(" of settled frames; since start ");
    print_share(sl_stats_share(b->settled_unequal, b->settled_frames));
    putchar('\n');
}

static void print_workers(const struct sl_stats_view *v)
{
    static const char *const headings[] = {"WORKER", "CPU", "LOAD %", "BUSY %", "ASLEEP %", NULL};
    struct sl_table *table = sl_table_create(headings, 0x1f);
    for (uint32_t i = 0; table != NULL && i < v->after->worker_count && i < SL_CONTROL_WORKERS;
         i++) {
        const struct sl_control_worker *a = &v->before->workers[i], *b = &v->after->workers[i];
        double load = sl_stats_load(v, i);
        sl_table_add(table, NULL, "%u", i);
        sl_table_add(table, NULL, "%u", b->cpu);
        sl_table_add(table, NULL, "%.1f", load < 0 ? 0 : 100 * load);
        sl_table_add(table, NULL, "%.1f", sl_stats_rate(v, a->busy_ns, b->busy_ns) / 1e7);
        sl_table_add(table, NULL, "%.1f", sl_stats_rate(v, a->asleep_ns, b->asleep_ns) / 1e7);
    }
    if (table != NULL)
        sl_table_print(table);
}

void sl_stats_print(const struct sl_stats_view *v)
{
    printf("Rates over %.1f s; counts since the node's start.\n\n", v->seconds);
    print_classes(v);
    putchar('\n');
    print_drops(v);
    putchar('\n');
    print_engine(v);
    putchar('\n');
    print_workers(v);
}
