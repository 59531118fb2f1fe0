/* SPDX-License-Identifier: BSD-3-Clause */
/* A small engine that lives through what the bytes say: inputs that no worker of ours need have
 * checked, commands, stalls and time. */
#include <stdlib.h>
#include <string.h>

#include "lib/assert.h"
#include "lib/engine.h"
#include "lib/profile.h"
#include "lib/record.h"
#include "tests/fuzz/fuzz.h"

#define MEMBERS_MAX 12
#define TICKETS_MAX 64
#define STEPS_MAX   1000 /* in a row that say "more" */

struct run {
    const uint8_t *at, *end;
    struct sl_engine *engine;
    struct sl_config config;
    uint64_t now_ns;
    uint8_t lent[SL_FRAME_BYTES];
    struct sl_retire_ticket *tickets[TICKETS_MAX];
    uint32_t ticket_count;
};

static uint64_t take(struct run *r, size_t bytes)
{
    uint64_t value = 0;
    for (; bytes > 0 && r->at < r->end; bytes--)
        value = value << 8 | *r->at++;
    return value;
}

static bool lend(void *context, struct sl_buffer *buffer)
{
    struct run *r = context;
    *buffer = (struct sl_buffer){r->lent, sizeof(r->lent), NULL};
    return true;
}

/* What is sent must be what any node would take. */
static void sent(void *context, struct sl_buffer *buffer, uint32_t length, enum sl_class traffic,
                 const struct sl_endpoint *to, uint32_t count)
{
    struct run *r = context;
    struct sl_header header;
    enum sl_wire_error error;
    struct sl_record record;
    (void)traffic;
    (void)to;
    SL_ASSERT(count > 0 && length <= r->config.frame_bytes);
    sl_header_stamp(buffer->bytes, 0, 1);
    SL_ASSERT(sl_header_read(buffer->bytes, length, &header) == SL_WIRE_OK);
    struct sl_record_cursor cursor = {buffer->bytes + sl_frame_records_at(header.type),
                                      buffer->bytes + length};
    while (sl_record_next(&cursor, &record, &error))
        ;
    SL_ASSERT(error == SL_WIRE_OK);
}

static void told(void *context, const struct sl_event *event)
{
    (void)context;
    SL_ASSERT(event->type < SL_EVENT_COUNT);
}

static void end_grace_periods(struct run *r)
{
    while (r->ticket_count > 0)
        sl_retire_done(r->tickets[--r->ticket_count]);
}

static void retire(void *context, struct sl_retire_ticket *ticket)
{
    struct run *r = context;
    SL_ASSERT(r->ticket_count < TICKETS_MAX);
    r->tickets[r->ticket_count++] = ticket;
}

static struct sl_endpoint address_of(uint64_t number)
{
    const uint8_t v4[4] = {192, 0, 2, (uint8_t)(number % 16)};
    return sl_endpoint_v4(v4, SL_UDP_PORT);
}

/* Few names, so that records meet each other; or any bytes. */
static uint64_t some_id(struct run *r)
{
    static const char *const names[] = {"merlin",  "kestrel", "hobby",
                                        "harrier", "goshawk", "saker"};
    struct sl_cluster cluster = sl_cluster_from_name("murmuration");
    uint64_t number = take(r, 1);
    if (number >= 240)
        return take(r, 8);
    const char *name = names[number % 6];
    return sl_member_id(&cluster, name, strlen(name));
}

static void step(struct run *r, const struct sl_input *input)
{
    struct sl_step done = sl_engine_step(r->engine, r->now_ns, input);
    for (int i = 0; done.more; i++) {
        SL_ASSERT(i < STEPS_MAX);
        done = sl_engine_step(r->engine, r->now_ns, NULL);
    }
    SL_ASSERT(done.next_deadline_ns > r->now_ns);
}

/* Header and body are what a worker has read of a frame: the engine trusts them. Lengths and
 * records it does not. */
static bool is_admitted(const struct sl_input *input)
{
    uint8_t frame[SL_HEADER_BYTES + SL_SYNC_BODY_BYTES + SL_PROBE_BODY_BYTES];
    struct sl_header header = input->header;
    if (header.type < SL_FRAME_PING || header.type > SL_FRAME_PULL)
        return false;
    memset(frame, 0, sizeof(frame));
    header.counter = 1;
    sl_header_write(frame, &header);
    if (header.type <= SL_FRAME_PING_REQ)
        sl_probe_body_write(frame, &input->body.probe);
    else if (!sl_frame_is_gossip(header.type))
        sl_sync_body_write(frame, &input->body.sync);
    return sl_header_read(frame, sl_frame_records_at(header.type), &header) == SL_WIRE_OK;
}

/* Of the exact size, so that AddressSanitizer sees every byte read past its end. */
static void hear(struct run *r)
{
    size_t bytes = sl_input_bytes(r->config.frame_bytes);
    struct sl_input *input = malloc(bytes);
    SL_ASSERT(input != NULL);
    memset(input, 0, bytes);
    input->header.type =
        (uint8_t)(SL_FRAME_PING + take(r, 1) % (SL_FRAME_PULL - SL_FRAME_PING + 1));
    input->header.probe = (uint32_t)take(r, 3);
    input->header.sender_id = some_id(r);
    input->header.view_hash = take(r, 2);
    input->header.unsettled = (uint16_t)take(r, 1);
    input->header.cluster_id = sl_cluster_from_name("murmuration").id;
    input->from = address_of(take(r, 1));
    input->received_ns = r->now_ns;
    if (input->header.type <= SL_FRAME_PING_REQ) {
        input->body.probe = (struct sl_probe_body){some_id(r), some_id(r), take(r, 8)};
    } else {
        input->body.sync.first_id = take(r, 8);
        input->body.sync.last_id = take(r, 8);
        input->body.sync.salt = take(r, 8);
        input->body.sync.live_count = (uint32_t)take(r, 2);
    }
    uint64_t wanted = take(r, 2);
    size_t left = (size_t)(r->end - r->at);
    size_t copied = wanted < left ? wanted : left;
    if (copied > r->config.frame_bytes)
        copied = r->config.frame_bytes;
    if (copied != 0)
        memcpy(input->records, r->at, copied);
    r->at += copied;
    input->records_bytes = (uint16_t)wanted;
    input->record_count = (uint16_t)take(r, 1);
    if (is_admitted(input))
        step(r, input);
    free(input);
}

static void command(struct run *r)
{
    struct sl_endpoint seed = address_of(take(r, 1));
    char tags[SL_TAGS_BYTES_MAX] = "role=fuzz";
    switch (take(r, 1) % 6) {
    case 0:
        (void)sl_engine_join(r->engine, r->now_ns, &seed, 1);
        break;
    case 1:
        (void)sl_engine_update(r->engine, r->now_ns, tags, (uint32_t)take(r, 1));
        break;
    case 2:
        (void)sl_engine_leave(r->engine, r->now_ns);
        break;
    case 3:
        sl_engine_note_stall(r->engine, r->now_ns, (enum sl_stall)(take(r, 1) % 4), take(r, 4));
        break;
    case 4:
        sl_engine_note_traffic(r->engine, r->now_ns, take(r, 3), take(r, 3));
        break;
    default:
        end_grace_periods(r);
        break;
    }
    step(r, NULL);
}

static void configure(struct run *r)
{
    SL_ASSERT(sl_profile_load(&r->config, take(r, 1) % 2 ? "lan" : "edge") == 0);
    strcpy(r->config.cluster_name, "murmuration");
    strcpy(r->config.name, "merlin");
    strcpy(r->config.zone, "aerie");
    r->config.v4 = address_of(1);
    r->config.max_members = MEMBERS_MAX;
    r->config.max_rumours = r->config.max_suspicions = 16;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run r = {.at = data, .end = data + size, .now_ns = 1000000000};
    struct sl_host host = {&r, lend, sent, told, retire};
    configure(&r);
    struct sl_arena arena = {.size_bytes = sl_engine_arena_bytes(&r.config, NULL)};
    arena.base = aligned_alloc(SL_CACHE_LINE, arena.size_bytes);
    SL_ASSERT(arena.base != NULL);
    memset(arena.base, 0, arena.size_bytes);
    r.engine = sl_engine_create(&arena, &r.config, NULL, &host, 1, 1735689600, r.now_ns);
    SL_ASSERT(r.engine != NULL);
    while (r.at < r.end) {
        switch (take(&r, 1) % 4) {
        case 0:
            command(&r);
            break;
        case 1:
            r.now_ns += take(&r, 1) << take(&r, 1) % 28;
            step(&r, NULL);
            break;
        default:
            hear(&r);
            break;
        }
        if (r.ticket_count >= TICKETS_MAX / 2)
            end_grace_periods(&r);
    }
    free(arena.base);
    return 0;
}
