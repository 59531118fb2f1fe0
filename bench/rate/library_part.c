/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/library_part.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/limits.h"
#include "lib/preload.h"
#include "lib/profile.h"
#include "lib/record.h"

#define NOW_NS 1000000000ull /* time stands still: no timer fires */

const char *const bench_part_names[] = {"ping",  "ping-records", "decode", "look-up",
                                        "merge", "encode",       NULL};
const char *const bench_part_texts[] = {
    "a PING answered in place (sl_fast_frame), no records",
    "the same with 4 known records",
    "a PING with 4 records read and checked (sl_header_read, sl_record_next)",
    "one member's word found (sl_view_word)",
    "one new claim merged (sl_engine_step)",
    "a PING with 4 claims written (sl_header_write, sl_record_write_alive)",
};

/* ---- a host that takes everything and sends nothing ---- */

static bool host_lend(void *context, struct sl_buffer *buffer)
{
    struct bench_library *l = context;
    *buffer = (struct sl_buffer){l->buffer, sizeof(l->buffer), NULL};
    return true;
}

static void host_send(void *context, struct sl_buffer *buffer, uint32_t length_bytes,
                      enum sl_class traffic, const struct sl_endpoint *to, uint32_t to_count)
{
    (void)context;
    (void)buffer;
    (void)length_bytes;
    (void)traffic;
    (void)to;
    (void)to_count;
}

static void host_event(void *context, const struct sl_event *event)
{
    (void)context;
    (void)event;
}

static void host_retire(void *context, struct sl_retire_ticket *ticket)
{
    (void)context;
    sl_retire_done(ticket);
}

static void *take(size_t bytes)
{
    size_t rounded = (bytes + SL_CACHE_LINE - 1) & ~(size_t)(SL_CACHE_LINE - 1);
    void *memory = aligned_alloc(SL_CACHE_LINE, rounded);
    if (memory != NULL)
        memset(memory, 0, rounded);
    return memory;
}

static int create_engine(struct bench_library *l, uint32_t members)
{
    struct sl_config config;
    struct sl_host host = {l, host_lend, host_send, host_event, host_retire};
    sl_profile_load(&config, "lan");
    snprintf(config.cluster_name, sizeof(config.cluster_name), "bench");
    snprintf(config.name, sizeof(config.name), "node-%07u", 0);
    config.v4 = bench_member_v4(0);
    /* what is measured is the path, not the cap on it */
    config.byte_cap = config.byte_cap_joining = config.byte_cap_seed = 1u << 31;
    if (members > config.max_members)
        config.max_members = members;
    struct sl_arena arena = {.size_bytes = sl_engine_arena_bytes(&config, NULL)};
    arena.base = l->arena = take(arena.size_bytes);
    if (arena.base == NULL)
        return -1;
    l->engine = sl_engine_create(&arena, &config, NULL, &host, 1, BENCH_GENERATION, NOW_NS);
    for (uint32_t i = 0; l->engine != NULL && i < members; i++) {
        char name[BENCH_NAME_BYTES];
        struct sl_identity identity = bench_member_identity(&l->members, i, name);
        struct sl_preload_member member = {l->members.ids[i], l->members.words[i], &identity};
        if (sl_engine_preload(l->engine, &member, 1) != 0)
            return -1;
    }
    return l->engine != NULL ? 0 : -1;
}

int bench_library_create(struct bench_library *l, uint32_t members)
{
    memset(l, 0, sizeof(*l));
    if (bench_members_create(&l->members, "bench", members, false) != 0)
        return -1;
    l->random.state = 1;
    sl_lane_init(&l->lane, 0, 1, &l->counters);
    l->spare = take(sl_input_bytes(SL_FRAME_BYTES));
    bool good = l->spare != NULL && create_engine(l, members) == 0;
    for (uint32_t i = 0; good && i < BENCH_BATCH; i++)
        good = (l->inputs[i] = take(sl_input_bytes(SL_FRAME_BYTES))) != NULL;
    if (good) {
        sl_engine_step(l->engine, NOW_NS, NULL);
        return 0;
    }
    fprintf(stderr, "starling-bench: no memory for %u members\n", members);
    return -1;
}

void bench_library_destroy(struct bench_library *l)
{
    for (uint32_t i = 0; i < BENCH_BATCH; i++)
        free(l->inputs[i]);
    free(l->spare);
    free(l->arena);
    bench_members_destroy(&l->members);
}

/* ---- what the batches are made of ---- */

static void write_start(struct bench_library *l, uint8_t *at, uint32_t sender)
{
    struct sl_header header;
    memset(&header, 0, sizeof(header));
    header.type = SL_FRAME_PING;
    header.cluster_id = l->members.cluster.id;
    header.sender_id = l->members.ids[sender];
    header.counter = 1;
    header.probe = ++l->probe;
    header.view_hash = sl_view_summary(sl_engine_view(l->engine))->view_hash;
    struct sl_probe_body body = {l->members.ids[0], header.sender_id,
                                 sl_engine_self_word(l->engine)};
    sl_header_write(at, &header);
    sl_probe_body_write(at, &body);
}

static uint32_t write_frame(struct bench_library *l, struct bench_batch_frame *f, uint32_t sender,
                            uint32_t records)
{
    uint32_t bytes = SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
    write_start(l, f->bytes, sender);
    for (uint32_t i = 0; i < records; i++)
        bytes += bench_member_put_stale(&l->members, bench_member_draw(&l->members, &l->random),
                                        &l->random, f->bytes + bytes, sizeof(f->bytes) - bytes);
    return bytes;
}

static void prepare_frames(struct bench_library *l, uint32_t records)
{
    for (uint32_t i = 0; i < BENCH_BATCH; i++) {
        struct bench_batch_frame *f = &l->masters[i];
        uint32_t sender = bench_member_draw(&l->members, &l->random);
        f->length_bytes = write_frame(l, f, sender, records);
        f->from = bench_member_v4(sender);
    }
    memcpy(l->frames, l->masters, sizeof(l->frames));
}

static void prepare_claims(struct bench_library *l)
{
    for (uint32_t i = 0; i < BENCH_BATCH; i++) {
        uint32_t number = bench_member_draw(&l->members, &l->random);
        l->ids[i] = l->members.ids[number];
        l->words[i] = l->members.words[number];
        l->identities[i] = bench_member_identity(&l->members, number, l->names[i]);
    }
}

static void prepare_inputs(struct bench_library *l)
{
    for (uint32_t i = 0; i < BENCH_BATCH; i++) {
        struct sl_input *input = l->inputs[i];
        uint32_t number = bench_member_draw(&l->members, &l->random);
        memset(input, 0, sizeof(*input));
        input->received_ns = NOW_NS;
        input->header.type = SL_FRAME_GOSSIP;
        input->header.sender_id = l->members.ids[number];
        input->header.cluster_id = l->members.cluster.id;
        input->from = bench_member_v4(number);
        input->record_count = 1;
        input->records_bytes =
            (uint16_t)bench_member_put_novel(&l->members, number, input->records, SL_FRAME_BYTES);
    }
}

void bench_part_prepare(struct bench_library *l, enum bench_part part)
{
    if (part == BENCH_PART_PING || part == BENCH_PART_PING_RECORDS || part == BENCH_PART_DECODE)
        prepare_frames(l, part == BENCH_PART_PING ? 0 : BENCH_BATCH_RECORDS);
    else if (part == BENCH_PART_MERGE)
        prepare_inputs(l);
    else
        prepare_claims(l);
}

/* ---- the batches ---- */

static void run_pings(struct bench_library *l)
{
    const struct sl_fast *fast = sl_engine_fast(l->engine);
    memset(&l->lane.meter, 0, sizeof(l->lane.meter)); /* all bytes fall into one second */
    for (uint32_t i = 0; i < BENCH_BATCH; i++) {
        struct bench_batch_frame *f = &l->frames[i];
        struct sl_frame_io io = {.bytes = f->bytes,
                                 .length_bytes = f->length_bytes,
                                 .room_bytes = sizeof(f->bytes),
                                 .from = f->from};
        l->sum += sl_fast_frame(fast, &l->lane, NOW_NS, &io, l->spare) == SL_VERDICT_ANSWER;
    }
}

static void run_decode(struct bench_library *l)
{
    for (uint32_t i = 0; i < BENCH_BATCH; i++) {
        const struct bench_batch_frame *f = &l->frames[i];
        struct sl_header header;
        struct sl_probe_body body;
        struct sl_record record;
        enum sl_wire_error error;
        if (sl_header_read(f->bytes, f->length_bytes, &header) != SL_WIRE_OK)
            continue;
        sl_probe_body_read(f->bytes, &body);
        struct sl_record_cursor cursor = {f->bytes + sl_frame_records_at(header.type),
                                          f->bytes + f->length_bytes};
        while (sl_record_next(&cursor, &record, &error))
            l->sum++;
    }
}

static void run_look_ups(struct bench_library *l)
{
    const struct sl_view *view = sl_engine_view(l->engine);
    for (uint32_t i = 0; i < BENCH_BATCH; i++)
        l->sum += sl_view_word(view, l->ids[i]);
}

static void run_merges(struct bench_library *l)
{
    for (uint32_t i = 0; i < BENCH_BATCH; i++)
        l->sum += sl_engine_step(l->engine, NOW_NS, l->inputs[i]).more;
}

static void run_encode(struct bench_library *l)
{
    for (uint32_t i = 0; i < BENCH_BATCH; i++) {
        struct bench_batch_frame *f = &l->frames[i];
        uint32_t bytes = SL_HEADER_BYTES + SL_PROBE_BODY_BYTES;
        write_start(l, f->bytes, 1);
        for (uint32_t r = 0; r < BENCH_BATCH_RECORDS; r++) {
            uint32_t claim = (i + r) % BENCH_BATCH;
            bytes += sl_record_write_alive(f->bytes + bytes, (uint32_t)sizeof(f->bytes) - bytes,
                                           l->ids[claim], l->words[claim], &l->identities[claim]);
        }
        l->sum += bytes;
    }
}

__attribute__((noinline)) void bench_part_run(struct bench_library *l, enum bench_part part)
{
    switch (part) {
    case BENCH_PART_PING:
    case BENCH_PART_PING_RECORDS:
        run_pings(l);
        break;
    case BENCH_PART_DECODE:
        run_decode(l);
        break;
    case BENCH_PART_LOOK_UP:
        run_look_ups(l);
        break;
    case BENCH_PART_MERGE:
        run_merges(l);
        break;
    case BENCH_PART_ENCODE:
        run_encode(l);
        break;
    case BENCH_PART_COUNT:
        break;
    }
}
