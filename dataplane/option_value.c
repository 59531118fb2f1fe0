/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/option_value.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "dataplane/option_parse.h"

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit durations[] = {
    {"h", 3600000000000ull}, {"m", 60000000000ull}, {"s", 1000000000ull},
    {"ms", 1000000ull},      {"us", 1000ull},       {"ns", 1ull},
};
static const struct unit sizes[] = {
    {"MB", 1000000ull},  {"KB", 1000ull}, {"MiB", 1ull << 20},
    {"KiB", 1ull << 10}, {"B", 1ull},     {"", 1ull},
};
#define UNITS(list) sizeof(list) / sizeof((list)[0])

int sl_option_refuse(char *why, size_t why_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, why_bytes, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

bool sl_option_parse_digits(const char **text, uint64_t *value)
{
    char *end;
    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *value = strtoull(*text, &end, 10);
    *text = end;
    return errno == 0;
}

static bool parse_units(const char *text, const struct unit *units, size_t count, uint64_t *value)
{
    if (!sl_option_parse_digits(&text, value))
        return false;
    if (*value == 0 && *text == '\0')
        return true;
    while (*text == ' ')
        text++;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, units[i].name) == 0)
            return !__builtin_mul_overflow(*value, units[i].factor, value);
    }
    return false;
}

static int parse_number(const struct sl_option *o, const char *text, uint32_t *field, char *why,
                        size_t why_bytes)
{
    uint64_t value;
    if (o->type == SL_OPTION_SIZE) {
        if (!parse_units(text, sizes, UNITS(sizes), &value) || value > UINT32_MAX)
            return sl_option_refuse(why, why_bytes,
                                    "write a size below 4 GiB, such as 1232, 100KB or 1MiB");
    } else if (!sl_option_parse_digits(&text, &value) || *text != '\0') {
        return sl_option_refuse(why, why_bytes, "write a whole number");
    }
    uint64_t most = o->most < UINT32_MAX ? o->most : UINT32_MAX;
    if (value < o->least || value > most)
        return sl_option_refuse(why, why_bytes, "must be within %" PRIu64 " and %" PRIu64, o->least,
                                most);
    *field = (uint32_t)value;
    return 0;
}

static int parse_duration(const char *text, uint64_t *field, char *why, size_t why_bytes)
{
    if (!parse_units(text, durations, UNITS(durations), field))
        return sl_option_refuse(
            why, why_bytes,
            "write a whole number and its unit (ns, us, ms, s, m, h), such as 200ms");
    return 0;
}

static int parse_mode(const char *text, uint32_t *field, char *why, size_t why_bytes)
{
    char *end;
    unsigned long mode = strtoul(text, &end, 8);
    if (!isdigit((unsigned char)*text) || *end != '\0' || mode > 0777 || (mode & 0600) != 0600)
        return sl_option_refuse(why, why_bytes,
                                "write permission bits in octal that let the owner read and write, "
                                "such as 0660 or 0600");
    *field = (uint32_t)mode;
    return 0;
}

int sl_option_parse_string(const struct sl_option *o, const char *text, char *field, char *why,
                           size_t why_bytes)
{
    size_t length = strlen(text);
    if (length < o->least || length > o->most)
        return sl_option_refuse(why, why_bytes, "must have %" PRIu64 " to %" PRIu64 " bytes",
                                o->least, o->most);
    for (size_t i = 0; i < length; i++) {
        if (iscntrl((unsigned char)text[i]))
            return sl_option_refuse(why, why_bytes, "must not contain control characters");
    }
    memcpy(field, text, length + 1);
    return 0;
}

static int parse_choice(const struct sl_option *o, const char *text, void *field, char *why,
                        size_t why_bytes)
{
    uint32_t index = 0;
    size_t length = strlen(text);
    for (const char *at = o->choices; length > 0; index++) {
        size_t here = strcspn(at, "|");
        if (here == length && memcmp(at, text, length) == 0) {
            if (o->type == SL_OPTION_WORD)
                memcpy(field, text, length + 1);
            else
                *(uint32_t *)field = index;
            return 0;
        }
        if (at[here] == '\0')
            break;
        at += here + 1;
    }
    return sl_option_refuse(why, why_bytes, "must be one of %s", o->choices);
}

int sl_option_parse(const struct sl_option *o, const char *text, struct sl_options *options,
                    char *why, size_t why_bytes)
{
    void *field = (char *)options + o->offset;
    switch (o->type) {
    case SL_OPTION_STRING:
        return sl_option_parse_string(o, text, field, why, why_bytes);
    case SL_OPTION_TAGS:
        return sl_option_parse_tags(text, field, why, why_bytes);
    case SL_OPTION_CHOICE:
    case SL_OPTION_WORD:
        return parse_choice(o, text, field, why, why_bytes);
    case SL_OPTION_PORT:
        return sl_port_spec_parse(text, field, why, why_bytes);
    case SL_OPTION_PREFIX4:
        return sl_option_parse_prefix(AF_INET, text, field, why, why_bytes);
    case SL_OPTION_PREFIX6:
        return sl_option_parse_prefix(AF_INET6, text, field, why, why_bytes);
    case SL_OPTION_GATEWAY4:
        return sl_option_parse_gateway(AF_INET, text, field, why, why_bytes);
    case SL_OPTION_GATEWAY6:
        return sl_option_parse_gateway(AF_INET6, text, field, why, why_bytes);
    case SL_OPTION_ADVERTISE4:
        return sl_option_parse_advertise(AF_INET, text, field, why, why_bytes);
    case SL_OPTION_ADVERTISE6:
        return sl_option_parse_advertise(AF_INET6, text, field, why, why_bytes);
    case SL_OPTION_NUMBER:
    case SL_OPTION_SIZE:
        return parse_number(o, text, field, why, why_bytes);
    case SL_OPTION_DURATION:
        return parse_duration(text, field, why, why_bytes);
    case SL_OPTION_SEEDS:
        return sl_option_parse_seeds(text, options, why, why_bytes);
    case SL_OPTION_CPUS:
        return sl_option_parse_cpus(text, options, why, why_bytes);
    case SL_OPTION_MODE:
        return parse_mode(text, field, why, why_bytes);
    }
    return -EINVAL;
}

static void format_choice(const struct sl_option *o, uint32_t index, char *out, size_t out_bytes)
{
    const char *at = o->choices;
    while (index-- > 0)
        at += strcspn(at, "|") + 1;
    snprintf(out, out_bytes, "%.*s", (int)strcspn(at, "|"), at);
}

void sl_option_format(const struct sl_option *o, const struct sl_options *options, char *out,
                      size_t out_bytes)
{
    const void *field = (const char *)options + o->offset;
    bool duration = o->type == SL_OPTION_DURATION;
    uint64_t value = duration ? *(const uint64_t *)field : *(const uint32_t *)field;
    const struct unit *unit = duration ? durations : sizes;
    const char *name = "";

    if (o->type == SL_OPTION_CHOICE) {
        format_choice(o, (uint32_t)value, out, out_bytes);
        return;
    }
    while (o->type != SL_OPTION_NUMBER && value != 0 && value % unit->factor != 0)
        unit++;
    if (o->type != SL_OPTION_NUMBER && value != 0) {
        value /= unit->factor;
        name = unit->factor == 1 && !duration ? "" : unit->name;
    }
    snprintf(out, out_bytes, "%" PRIu64 "%s", value, name);
}

static bool families_are_equal(const struct sl_options_family *a, const struct sl_options_family *b,
                               bool gateway)
{
    if (gateway)
        return a->has_gateway == b->has_gateway &&
               (!a->has_gateway || memcmp(a->gateway, b->gateway, sizeof(a->gateway)) == 0);
    return a->set == b->set &&
           (!a->set || (a->prefix_bits == b->prefix_bits &&
                        memcmp(a->address, b->address, sizeof(a->address)) == 0));
}

bool sl_option_is_equal(const struct sl_option *o, const struct sl_options *a,
                        const struct sl_options *b)
{
    const void *one = (const char *)a + o->offset, *other = (const char *)b + o->offset;
    switch (o->type) {
    case SL_OPTION_STRING:
    case SL_OPTION_TAGS:
    case SL_OPTION_WORD:
        return strcmp(one, other) == 0;
    case SL_OPTION_PORT:
        return strcmp(a->port.text, b->port.text) == 0;
    case SL_OPTION_PREFIX4:
    case SL_OPTION_PREFIX6:
        return families_are_equal(one, other, false);
    case SL_OPTION_GATEWAY4:
    case SL_OPTION_GATEWAY6:
        return families_are_equal(one, other, true);
    case SL_OPTION_ADVERTISE4:
    case SL_OPTION_ADVERTISE6:
        return sl_endpoint_equal(one, other);
    case SL_OPTION_SEEDS:
        return a->seed_count == b->seed_count && memcmp(a->seeds, b->seeds, sizeof(a->seeds)) == 0;
    case SL_OPTION_CPUS:
        return a->cpu_count == b->cpu_count && memcmp(a->cpus, b->cpus, sizeof(a->cpus)) == 0;
    case SL_OPTION_DURATION:
        return *(const uint64_t *)one == *(const uint64_t *)other;
    case SL_OPTION_CHOICE:
    case SL_OPTION_NUMBER:
    case SL_OPTION_SIZE:
    case SL_OPTION_MODE:
        return *(const uint32_t *)one == *(const uint32_t *)other;
    }
    return false;
}
