/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/limits.h"
#include "ports/cli/cli.h"
#include "ports/cli/text.h"
#include "ports/control_clean.h"
#include "ports/seed.h"

#define LOOK_EVERY_MS 50

/* Checked here as well, since here is who can say which word is wrong. */
static uint32_t pack_seeds(struct sl_cli *cli, int count, char **seeds,
                           char out[SL_CONTROL_REQUEST_BYTES_MAX])
{
    size_t at = 0;
    if (count == 0)
        sl_cli_usage(cli, "no seed is given");
    if (count > SL_SEEDS_MAX)
        sl_cli_usage(cli, "more than %d seeds", SL_SEEDS_MAX);
    for (int i = 0; i < count; i++) {
        struct sl_seed seed;
        char why[256];
        size_t bytes = strlen(seeds[i]) + 1;
        if (sl_seed_parse(seeds[i], SL_UDP_PORT, &seed, why, sizeof(why)) != 0)
            sl_cli_usage(cli, "%s", why);
        if (at + bytes > SL_CONTROL_REQUEST_BYTES_MAX)
            sl_cli_usage(cli, "the seeds together exceed %u bytes", SL_CONTROL_REQUEST_BYTES_MAX);
        memcpy(out + at, seeds[i], bytes);
        at += bytes;
    }
    return (uint32_t)at;
}

struct seeds {
    uint32_t count, looked_up, asked;
    struct sl_control_seed all[SL_SEEDS_MAX];
};

static int read_seeds(struct sl_cli *cli, struct seeds *seeds)
{
    bool more = true;
    int code = sl_cli_send(cli, SL_CONTROL_SEEDS, NULL, 0);
    memset(seeds, 0, sizeof(*seeds));
    while (code == SL_CLI_OK && more) {
        struct sl_control_seed seed;
        code = sl_cli_receive(cli, &seed, sizeof(seed), &more);
        if (code != SL_CLI_OK || !more || seeds->count == SL_SEEDS_MAX)
            continue;
        sl_control_clean_seed(&seed);
        seeds->looked_up += seed.state == 0;
        seeds->asked += seed.state == 1;
        seeds->all[seeds->count++] = seed;
    }
    return code;
}

/* Hands the seeds over, and waits until their names were looked up or time is out. */
static int hand_over(struct sl_cli *cli, const void *payload, uint32_t bytes, struct seeds *seeds)
{
    const struct timespec pause = {.tv_nsec = LOOK_EVERY_MS * 1000000l};
    bool more;
    int code = sl_cli_open(cli);
    if (code == SL_CLI_OK)
        code = sl_cli_send(cli, SL_CONTROL_JOIN, payload, bytes);
    if (code == SL_CLI_OK)
        code = sl_cli_receive(cli, NULL, 0, &more);
    for (uint32_t waited_ms = 0; code == SL_CLI_OK; waited_ms += LOOK_EVERY_MS) {
        code = read_seeds(cli, seeds);
        if (code != SL_CLI_OK || seeds->looked_up == 0 || waited_ms >= cli->timeout_ms)
            break;
        nanosleep(&pause, NULL);
    }
    sl_control_client_close(&cli->client);
    return code;
}

static const char *const states[] = {"looking-up", "asked", "left-out"};

static int print_json(const struct sl_cli *cli, const struct seeds *seeds)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < seeds->count; i++) {
        const struct sl_control_seed *seed = &seeds->all[i];
        json_array_append_new(
            array, json_pack("{s:o, s:s, s:i, s:o}", "seed", sl_text_json(seed->text), "state",
                             states[seed->state], "addresses", (int)seed->addresses, "why",
                             seed->why[0] != '\0' ? sl_text_json(seed->why) : json_null()));
    }
    return sl_cli_print_json(cli, json_pack("{s:o}", "seeds", array), JSON_INDENT(2));
}

static void print_text(const struct seeds *seeds)
{
    for (uint32_t i = 0; i < seeds->count; i++) {
        const struct sl_control_seed *seed = &seeds->all[i];
        char text[SL_TEXT_CLEAN_BYTES], why[SL_TEXT_CLEAN_BYTES];
        sl_text_clean(text, sizeof(text), seed->text);
        sl_text_clean(why, sizeof(why), seed->why);
        if (seed->state == 2)
            printf("%s is left out: %s\n", text, why);
        else if (seed->state == 0)
            printf("%s is still being looked up; the node asks it once it is found\n", text);
        else
            printf("%s is asked, at %u address%s\n", text, seed->addresses,
                   seed->addresses == 1 ? "" : "es");
    }
}

static int run(struct sl_cli *cli, int argc, char **argv)
{
    static const struct option options[] = {SL_CLI_OPTIONS};
    static struct seeds seeds;
    char payload[SL_CONTROL_REQUEST_BYTES_MAX];
    while (sl_cli_next_option(cli, argc, argv, options) != -1)
        continue;
    uint32_t bytes = pack_seeds(cli, argc - optind, argv + optind, payload);
    int code = hand_over(cli, payload, bytes, &seeds);
    if (code == SL_CLI_OK && cli->json)
        code = print_json(cli, &seeds);
    else if (code == SL_CLI_OK)
        print_text(&seeds);
    if (code == SL_CLI_OK && seeds.asked == 0)
        return sl_cli_fail(cli, SL_CLI_REFUSED,
                           "the node can ask none of the seeds now; it goes on looking names up, "
                           "or give it other seeds");
    if (code == SL_CLI_OK && !cli->json)
        puts("`starling members` shows whom the node finds.");
    return code;
}

const struct sl_cli_command sl_cli_join = {
    .name = "join",
    .arguments = "SEED...",
    .summary = "Gives the node seeds to join by: address, [IPv6]:port, DNS name, name:port.",
    .help = "",
    .run = run,
};
