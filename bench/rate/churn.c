/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/rate/churn.h"

#include <rte_cycles.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/assert.h"
#include "lib/limits.h"
#include "lib/preload.h"
#include "lib/profile.h"
#include "lib/record.h"

#define START_NS      1000000000ull
#define ROOM_SHARE    8  /* of the members: so much more room */
#define COLD_BYTES    64 /* a member on average: a name, a zone, tags that come and go */
#define RETENTION_NS  20000000000ull
#define PATIENCE_NS   20000000000ull /* with a zone that is out of reach */
#define FIRST_STRANGE 2              /* members 0 and 1 are the nodes */

struct sl_identity bench_churn_identity(const struct bench_churn *churn, uint32_t number,
                                        struct bench_churn_text *text)
{
    struct sl_identity identity = bench_member_identity(&churn->members, number, text->name);
    uint64_t mixed = (churn->members.words[number] >> 2) * 0x9e3779b97f4a7c15ull;
    identity.tags_bytes = (uint16_t)((mixed >> 32) % (BENCH_CHURN_TEXT / 2));
    memset(text->tags, (int)('a' + (mixed >> 40) % 26), identity.tags_bytes);
    identity.tags = text->tags;
    identity.zone = text->zone;
    identity.zone_bytes =
        (uint8_t)snprintf(text->zone, sizeof(text->zone), "zone%02u", bench_churn_zone(number));
    return identity;
}

/* ---- frames between nodes and members ---- */

static struct bench_churn_frame *take_frame(struct bench_churn *churn)
{
    if (churn->frames_sent - churn->frames_taken == BENCH_CHURN_FRAMES) {
        churn->frames_lost++;
        return NULL;
    }
    return &churn->frames[churn->frames_sent++ % BENCH_CHURN_FRAMES];
}

/* number: of a member, or STRANGER, whose hash is compared with nobody's. */
static void begin(struct bench_churn *churn, struct bench_churn_frame *frame, uint8_t type,
                  uint32_t number, uint32_t to_node, uint32_t probe)
{
    bool is_member = number != BENCH_CHURN_STRANGER;
    struct sl_header header = {
        .type = type,
        .cluster_id = churn->members.cluster.id,
        .sender_id = is_member ? churn->members.ids[number] : BENCH_CHURN_STRANGER,
        .boot_salt = 7,
        .counter = 1,
        .probe = probe,
    };
    sl_header_write(frame->bytes, &header);
    frame->length_bytes = sl_frame_records_at(type);
    frame->from = bench_member_v4(is_member ? number : churn->members.count);
    frame->to = to_node;
    frame->agrees = true;
}

struct bench_churn_frame *bench_churn_begin_frame(struct bench_churn *churn, uint32_t from,
                                                  uint32_t to_node)
{
    struct bench_churn_frame *frame = take_frame(churn);
    if (frame != NULL)
        begin(churn, frame, SL_FRAME_GOSSIP, from, to_node, 0);
    return frame;
}

static uint32_t number_at(const struct sl_endpoint *endpoint)
{
    const uint8_t *ip = endpoint->ip + sizeof(endpoint->ip) - 4;
    return (uint32_t)(ip[1] - 1) << 16 | (uint32_t)ip[2] << 8 | ip[3];
}

/* An emulated member acknowledges, as a target or as a helper. */
static void answer(struct bench_churn *churn, uint32_t node, const uint8_t *asked, uint32_t from)
{
    bool is_ping = asked[SL_HEADER_TYPE_AT] == SL_FRAME_PING;
    struct bench_churn_frame *frame = NULL;
    if (!churn->silent || bench_churn_zone(from) == 0)
        frame = take_frame(churn);
    if (frame == NULL)
        return;
    struct sl_header header;
    struct sl_probe_body body;
    sl_header_read(asked, SL_FRAME_BYTES, &header);
    sl_probe_body_read(asked, &body);
    begin(churn, frame, is_ping ? SL_FRAME_ACK : SL_FRAME_NACK, from, node, header.probe);
    sl_probe_body_write(frame->bytes, &body);
}

static void pass_on(struct bench_churn *churn, uint32_t node, const uint8_t *bytes,
                    uint32_t length_bytes)
{
    struct bench_churn_frame *frame = take_frame(churn);
    if (frame == NULL)
        return;
    memcpy(frame->bytes, bytes, length_bytes);
    frame->length_bytes = length_bytes;
    frame->to = BENCH_CHURN_NODES - 1 - node;
    frame->from = churn->nodes[node].endpoint;
    frame->agrees = false;
}

/* Questions of a sync find the other node, whomever they are for. */
static void send(struct bench_churn *churn, uint32_t node, uint8_t *bytes, uint32_t length_bytes,
                 const struct sl_endpoint *to)
{
    sl_header_stamp(bytes, 0, 1);
    switch (bytes[SL_HEADER_TYPE_AT]) {
    case SL_FRAME_SYNC_REQUEST:
    case SL_FRAME_SYNC:
        pass_on(churn, node, bytes, length_bytes);
        break;
    case SL_FRAME_PING:
    case SL_FRAME_PING_REQ:
        answer(churn, node, bytes, number_at(to));
        break;
    default:
        break;
    }
}

/* ---- a node's host ---- */

static uint32_t index_of(const struct bench_churn_node *node)
{
    return (uint32_t)(node - node->churn->nodes);
}

static bool host_lend(void *context, struct sl_buffer *buffer)
{
    struct bench_churn_node *node = context;
    *buffer = (struct sl_buffer){node->buffer, sizeof(node->buffer), NULL};
    node->work[BENCH_WORK_FRAMES]++;
    return true;
}

static void host_send(void *context, struct sl_buffer *buffer, uint32_t length_bytes,
                      enum sl_class traffic, const struct sl_endpoint *to, uint32_t to_count)
{
    struct bench_churn_node *node = context;
    (void)traffic;
    for (uint32_t i = 0; i < to_count; i++)
        send(node->churn, index_of(node), buffer->bytes, length_bytes, &to[i]);
}

static void host_event(void *context, const struct sl_event *event)
{
    struct bench_churn_node *node = context;
    node->work[BENCH_WORK_EVENTS]++;
    node->work[BENCH_WORK_FORGOTTEN] += event->type == SL_EVENT_MEMBER_FORGOTTEN;
}

static void host_retire(void *context, struct sl_retire_ticket *ticket)
{
    struct bench_churn_node *node = context;
    SL_ASSERT(node->ticket_count < BENCH_CHURN_TICKETS);
    node->tickets[node->ticket_count++] = ticket;
}

void bench_churn_end_grace(struct bench_churn *churn)
{
    for (uint32_t i = 0; i < BENCH_CHURN_NODES; i++) {
        struct bench_churn_node *node = &churn->nodes[i];
        for (uint32_t t = 0; t < node->ticket_count; t++)
            sl_retire_done(node->tickets[t]);
        node->ticket_count = 0;
    }
}

/* ---- steps ---- */

static void note_upkeep(struct bench_churn_node *node)
{
    struct sl_view_upkeep upkeep = sl_view_upkeep_done(sl_engine_view(node->engine));
    node->work[BENCH_WORK_CELLS] = (uint32_t)(upkeep.cells - node->upkeep.cells);
    node->work[BENCH_WORK_RECLAIMED] = (uint32_t)(upkeep.records - node->upkeep.records);
    node->upkeep = upkeep;
}

static void step(struct bench_churn_node *node, const struct sl_input *input)
{
    struct bench_churn *churn = node->churn;
    memset(node->work, 0, sizeof(node->work));
    node->work[BENCH_WORK_RECORDS] = input != NULL ? input->record_count : 0;
    uint64_t start = rte_rdtsc_precise();
    node->step = sl_engine_step(node->engine, churn->now_ns, input);
    uint64_t ticks = rte_rdtsc_precise() - start;
    note_upkeep(node);
    if (churn->stepped != NULL)
        churn->stepped(churn->context, ticks, node->work);
}

static void arrive(struct bench_churn *churn, struct bench_churn_frame *frame)
{
    struct bench_churn_node *node = &churn->nodes[frame->to];
    struct sl_frame_io io = {.bytes = frame->bytes,
                             .length_bytes = frame->length_bytes,
                             .room_bytes = sizeof(frame->bytes),
                             .from = frame->from};
    memset(&node->lane.meter, 0, sizeof(node->lane.meter)); /* no cap is to bind */
    if (frame->agrees)
        sl_be64_store(frame->bytes + SL_HEADER_VIEW_HASH_AT,
                      sl_view_summary(sl_engine_view(node->engine))->view_hash);
    enum sl_verdict verdict =
        sl_fast_frame(sl_engine_fast(node->engine), &node->lane, churn->now_ns, &io, churn->spare);
    if (verdict == SL_VERDICT_ANSWER)
        send(churn, frame->to, io.bytes, io.length_bytes, &io.from);
    if (io.to_engine)
        step(node, churn->spare);
}

void bench_churn_turn(struct bench_churn *churn, uint64_t later_ns)
{
    churn->now_ns += later_ns;
    for (uint32_t end = churn->frames_sent; churn->frames_taken != end; churn->frames_taken++)
        arrive(churn, &churn->frames[churn->frames_taken % BENCH_CHURN_FRAMES]);
    for (uint32_t i = 0; i < BENCH_CHURN_NODES; i++) {
        struct bench_churn_node *node = &churn->nodes[i];
        if (node->step.more || churn->now_ns >= node->step.next_deadline_ns)
            step(node, NULL);
    }
}

/* ---- set-up ---- */

static void *take(size_t bytes)
{
    size_t rounded = (bytes + SL_CACHE_LINE - 1) & ~(size_t)(SL_CACHE_LINE - 1);
    void *memory = aligned_alloc(SL_CACHE_LINE, rounded);
    if (memory != NULL)
        memset(memory, 0, rounded);
    return memory;
}

static int create_node(struct bench_churn *churn, uint32_t number, uint32_t room)
{
    struct bench_churn_node *node = &churn->nodes[number];
    struct sl_config config;
    struct sl_host host = {node, host_lend, host_send, host_event, host_retire};
    node->churn = churn;
    node->endpoint = bench_member_v4(number);
    sl_lane_init(&node->lane, 0, 1, &node->counters);
    sl_profile_load(&config, "lan");
    snprintf(config.cluster_name, sizeof(config.cluster_name), "bench");
    snprintf(config.name, sizeof(config.name), "node-%07u", number);
    snprintf(config.zone, sizeof(config.zone), "zone%02u", bench_churn_zone(number));
    config.v4 = node->endpoint;
    config.max_members = room;
    config.cold_bytes_per_member = COLD_BYTES;
    config.byte_cap = config.byte_cap_joining = config.byte_cap_seed = 1u << 31;
    config.dead_retention_ns = config.left_retention_ns = RETENTION_NS;
    config.zone_patience_ns = PATIENCE_NS;
    struct sl_arena arena = {.size_bytes = sl_engine_arena_bytes(&config, NULL)};
    arena.base = node->arena = take(arena.size_bytes);
    if (arena.base == NULL)
        return -1;
    node->engine = sl_engine_create(&arena, &config, NULL, &host, 1 + number,
                                    BENCH_GENERATION + number, START_NS);
    node->step.more = true;
    return node->engine != NULL ? 0 : -1;
}

/* All but the first node. */
static int introduce(struct bench_churn *churn, uint32_t members)
{
    for (uint32_t i = 1; i < members; i++) {
        struct bench_churn_text text;
        struct sl_identity identity = bench_churn_identity(churn, i, &text);
        struct sl_preload_member member = {churn->members.ids[i], churn->members.words[i],
                                           &identity};
        if (sl_engine_preload(churn->nodes[1].engine, &member, 1) != 0)
            return -1;
        if (i >= FIRST_STRANGE)
            churn->living[churn->living_count++] = i;
    }
    churn->known_count = members;
    return 0;
}

int bench_churn_create(struct bench_churn *churn, uint32_t members)
{
    uint32_t room = members + members / ROOM_SHARE;
    memset(churn, 0, sizeof(*churn));
    if (bench_members_create(&churn->members, "bench", room, false) != 0)
        return -1;
    churn->now_ns = START_NS;
    churn->random.state = 1;
    churn->living = take(room * sizeof(*churn->living));
    churn->frames = take(BENCH_CHURN_FRAMES * sizeof(*churn->frames));
    churn->spare = take(sl_input_bytes(SL_FRAME_BYTES));
    bool good = churn->living != NULL && churn->frames != NULL && churn->spare != NULL;
    for (uint32_t i = 0; good && i < BENCH_CHURN_NODES; i++)
        good = create_node(churn, i, room) == 0;
    if (good && introduce(churn, members) == 0)
        return 0;
    fprintf(stderr, "starling-bench: no memory for %u members\n", members);
    return -1;
}

void bench_churn_destroy(struct bench_churn *churn)
{
    for (uint32_t i = 0; i < BENCH_CHURN_NODES; i++)
        free(churn->nodes[i].arena);
    free(churn->living);
    free(churn->frames);
    free(churn->spare);
    bench_members_destroy(&churn->members);
}
