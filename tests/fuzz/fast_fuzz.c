/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes as a frame that a small node receives, once from a member's address and once from a
 * stranger's. The node is merlin, whom the corpus frames ask. */
#include <stdlib.h>
#include <string.h>

#include "lib/arena.h"
#include "lib/assert.h"
#include "lib/fast.h"
#include "lib/frame.h"
#include "lib/record.h"
#include "lib/view.h"
#include "tests/fuzz/fuzz.h"

#define FRAME_BYTES 576
#define ROOM_BYTES  1500

struct node {
    struct sl_fast fast;
    struct sl_rumour_block block;
    struct sl_counters counters;
    struct sl_lane lane;
};

static void retire_at_once(void *host, struct sl_retire_ticket *ticket)
{
    (void)host;
    sl_retire_done(ticket);
}

/* The last byte is the member's number; numbers past the last member are strangers'. */
static struct sl_endpoint address_of(uint8_t number)
{
    const uint8_t ip[4] = {192, 0, 2, number};
    return sl_endpoint_v4(ip, 7947);
}

static const struct member {
    const char *name;
    uint64_t seconds;
    enum sl_status status;
} members[] = {
    {"merlin", 1735689660, SL_ALIVE},  /* oneself */
    {"kestrel", 1735689600, SL_ALIVE}, /* whom the corpus frames come from */
    {"hobby", 1735689720, SL_SUSPECT}, {"harrier", 1735689720, SL_DEAD},
    {"goshawk", 1735689720, SL_LEFT},
};

#define SELF     0
#define SENDER   1
#define MEMBERS  5
#define STRANGER 77

static uint64_t word_of(const struct member *m)
{
    return sl_word(m->seconds, 0, m->status);
}

static struct sl_view *create_view(const struct sl_cluster *cluster)
{
    struct sl_view_config config;
    memset(&config, 0, sizeof(config));
    config.cluster = *cluster;
    config.max_members = 2 * MEMBERS;
    config.load_percent = 35;
    config.cold_bytes_per_member = 128;
    config.retire = retire_at_once;
    struct sl_arena arena = sl_arena_dry();
    sl_view_create(&arena, &config);
    arena.size_bytes = arena.used_bytes;
    arena.used_bytes = 0;
    arena.base = aligned_alloc(SL_CACHE_LINE, arena.size_bytes);
    SL_ASSERT(arena.base != NULL);
    memset(arena.base, 0, arena.size_bytes);
    struct sl_view *view = sl_view_create(&arena, &config);
    for (uint8_t i = 0; i < MEMBERS; i++) {
        struct sl_identity identity;
        uint32_t slot;
        memset(&identity, 0, sizeof(identity));
        identity.v4 = address_of(i);
        identity.name = identity.zone = identity.tags = members[i].name;
        identity.name_bytes = (uint8_t)strlen(members[i].name);
        uint64_t id = sl_member_id(cluster, members[i].name, identity.name_bytes);
        SL_ASSERT(sl_view_add(view, id, word_of(&members[i]), &identity, &slot) == 0);
    }
    sl_view_summary_mutable(view)->self_word = word_of(&members[SELF]);
    return view;
}

static void fill_block(struct sl_rumour_block *block)
{
    block->number = 1;
    for (uint64_t id = 2; id < 12; id++, block->record_count++) {
        uint32_t bytes =
            sl_record_write_accusation(block->records + block->bytes, SL_RECORD_ACCUSATION_BYTES,
                                       id, sl_word(id, 0, SL_SUSPECT), 1);
        block->bytes = (uint16_t)(block->bytes + bytes);
    }
}

static struct node *create_node(void)
{
    struct sl_cluster cluster = sl_cluster_from_name("murmuration");
    struct node *node = calloc(1, sizeof(*node));
    SL_ASSERT(node != NULL);
    fill_block(&node->block);
    node->fast.view = create_view(&cluster);
    node->fast.own = sl_view_summary(node->fast.view);
    node->fast.block = &node->block;
    node->fast.self_id = sl_member_id(&cluster, members[SELF].name, strlen(members[SELF].name));
    node->fast.birth_word = word_of(&members[SELF]);
    node->fast.self_v4 = address_of(SELF);
    node->fast.cluster_id = cluster.id;
    node->fast.boot_salt = 1;
    node->fast.frame_bytes = FRAME_BYTES;
    node->fast.path_bytes_least = FRAME_BYTES;
    node->fast.byte_cap = UINT32_MAX;
    node->fast.gift_bytes_per_second = UINT32_MAX;
    node->fast.unreachable_zones[1] = sl_member_id(&cluster, "merlin", 6);
    return node;
}

static void check_sent(const struct node *node, const struct sl_frame_io *io)
{
    struct sl_header header;
    SL_ASSERT(sl_header_read(io->bytes, io->length_bytes, &header) == SL_WIRE_OK);
    SL_ASSERT(header.sender_id == node->fast.self_id);
    SL_ASSERT(header.cluster_id == node->fast.cluster_id);
    struct sl_record_cursor cursor = {io->bytes + sl_frame_records_at(header.type),
                                      io->bytes + io->length_bytes};
    struct sl_record record;
    enum sl_wire_error error;
    while (sl_record_next(&cursor, &record, &error))
        ;
    SL_ASSERT(error == SL_WIRE_OK);
}

static void check_handed_over(const struct sl_input *input)
{
    struct sl_record_cursor cursor = {input->records, input->records + input->records_bytes};
    struct sl_record record;
    enum sl_wire_error error;
    uint32_t count = 0, doubts = 0;
    uint64_t zone_id;
    while (sl_record_next_doubt(&cursor, &zone_id))
        doubts++;
    SL_ASSERT(doubts <= SL_DOUBTS_PER_FRAME);
    while (sl_record_next(&cursor, &record, &error))
        count++;
    SL_ASSERT(error == SL_WIRE_OK && count == input->record_count);
    SL_ASSERT(count <= SL_STEP_RECORDS_MAX && input->records_bytes <= FRAME_BYTES);
}

static void run(struct node *node, uint8_t from, const uint8_t *data, uint32_t size)
{
    /* Of the exact sizes, so that AddressSanitizer sees every byte past an end. */
    uint32_t room = size > ROOM_BYTES ? size : ROOM_BYTES;
    struct sl_input *input = malloc(sl_input_bytes(FRAME_BYTES));
    struct sl_frame_io io;
    memset(&io, 0, sizeof(io));
    io.bytes = malloc(room);
    io.length_bytes = size;
    io.room_bytes = room;
    io.from = address_of(from);
    SL_ASSERT(io.bytes != NULL && input != NULL);
    memcpy(io.bytes, data, size);

    /* each input from the same start */
    memset(&node->counters, 0, sizeof(node->counters));
    sl_lane_init(&node->lane, 0, 1, &node->counters);
    enum sl_verdict verdict = sl_fast_frame(&node->fast, &node->lane, 1, &io, input);
    if (verdict == SL_VERDICT_ANSWER || verdict == SL_VERDICT_RELAY)
        check_sent(node, &io);
    SL_ASSERT(verdict != SL_VERDICT_ANSWER || from != STRANGER || io.length_bytes <= size);
    SL_ASSERT(verdict != SL_VERDICT_RELAY || io.length_bytes <= size);
    SL_ASSERT(verdict != SL_VERDICT_DROP || !io.to_engine);
    if (io.to_engine)
        check_handed_over(input);
    free(io.bytes);
    free(input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct node *node;
    if (node == NULL)
        node = create_node();
    if (size == 0 || size > SL_FRAME_BYTES_MAX)
        return 0;
    run(node, SENDER, data, (uint32_t)size);
    run(node, STRANGER, data, (uint32_t)size);
    return 0;
}
