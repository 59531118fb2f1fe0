/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a run shows: who learned of which news when, how long joining took, how many views were
   right. */
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SIM_NEVER     UINT64_MAX
#define SIM_NEWS_NONE UINT32_MAX

struct sim_sight {
    uint64_t at_ns;
    uint32_t viewer;
};

enum sim_news_kind {
    SIM_NEWS_CRASH,
    SIM_NEWS_UPDATE,
    SIM_NEWS_REMOVAL,
    SIM_NEWS_UNREACHABLE, /* of a zone: cut off from all others, or all crashed at once */
    SIM_NEWS_REACHABLE,   /* its healing */
    SIM_NEWS_KINDS
};

/* Something that the others are to learn. */
struct sim_news {
    uint64_t at_ns;
    uint64_t word; /* UPDATE, REMOVAL: who holds this or a greater one knows */
    uint32_t node; /* whose news; of a zone: its number */
    bool of_zone;
    const char *tags;         /* UPDATE: those that it claimed; NULL: not looked at */
    uint32_t earlier;         /* the same node's before it; SIM_NEWS_NONE */
    struct sim_sight *sights; /* in the order of time */
    uint32_t count, capacity;
    uint32_t *blind; /* CRASH: that did not know it alive, REMOVAL: that knew: they have
                           nothing to learn */
    uint32_t blind_count, blind_capacity;
};

struct sim_start {
    uint64_t at_ns, took_ns; /* took: SIM_NEVER until the view is there */
    uint32_t node;
};

struct sim_sample {
    uint64_t at_ns;
    uint32_t right, total; /* viewers whose hash is that of the nodes that run, of all */
};

struct sim_news_list {
    struct sim_news *all;
    uint32_t count, capacity;
};

struct sim_watch {
    struct sim_news_list news[SIM_NEWS_KINDS];
    struct sim_start *starts;
    struct sim_sample *samples;
    uint32_t start_count, start_capacity;
    uint32_t sample_count, sample_capacity;
    uint64_t last_action_ns; /* since the start */
};

/* These two return the number of the new entry. */
uint32_t sim_watch_news(struct sim_watch *watch, enum sim_news_kind kind,
                        const struct sim_news *news);
uint32_t sim_watch_start(struct sim_watch *watch, uint64_t at_ns, uint32_t node);
void sim_watch_sight(struct sim_news *news, uint64_t at_ns, uint32_t viewer);
void sim_watch_blind(struct sim_news *news, uint32_t viewer);
void sim_watch_sample(struct sim_watch *watch, uint64_t at_ns, uint32_t right, uint32_t total);
void sim_watch_destroy(struct sim_watch *watch);

/* From the news until a share of the counted viewers had learned it: counts[viewer] says who
   counts, total how many do. SIM_NEVER if fewer ever did. counts is restored. */
uint64_t sim_news_latency(const struct sim_news *news, uint8_t *counts, uint32_t total,
                          uint32_t millionths);

/* Something happens at this time, or goes on until then. */
void sim_watch_act(struct sim_watch *watch, uint64_t at_ns);

/* From the last action until a share of the views was right for the first time; if that is all of
   them, until they were and stayed so. */
uint64_t sim_watch_equal(const struct sim_watch *watch, uint32_t millionths);

/* Nearest rank; sorts. SIM_NEVER if there are none. */
uint64_t sim_percentile(uint64_t *values, uint32_t count, uint32_t percentile);

#ifdef __cplusplus
}
#endif
