/* SPDX-License-Identifier: BSD-3-Clause */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "lib/limits.h"
#include "ports/cli/cli.h"
#include "ports/cli/text.h"

static int print(const struct sl_cli *cli, char *tags)
{
    char clean[SL_CONTROL_TAGS_BYTES];
    if (cli->json)
        return sl_cli_print_json(cli, json_pack("{s:o}", "tags", sl_text_json(tags)), 0);
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
    return code != SL_CLI_OK ? code : print(cli, info.self.tags);
}

/* Checked here, since here is who can say which word is wrong: to the protocol tags are opaque. */
static void check_word(const struct sl_cli *cli, const char *word)
{
    const char *equals = strchr(word, '=');
    if (equals == NULL || equals == word)
        sl_cli_usage(cli, "'%.80s' is no tag; write key=value", word);
    for (const char *at = word; *at != '\0'; at++) {
        if (iscntrl((unsigned char)*at))
            sl_cli_usage(cli, "the tag '%.*s' has a control character; leave it out",
                         (int)(equals - word), word);
    }
}

/* A line for each word; a single empty one stands for no tags at all. */
static uint32_t join_words(const struct sl_cli *cli, int count, char **words,
                           char tags[SL_TAGS_BYTES_MAX + 1])
{
    size_t at = 0, bytes = 0;
    if (count == 0)
        sl_cli_usage(cli, "which tags? An empty word, '', removes all");
    bool none = count == 1 && words[0][0] == '\0';
    for (int i = 0; i < count && !none; i++) {
        check_word(cli, words[i]);
        bytes += strlen(words[i]) + (i > 0);
    }
    if (bytes > SL_TAGS_BYTES_MAX)
        sl_cli_usage(cli, "the tags have %zu bytes, and %d is the limit; shorten or drop some",
                     bytes, SL_TAGS_BYTES_MAX);
    for (int i = 0; i < count && !none; i++)
        at += (size_t)sprintf(tags + at, "%s%s", i > 0 ? "\n" : "", words[i]);
    tags[at] = '\0';
    return (uint32_t)at;
}

static int set(struct sl_cli *cli, int count, char **words)
{
    char tags[SL_TAGS_BYTES_MAX + 1];
    uint32_t bytes = join_words(cli, count, words, tags);
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
    .help =
        "  set TAG...     from now on these: key=value each, in all 256 bytes at most, seen by\n"
        "                 every member; set '' removes all. A restart brings back those of\n"
        "                 node.tags in the configuration.\n",
    .run = run,
};
