/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "ports/cli/cli.h"
#include "ports/cli/member.h"
#include "ports/cli/text.h"
#include "ports/control_clean.h"

static json_t *troubles_json(const struct sl_control_info *info)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < info->trouble_count; i++) {
        const struct sl_control_trouble *t = &info->troubles[i];
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:I}", "kind", sl_text_json(t->kind), "subject",
                            sl_text_json(t->subject), "text", sl_text_json(t->text), "advice",
                            sl_text_json(t->advice), "since_ns", (json_int_t)t->since_ns));
    }
    return list;
}

static int print_json(const struct sl_cli *cli, const struct sl_control_info *info)
{
    json_t *object = sl_member_json(&info->self);
    json_t *rest = json_pack(
        "{s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:I, s:I, s:{s:I, s:I, s:I, s:I, s:I, s:I}}",
        "cluster", sl_text_json(info->cluster), "profile", sl_text_json(info->profile), "phase",
        sl_text_json(info->phase), "port", sl_text_json(info->port), "link",
        sl_text_json(info->link), "version", sl_text_json(info->version), "uptime_ns",
        (json_int_t)info->uptime_ns, "pid", (json_int_t)cli->client.server.pid, "view_hash",
        sl_text_json_id(info->view_hash), "max_members", (json_int_t)info->max_members, "workers",
        (json_int_t)info->workers, "members", "alive", (json_int_t)info->members_by_status[0],
        "suspect", (json_int_t)info->members_by_status[1], "dead",
        (json_int_t)info->members_by_status[2], "left", (json_int_t)info->members_by_status[3],
        "removed", (json_int_t)info->members_by_status[4], "flapping", (json_int_t)info->flapping);
    json_object_set_new(rest, "troubles", troubles_json(info));
    json_object_update(object, rest);
    json_decref(rest);
    return sl_cli_print_json(cli, object, JSON_INDENT(2));
}

static void print_line(const char *label, const char *text)
{
    char clean[512];
    sl_text_clean(clean, sizeof(clean), text);
    printf("%-12s %s\n", label, clean);
}

static void print_trouble(const struct sl_control_trouble *t)
{
    char clean[sizeof(t->text) + sizeof(t->advice) + 4], line[sizeof(clean)], since[16];
    time_t seconds = (time_t)(t->since_ns / 1000000000u);
    struct tm local;
    localtime_r(&seconds, &local);
    strftime(since, sizeof(since), "%T", &local);
    snprintf(line, sizeof(line), "%s; %s", t->text, t->advice);
    sl_text_clean(clean, sizeof(clean), line);
    printf("%-12s %s since %s: %s\n", "trouble", t->kind, since, clean);
}

static int print_text(const struct sl_cli *cli, const struct sl_control_info *info)
{
    const struct sl_control_member *self = &info->self;
    const uint32_t *members = info->members_by_status;
    char endpoint[SL_ENDPOINT_TEXT_BYTES], incarnation[SL_INCARNATION_TEXT_BYTES], uptime[32];
    sl_text_incarnation(incarnation, self->generation, self->refutations);
    sl_text_duration(uptime, sizeof(uptime), info->uptime_ns);
    print_line("name", self->name);
    printf("%-12s %016" PRIx64 "\n", "id", self->id);
    print_line("cluster", info->cluster);
    print_line("zone", self->zone);
    print_line("phase", info->phase);
    print_line("incarnation", incarnation);
    sl_text_endpoint(endpoint, &self->v4);
    if (endpoint[0] != '\0')
        print_line("address", endpoint);
    sl_text_endpoint(endpoint, &self->v6);
    if (endpoint[0] != '\0')
        print_line("address6", endpoint);
    print_line("profile", info->profile);
    print_line("port", info->port);
    print_line("link", info->link);
    printf("%-12s %u alive, %u suspect, %u dead, %u left; room for %u\n", "members", members[0],
           members[1], members[2], members[3], info->max_members);
    if (members[4] > 0)
        printf("%-12s %u members: `starling members --status removed` lists them\n", "removed",
               members[4]);
    if (info->flapping > 0)
        printf("%-12s %u members: `starling members` marks them\n", "flapping", info->flapping);
    printf("%-12s %016" PRIx64 "\n", "view hash", info->view_hash);
    printf("%-12s %u\n", "workers", info->workers);
    printf("%-12s %s, process %u\n", "running for", uptime, cli->client.server.pid);
    print_line("version", info->version);
    for (uint32_t i = 0; i < info->trouble_count; i++)
        print_trouble(&info->troubles[i]);
    return SL_CLI_OK;
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    struct sl_control_info info;
    sl_cli_no_arguments(cli, argc, argv);
    int code = sl_cli_ask(cli, SL_CONTROL_INFO, NULL, 0, &info, sizeof(info));
    if (code != SL_CLI_OK)
        return code;
    sl_control_clean_info(&info);
    return cli->json ? print_json(cli, &info) : print_text(cli, &info);
}

const struct sl_cli_command sl_cli_info = {
    .name = "info",
    .arguments = "",
    .summary = "Tells who the node is and how it stands.",
    .help = "",
    .run = run,
};
