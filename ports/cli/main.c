/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ports/cli/cli.h"

static const struct sl_cli_command *const commands[] = {
    &sl_cli_members, &sl_cli_info,  &sl_cli_stats, &sl_cli_events,
    &sl_cli_join,    &sl_cli_leave, &sl_cli_tags,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
    fputs("Usage: starling [--socket PATH] [--json] COMMAND [OPTION...]\n\n"
          "Asks a starlingd on this machine.\n\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s %-12s %s\n", commands[i]->name, commands[i]->arguments,
                commands[i]->summary);
    fputs("\n  --socket PATH  the daemon's control socket (" SL_CONTROL_SOCKET ")\n"
          "  --json         machine-readable output\n"
          "  --version      this program's version\n"
          "  --help         this text; after a command, that command's\n\n"
          "Exit codes: 0 done, 1 the node refused or failed, 2 wrong usage, 3 no daemon at the "
          "socket.\n",
          out);
}

/* Takes what stands before the command. Returns -1 to go on, else the exit code. */
static int take_options(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"version", no_argument, NULL, 'V'}, SL_CLI_OPTIONS};
    int letter = sl_cli_next_option(cli, argc, argv, options);
    if (letter == 'h')
        print_help(stdout);
    if (letter == 'V')
        puts("starling " SL_VERSION);
    return letter == -1 ? -1 : SL_CLI_OK;
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    int code = take_options(cli, argc, argv);
    if (code >= 0)
        return code;
    if (optind == argc) {
        print_help(stderr);
        return SL_CLI_USAGE;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[optind], commands[i]->name) != 0)
            continue;
        int used = optind;
        cli->command = commands[i];
        optind = 0; /* getopt starts anew */
        return commands[i]->run(cli, argc - used, argv + used);
    }
    sl_cli_usage(cli, "unknown command '%s'", argv[optind]);
}

int main(int argc, char **argv)
{
    struct sl_cli cli = {.socket = SL_CONTROL_SOCKET, .client = {.fd = -1}};
    int code = run(&cli, argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "starling: cannot write the answer: %s\n", strerror(errno));
        return code != SL_CLI_OK ? code : SL_CLI_REFUSED;
    }
    return code;
}
