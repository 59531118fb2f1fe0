/* SPDX-License-Identifier: BSD-3-Clause */
#include <inttypes.h>
#include <string.h>

#include "dataplane/option_value.h"
#include "lib/profile.h"

static bool is_knob(const struct sl_option *o)
{
    return o->fallback == NULL && o->example == NULL;
}

static void format_default(const struct sl_option *o, const char *profile, char *out,
                           size_t out_bytes)
{
    if (!is_knob(o)) {
        snprintf(out, out_bytes, "%s", o->example != NULL ? o->example : o->fallback);
        return;
    }
    struct sl_options options;
    sl_profile_load(&options.config, profile);
    sl_option_format(o, &options, out, out_bytes);
}

static void print_kind(const struct sl_option *o, FILE *out)
{
    switch (o->type) {
    case SL_OPTION_CHOICE:
    case SL_OPTION_WORD:
        fprintf(out, "One of %s.", o->choices);
        break;
    case SL_OPTION_STRING:
    case SL_OPTION_TAGS:
        fprintf(out, "Up to %" PRIu64 " bytes.", o->most);
        break;
    case SL_OPTION_NUMBER:
        if (is_knob(o))
            fprintf(out, "A number.");
        else
            fprintf(out, "A number from %" PRIu64 " to %" PRIu64 ".", o->least, o->most);
        break;
    case SL_OPTION_SIZE:
        fprintf(out, "Bytes.");
        break;
    case SL_OPTION_DURATION:
        fprintf(out, "A duration.");
        break;
    case SL_OPTION_PORT:
        fprintf(out, "KIND:DEVICE[,OPTION=VALUE...].");
        break;
    case SL_OPTION_PREFIX4:
    case SL_OPTION_PREFIX6:
        fprintf(out, "ADDRESS/BITS.");
        break;
    case SL_OPTION_GATEWAY4:
    case SL_OPTION_GATEWAY6:
        fprintf(out, "An address.");
        break;
    case SL_OPTION_ADVERTISE4:
    case SL_OPTION_ADVERTISE6:
        fprintf(out, "ADDRESS[:PORT].");
        break;
    case SL_OPTION_SEEDS:
    case SL_OPTION_CPUS:
        fprintf(out, "A list.");
        break;
    case SL_OPTION_MODE:
        fprintf(out, "Octal permission bits.");
        break;
    }
}

/* Where the profiles differ, the example shows lan and says the others. */
static void print_profiles(const struct sl_option *o, FILE *out)
{
    char lan[64], wan[64], edge[64];
    if (!is_knob(o))
        return;
    format_default(o, "lan", lan, sizeof(lan));
    format_default(o, "wan", wan, sizeof(wan));
    format_default(o, "edge", edge, sizeof(edge));
    if (strcmp(lan, wan) != 0 || strcmp(lan, edge) != 0)
        fprintf(out, " Profile wan: %s, edge: %s.", wan, edge);
}

static void print_key(const struct sl_option *o, FILE *out)
{
    char value[256];
    format_default(o, "lan", value, sizeof(value));
    fprintf(out, "\n# %s\n# ", o->help);
    print_kind(o, out);
    print_profiles(o, out);
    if (o->example != NULL && o->fallback == NULL)
        fprintf(out, " Required.");
    fprintf(out, "\n%s%s =%s%s\n", o->example != NULL ? "" : "# ", o->key,
            value[0] != '\0' ? " " : "", value);
}

void sl_options_print_example(FILE *out)
{
    const char *section = "";
    fputs("# Configuration of starlingd, as `starlingd --print-config` writes it: every key, with "
          "its\n"
          "# default where it begins with '#'.\n"
          "#\n"
          "# Durations are whole numbers with a unit: ns, us, ms, s, m, h. Bytes may have one: KB, "
          "MB,\n"
          "# KiB, MiB. A '#' at the start of a line or after a blank begins a comment. A flag wins "
          "over\n"
          "# this file: --protocol.max_pause=1s.\n",
          out);
    for (uint32_t i = 0; i < sl_option_count; i++) {
        const struct sl_option *o = &sl_option_table[i];
        if (strcmp(section, o->section) != 0)
            fprintf(out, "\n[%s]\n", o->section);
        section = o->section;
        print_key(o, out);
    }
}

void sl_options_print_help(FILE *out)
{
    fputs(
        "Usage: starlingd [--config FILE] [--SECTION.KEY=VALUE ...]\n\n"
        "Runs one node of a Starling cluster until SIGTERM or SIGINT, then leaves the cluster.\n"
        "SIGHUP: reads the configuration again.\n\n"
        "  --config FILE     configuration file (default " SL_OPTIONS_FILE ", if there)\n"
        "  --print-config    write a documented configuration file and exit\n"
        "  --version, -V     write the version and exit\n"
        "  --help, -h        write this and exit\n\n"
        "Every key of the file is a flag as well, and the flag wins; --KEY will do for a key that\n"
        "only one section has:\n\n",
        out);
    for (uint32_t i = 0; i < sl_option_count; i++) {
        const struct sl_option *o = &sl_option_table[i];
        char value[256], flag[128];
        format_default(o, "lan", value, sizeof(value));
        snprintf(flag, sizeof(flag), "--%s.%s", o->section, o->key);
        fprintf(out, "  %-36s %s", flag, o->help);
        if (o->example == NULL && value[0] != '\0')
            fprintf(out, " (%s)", value);
        fputc('\n', out);
    }
    fputs("\nExit codes: 0 stopped as asked, 1 could not start or had to stop, 2 bad flag or "
          "configuration,\n4 another node was first to use this node's name.\n",
          out);
}
