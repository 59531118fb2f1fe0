/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * What an operator says to starlingd: a configuration file, and flags that win over it. Every key
 * is a row of option_table.c; the example file, --help and the checks come from there. Control
 * thread, before the node starts; no DPDK.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/config.h"
#include "ports/seed.h"
#include "ports/spec.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_OPTIONS_FILE "/etc/starling/starlingd.conf" /* read if --config is not given */
#define SL_OPTIONS_KEYS 64                             /* room: rows of the table */
#define SL_OPTIONS_WHY  512                            /* room that a sentence needs at most */

enum sl_huge {
    SL_HUGE_AUTO, /* huge pages if there are free ones */
    SL_HUGE_YES,
    SL_HUGE_NO,
};

enum sl_idle {
    SL_IDLE_ADAPTIVE,
    SL_IDLE_BUSY,
};

/* An address of the port; IPv4 in the first 4 bytes, network order. */
struct sl_options_family {
    uint8_t address[16];
    uint8_t gateway[16];
    uint8_t prefix_bits;
    bool set;
    bool has_gateway;
};

struct sl_options {
    struct sl_config config; /* complete and checked, endpoints included */
    char profile[8];
    struct sl_port_spec port;
    struct sl_options_family v4, v6; /* at least one is set */
    /* What is claimed instead, port 0 as written; all zero: nothing. Ends up in config. */
    struct sl_endpoint advertise_v4, advertise_v6;
    uint32_t mtu;  /* 0 = the device's */
    uint32_t vlan; /* 0 = untagged */
    uint32_t dscp;
    uint32_t udp_port; /* the first of those that struct sl_net tells of */
    uint32_t seed_count;
    char seeds[SL_SEEDS_MAX][SL_SEED_BYTES_MAX + 1]; /* each has passed sl_seed_parse() */
    char control_socket[108];
    char control_group[64]; /* empty: that of the process */
    uint32_t control_mode;
    uint32_t huge; /* enum sl_huge */
    uint32_t memory_mb;
    uint32_t workers;   /* 0 = one core for engine and packets */
    uint32_t cpu_count; /* 0 = not said; else one for the engine and one per worker */
    uint16_t cpus[SL_WORKERS_MAX + 1];
    uint32_t idle;      /* enum sl_idle */
    uint32_t log_level; /* enum sl_log_level */

    /* Where each key was set, for messages about what shows up only later. */
    char file[PATH_MAX];
    uint32_t origin[SL_OPTIONS_KEYS]; /* 0 = default, SL_ORIGIN_FLAG, else the file's line */
};

#define SL_ORIGIN_FLAG UINT32_MAX

enum sl_options_answer {
    SL_OPTIONS_RUN = 0,
    SL_OPTIONS_ANSWERED = 1, /* --help, --version or --print-config: written to `out` */
};

/* Reads flags and file. Returns an sl_options_answer, or -errno and one line in `why`
   (SL_OPTIONS_WHY bytes are enough) that says where, what and what to do. */
int sl_options_load(struct sl_options *options, int argc, char *const argv[], FILE *out, char *why,
                    size_t why_bytes);

/* "FILE:LINE" or "--section.key": where a key got its value; for a default, the file or, without
 * one, "--section.key". */
void sl_options_where(const struct sl_options *options, const char *section, const char *key,
                      char *out, size_t out_bytes);

/* The example file: every key with its meaning, unit and default. */
void sl_options_print_example(FILE *out);
void sl_options_print_help(FILE *out);

#ifdef __cplusplus
}
#endif
