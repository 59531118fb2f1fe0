/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/output.h"
#include "bench/rate/clock.h"
#include "bench/rate/compare.h"
#include "bench/rate/generate.h"
#include "bench/rate/library.h"
#include "bench/rate/packet.h"
#include "bench/rate/report.h"
#include "bench/rate/stages.h"

struct command {
    const char *name;
    const char *about;
    int (*run)(int argc, char **argv);
    void (*usage)(void);
};

static const struct command commands[] = {
    {"packet", "packets that the workers' code handles, beside a bare responder", bench_packet,
     bench_packet_usage},
    {"generate", "members emulated against a node elsewhere, over any port", bench_generate,
     bench_generate_usage},
    {"lib", "the pure protocol code from memory, without DPDK", bench_library, bench_library_usage},
    {"compare", "PINGs answered by Starling, bare DPDK, a kernel socket and memberlist",
     bench_compare, bench_compare_usage},
    {"clock", "how far the packet cores' clock strays, and what a reading costs", bench_clock,
     bench_clock_usage},
    {"report", "an HTML page of what the others wrote with --json", bench_report,
     bench_report_usage},
    {"stages", "where a packet's cycles go", bench_stages, bench_stages_usage},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *out)
{
    fputs("usage: starling-bench COMMAND [OPTION...]\n"
          "       starling-bench --version\n\n",
          out);
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].about);
    fputs("\nstarling-bench COMMAND --help tells its options.\n", out);
}

static bool is_help(const char *argument)
{
    return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

int main(int argc, char **argv)
{
    bench_output_guard();
    if (argc == 2 && is_help(argv[1])) {
        usage(stdout);
        return 0;
    }
    if (argc == 2 && (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)) {
        puts("starling-bench " SL_VERSION);
        return 0;
    }
    for (size_t i = 0; argc >= 2 && i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        if (argc == 3 && is_help(argv[2])) {
            printf("usage: starling-bench %s [OPTION...]\n%s\n\n", commands[i].name,
                   commands[i].about);
            commands[i].usage();
            return 0;
        }
        return commands[i].run(argc, argv);
    }
    if (argc >= 2)
        fprintf(stderr, "starling-bench: %s: no such command\n", argv[1]);
    usage(stderr);
    return 2;
}
