/* SPDX-License-Identifier: BSD-3-Clause */
/* What goes wrong, in a line: what, where, and what to do next. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ports/cli/cli.h"
#include "ports/cli/text.h"

#define LINE_BYTES 1024

/* Before a command is known: the program itself. */
static void print_line(const struct sl_cli *cli, enum sl_cli_exit code, const char *text)
{
    const char *command = cli->command != NULL ? cli->command->name : "";
    fflush(stdout);
    if (!cli->json) {
        fprintf(stderr, "starling%s%s: %s\n", *command != '\0' ? " " : "", command, text);
        return;
    }
    json_t *error = json_pack("{s:i, s:{s:s, s:i, s:s}}", "schema", SL_CLI_SCHEMA, "error",
                              "command", command, "code", (int)code, "text", text);
    sl_text_json_write(error, JSON_COMPACT, stderr);
    json_decref(error);
    fputc('\n', stderr);
}

void sl_cli_usage(const struct sl_cli *cli, const char *format, ...)
{
    char text[LINE_BYTES / 2], clean[LINE_BYTES], line[2 * LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    sl_text_clean(clean, sizeof(clean), text);
    snprintf(line, sizeof(line), "%s; `starling%s%s --help` shows how", clean,
             cli->command != NULL ? " " : "", cli->command != NULL ? cli->command->name : "");
    print_line(cli, SL_CLI_USAGE, line);
    exit(SL_CLI_USAGE);
}

int sl_cli_fail(const struct sl_cli *cli, enum sl_cli_exit code, const char *format, ...)
{
    char text[LINE_BYTES / 2], clean[LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    sl_text_clean(clean, sizeof(clean), text);
    print_line(cli, code, clean);
    return (int)code;
}

/* A user's or group's name, or its number. */
static void name_of(char out[64], const char *name, unsigned number)
{
    if (name != NULL)
        snprintf(out, 64, "%s", name);
    else
        snprintf(out, 64, "%u", number);
}

static int fail_permission(const struct sl_cli *cli)
{
    struct stat file;
    char user[64], group[64];
    if (stat(cli->socket, &file) != 0)
        return sl_cli_fail(cli, SL_CLI_UNREACHABLE,
                           "cannot reach the daemon at %s: its directory is closed to you; run as "
                           "root, or open the directory",
                           cli->socket);
    const struct passwd *owner = getpwuid(file.st_uid);
    name_of(user, owner != NULL ? owner->pw_name : NULL, file.st_uid);
    const struct group *its = getgrgid(file.st_gid);
    name_of(group, its != NULL ? its->gr_name : NULL, file.st_gid);
    if ((file.st_mode & 0020) != 0 && file.st_gid != 0)
        return sl_cli_fail(cli, SL_CLI_UNREACHABLE,
                           "cannot reach the daemon at %s: no permission; run as user %s or as a "
                           "member of group %s (`usermod -aG %s YOU`, then log in again)",
                           cli->socket, user, group, group);
    return sl_cli_fail(
        cli, SL_CLI_UNREACHABLE,
        "cannot reach the daemon at %s: no permission; run as user %s, or let a group "
        "in with [control] group and mode in the daemon's configuration",
        cli->socket, user);
}

/* connect() gives the same error for a dead socket, a directory and a plain file. */
static const char *refused_because(const char *path)
{
    struct stat file;
    if (stat(path, &file) == 0 && S_ISDIR(file.st_mode))
        return "this is a directory; name the socket in it with --socket";
    if (stat(path, &file) == 0 && !S_ISSOCK(file.st_mode))
        return "this is a file, and no socket; name starlingd's socket with --socket";
    return "its daemon is gone; start starlingd again";
}

int sl_cli_fail_connection(const struct sl_cli *cli, int error)
{
    const char *advice;
    switch (-error) {
    case ENOENT:
        advice = "no such socket; start starlingd, or name its socket with --socket";
        break;
    case ECONNREFUSED:
        advice = refused_because(cli->socket);
        break;
    case EACCES:
    case EPERM:
        return fail_permission(cli);
    case EPROTONOSUPPORT:
        advice =
            "it speaks another version of the control protocol; install both programs from one "
            "release";
        break;
    case EUSERS:
        advice = "all its places for clients are taken; try again, or end a client";
        break;
    case ETIMEDOUT:
        advice = "it does not answer in time: stopped, or starved of CPU; see its state (ps) and "
                 "log, or wait longer with --timeout SECONDS";
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

int sl_cli_fail_refused(const struct sl_cli *cli, int status)
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
    case EAGAIN:
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
