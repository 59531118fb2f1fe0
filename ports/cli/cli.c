/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/cli/cli.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ports/cli/text.h"

void sl_cli_print_help(const struct sl_cli_command *command)
{
    printf("Usage: starling %s%s%s [OPTION...]\n\n%s\n\n%s" SL_CLI_COMMON_HELP, command->name,
           command->arguments[0] != '\0' ? " " : "", command->arguments, command->summary,
           command->help);
}

static void take_timeout(struct sl_cli *cli, const char *text)
{
    char *end;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0.001 && seconds <= 86400))
        sl_cli_usage(cli, "--timeout '%s' is not within 0.001 and 86400 seconds", text);
    cli->timeout_ms = (uint32_t)(seconds * 1000);
}

int sl_cli_next_option(struct sl_cli *cli, int argc, char **argv, const struct option *options)
{
    int letter;
    opterr = 0;
    while ((letter = getopt_long(argc, argv, cli->command == NULL ? "+:hV" : ":h", options,
                                 NULL)) != -1) {
        switch (letter) {
        case 's':
            cli->socket = optarg;
            break;
        case 'j':
            cli->json = true;
            break;
        case 't':
            take_timeout(cli, optarg);
            break;
        case 'h':
            if (cli->command == NULL)
                return letter;
            sl_cli_print_help(cli->command);
            exit(sl_cli_end(cli, SL_CLI_OK));
        case ':':
            sl_cli_usage(cli, "option '%s' needs a value", argv[optind - 1]);
        case '?':
            if (optopt != 0 && strncmp(argv[optind - 1], "--", 2) != 0)
                sl_cli_usage(cli, "unexpected option '-%c'", optopt);
            sl_cli_usage(cli, "unexpected option '%s'", argv[optind - 1]);
        default:
            return letter;
        }
    }
    return -1;
}

void sl_cli_no_arguments(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {SL_CLI_OPTIONS};
    while (sl_cli_next_option(cli, argc, argv, options) != -1)
        continue;
    if (optind < argc)
        sl_cli_usage(cli, "unexpected argument '%s'", argv[optind]);
}

int sl_cli_open(struct sl_cli *cli)
{
    int error = sl_control_client_open(&cli->client, cli->socket, cli->timeout_ms);
    return error ? sl_cli_fail_connection(cli, error) : SL_CLI_OK;
}

int sl_cli_send(struct sl_cli *cli, enum sl_control_type type, const void *payload, uint32_t bytes)
{
    int error = sl_control_send(&cli->client, type, payload, bytes);
    return error ? sl_cli_fail_connection(cli, error) : SL_CLI_OK;
}

int sl_cli_receive(struct sl_cli *cli, void *payload, uint32_t bytes, bool *more)
{
    int status = 0;
    int error = sl_control_receive(&cli->client, payload, bytes, &status, more);
    if (error)
        return sl_cli_fail_connection(cli, error);
    return status ? sl_cli_fail_refused(cli, status) : SL_CLI_OK;
}

int sl_cli_ask(struct sl_cli *cli, enum sl_control_type type, const void *request,
               uint32_t request_bytes, void *answer, uint32_t answer_bytes)
{
    bool more;
    int code = sl_cli_open(cli);
    if (code)
        return code;
    code = sl_cli_send(cli, type, request, request_bytes);
    if (code == SL_CLI_OK)
        code = sl_cli_receive(cli, answer, answer_bytes, &more);
    sl_control_client_close(&cli->client);
    return code;
}

/* Three decimals are enough for rates and shares; counts beside them are whole. */
static void round_numbers(json_t *value)
{
    const char *key;
    json_t *inner;
    size_t index;
    if (json_is_real(value))
        json_real_set(value, round(json_real_value(value) * 1000) / 1000);
    json_object_foreach(value, key, inner) round_numbers(inner);
    json_array_foreach(value, index, inner) round_numbers(inner);
}

int sl_cli_print_json(const struct sl_cli *cli, json_t *value, size_t flags)
{
    json_t *whole = json_pack("{s:i}", "schema", SL_CLI_SCHEMA);
    round_numbers(value);
    bool failed = value == NULL || json_object_update(whole, value) != 0 ||
                  sl_text_json_write(whole, flags, stdout) != 0;
    json_decref(value);
    json_decref(whole);
    if (failed)
        return sl_cli_fail(cli, SL_CLI_REFUSED, "cannot write the answer: %s", strerror(errno));
    putchar('\n');
    return SL_CLI_OK;
}

int sl_cli_end(const struct sl_cli *cli, int code)
{
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    /* Any other code has had its line of error. */
    if (written || code != SL_CLI_OK)
        return code;
    return sl_cli_fail(cli, SL_CLI_REFUSED, "cannot write the answer: %s", strerror(errno));
}
