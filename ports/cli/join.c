/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "lib/limits.h"
#include "ports/cli/cli.h"
#include "ports/seed.h"

/* Checked here as well, since here is who can say which word is wrong. */
static uint32_t pack_seeds(struct sl_cli *cli, int count, char **seeds,
                           char out[SL_CONTROL_REQUEST_BYTES_MAX])
{
    size_t at = 0;
    if (count == 0)
        sl_cli_usage(cli, "which seeds?");
    if (count > SL_SEEDS_MAX)
        sl_cli_usage(cli, "more than %d seeds", SL_SEEDS_MAX);
    for (int i = 0; i < count; i++) {
        struct sl_seed seed;
        char why[256];
        size_t bytes = strlen(seeds[i]) + 1;
        if (sl_seed_parse(seeds[i], SL_UDP_PORT, &seed, why, sizeof(why)) != 0)
            sl_cli_usage(cli, "%s", why);
        if (at + bytes > SL_CONTROL_REQUEST_BYTES_MAX)
            sl_cli_usage(cli, "the seeds together exceed %u bytes", SL_CONTROL_REQUEST_BYTES_MAX);
        memcpy(out + at, seeds[i], bytes);
        at += bytes;
    }
    return (uint32_t)at;
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {SL_CLI_OPTIONS};
    char payload[SL_CONTROL_REQUEST_BYTES_MAX];
    while (sl_cli_next_option(cli, argc, argv, options) != -1)
        continue;
    int seeds = argc - optind;
    uint32_t bytes = pack_seeds(cli, seeds, argv + optind, payload);
    int code = sl_cli_ask(cli, SL_CONTROL_JOIN, payload, bytes, NULL, 0);
    if (code != SL_CLI_OK)
        return code;
    if (cli->json)
        return sl_cli_print_json(cli, json_pack("{s:i}", "seeds", seeds), 0);
    printf("The node asks %d seed%s; `starling members` shows whom it finds.\n", seeds,
           seeds == 1 ? "" : "s");
    return SL_CLI_OK;
}

const struct sl_cli_command sl_cli_join = {
    .name = "join",
    .arguments = "SEED...",
    .summary = "Gives the node seeds to join by: address, [IPv6]:port, DNS name, name:port.",
    .help = "",
    .run = run,
};
