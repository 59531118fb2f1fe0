/* SPDX-License-Identifier: BSD-3-Clause */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "dataplane/option_parse.h"
#include "ports/tags.h"

/* The next word of a list separated by commas or blanks; NULL at the end. */
static const char *next_word(const char **text, size_t *length)
{
    const char *word = *text + strspn(*text, ", \t");
    *length = strcspn(word, ", \t");
    *text = word + *length;
    return *length > 0 ? word : NULL;
}

int sl_option_parse_tags(const char *text, char *field, char *why, size_t why_bytes)
{
    field[0] = '\0';
    return sl_tags_add(field, text, why, why_bytes);
}

int sl_option_parse_seeds(const char *text, struct sl_options *options, char *why, size_t why_bytes)
{
    const char *word;
    size_t length;
    options->seed_count = 0;
    while ((word = next_word(&text, &length)) != NULL) {
        char copy[SL_SEED_BYTES_MAX + 2];
        struct sl_seed seed;
        if (options->seed_count == SL_SEEDS_MAX)
            return sl_option_refuse(why, why_bytes, "more than %d seeds", SL_SEEDS_MAX);
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

int sl_option_parse_cpus(const char *text, struct sl_options *options, char *why, size_t why_bytes)
{
    const char *word;
    size_t length;
    options->cpu_count = 0;
    while ((word = next_word(&text, &length)) != NULL) {
        uint64_t first, last;
        bool good = sl_option_parse_digits(&word, &first);
        last = first;
        if (good && *word == '-') {
            word++;
            good = sl_option_parse_digits(&word, &last);
        }
        if (!good || word != text || last < first || last > 1023 ||
            add_cpus(options, first, last) != 0)
            return sl_option_refuse(why, why_bytes,
                                    "write up to %d different CPUs below 1024, such as 2,4-7",
                                    SL_WORKERS_MAX + 1);
    }
    return 0;
}
