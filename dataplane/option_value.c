/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/option_value.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

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

static int __attribute__((format(printf, 3, 4)))
refuse(char *why, size_t why_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, why_bytes, format, arguments);
    va_end(arguments);
    return -EINVAL;
}

/* Digits only: strtoull() by itself takes signs, blanks and overflow. */
static bool parse_digits(const char **text, uint64_t *value)
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
    if (!parse_digits(&text, value))
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
            return refuse(why, why_bytes, "write a size below 4 GiB, such as 1232, 100KB or 1MiB");
    } else if (!parse_digits(&text, &value) || *text != '\0') {
        return refuse(why, why_bytes, "write a whole number");
    }
    uint64_t most = o->most < UINT32_MAX ? o->most : UINT32_MAX;
    if (value < o->least || value > most)
        return refuse(why, why_bytes, "must be within %" PRIu64 " and %" PRIu64, o->least, most);
    *field = (uint32_t)value;
    return 0;
}

static int parse_duration(const char *text, uint64_t *field, char *why, size_t why_bytes)
{
    if (!parse_units(text, durations, UNITS(durations), field))
        return refuse(why, why_bytes,
                      "write a whole number and its unit (ns, us, ms, s, m, h), such as 200ms");
    return 0;
}

/* Copies a string that terminals and JSON can show as it stands. */
static int parse_string(const struct sl_option *o, const char *text, char *field, char *why,
                        size_t why_bytes)
{
    size_t length = strlen(text);
    if (length < o->least || length > o->most)
        return refuse(why, why_bytes, "must have %" PRIu64 " to %" PRIu64 " bytes", o->least,
                      o->most);
    for (size_t i = 0; i < length; i++) {
        if (iscntrl((unsigned char)text[i]))
            return refuse(why, why_bytes, "must not contain control characters");
    }
    memcpy(field, text, length + 1);
    return 0;
}

/* The next word of a list separated by commas or blanks; NULL at the end. */
static const char *next_word(const char **text, size_t *length)
{
    const char *word = *text + strspn(*text, ", \t");
    *length = strcspn(word, ", \t");
    *text = word + *length;
    return *length > 0 ? word : NULL;
}

static int parse_tags(const struct sl_option *o, const char *text, char *field, char *why,
                      size_t why_bytes)
{
    int error = parse_string(o, text, field, why, why_bytes);
    size_t length, at = 0;
    const char *word;
    while (error == 0 && (word = next_word(&text, &length)) != NULL) {
        const char *equals = memchr(word, '=', length);
        if (equals == NULL || equals == word)
            return refuse(why, why_bytes, "write key=value pairs, separated by commas");
        if (at > 0)
            field[at++] = '\n';
        memcpy(field + at, word, length);
        at += length;
    }
    if (error == 0)
        field[at] = '\0';
    return error;
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
    return refuse(why, why_bytes, "must be one of %s", o->choices);
}

static bool is_unicast(int family, const uint8_t *address)
{
    static const uint8_t zero[16];
    if (family == AF_INET)
        return address[0] != 0 && address[0] != 127 && address[0] < 224;
    return memcmp(address, zero, 16) != 0 && address[0] != 0xff;
}

static int parse_prefix(int family, const char *text, struct sl_options_family *field, char *why,
                        size_t why_bytes)
{
    const char *shape = family == AF_INET ? "192.0.2.1/24" : "2001:db8::1/64";
    uint64_t most = family == AF_INET ? 32 : 128, bits;
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchr(text, '/');

    if (*text == '\0') {
        field->set = false;
        return 0;
    }
    if (slash == NULL || (size_t)(slash - text) >= sizeof(address))
        return refuse(why, why_bytes, "write an address and prefix length, such as %s", shape);
    memcpy(address, text, (size_t)(slash - text));
    address[slash - text] = '\0';
    slash++;
    if (inet_pton(family, address, field->address) != 1 || !parse_digits(&slash, &bits) ||
        *slash != '\0' || bits < 1 || bits > most || !is_unicast(family, field->address))
        return refuse(why, why_bytes, "write a unicast address and prefix length, such as %s",
                      shape);
    field->prefix_bits = (uint8_t)bits;
    field->set = true;
    return 0;
}

static int parse_gateway(int family, const char *text, struct sl_options_family *field, char *why,
                         size_t why_bytes)
{
    field->has_gateway = *text != '\0';
    if (!field->has_gateway)
        return 0;
    if (inet_pton(family, text, field->gateway) != 1 || !is_unicast(family, field->gateway))
        return refuse(why, why_bytes, "write a unicast address, such as %s",
                      family == AF_INET ? "192.0.2.254" : "2001:db8::ff");
    return 0;
}

static int parse_seeds(const char *text, struct sl_options *options, char *why, size_t why_bytes)
{
    const char *word;
    size_t length;
    options->seed_count = 0;
    while ((word = next_word(&text, &length)) != NULL) {
        char copy[SL_SEED_BYTES_MAX + 2];
        struct sl_seed seed;
        if (options->seed_count == SL_SEEDS_MAX)
            return refuse(why, why_bytes, "more than %d seeds", SL_SEEDS_MAX);
        /* One byte too many is kept, so that a word too long is refused and not cut. */
        snprintf(copy, sizeof(copy), "%.*s", (int)length, word);
        int error = sl_seed_parse(copy, SL_UDP_PORT, &seed, why, why_bytes);
        if (error)
            return error;
        memcpy(options->seeds[options->seed_count++], seed.text, sizeof(seed.text));
    }
    return 0;
}

static int add_cpus(struct sl_options *options, uint64_t first, uint64_t last)
{
    for (uint64_t cpu = first; cpu <= last; cpu++) {
        for (uint32_t i = 0; i < options->cpu_count; i++) {
            if (options->cpus[i] == cpu)
                return -EINVAL;
        }
        if (options->cpu_count == SL_WORKERS_MAX + 1)
            return -EINVAL;
        options->cpus[options->cpu_count++] = (uint16_t)cpu;
    }
    return 0;
}

static int parse_cpus(const char *text, struct sl_options *options, char *why, size_t why_bytes)
{
    const char *word;
    size_t length;
    options->cpu_count = 0;
    while ((word = next_word(&text, &length)) != NULL) {
        uint64_t first, last;
        bool good = parse_digits(&word, &first);
        last = first;
        if (good && *word == '-') {
            word++;
            good = parse_digits(&word, &last);
        }
        if (!good || word != text || last < first || last > 1023 ||
            add_cpus(options, first, last) != 0)
            return refuse(why, why_bytes, "write up to %d different CPUs below 1024, such as 2,4-7",
                          SL_WORKERS_MAX + 1);
    }
    return 0;
}

int sl_option_parse(const struct sl_option *o, const char *text, struct sl_options *options,
                    char *why, size_t why_bytes)
{
    void *field = (char *)options + o->offset;
    switch (o->type) {
    case SL_OPTION_STRING:
        return parse_string(o, text, field, why, why_bytes);
    case SL_OPTION_TAGS:
        return parse_tags(o, text, field, why, why_bytes);
    case SL_OPTION_CHOICE:
    case SL_OPTION_WORD:
        return parse_choice(o, text, field, why, why_bytes);
    case SL_OPTION_PORT:
        return sl_port_spec_parse(text, field, why, why_bytes);
    case SL_OPTION_PREFIX4:
        return parse_prefix(AF_INET, text, field, why, why_bytes);
    case SL_OPTION_PREFIX6:
        return parse_prefix(AF_INET6, text, field, why, why_bytes);
    case SL_OPTION_GATEWAY4:
        return parse_gateway(AF_INET, text, field, why, why_bytes);
    case SL_OPTION_GATEWAY6:
        return parse_gateway(AF_INET6, text, field, why, why_bytes);
    case SL_OPTION_NUMBER:
    case SL_OPTION_SIZE:
        return parse_number(o, text, field, why, why_bytes);
    case SL_OPTION_DURATION:
        return parse_duration(text, field, why, why_bytes);
    case SL_OPTION_SEEDS:
        return parse_seeds(text, options, why, why_bytes);
    case SL_OPTION_CPUS:
        return parse_cpus(text, options, why, why_bytes);
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
