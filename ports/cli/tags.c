/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>

#include "lib/limits.h"
#include "ports/cli/cli.h"
#include "ports/cli/member.h"
#include "ports/cli/text.h"
#include "ports/control_clean.h"
#include "ports/tags.h"

static int print(const struct sl_cli *cli, char *tags)
{
    char clean[SL_TEXT_CLEAN_BYTES];
    if (cli->json)
        return sl_cli_print_json(cli,
                                 json_pack("{s:o, s:o}", "tags", sl_member_tags_json(tags),
                                           "tags_text", sl_text_json(tags)),
                                 0);
    if (*tags == '\0')
        puts("The node has no tags; `starling tags set KEY=VALUE...` gives it some.");
    for (char *line; (line = strsep(&tags, "\n")) != NULL && *line != '\0';) {
        sl_text_clean(clean, sizeof(clean), line);
        puts(clean);
    }
    return SL_CLI_OK;
}

static int show(struct sl_cli *cli)
{
    struct sl_control_info info;
    int code = sl_cli_ask(cli, SL_CONTROL_INFO, NULL, 0, &info, sizeof(info));
    if (code != SL_CLI_OK)
        return code;
    sl_control_clean_info(&info);
    return print(cli, info.self.tags);
}

/* A single empty word stands for no tags at all. */
static void join_words(const struct sl_cli *cli, int count, char **words,
                       char tags[SL_TAGS_BYTES_MAX + 1])
{
    char why[2 * SL_TEXT_BYTES];
    tags[0] = '\0';
    if (count == 0)
        sl_cli_usage(cli, "which tags? An empty word, '', removes all");
    if (count == 1 && words[0][0] == '\0')
        return;
    for (int i = 0; i < count; i++) {
        if (sl_tags_add(tags, words[i], why, sizeof(why)) != 0)
            sl_cli_usage(cli, "%s", why);
    }
    if (tags[0] == '\0')
        sl_cli_usage(cli, "no tag is among the words; '' alone removes all");
}

static int set(struct sl_cli *cli, int count, char **words)
{
    char tags[SL_TAGS_BYTES_MAX + 1];
    join_words(cli, count, words, tags);
    uint32_t bytes = (uint32_t)strlen(tags);
    int code = sl_cli_ask(cli, SL_CONTROL_UPDATE, tags, bytes, NULL, 0);
    if (code != SL_CLI_OK || cli->json)
        return code != SL_CLI_OK ? code : print(cli, tags);
    puts(bytes > 0 ? "The node tells the cluster its new tags."
                   : "The node tells the cluster that it has no tags.");
    return SL_CLI_OK;
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {SL_CLI_OPTIONS};
    while (sl_cli_next_option(cli, argc, argv, options) != -1)
        continue;
    if (optind == argc)
        return show(cli);
    if (strcmp(argv[optind], "set") != 0)
        sl_cli_usage(cli, "unexpected argument '%s'; only 'set' may follow", argv[optind]);
    return set(cli, argc - optind - 1, argv + optind + 1);
}

const struct sl_cli_command sl_cli_tags = {
    .name = "tags",
    .arguments = "[set TAG...]",
    .summary = "Shows the node's own tags, or replaces them all.",
    .help = "  set TAG...     from now on these: key=value pairs, separated by commas or blanks, "
            "in all\n"
            "                 256 bytes at most, seen by every member; set '' removes all. A "
            "restart brings back those of\n"
            "                 node.tags in the configuration.\n",
    .run = run,
};
