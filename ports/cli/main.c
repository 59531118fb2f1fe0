/* SPDX-License-Identifier: BSD-3-Clause */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "ports/cli/cli.h"
#include "ports/slip.h"

static const struct sl_cli_command *const commands[] = {
    &sl_cli_members, &sl_cli_info,  &sl_cli_stats,  &sl_cli_events,
    &sl_cli_join,    &sl_cli_leave, &sl_cli_remove, &sl_cli_tags,
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *out)
{
    fputs("Usage: starling [--socket PATH] [--json] [--timeout S] COMMAND [OPTION...]\n\n"
          "Asks a starlingd on this machine.\n\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s %-13s %s\n", commands[i]->name, commands[i]->arguments,
                commands[i]->summary);
    fputs("  help     [COMMAND]     Shows this text, or a command's own.\n\n"
          "  -V, --version  this program's version\n" SL_CLI_COMMON_HELP,
          out);
}

static const struct sl_cli_command *find(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(name, commands[i]->name) == 0)
            return commands[i];
    }
    return NULL;
}

static void refuse_command(const struct sl_cli *cli, const char *name)
{
    const char *best = NULL;
    uint32_t least = UINT32_MAX;
    for (size_t i = 0; i < COMMANDS; i++) {
        uint32_t distance = sl_slip_distance(name, commands[i]->name);
        if (distance < least) {
            least = distance;
            best = commands[i]->name;
        }
    }
    if (least <= sl_slip_tolerance(name))
        sl_cli_usage(cli, "unknown command '%.80s'; did you mean '%s'?", name, best);
    sl_cli_usage(cli, "unknown command '%.80s'", name);
}

static int help(const struct sl_cli *cli, int count, char **names)
{
    if (count > 1)
        sl_cli_usage(cli, "unexpected argument '%.80s'", names[1]);
    if (count == 0) {
        print_help(stdout);
        return SL_CLI_OK;
    }
    const struct sl_cli_command *command = find(names[0]);
    if (command == NULL)
        refuse_command(cli, names[0]);
    sl_cli_print_help(command);
    return SL_CLI_OK;
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
    if (optind == argc && cli->json)
        sl_cli_usage(cli, "no command is given");
    if (optind == argc) {
        print_help(stderr);
        return SL_CLI_USAGE;
    }
    if (strcmp(argv[optind], "help") == 0)
        return help(cli, argc - optind - 1, argv + optind + 1);
    int used = optind;
    cli->command = find(argv[used]);
    if (cli->command == NULL)
        refuse_command(cli, argv[used]);
    optind = 0; /* getopt starts anew */
    return cli->command->run(cli, argc - used, argv + used);
}

int main(int argc, char **argv)
{
    struct sl_cli cli = {
        .socket = SL_CONTROL_SOCKET, .timeout_ms = SL_CLI_TIMEOUT_MS, .client = {.fd = -1}};
    /* Text from other nodes is UTF-8 wherever this runs. */
    setlocale(LC_CTYPE, "C.UTF-8");
    /* Known before the first wrong option, so that its complaint is JSON too. */
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        cli.json |= strcmp(argv[i], "--json") == 0;
    return sl_cli_end(&cli, run(&cli, argc, argv));
}
