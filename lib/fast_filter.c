/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/fast_pass.h"
#include "lib/record_prefix.h"

/* A claim that names another address than mine is somebody else's, whatever its incarnation. */
static bool is_foreign_claim(const struct sl_fast *fast, const struct sl_record *record)
{
    const struct sl_identity *claimed = &record->identity;
    if (record->type != SL_RECORD_ALIVE)
        return false;
    return (sl_endpoint_is_set(&claimed->v4) && !sl_endpoint_equal(&claimed->v4, &fast->self_v4)) ||
           (sl_endpoint_is_set(&claimed->v6) && !sl_endpoint_equal(&claimed->v6, &fast->self_v6));
}

static bool is_news_of_self(struct sl_pass *pass, const struct sl_record *record)
{
    /* A joiner's question may be answered by the death of the name's last holder. */
    bool is_gone = record->type == SL_RECORD_DEAD || record->type == SL_RECORD_REMOVED;
    bool is_predecessor = is_gone && pass->header.type == SL_FRAME_SYNC;
    bool is_above = record->word > pass->self_word || is_foreign_claim(pass->fast, record);
    pass->urgent |= is_above;
    return is_above || is_predecessor;
}

/* The word is held already: a further accuser shortens the suspicion, but each counts once. */
static bool is_new_confirmation(struct sl_pass *pass, const struct sl_record *record)
{
    uint64_t key = sl_mix(sl_mix(record->accuser_id, record->id), record->word);
    if (pass->lane->confirmed[key >> 56] == key)
        return false;
    if (pass->confirmed_count < SL_STEP_RECORDS_MAX)
        pass->confirmed[pass->confirmed_count++] = key;
    return true;
}

static bool is_removed(const struct sl_view *view, uint64_t id)
{
    uint32_t slot = sl_view_find(view, id, NULL);
    return slot == SL_SLOT_NONE || sl_view_is_removed(view, slot);
}

static bool is_news(struct sl_pass *pass, const struct sl_record *record, uint64_t held)
{
    if (record->id == pass->fast->self_id)
        return is_news_of_self(pass, record);
    if (held == 0)
        return record->type == SL_RECORD_ALIVE; /* nobody is added by a rumour of its death */
    if (record->word > held)
        return true;
    if (record->type == SL_RECORD_REMOVED)
        return !is_removed(pass->fast->view, record->id);
    return is_new_confirmation(pass, record);
}

/* at..end holds one record that is not plainly stale, after skippable ones. false: malformed. */
static __attribute__((noinline)) bool consider(struct sl_pass *pass, const uint8_t *at,
                                               const uint8_t *end, uint64_t held)
{
    struct sl_record_cursor cursor = {at, end};
    struct sl_record record;
    enum sl_wire_error error;
    if (!sl_record_next(&cursor, &record, &error))
        return false;
    bool room = pass->novel_count < SL_STEP_RECORDS_MAX &&
                pass->novel_bytes + record.length_bytes <= pass->fast->frame_bytes;
    if (record.word > __atomic_load_n(&pass->fast->word_most, __ATOMIC_RELAXED)) {
        pass->ahead_count++;
    } else if (!room) {
        pass->over_count++;
    } else if (is_news(pass, &record, held)) {
        memcpy(pass->input->records + pass->novel_bytes, end - record.length_bytes,
               record.length_bytes);
        pass->novel_bytes = (uint16_t)(pass->novel_bytes + record.length_bytes);
        pass->novel_count++;
    } else if (held == 0 && record.id != pass->fast->self_id) {
        pass->unknown_count++;
    } else {
        pass->stale_count++;
    }
    return true;
}

static bool is_decided(const struct sl_fast *fast, uint64_t zone_id)
{
    for (uint32_t i = 0; i < SL_ZONES_MAX; i++) {
        if (__atomic_load_n(&fast->unreachable_zones[i], __ATOMIC_RELAXED) == zone_id)
            return true;
    }
    return false;
}

/* A doubt is news until this node has found the zone unreachable itself. */
static __attribute__((noinline)) void take_doubts(struct sl_pass *pass,
                                                  struct sl_record_cursor cursor)
{
    uint64_t zone_id;
    for (uint32_t i = 0; i < SL_DOUBTS_PER_FRAME && sl_record_next_doubt(&cursor, &zone_id); i++) {
        if (is_decided(pass->fast, zone_id))
            continue;
        pass->novel_bytes =
            (uint16_t)(pass->novel_bytes +
                       sl_record_write_doubt(pass->input->records + pass->novel_bytes, zone_id));
        pass->to_engine = true;
    }
}

void sl_fast_prefetch(const struct sl_fast *fast, const uint8_t *frame, uint32_t length_bytes)
{
    if (length_bytes < SL_HEADER_BYTES)
        return;
    uint32_t at = sl_frame_records_at(frame[SL_HEADER_TYPE_AT]);
    while (at + SL_RECORD_PREFIX_BYTES <= length_bytes) {
        uint32_t length = sl_be16_load(frame + at + 2);
        if (length < SL_RECORD_HEAD_BYTES)
            return;
        sl_view_prefetch(fast->view, sl_be64_load(frame + at + SL_RECORD_AT_ID));
        at += length;
    }
}

/* A record whose look-up waits for memory. */
struct late_record {
    const uint8_t *at, *end;
};

/* Of a frame's hundred records, members not in their home line: in a table two thirds full, nine.
 */
#define LATE_MAX 24

/* Types whose records may be news with a word that is held already. */
#define NEWS_IF_EQUAL (1u << SL_RECORD_SUSPECT | 1u << SL_RECORD_REMOVED)

/* Not greater, nor equal and of such a type: in one comparison, because branches on what a record
 * says are mispredicted. */
static inline bool is_stale(uint8_t type, uint64_t word, uint64_t held)
{
    return word < held + (~(NEWS_IF_EQUAL >> type) & 1);
}

static bool filter_late(struct sl_pass *pass, const struct late_record *late, uint32_t count)
{
    enum sl_wire_error error;
    uint8_t type;
    uint64_t id, word;
    for (uint32_t i = 0; i < count; i++) {
        struct sl_record_cursor cursor = {late[i].at, late[i].end};
        if (sl_record_prefix_find(&cursor, &type, &id, &word, &error) == 0)
            return false;
        uint64_t held = sl_view_word(pass->fast->view, id);
        if (is_stale(type, word, held) && id != pass->fast->self_id)
            pass->stale_count++;
        else if (!consider(pass, late[i].at, late[i].end, held))
            return false;
    }
    return true;
}

/* Compiled once for either distance of the table: near, no look-up is worth putting off. */
static inline __attribute__((always_inline)) bool filter(struct sl_pass *pass, bool is_far)
{
    const struct sl_frame_io *io = pass->io;
    const struct sl_view *view = pass->fast->view;
    uint64_t self_id = pass->fast->self_id;
    struct sl_record_cursor cursor = {io->bytes + sl_frame_records_at(pass->header.type),
                                      io->bytes + io->length_bytes};
    enum sl_wire_error error;
    uint8_t type;
    uint64_t id, word;
    struct late_record late[LATE_MAX];
    uint32_t stale_count = 0, late_count = 0;

    if (*cursor.at == SL_RECORD_DOUBT) /* a frame without records needs no filter */
        take_doubts(pass, cursor);
    for (;;) {
        const uint8_t *at = cursor.at;
        uint32_t length = sl_record_prefix_find(&cursor, &type, &id, &word, &error);
        if (length == 0)
            break;
        cursor.at += length;
        uint64_t held;
        if (!is_far || late_count == LATE_MAX) {
            held = sl_view_word(view, id);
        } else if (!sl_view_word_soon(view, id, &held)) {
            late[late_count++] = (struct late_record){at, cursor.at};
            continue;
        }
        if (__builtin_expect(is_stale(type, word, held) && id != self_id, 1))
            stale_count++;
        else if (!consider(pass, at, cursor.at, held))
            return false;
    }
    pass->stale_count += stale_count;
    return error == SL_WIRE_OK && (!is_far || filter_late(pass, late, late_count));
}

bool sl_pass_filter(struct sl_pass *pass)
{
    return sl_view_is_far(pass->fast->view) ? filter(pass, true) : filter(pass, false);
}
