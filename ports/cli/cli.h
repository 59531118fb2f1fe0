/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What the commands of `starling` share. One thread; wrong usage and --help end the process. */
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "ports/control_client.h"

/* Of what --json prints, errors too; raised when a field goes or changes its meaning. */
#define SL_CLI_SCHEMA 1

#define SL_CLI_TIMEOUT_MS 5000

#define SL_CLI_COMMON_HELP                                                                 \
    "  --json         machine-readable output, errors too (a line of JSON on stderr)\n"    \
    "  --socket PATH  the daemon's control socket (" SL_CONTROL_SOCKET ")\n"               \
    "  --timeout S    give up when the daemon is silent for so many seconds (5)\n"         \
    "  -h, --help     this text\n\n"                                                       \
    "Exit codes: 0 done, 1 the node refused or failed, 2 wrong usage, 3 no daemon at the " \
    "socket.\n"

enum sl_cli_exit {
    SL_CLI_OK = 0,
    SL_CLI_REFUSED = 1,     /* the node refused or failed */
    SL_CLI_USAGE = 2,       /* wrong flags or arguments */
    SL_CLI_UNREACHABLE = 3, /* no daemon, or it stopped answering */
};

struct sl_cli {
    const struct sl_cli_command *command; /* NULL: none is known yet */
    const char *socket;
    bool json;
    uint32_t timeout_ms;
    struct sl_control_client client;
};

struct sl_cli_command {
    const char *name, *arguments, *summary;
    const char *help; /* its own options, a line each; may be empty */
    int (*run)(struct sl_cli *cli, int argc, char **argv); /* returns an sl_cli_exit */
};

extern const struct sl_cli_command sl_cli_members, sl_cli_info, sl_cli_stats, sl_cli_events,
    sl_cli_join, sl_cli_leave, sl_cli_remove, sl_cli_tags;

/* Rows that end every option list; sl_cli_next_option() takes them. */
#define SL_CLI_OPTIONS                                                               \
    {"socket", required_argument, NULL, 's'}, {"json", no_argument, NULL, 'j'},      \
        {"timeout", required_argument, NULL, 't'}, {"help", no_argument, NULL, 'h'}, \
    {                                                                                \
        NULL, 0, NULL, 0                                                             \
    }

/* The letter of the next option that only this command has, -1 at the end. What is no option at all
   ends the process as wrong usage. Before a command is known, --help is left to the caller. */
int sl_cli_next_option(struct sl_cli *cli, int argc, char **argv, const struct option *options);

/* For commands without options of their own: takes all, and ends the process if arguments are left.
 */
void sl_cli_no_arguments(struct sl_cli *cli, int argc, char **argv);

/* Prints one line and ends the process as wrong usage. */
void sl_cli_usage(const struct sl_cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));

/* Prints one line; returns the exit code. */
int sl_cli_fail(const struct sl_cli *cli, enum sl_cli_exit code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int sl_cli_fail_connection(const struct sl_cli *cli, int error);
int sl_cli_fail_refused(const struct sl_cli *cli, int status);

void sl_cli_print_help(const struct sl_cli_command *command);

/* What main() returns: `code`, or a failure if standard output did not take all. */
int sl_cli_end(const struct sl_cli *cli, int code);

/* Opens the socket. SL_CLI_OK, or an exit code after printing why and what to do. */
int sl_cli_open(struct sl_cli *cli);

/* Sends a request. */
int sl_cli_send(struct sl_cli *cli, enum sl_control_type type, const void *payload, uint32_t bytes);

/* Reads one response; prints why if that fails or the node refused. */
int sl_cli_receive(struct sl_cli *cli, void *payload, uint32_t bytes, bool *more);

/* Opens, asks for one thing, closes. */
int sl_cli_ask(struct sl_cli *cli, enum sl_control_type type, const void *request,
               uint32_t request_bytes, void *answer, uint32_t answer_bytes);

/* Prints an object, the schema's version first, and drops it. */
int sl_cli_print_json(const struct sl_cli *cli, json_t *value, size_t flags);
