/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>

#include "ports/cli/cli.h"

static int run(struct sl_cli *cli, int argc, char **argv)
{
    sl_cli_no_arguments(cli, argc, argv);
    int code = sl_cli_ask(cli, SL_CONTROL_LEAVE, NULL, 0, NULL, 0);
    if (code != SL_CLI_OK)
        return code;
    if (cli->json)
        return sl_cli_print_json(cli, json_pack("{s:b}", "leaving", 1), 0);
    puts("The node tells the cluster that it leaves.");
    return SL_CLI_OK;
}

const struct sl_cli_command sl_cli_leave = {
    .name = "leave",
    .arguments = "",
    .summary = "Makes the node leave the cluster for good, not as a death.",
    .help = "",
    .run = run,
};
