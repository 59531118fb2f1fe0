/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/arguments.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void describe(const struct bench_option *option, FILE *out)
{
    switch (option->kind) {
    case BENCH_OPTION_FLAG:
        fprintf(out, "no value");
        break;
    case BENCH_OPTION_NUMBER:
        fprintf(out, "a number from %u to %u", option->min, option->max);
        break;
    case BENCH_OPTION_LIST:
        fprintf(out, "up to %d numbers from %u to %u with commas between", BENCH_LIST_MAX,
                option->min, option->max);
        break;
    case BENCH_OPTION_WORD:
        for (uint32_t i = 0; option->words[i] != NULL; i++)
            fprintf(out, "%s%s", i > 0 ? "|" : "", option->words[i]);
        break;
    case BENCH_OPTION_TEXT:
        fprintf(out, "a text");
        break;
    }
}

static int refuse(const struct bench_option *option, const char *given)
{
    fprintf(stderr, "starling-bench: --%s%s%s: expected ", option->name, given != NULL ? " " : "",
            given != NULL ? given : "");
    describe(option, stderr);
    fputc('\n', stderr);
    return -1;
}

static bool read_number(const struct bench_option *option, const char **at, uint32_t *out)
{
    char *end;
    if (!isdigit((unsigned char)**at))
        return false;
    unsigned long long value = strtoull(*at, &end, 10);
    *at = end;
    *out = (uint32_t)value;
    return value >= option->min && value <= option->max;
}

static bool read_list(const struct bench_option *option, const char *at)
{
    struct bench_list *list = option->value;
    for (list->count = 0; list->count < BENCH_LIST_MAX; at++) {
        if (!read_number(option, &at, &list->values[list->count]))
            return false;
        list->count++;
        if (*at == '\0')
            return true;
        if (*at != ',')
            return false;
    }
    return false;
}

static bool read_word(const struct bench_option *option, const char *given)
{
    for (uint32_t i = 0; option->words[i] != NULL; i++) {
        if (strcmp(option->words[i], given) == 0) {
            *(uint32_t *)option->value = i;
            return true;
        }
    }
    return false;
}

static bool read_value(const struct bench_option *option, const char *given)
{
    const char *at = given;
    switch (option->kind) {
    case BENCH_OPTION_FLAG:
        return false;
    case BENCH_OPTION_NUMBER:
        return read_number(option, &at, option->value) && *at == '\0';
    case BENCH_OPTION_LIST:
        return read_list(option, at);
    case BENCH_OPTION_WORD:
        return read_word(option, given);
    case BENCH_OPTION_TEXT:
        *(const char **)option->value = given;
        return *given != '\0';
    }
    return false;
}

static const struct bench_option *find(const struct bench_option *options, const char *name,
                                       size_t length)
{
    for (; options->name != NULL; options++)
        if (strlen(options->name) == length && strncmp(options->name, name, length) == 0)
            return options;
    return NULL;
}

/* argv[*at] begins with two dashes; its value may follow an equals sign or be the next word. */
static int read_option(char **argv, int argc, int *at, const struct bench_option *options)
{
    const char *name = argv[*at] + 2, *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct bench_option *option = find(options, name, length);
    if (option == NULL) {
        fprintf(stderr, "starling-bench: --%.*s: no such option; expected one of", (int)length,
                name);
        for (; options->name != NULL; options++)
            fprintf(stderr, " --%s", options->name);
        fputc('\n', stderr);
        return -1;
    }
    if (option->kind == BENCH_OPTION_FLAG && equals == NULL) {
        *(bool *)option->value = true;
        return 0;
    }
    const char *given = equals != NULL ? equals + 1 : *at + 1 < argc ? argv[++*at] : NULL;
    return given != NULL && read_value(option, given) ? 0 : refuse(option, given);
}

int bench_arguments_read(int argc, char **argv, const struct bench_option *options,
                         const char **operands)
{
    uint32_t operand_count = 0;
    for (int at = 2; at < argc; at++) {
        if (strncmp(argv[at], "--", 2) == 0) {
            if (read_option(argv, argc, &at, options) != 0)
                return -1;
        } else if (operands == NULL) {
            fprintf(stderr, "starling-bench: %s: unexpected; expected an option, as --%s\n",
                    argv[at], options[0].name);
            return -1;
        } else {
            operands[operand_count++] = argv[at];
        }
    }
    if (operands != NULL)
        operands[operand_count] = NULL;
    return 0;
}

void bench_arguments_print(const struct bench_option *options)
{
    for (; options->name != NULL; options++) {
        printf("  --%-16s %s", options->name, options->help);
        if (options->kind != BENCH_OPTION_FLAG && options->kind != BENCH_OPTION_TEXT) {
            printf(" (");
            describe(options, stdout);
            putchar(')');
        }
        putchar('\n');
    }
}
