/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/cli/member.h"

#include <string.h>

#include "lib/word.h"
#include "ports/cli/text.h"

const struct sl_control_endpoint *sl_member_endpoint(const struct sl_control_member *m)
{
    return m->v4.port != 0 ? &m->v4 : &m->v6;
}

const char *sl_member_status(const struct sl_control_member *m)
{
    return m->unreachable ? "unreachable" : sl_text_status(m->status);
}

const char *sl_member_status_colour(const struct sl_control_member *m)
{
    return sl_text_status_colour(m->unreachable ? (uint8_t)SL_SUSPECT : m->status);
}

static json_t *endpoint_json(const struct sl_control_endpoint *endpoint)
{
    char text[SL_ENDPOINT_TEXT_BYTES];
    sl_text_endpoint(text, endpoint);
    return endpoint->port != 0 ? json_string(text) : json_null();
}

/* Tags are opaque to the protocol: a line without '=' is a key without a value. */
json_t *sl_member_tags_json(const char *tags)
{
    json_t *object = json_object();
    while (*tags != '\0') {
        size_t bytes = strcspn(tags, "\n"), key_bytes = strcspn(tags, "=\n");
        json_t *key = sl_text_json_bytes(tags, key_bytes);
        json_t *value = key_bytes < bytes
                            ? sl_text_json_bytes(tags + key_bytes + 1, bytes - key_bytes - 1)
                            : json_null();
        json_object_set_new(object, json_string_value(key), value);
        json_decref(key);
        tags += bytes + (tags[bytes] == '\n');
    }
    return object;
}

json_t *sl_member_json(const struct sl_control_member *m)
{
    char incarnation[SL_INCARNATION_TEXT_BYTES];
    sl_text_incarnation(incarnation, m->generation, m->refutations);
    return json_pack(
        "{s:o, s:o, s:s, s:s, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b}", "name",
        sl_text_json(m->name), "id", sl_text_json_id(m->id), "status", sl_member_status(m),
        "incarnation", incarnation, "generation", (json_int_t)m->generation, "refutations",
        (json_int_t)m->refutations, "address", endpoint_json(sl_member_endpoint(m)), "address4",
        endpoint_json(&m->v4), "address6", endpoint_json(&m->v6), "zone", sl_text_json(m->zone),
        "tags", sl_member_tags_json(m->tags), "tags_text", sl_text_json(m->tags), "accuser",
        m->accuser != 0 ? sl_text_json_id(m->accuser) : json_null(), "accuser_name",
        m->accuser_name[0] != '\0' ? sl_text_json(m->accuser_name) : json_null(), "self", m->self,
        "flapping", m->flapping);
}
