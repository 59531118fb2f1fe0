/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A line of a scenario, word by word. The first refusal stays; whoever reads on after it is told no
   more. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench/sim/scenario.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_WORDS_MAX 24

struct sim_words {
    const char *path;
    uint32_t line; /* 0: it is about the whole file */
    char text[SIM_TEXT_MAX];
    char *words[SIM_WORDS_MAX];
    uint32_t count, next;
    char *why;
    size_t why_bytes;
    bool refused;
};

/* Cuts a line into words, without its comment. */
void sim_words_cut(struct sim_words *w, const char *line, size_t length);

/* "path:line: what, expected ..." */
bool sim_refuse(struct sim_words *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool sim_at_end(const struct sim_words *w);
/* Takes the next word if it is this one. */
bool sim_accept(struct sim_words *w, const char *word);
bool sim_next_is_duration(const struct sim_words *w);
/* The next word; NULL (and a refusal) if there is none. */
const char *sim_take(struct sim_words *w, const char *expected);

/* Each takes what it names, or refuses and returns false. */
bool sim_take_keyword(struct sim_words *w, const char *word);
bool sim_take_number(struct sim_words *w, const char *expected, uint64_t *value);
bool sim_take_u32(struct sim_words *w, const char *expected, uint64_t most, uint32_t *value);
bool sim_take_duration(struct sim_words *w, uint64_t *ns);
bool sim_take_share(struct sim_words *w, uint32_t *millionths); /* 0.5% */
bool sim_take_bytes(struct sim_words *w, uint64_t *bytes);
/* Digits and what follows them; false if there are none, or too many. */
bool sim_word_digits(const char *word, uint64_t *value, const char **rest);
bool sim_word_share(const char *word, uint32_t *millionths);
bool sim_take_end(struct sim_words *w);

/* words_nodes.c. Whether a word names nodes by itself, so that nothing else may be named so. */
bool sim_word_is_nodes(const char *word);
/* Each takes nodes, or refuses. */
bool sim_take_zone(struct sim_words *w, const struct sim_scenario *s, uint32_t *zone);
/* Fixed ones only: n7, n3-n10, n1,n5-n9, zone east, all, all but n3 */
bool sim_take_range(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who);
/* Also by a pick's name: the same nodes whenever one looks */
bool sim_take_set(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who);
/* Also 1%, 5 nodes, crashed, leavers */
bool sim_take_who(struct sim_words *w, const struct sim_scenario *s, struct sim_pick *who);
/* Between which: "", A (and all others), A B, A -> B; a zone may go without its 'zone'. Ends before
   a duration. */
bool sim_take_between(struct sim_words *w, const struct sim_scenario *s, struct sim_action *a);

#ifdef __cplusplus
}
#endif
