/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <time.h>

#include "ports/cli/cli.h"
#include "ports/cli/stats_view.h"
#include "ports/control_clean.h"

static int read_stats(struct sl_cli *cli, struct sl_control_stats *stats)
{
    bool more;
    int code = sl_cli_send(cli, SL_CONTROL_STATS, NULL, 0);
    if (code == SL_CLI_OK)
        code = sl_cli_receive(cli, stats, sizeof(*stats), &more);
    if (code == SL_CLI_OK)
        sl_control_clean_stats(stats);
    return code;
}

static int read_twice(struct sl_cli *cli, double interval_s, struct sl_control_stats *before,
                      struct sl_control_stats *after)
{
    struct timespec pause = {.tv_sec = (time_t)interval_s};
    pause.tv_nsec = (long)((interval_s - (double)pause.tv_sec) * 1e9);
    int code = sl_cli_open(cli);
    if (code != SL_CLI_OK)
        return code;
    code = read_stats(cli, before);
    if (code == SL_CLI_OK) {
        nanosleep(&pause, NULL);
        code = read_stats(cli, after);
    }
    sl_control_client_close(&cli->client);
    if (code == SL_CLI_OK && after->time_ns <= before->time_ns)
        return sl_cli_fail(cli, SL_CLI_REFUSED, "the node's clock stood still between two reads");
    return code;
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"interval", required_argument, NULL, 'i'},
                                            SL_CLI_OPTIONS};
    struct sl_control_stats before, after;
    double interval_s = 1;
    char *end = NULL;
    while (sl_cli_next_option(cli, argc, argv, options) != -1) {
        interval_s = strtod(optarg, &end);
        if (end == optarg || *end != '\0' || !(interval_s >= 0.001 && interval_s <= 86400))
            sl_cli_usage(cli, "--interval '%s' is not within 0.001 and 86400 seconds", optarg);
    }
    if (optind < argc)
        sl_cli_usage(cli, "unexpected argument '%s'", argv[optind]);
    int code = read_twice(cli, interval_s, &before, &after);
    if (code != SL_CLI_OK)
        return code;
    struct sl_stats_view view = {.before = &before,
                                 .after = &after,
                                 .seconds = (double)(after.time_ns - before.time_ns) / 1e9};
    if (cli->json)
        return sl_cli_print_json(cli, sl_stats_json(&view), JSON_INDENT(2));
    sl_stats_print(&view);
    return SL_CLI_OK;
}

const struct sl_cli_command sl_cli_stats = {
    .name = "stats",
    .arguments = "",
    .summary = "Shows traffic, drops, suspicions, latencies and load.",
    .help = "  --interval S   seconds between the two reads that rates come from (1)\n",
    .run = run,
};
