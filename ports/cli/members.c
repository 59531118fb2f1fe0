/* SPDX-License-Identifier: BSD-3-Clause */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "ports/cli/cli.h"
#include "ports/cli/member.h"
#include "ports/cli/table.h"
#include "ports/cli/text.h"

struct filter {
    const char *status, *zone, *name;
};

struct members {
    struct sl_control_member *all;
    size_t count, room;
};

static bool matches(const struct filter *f, const struct sl_control_member *m)
{
    return (f->status == NULL || strcmp(f->status, sl_member_status(m)) == 0) &&
           (f->zone == NULL || strcmp(f->zone, m->zone) == 0) &&
           (f->name == NULL || fnmatch(f->name, m->name, 0) == 0);
}

static bool add(struct members *members, const struct sl_control_member *member)
{
    if (members->count == members->room) {
        size_t room = members->room != 0 ? 2 * members->room : 64;
        struct sl_control_member *grown = realloc(members->all, room * sizeof(*grown));
        if (grown == NULL)
            return false;
        members->all = grown;
        members->room = room;
    }
    members->all[members->count++] = *member;
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct sl_control_member *x = a, *y = b;
    int order = strcmp(x->name, y->name);
    return order != 0 ? order : (x->id > y->id) - (x->id < y->id);
}

/* Members until the page's end, then where the next one begins. */
static int fetch_page(struct sl_cli *cli, const struct filter *filter, struct members *members,
                      struct sl_control_page *page)
{
    bool more = true;
    int code = sl_cli_send(cli, SL_CONTROL_MEMBERS, page, sizeof(*page));
    while (code == SL_CLI_OK && more) {
        struct sl_control_member member;
        code = sl_cli_receive(cli, &member, sizeof(member), &more);
        if (code == SL_CLI_OK && !more)
            memcpy(page, &member, sizeof(*page));
        else if (code == SL_CLI_OK && matches(filter, &member) && !add(members, &member))
            code = sl_cli_fail(cli, SL_CLI_REFUSED, "no memory for %zu members", members->count);
    }
    return code;
}

static int fetch(struct sl_cli *cli, const struct filter *filter, struct members *members)
{
    struct sl_control_page page = {.most = SL_CONTROL_PAGE_MEMBERS};
    int code = sl_cli_open(cli);
    while (code == SL_CLI_OK && page.most > 0)
        code = fetch_page(cli, filter, members, &page);
    sl_control_client_close(&cli->client);
    return code;
}

/* A line each: an array of a million would not fit the memory of a small machine. */
static int print_json(const struct members *members)
{
    printf("{\"schema\": %d, \"members\": [", SL_CLI_SCHEMA);
    for (size_t i = 0; i < members->count; i++) {
        json_t *member = sl_member_json(&members->all[i]);
        fputs(i > 0 ? ",\n  " : "\n  ", stdout);
        sl_text_json_write(member, 0, stdout);
        json_decref(member);
    }
    puts(members->count > 0 ? "\n]}" : "]}");
    return SL_CLI_OK;
}

static int print_table(const struct sl_cli *cli, const struct members *members)
{
    static const char *const headings[] = {"NAME",    "STATUS", "INCARNATION",
                                           "ADDRESS", "ZONE",   NULL};
    struct sl_table *table = sl_table_create(headings, 0);
    if (table == NULL)
        return sl_cli_fail(cli, SL_CLI_REFUSED, "no memory for a table");
    for (size_t i = 0; i < members->count; i++) {
        const struct sl_control_member *m = &members->all[i];
        char endpoint[SL_ENDPOINT_TEXT_BYTES], incarnation[SL_INCARNATION_TEXT_BYTES];
        sl_text_endpoint(endpoint, sl_member_endpoint(m));
        sl_text_incarnation(incarnation, m->generation, m->refutations);
        sl_table_add(table, NULL, "%s%s", m->name, m->self ? " *" : "");
        sl_table_add(table, sl_member_status_colour(m), "%s", sl_member_status(m));
        sl_table_add(table, NULL, "%s", incarnation);
        sl_table_add(table, NULL, "%s", endpoint);
        sl_table_add(table, NULL, "%s", m->zone);
    }
    sl_table_print(table);
    return SL_CLI_OK;
}

static bool is_status(const char *text)
{
    bool found = strcmp(text, "unreachable") == 0;
    for (uint8_t status = 0; status < 4; status++)
        found |= strcmp(text, sl_text_status(status)) == 0;
    return found;
}

static struct filter take_options(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"status", required_argument, NULL, 'S'},
                                            {"zone", required_argument, NULL, 'z'},
                                            {"name", required_argument, NULL, 'n'},
                                            SL_CLI_OPTIONS};
    struct filter filter = {0};
    int letter;
    while ((letter = sl_cli_next_option(cli, argc, argv, options)) != -1) {
        if (letter == 'S')
            filter.status = optarg;
        else if (letter == 'z')
            filter.zone = optarg;
        else
            filter.name = optarg;
    }
    if (optind < argc)
        sl_cli_usage(cli, "unexpected argument '%s'", argv[optind]);
    if (filter.status != NULL && !is_status(filter.status))
        sl_cli_usage(cli, "--status '%s' is none of alive, suspect, unreachable, dead, left",
                     filter.status);
    return filter;
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    struct members members = {0};
    struct filter filter = take_options(cli, argc, argv);
    int code = fetch(cli, &filter, &members);
    if (code == SL_CLI_OK && members.count > 0)
        qsort(members.all, members.count, sizeof(*members.all), by_name);
    if (code == SL_CLI_OK)
        code = cli->json ? print_json(&members) : print_table(cli, &members);
    free(members.all);
    return code;
}

const struct sl_cli_command sl_cli_members = {
    .name = "members",
    .arguments = "",
    .summary = "Lists the members that the node knows; * marks the node itself.",
    .help = "  --status WORD  only alive, suspect, unreachable, dead or left members\n"
            "  --zone ZONE    only members of this zone\n"
            "  --name GLOB    only members whose name matches, such as 'edge-*'\n",
    .run = run,
};
