/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "ports/cli/cli.h"
#include "ports/cli/text.h"
#include "ports/control_clean.h"

static int print_json(const struct sl_cli *cli, const struct sl_control_event *e)
{
    char incarnation[SL_INCARNATION_TEXT_BYTES], endpoint[SL_ENDPOINT_TEXT_BYTES];
    sl_text_incarnation(incarnation, e->generation, e->refutations);
    sl_text_endpoint(endpoint, &e->endpoint);
    json_t *line = json_pack(
        "{s:I, s:I, s:o, s:o, s:o, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o}", "sequence",
        (json_int_t)e->sequence, "time_ns", (json_int_t)e->time_ns, "type", sl_text_json(e->type),
        "name", sl_text_json(e->name), "id", sl_text_json_id(e->id), "incarnation", incarnation,
        "generation", (json_int_t)e->generation, "refutations", (json_int_t)e->refutations,
        "status", e->generation != 0 ? json_string(sl_text_status(e->status)) : json_null(),
        "previous_status",
        e->previous_status == UINT8_MAX ? json_null()
                                        : json_string(sl_text_status(e->previous_status)),
        "accuser", e->accuser != 0 ? sl_text_json_id(e->accuser) : json_null(), "accuser_name",
        e->accuser_name[0] != '\0' ? sl_text_json(e->accuser_name) : json_null(), "endpoint",
        e->endpoint.port != 0 ? json_string(endpoint) : json_null());
    return sl_cli_print_json(cli, line, JSON_COMPACT);
}

static int print_text(const struct sl_control_event *e)
{
    char incarnation[SL_INCARNATION_TEXT_BYTES], endpoint[SL_ENDPOINT_TEXT_BYTES];
    char name[SL_CONTROL_NAME_BYTES], type[sizeof(e->type)], when[32];
    time_t seconds = (time_t)(e->time_ns / 1000000000u);
    struct tm local;
    localtime_r(&seconds, &local);
    strftime(when, sizeof(when), "%F %T", &local);
    sl_text_incarnation(incarnation, e->generation, e->refutations);
    sl_text_endpoint(endpoint, &e->endpoint);
    sl_text_clean(name, sizeof(name), e->name);
    sl_text_clean(type, sizeof(type), e->type);
    printf("%s.%03" PRIu64 "  %-16s  %s", when, e->time_ns / 1000000u % 1000u, type,
           name[0] != '\0' ? name : "-");
    if (e->generation != 0)
        printf("  %s", incarnation);
    sl_text_clean(name, sizeof(name), e->accuser_name);
    if (name[0] != '\0')
        printf("  accused by %s", name);
    else if (e->accuser != 0)
        printf("  accused by %016" PRIx64, e->accuser);
    if (endpoint[0] != '\0')
        printf("  at %s", endpoint);
    putchar('\n');
    return SL_CLI_OK;
}

static int print_all(struct sl_cli *cli)
{
    uint64_t last = 0;
    for (;;) {
        struct sl_control_event event;
        bool more;
        int code = sl_cli_receive(cli, &event, sizeof(event), &more);
        if (code != SL_CLI_OK || !more)
            return code;
        sl_control_clean_event(&event);
        if (last != 0 && event.sequence != last + 1)
            fprintf(stderr, "starling events: %" PRIu64 " events are missing here\n",
                    event.sequence - last - 1);
        last = event.sequence;
        code = cli->json ? print_json(cli, &event) : print_text(&event);
        if (code != SL_CLI_OK)
            return code;
    }
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"follow", no_argument, NULL, 'f'}, SL_CLI_OPTIONS};
    struct sl_control_events request = {0};
    while (sl_cli_next_option(cli, argc, argv, options) != -1)
        request.follow = 1;
    if (optind < argc)
        sl_cli_usage(cli, "unexpected argument '%s'", argv[optind]);
    setvbuf(stdout, NULL, _IOLBF, 0); /* whoever reads a pipe wants each event as it comes */
    int code = sl_cli_open(cli);
    if (code != SL_CLI_OK)
        return code;
    code = sl_cli_send(cli, SL_CONTROL_EVENTS, &request, sizeof(request));
    if (code == SL_CLI_OK && request.follow)
        sl_control_client_wait_forever(&cli->client, true);
    if (code == SL_CLI_OK)
        code = print_all(cli);
    sl_control_client_close(&cli->client);
    return code;
}

const struct sl_cli_command sl_cli_events = {
    .name = "events",
    .arguments = "",
    .summary = "Shows what happened to members, as far back as the node remembers.",
    .help = "  --follow       go on with what happens from now on\n",
    .run = run,
};
