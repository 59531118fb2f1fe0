/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bench/packet.h"

static const char usage[] = "usage: starling-bench packet [--seconds N] [--json] [--no-huge]\n"
                            "\n"
                            "  packet       answers PINGs through the workers' code, on one core\n"
                            "\n"
                            "  --seconds N  how long to measure, 1 to 3600 (default 5)\n"
                            "  --json       one JSON object instead of a table\n"
                            "  --no-huge    use no hugepages, even if there are some\n";

int main(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "packet") == 0)
        return sl_bench_packet(argc, argv);
    bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
    fputs(usage, asked ? stdout : stderr);
    return asked ? 0 : 2;
}
