/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/scenes.h"

#include "lib/record.h"

#define US 1000ull
#define MS 1000000ull

#define REPORTERS 3 /* who say that nobody in the other zones answers */

static uint32_t draw_living(struct bench_churn *churn)
{
    return churn->living[sl_prng_below(&churn->random, churn->living_count)];
}

/* Whoever is gone does not come back. */
static uint32_t take_living(struct bench_churn *churn)
{
    uint32_t at = sl_prng_below(&churn->random, churn->living_count);
    uint32_t number = churn->living[at];
    churn->living[at] = churn->living[--churn->living_count];
    return number;
}

static uint8_t *end_of(struct bench_churn_frame *frame)
{
    return frame->bytes + frame->length_bytes;
}

static uint32_t room_of(const struct bench_churn_frame *frame)
{
    return (uint32_t)sizeof(frame->bytes) - frame->length_bytes;
}

static struct bench_churn_frame *begin(struct bench_churn *churn)
{
    return bench_churn_begin_frame(churn, BENCH_CHURN_STRANGER, 0);
}

static bool claim(struct bench_churn *churn, struct bench_churn_frame *frame, uint32_t number)
{
    struct bench_churn_text text;
    struct sl_identity identity = bench_churn_identity(churn, number, &text);
    uint32_t bytes =
        sl_record_write_alive(end_of(frame), room_of(frame), churn->members.ids[number],
                              churn->members.words[number], &identity);
    frame->length_bytes += bytes;
    return bytes != 0;
}

static void act_join(struct bench_churn *churn, uint32_t turn)
{
    if (turn == 0) {
        struct bench_churn_node *node = &churn->nodes[0];
        sl_engine_join(node->engine, churn->now_ns, &churn->nodes[1].endpoint, 1);
        node->step.more = true;
    }
}

static bool has_joined(const struct bench_churn *churn)
{
    return sl_engine_stats(churn->nodes[0].engine)->phase == SL_PHASE_MEMBER;
}

static void act_update(struct bench_churn *churn, uint32_t turn)
{
    struct bench_churn_frame *frame = begin(churn);
    (void)turn;
    bool fits = frame != NULL;
    while (fits) {
        uint32_t number = draw_living(churn);
        uint64_t before = churn->members.words[number];
        churn->members.words[number] = sl_word_refute(before);
        fits = claim(churn, frame, number);
        if (!fits)
            churn->members.words[number] = before;
    }
}

static void act_add(struct bench_churn *churn, uint32_t turn)
{
    struct bench_churn_frame *frame = begin(churn);
    (void)turn;
    while (frame != NULL && churn->known_count < churn->members.count &&
           claim(churn, frame, churn->known_count))
        churn->living[churn->living_count++] = churn->known_count++;
}

static void act_kill(struct bench_churn *churn, uint32_t turn)
{
    struct bench_churn_frame *frame = begin(churn);
    (void)turn;
    while (frame != NULL && room_of(frame) >= SL_RECORD_ACCUSATION_BYTES) {
        uint32_t number = take_living(churn);
        frame->length_bytes +=
            sl_record_write_accusation(end_of(frame), room_of(frame), churn->members.ids[number],
                                       sl_word_with_status(churn->members.words[number], SL_DEAD),
                                       churn->members.ids[draw_living(churn)]);
    }
}

static void act_leave(struct bench_churn *churn, uint32_t turn)
{
    struct bench_churn_frame *frame = begin(churn);
    (void)turn;
    while (frame != NULL && room_of(frame) >= SL_RECORD_LEFT_BYTES) {
        uint32_t number = take_living(churn);
        frame->length_bytes +=
            sl_record_write_left(end_of(frame), room_of(frame), churn->members.ids[number],
                                 sl_word_with_status(churn->members.words[number], SL_LEFT));
    }
}

/* The other node tells of its hash, until the first one asks. */
static void act_sync(struct bench_churn *churn, uint32_t turn)
{
    struct bench_churn_frame *frame = turn % 10 == 0 ? bench_churn_begin_frame(churn, 1, 0) : NULL;
    if (frame == NULL)
        return;
    const struct sl_view *view = sl_engine_view(churn->nodes[1].engine);
    frame->agrees = false;
    sl_be64_store(frame->bytes + SL_HEADER_VIEW_HASH_AT, sl_view_summary(view)->view_hash);
}

/* Nobody in the other zones answers, and some of the own zone say so. */
static void act_silence(struct bench_churn *churn, uint32_t turn)
{
    churn->silent = true;
    uint32_t from = (1 + turn % REPORTERS) * BENCH_CHURN_ZONES;
    struct bench_churn_frame *frame = bench_churn_begin_frame(churn, from, 0);
    for (uint32_t zone = 1; frame != NULL && zone < BENCH_CHURN_ZONES; zone++) {
        struct bench_churn_text text;
        struct sl_identity identity = bench_churn_identity(churn, zone, &text);
        uint64_t id = sl_member_id(&churn->members.cluster, identity.zone, identity.zone_bytes);
        frame->length_bytes += sl_record_write_doubt(end_of(frame), id);
    }
}

const struct bench_scene bench_scenes[BENCH_SCENES] = {
    {"join", "a node with an empty view learns all members", 1000, 200 * US, 10, act_join,
     has_joined},
    {"updates", "members change their tags while a grace period lasts and lasts", 10, 1 * MS, 9000,
     act_update, NULL},
    {"additions", "new members come", 7, 1 * MS, 100, act_add, NULL},
    {"deaths", "members are declared dead", 8, 1 * MS, 100, act_kill, NULL},
    {"leaves", "members leave", 2, 1 * MS, 100, act_leave, NULL},
    {"forgetting", "who is gone is forgotten, the table compacted, while tags change", 24, 100 * MS,
     1000, act_update, NULL},
    {"sync", "the two nodes make their views equal", 120, 200 * US, 10, act_sync, NULL},
    {"cut", "all other zones fall silent, are unreachable, then dead", 3, 100 * MS, 10, act_silence,
     NULL},
};
