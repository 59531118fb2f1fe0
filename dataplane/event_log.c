/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/event_log.h"

#include <stdbool.h>
#include <string.h>

/* An event, and the words that it is written by. */
union event_words {
    struct sl_node_event event;
    uint64_t words[SL_EVENT_LOG_WORDS];
};

static void slot_write(struct sl_event_slot *slot, const union event_words *new)
{
    __atomic_store_n(&slot->sequence, 0, __ATOMIC_RELAXED);
    /* Releases keep the words behind the 0 above: a reader of a new word will see the sequence
     * changed. */
    for (size_t i = 0; i < SL_EVENT_LOG_WORDS; i++)
        __atomic_store_n(&slot->words[i], new->words[i], __ATOMIC_RELEASE);
    __atomic_store_n(&slot->sequence, new->event.sequence, __ATOMIC_RELEASE);
}

static bool slot_read(const struct sl_event_slot *slot, uint64_t sequence,
                      struct sl_node_event *event)
{
    uint64_t words[SL_EVENT_LOG_WORDS];
    if (__atomic_load_n(&slot->sequence, __ATOMIC_ACQUIRE) != sequence)
        return false;
    for (size_t i = 0; i < SL_EVENT_LOG_WORDS; i++)
        words[i] = __atomic_load_n(&slot->words[i], __ATOMIC_ACQUIRE);
    if (__atomic_load_n(&slot->sequence, __ATOMIC_RELAXED) != sequence)
        return false;
    memcpy(event, words, sizeof(*event));
    return true;
}

static void copy_name(char *out, const struct sl_event *event)
{
    const struct sl_cold *cold = event->cold;
    if (sl_event_names_zone(event->type))
        memcpy(out, cold->text + cold->name_bytes, cold->zone_bytes);
    else
        memcpy(out, cold->text, cold->name_bytes);
}

void sl_event_log_add(struct sl_event_log *log, const struct sl_event *event, uint64_t time_ns)
{
    union event_words new;
    struct sl_node_event *e = &new.event;
    memset(&new, 0, sizeof(new));
    e->sequence = log->last + 1;
    e->time_ns = time_ns;
    e->type = (uint32_t)event->type;
    e->id = event->id;
    e->word = event->word;
    e->previous_word = event->previous_word;
    e->accuser_id = event->accuser_id;
    e->endpoint = event->endpoint;
    if (event->cold != NULL)
        copy_name(e->name, event);
    else if (event->text != NULL)
        memcpy(e->name, event->text, strnlen(event->text, sizeof(e->name) - 1));
    if (event->accuser != NULL)
        memcpy(e->accuser, event->accuser->text, event->accuser->name_bytes);
    slot_write(&log->slots[e->sequence & (SL_EVENT_LOG_SIZE - 1)], &new);
    __atomic_store_n(&log->last, e->sequence, __ATOMIC_RELEASE);
}

uint32_t sl_event_log_read(const struct sl_event_log *log, uint64_t after,
                           struct sl_node_event *out, uint32_t count)
{
    uint64_t last = sl_event_log_last(log);
    uint64_t next = after + 1;
    uint32_t n = 0;
    if (last >= SL_EVENT_LOG_SIZE && next <= last - SL_EVENT_LOG_SIZE)
        next = last - SL_EVENT_LOG_SIZE + 1;
    for (; next <= last && n < count; next++)
        n += slot_read(&log->slots[next & (SL_EVENT_LOG_SIZE - 1)], next, &out[n]);
    return n;
}

static bool is_accused(const struct sl_member_info *member)
{
    enum sl_status status = sl_word_status(member->word);
    return status == SL_SUSPECT || status == SL_DEAD || member->removed;
}

/* Takes the event if it is the accusation that the member's word came from. */
static void accuser_take(struct sl_member_info *members, uint32_t count,
                         const struct sl_node_event *event)
{
    for (uint32_t i = 0; i < count; i++) {
        struct sl_member_info *m = &members[i];
        if (m->id != event->id || m->word != event->word || m->accuser_id != 0 || !is_accused(m))
            continue;
        m->accuser_id = event->accuser_id;
        memcpy(m->accuser, event->accuser, sizeof(m->accuser));
    }
}

void sl_event_log_accusers(const struct sl_event_log *log, struct sl_member_info *members,
                           uint32_t count)
{
    uint64_t last = sl_event_log_last(log);
    uint64_t oldest = last > SL_EVENT_LOG_SIZE ? last - SL_EVENT_LOG_SIZE : 0;
    bool any = false;
    for (uint32_t i = 0; i < count; i++)
        any |= is_accused(&members[i]);
    for (; any && last > oldest; last--) {
        struct sl_node_event event;
        if (slot_read(&log->slots[last & (SL_EVENT_LOG_SIZE - 1)], last, &event) &&
            event.accuser_id != 0)
            accuser_take(members, count, &event);
    }
}
