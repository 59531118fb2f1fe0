/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/control_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ports/control_command.h"
#include "ports/control_convert.h"

#define EVENTS_AT_ONCE 32

static bool reserve(struct sl_control_output *o, size_t bytes)
{
    if (o->at > 0 && o->at == o->end)
        o->at = o->end = 0;
    if (o->room - o->end >= bytes)
        return true;
    size_t room = o->room != 0 ? o->room : 4096;
    while (room - o->end < bytes)
        room *= 2;
    uint8_t *grown = realloc(o->bytes, room);
    if (grown == NULL)
        return false;
    o->bytes = grown;
    o->room = room;
    return true;
}

static void put(struct sl_control_session *s, uint32_t for_id, int status, uint32_t flags,
                const void *payload, size_t payload_bytes)
{
    const uint8_t *bytes = payload;
    while (payload_bytes > 1 && bytes[payload_bytes - 1] == 0)
        payload_bytes--;
    struct sl_control_response response = {.for_id = for_id,
                                           .status = -status,
                                           .flags = flags,
                                           .payload_bytes = (uint32_t)payload_bytes};
    if (!reserve(&s->output, sizeof(response) + payload_bytes)) {
        s->end = SL_CONTROL_END_MEMORY;
        return;
    }
    memcpy(s->output.bytes + s->output.end, &response, sizeof(response));
    s->output.end += sizeof(response);
    if (payload_bytes > 0)
        memcpy(s->output.bytes + s->output.end, payload, payload_bytes);
    s->output.end += payload_bytes;
}

void sl_control_session_respond(struct sl_control_session *s, uint32_t for_id, int status)
{
    put(s, for_id, status, 0, NULL, 0);
}

static void answer_hello(struct sl_control_session *s, const struct sl_control_request *request,
                         const void *payload)
{
    struct sl_control_hello theirs, mine = {.magic = SL_CONTROL_MAGIC,
                                            .version = SL_CONTROL_VERSION,
                                            .pid = (uint32_t)getpid()};
    memcpy(&theirs, payload, sizeof(theirs));
    s->greeted = theirs.magic == SL_CONTROL_MAGIC && theirs.version == SL_CONTROL_VERSION;
    if (!s->greeted)
        s->end = SL_CONTROL_END_PROTOCOL;
    put(s, request->id, s->greeted ? 0 : -EPROTONOSUPPORT, 0, &mine, sizeof(mine));
}

static void answer_info(struct sl_control_session *s, const struct sl_node *node, uint32_t id)
{
    struct sl_node_info info = {0};
    int error = node->info(node->context, &info);
    if (error) {
        sl_control_session_respond(s, id, error);
        return;
    }
    struct sl_control_info out;
    sl_control_convert_info(&info, &out);
    put(s, id, 0, 0, &out, sizeof(out));
}

static void answer_stats(struct sl_control_session *s, const struct sl_node *node, uint32_t id)
{
    struct sl_node_stats stats = {0};
    int error = node->stats(node->context, &stats);
    if (error) {
        sl_control_session_respond(s, id, error);
        return;
    }
    struct sl_control_stats out;
    sl_control_convert_stats(&stats, &out);
    put(s, id, 0, 0, &out, sizeof(out));
}

static void answer_members(struct sl_control_session *s, const struct sl_node *node, uint32_t id,
                           const void *payload)
{
    struct sl_member_info members[SL_CONTROL_PAGE_MEMBERS];
    struct sl_control_page page;
    struct sl_control_member out;
    memcpy(&page, payload, sizeof(page));
    uint32_t most = page.most;
    if (most == 0 || most > SL_CONTROL_PAGE_MEMBERS)
        most = SL_CONTROL_PAGE_MEMBERS;
    int count = node->members(node->context, page.after, members, most);
    for (int i = 0; i < count; i++) {
        sl_control_convert_member(&members[i], &out);
        put(s, id, 0, SL_CONTROL_MORE, &out, sizeof(out));
    }
    struct sl_control_page next = {0};
    if (count == (int)most)
        next = (struct sl_control_page){.after = members[count - 1].id, .most = most};
    put(s, id, count < 0 ? count : 0, 0, &next, count < 0 ? 0 : sizeof(next));
}

static void answer_events(struct sl_control_session *s, const struct sl_node *node, uint32_t id,
                          const void *payload)
{
    struct sl_control_events events;
    memcpy(&events, payload, sizeof(events));
    s->streaming = true;
    s->follow = events.follow != 0;
    s->counted = false;
    s->stream_id = id;
    s->after = events.after;
    sl_control_session_pump(s, node);
}

static void answer_seeds(struct sl_control_session *s, const struct sl_node *node, uint32_t id)
{
    struct sl_node_seed seeds[SL_SEEDS_MAX];
    struct sl_control_seed out;
    int count = node->seeds(node->context, seeds);
    for (int i = 0; i < count; i++) {
        sl_control_convert_seed(&seeds[i], &out);
        put(s, id, 0, SL_CONTROL_MORE, &out, sizeof(out));
    }
    sl_control_session_respond(s, id, count < 0 ? count : 0);
}

static bool size_is_right(uint16_t type, uint32_t bytes)
{
    switch (type) {
    case SL_CONTROL_HELLO:
        return bytes == sizeof(struct sl_control_hello);
    case SL_CONTROL_EVENTS:
        return bytes == sizeof(struct sl_control_events);
    case SL_CONTROL_MEMBERS:
        return bytes == sizeof(struct sl_control_page);
    case SL_CONTROL_JOIN:
        return bytes >= 2 && bytes <= SL_CONTROL_REQUEST_BYTES_MAX;
    case SL_CONTROL_UPDATE:
        return bytes <= SL_TAGS_BYTES_MAX;
    case SL_CONTROL_REMOVE:
        return bytes >= 1 && bytes <= SL_NAME_BYTES_MAX;
    default:
        return bytes == 0;
    }
}

static void answer(struct sl_control_session *s, const struct sl_node *node,
                   const struct sl_control_request *request, const void *payload)
{
    if (!s->greeted && request->type != SL_CONTROL_HELLO) {
        s->end = SL_CONTROL_END_PROTOCOL;
        sl_control_session_respond(s, request->id, -EPROTO);
        return;
    }
    if (request->type == 0 || request->type >= SL_CONTROL_TYPES) {
        sl_control_session_respond(s, request->id, -EOPNOTSUPP);
        return;
    }
    if (!size_is_right(request->type, request->payload_bytes)) {
        sl_control_session_respond(s, request->id, -EBADMSG);
        return;
    }
    switch (request->type) {
    case SL_CONTROL_HELLO:
        answer_hello(s, request, payload);
        break;
    case SL_CONTROL_INFO:
        answer_info(s, node, request->id);
        break;
    case SL_CONTROL_STATS:
        answer_stats(s, node, request->id);
        break;
    case SL_CONTROL_MEMBERS:
        answer_members(s, node, request->id, payload);
        break;
    case SL_CONTROL_EVENTS:
        answer_events(s, node, request->id, payload);
        break;
    case SL_CONTROL_JOIN:
    case SL_CONTROL_LEAVE:
    case SL_CONTROL_UPDATE:
    case SL_CONTROL_REMOVE:
        sl_control_session_respond(s, request->id, sl_control_command(s, node, request, payload));
        break;
    case SL_CONTROL_SEEDS:
        answer_seeds(s, node, request->id);
        break;
    }
}

size_t sl_control_session_take(struct sl_control_session *s, const struct sl_node *node,
                               const void *bytes, size_t count)
{
    struct sl_control_request request;
    if (count < sizeof(request))
        return 0;
    memcpy(&request, bytes, sizeof(request));
    if (request.payload_bytes > SL_CONTROL_REQUEST_BYTES_MAX) {
        s->end = SL_CONTROL_END_PROTOCOL;
        sl_control_session_respond(s, request.id, -EMSGSIZE);
        return count;
    }
    if (count - sizeof(request) < request.payload_bytes)
        return 0;
    answer(s, node, &request, (const uint8_t *)bytes + sizeof(request));
    return sizeof(request) + request.payload_bytes;
}

/* False if an event was forgotten before this client read it. */
static bool put_event(struct sl_control_session *s, const struct sl_node_event *event, bool full)
{
    struct sl_control_event out;
    if (s->counted && event->sequence != s->after + 1) {
        s->end = SL_CONTROL_END_SLOW;
        return false;
    }
    if (full)
        return false;
    sl_control_convert_event(event, &out);
    put(s, s->stream_id, 0, SL_CONTROL_MORE, &out, sizeof(out));
    s->counted = true;
    s->after = event->sequence;
    return s->end == SL_CONTROL_OPEN;
}

void sl_control_session_pump(struct sl_control_session *s, const struct sl_node *node)
{
    struct sl_node_event events[EVENTS_AT_ONCE];
    while (s->streaming) {
        bool full = s->output.end - s->output.at >= SL_CONTROL_OUTPUT_BYTES;
        int count = node->events(node->context, s->after, events, full ? 1 : EVENTS_AT_ONCE);
        if (count < 0 || (count == 0 && !s->follow)) {
            s->streaming = false;
            sl_control_session_respond(s, s->stream_id, count);
        }
        if (count <= 0)
            return;
        for (int i = 0; i < count; i++) {
            if (!put_event(s, &events[i], full))
                return;
        }
    }
}

void sl_control_session_close(struct sl_control_session *s)
{
    free(s->output.bytes);
    memset(s, 0, sizeof(*s));
}
