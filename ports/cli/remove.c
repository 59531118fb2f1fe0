/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/limits.h"
#include "ports/cli/cli.h"
#include "ports/cli/text.h"

static int fail(const struct sl_cli *cli, const char *name, int status)
{
    switch (-status) {
    case ENOENT:
        return sl_cli_fail(cli, SL_CLI_REFUSED,
                           "the node knows no member '%s'; `starling members` lists those it knows",
                           name);
    case EBUSY:
        return sl_cli_fail(
            cli, SL_CLI_REFUSED,
            "member '%s' lives, as far as the node knows; end it, and try again when "
            "`starling members` shows it dead or left",
            name);
    case EINVAL:
        return sl_cli_fail(cli, SL_CLI_REFUSED,
                           "'%s' is the node itself; `starling leave` makes it leave", name);
    case EILSEQ:
        return sl_cli_fail(cli, SL_CLI_REFUSED,
                           "'%s' can be no member's name; `starling members` lists those it knows",
                           name);
    default:
        return sl_cli_fail_refused(cli, status);
    }
}

/* One after the other: what is wrong with a name does not stop the next. */
static int remove_one(struct sl_cli *cli, const char *name, json_t *removed)
{
    char clean[SL_TEXT_CLEAN_BYTES];
    bool more;
    int status = 0;
    int code = sl_cli_send(cli, SL_CONTROL_REMOVE, name, (uint32_t)strlen(name));
    if (code != SL_CLI_OK)
        return code;
    int error = sl_control_receive(&cli->client, NULL, 0, &status, &more);
    if (error != 0)
        return sl_cli_fail_connection(cli, error);
    if (status != 0)
        return fail(cli, name, status);
    json_array_append_new(removed, sl_text_json(name));
    sl_text_clean(clean, sizeof(clean), name);
    if (!cli->json)
        printf("The node tells the cluster that member '%s' is gone.\n", clean);
    return SL_CLI_OK;
}

static int remove_all(struct sl_cli *cli, int count, char **names, json_t *removed)
{
    int worst = sl_cli_open(cli);
    for (int i = 0; i < count && worst != SL_CLI_UNREACHABLE; i++) {
        int code = remove_one(cli, names[i], removed);
        worst = code > worst ? code : worst;
    }
    sl_control_client_close(&cli->client);
    return worst;
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {SL_CLI_OPTIONS};
    while (sl_cli_next_option(cli, argc, argv, options) != -1)
        continue;
    if (optind == argc)
        sl_cli_usage(cli, "which member? Its name is missing");
    for (int i = optind; i < argc; i++) {
        if (argv[i][0] == '\0' || strlen(argv[i]) > SL_NAME_BYTES_MAX)
            sl_cli_usage(cli, "'%.80s' is no name of a member: 1 to %d bytes", argv[i],
                         SL_NAME_BYTES_MAX);
    }
    json_t *removed = json_array();
    int code = remove_all(cli, argc - optind, argv + optind, removed);
    if (!cli->json)
        json_decref(removed);
    else if (sl_cli_print_json(cli, json_pack("{s:o}", "removed", removed), 0) != SL_CLI_OK)
        return SL_CLI_REFUSED;
    return code;
}

const struct sl_cli_command sl_cli_remove = {
    .name = "remove",
    .arguments = "NAME...",
    .summary = "Tells the cluster that members which are dead or have left are gone.",
    .help = "  They are no longer dialled nor listed. One that lives after all says so and stays; "
            "one that is\n"
            "  started again joins as ever.\n",
    .run = run,
};
