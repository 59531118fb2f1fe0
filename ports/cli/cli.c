/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_help(const struct sl_cli_command *command)
{
    printf("Usage: starling %s%s%s [OPTION...]\n\n%s\n\n%s"
           "  --json         machine-readable output\n"
           "  --socket PATH  the daemon's control socket (" SL_CONTROL_SOCKET ")\n"
           "  --help         this text\n\n"
           "Exit codes: 0 done, 1 the node refused or failed, 2 wrong usage, 3 no daemon at the "
           "socket.\n",
           command->name, command->arguments[0] != '\0' ? " " : "", command->arguments,
           command->summary, command->help);
}

/* Before a command is known: the program itself. */
static void print_place(const struct sl_cli *cli, const char *before, const char *after)
{
    bool has_command = cli->command != NULL;
    fprintf(stderr, "%sstarling%s%s%s", before, has_command ? " " : "",
            has_command ? cli->command->name : "", after);
}

void sl_cli_usage(const struct sl_cli *cli, const char *format, ...)
{
    va_list arguments;
    print_place(cli, "", ": ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    print_place(cli, "; `", " --help` shows how\n");
    exit(SL_CLI_USAGE);
}

int sl_cli_next_option(struct sl_cli *cli, int argc, char **argv, const struct option *options)
{
    int letter;
    opterr = 0;
    while ((letter = getopt_long(argc, argv, cli->command == NULL ? "+:" : ":", options, NULL)) !=
           -1) {
        switch (letter) {
        case 's':
            cli->socket = optarg;
            break;
        case 'j':
            cli->json = true;
            break;
        case 'h':
            if (cli->command == NULL)
                return letter;
            print_help(cli->command);
            exit(SL_CLI_OK);
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

int sl_cli_fail(const struct sl_cli *cli, enum sl_cli_exit code, const char *format, ...)
{
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "starling %s: ", cli->command->name);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return (int)code;
}

static int fail_connection(const struct sl_cli *cli, int error)
{
    const char *advice;
    switch (-error) {
    case ENOENT:
        advice = "no such socket; start starlingd, or name its socket with --socket";
        break;
    case ECONNREFUSED:
        advice = "its daemon is gone; start starlingd again";
        break;
    case EACCES:
    case EPERM:
        advice = "no permission; run as root or as a member of the socket's group";
        break;
    case EPROTONOSUPPORT:
        advice =
            "it speaks another version of the control protocol; install both programs from one "
            "release";
        break;
    case EUSERS:
        advice = "all its places for clients are taken; try again, or end a client";
        break;
    case ETIMEDOUT:
        advice = "it does not answer; see the daemon's log";
        break;
    case ECONNRESET:
        advice = "the daemon closed the connection; see its log, or try again";
        break;
    case EPROTO:
        advice = "it does not speak the control protocol; name starlingd's socket with --socket";
        break;
    default:
        advice = strerror(-error);
    }
    return sl_cli_fail(cli, SL_CLI_UNREACHABLE, "cannot reach the daemon at %s: %s", cli->socket,
                       advice);
}

static int fail_refused(const struct sl_cli *cli, int status)
{
    const char *reason;
    switch (-status) {
    case ESHUTDOWN:
        reason = "it is leaving the cluster";
        break;
    case EALREADY:
        reason = "it is leaving already, or has left";
        break;
    case ENOBUFS:
        reason = "it has no room for a longer record now; try again, use fewer bytes, or raise "
                 "protocol.cold_bytes_per_member";
        break;
    case EOVERFLOW:
        reason = "it has no higher incarnation left; restart it";
        break;
    case EBUSY:
        reason = "it is still at an earlier command; try again";
        break;
    case ETIMEDOUT:
        reason = "its engine did not answer in time, but may still do it; look before you try "
                 "again";
        break;
    default:
        reason = strerror(-status);
    }
    return sl_cli_fail(cli, SL_CLI_REFUSED, "the node refused: %s", reason);
}

int sl_cli_open(struct sl_cli *cli)
{
    int error = sl_control_client_open(&cli->client, cli->socket);
    return error ? fail_connection(cli, error) : SL_CLI_OK;
}

int sl_cli_send(struct sl_cli *cli, enum sl_control_type type, const void *payload, uint32_t bytes)
{
    int error = sl_control_send(&cli->client, type, payload, bytes);
    return error ? fail_connection(cli, error) : SL_CLI_OK;
}

int sl_cli_receive(struct sl_cli *cli, void *payload, uint32_t bytes, bool *more)
{
    int status = 0;
    int error = sl_control_receive(&cli->client, payload, bytes, &status, more);
    if (error)
        return fail_connection(cli, error);
    return status ? fail_refused(cli, status) : SL_CLI_OK;
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

int sl_cli_print_json(const struct sl_cli *cli, json_t *value, size_t flags)
{
    bool failed = value == NULL || json_dumpf(value, stdout, flags) != 0;
    json_decref(value);
    if (failed)
        return sl_cli_fail(cli, SL_CLI_REFUSED, "cannot write the answer: %s", strerror(errno));
    putchar('\n');
    return SL_CLI_OK;
}
