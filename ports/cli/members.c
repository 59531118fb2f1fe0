/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ports/cli/cli.h"
#include "ports/cli/member.h"
#include "ports/cli/query.h"
#include "ports/cli/table.h"
#include "ports/cli/text.h"
#include "ports/control_clean.h"

struct members {
    struct sl_control_member *all;
    size_t count, room;
};

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

/* Members until the page's end, then where the next one begins. */
static int fetch_page(struct sl_cli *cli, const struct sl_query *query, struct members *members,
                      struct sl_control_page *page)
{
    bool more = true;
    int code = sl_cli_send(cli, SL_CONTROL_MEMBERS, page, sizeof(*page));
    while (code == SL_CLI_OK && more) {
        struct sl_control_member member;
        code = sl_cli_receive(cli, &member, sizeof(member), &more);
        if (code == SL_CLI_OK && !more)
            memcpy(page, &member, sizeof(*page));
        sl_control_clean_member(&member);
        if (code == SL_CLI_OK && more && sl_query_matches(query, &member) && !add(members, &member))
            code = sl_cli_fail(cli, SL_CLI_REFUSED, "no memory for %zu members", members->count);
    }
    return code;
}

static int fetch(struct sl_cli *cli, const struct sl_query *query, struct members *members)
{
    struct sl_control_page page = {.most = SL_CONTROL_PAGE_MEMBERS};
    int code = sl_cli_open(cli);
    while (code == SL_CLI_OK && page.most > 0)
        code = fetch_page(cli, query, members, &page);
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

/* Tags of a member in a line, as the configuration writes them. */
static void join_tags(char out[SL_CONTROL_TAGS_BYTES], const char *tags)
{
    size_t at = 0;
    for (; tags[at] != '\0'; at++)
        out[at] = tags[at] == '\n' ? ',' : tags[at];
    out[at] = '\0';
}

static void add_row(struct sl_table *table, const struct sl_control_member *m, bool accusers,
                    bool tags)
{
    char endpoint[SL_ENDPOINT_TEXT_BYTES], incarnation[SL_INCARNATION_TEXT_BYTES];
    char joined[SL_CONTROL_TAGS_BYTES];
    sl_text_endpoint(endpoint, sl_member_endpoint(m));
    sl_text_incarnation(incarnation, m->generation, m->refutations);
    sl_table_add(table, NULL, "%s%s", m->name, m->self ? " *" : "");
    sl_table_add(table, sl_member_status_colour(m), "%s%s", sl_member_status(m),
                 m->flapping ? ", flapping" : "");
    sl_table_add(table, NULL, "%s", incarnation);
    sl_table_add(table, NULL, "%s", endpoint);
    sl_table_add(table, NULL, "%s", m->zone);
    if (accusers && m->accuser != 0 && m->accuser_name[0] == '\0')
        sl_table_add(table, NULL, "%016" PRIx64, m->accuser);
    else if (accusers)
        sl_table_add(table, NULL, "%s", m->accuser_name);
    join_tags(joined, m->tags);
    if (tags)
        sl_table_add(table, NULL, "%s", joined);
}

static int print_table(const struct sl_cli *cli, const struct members *members, bool tags)
{
    const char *headings[SL_TABLE_COLUMNS_MAX + 1] = {"NAME", "STATUS", "INCARNATION", "ADDRESS",
                                                      "ZONE"};
    bool accusers = false;
    int columns = 5;
    for (size_t i = 0; i < members->count; i++)
        accusers |= members->all[i].accuser != 0;
    if (accusers)
        headings[columns++] = "ACCUSED BY";
    if (tags)
        headings[columns] = "TAGS";
    struct sl_table *table = sl_table_create(headings, 0);
    if (table == NULL)
        return sl_cli_fail(cli, SL_CLI_REFUSED, "no memory for a table");
    for (size_t i = 0; i < members->count; i++)
        add_row(table, &members->all[i], accusers, tags);
    sl_table_print(table);
    return SL_CLI_OK;
}

struct wishes {
    struct sl_query query;
    sl_query_order order;
    bool tags;
};

static void take_option(struct sl_cli *cli, int letter, struct wishes *wishes)
{
    struct sl_query *query = &wishes->query;
    switch (letter) {
    case 'S':
        if (!sl_query_is_status(optarg))
            sl_cli_usage(
                cli, "--status '%s' is none of alive, suspect, unreachable, dead, left, removed",
                optarg);
        query->status = optarg;
        break;
    case 'z':
        query->zone = optarg;
        break;
    case 'n':
        query->name = optarg;
        break;
    case 'T':
        if (query->tag_count == SL_QUERY_TAGS_MAX)
            sl_cli_usage(cli, "more than %d times --tag", SL_QUERY_TAGS_MAX);
        query->tags[query->tag_count++] = optarg;
        break;
    case 'o':
        wishes->order = sl_query_order_of(optarg);
        if (wishes->order == NULL)
            sl_cli_usage(cli, "--sort '%s' is none of name, status, zone, address, incarnation",
                         optarg);
        break;
    default:
        wishes->tags = true;
    }
}

static struct wishes take_options(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"status", required_argument, NULL, 'S'},
                                            {"zone", required_argument, NULL, 'z'},
                                            {"name", required_argument, NULL, 'n'},
                                            {"tag", required_argument, NULL, 'T'},
                                            {"sort", required_argument, NULL, 'o'},
                                            {"tags", no_argument, NULL, 'a'},
                                            SL_CLI_OPTIONS};
    struct wishes wishes = {.order = sl_query_order_of("name")};
    int letter;
    while ((letter = sl_cli_next_option(cli, argc, argv, options)) != -1)
        take_option(cli, letter, &wishes);
    if (optind < argc)
        sl_cli_usage(cli, "unexpected argument '%s'", argv[optind]);
    return wishes;
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    struct members members = {0};
    struct wishes wishes = take_options(cli, argc, argv);
    int code = fetch(cli, &wishes.query, &members);
    if (code == SL_CLI_OK && members.count > 0)
        qsort(members.all, members.count, sizeof(*members.all), wishes.order);
    if (code == SL_CLI_OK)
        code = cli->json ? print_json(&members) : print_table(cli, &members, wishes.tags);
    free(members.all);
    return code;
}

const struct sl_cli_command sl_cli_members = {
    .name = "members",
    .arguments = "",
    .summary = "Lists the members that the node knows; * marks the node itself.",
    .help = "  --status WORD  only alive, suspect, unreachable, dead, left or removed members; "
            "removed\n"
            "                 ones are shown in no other way\n"
            "  --zone ZONE    only members of this zone\n"
            "  --name GLOB    only members whose name matches, such as 'edge-*'\n"
            "  --tag KEY[=GLOB]\n"
            "                 only members with such a tag; given again: with that one too\n"
            "  --sort WORD    by name, status, zone, address or incarnation (name)\n"
            "  --tags         a column of tags; --json always has them\n",
    .run = run,
};
