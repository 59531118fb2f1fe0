/* SPDX-License-Identifier: BSD-3-Clause */
#include "ports/control_command.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/identity.h"
#include "ports/control_session.h"
#include "ports/log.h"

/* Returns the number of seeds, or -EINVAL. */
static int split_seeds(const char *payload, size_t bytes, const char *seeds[SL_SEEDS_MAX])
{
    int count = 0;
    if (payload[bytes - 1] != '\0')
        return -EINVAL;
    for (const char *at = payload; at < payload + bytes; at += strlen(at) + 1) {
        if (count == SL_SEEDS_MAX || *at == '\0')
            return -EINVAL;
        seeds[count++] = at;
    }
    return count;
}

static int join(const struct sl_node *node, const struct sl_control_request *request,
                const void *payload)
{
    const char *seeds[SL_SEEDS_MAX];
    int count = split_seeds(payload, request->payload_bytes, seeds);
    return count < 0 ? count : node->join(node->context, seeds, (uint32_t)count);
}

static int update(const struct sl_node *node, const struct sl_control_request *request,
                  const void *tags)
{
    bool is_text = memchr(tags, '\0', request->payload_bytes) == NULL;
    return is_text ? node->update(node->context, tags, request->payload_bytes) : -EINVAL;
}

/* The log takes no name that could not be a member's. */
static int remove_member(const struct sl_node *node, const struct sl_control_request *request,
                         const void *name, char command[SL_NAME_BYTES_MAX + 16])
{
    if (!sl_name_is_valid(name, request->payload_bytes))
        return -EILSEQ;
    snprintf(command, SL_NAME_BYTES_MAX + 16, "remove '%.*s'", (int)request->payload_bytes,
             (const char *)name);
    return node->remove(node->context, name, request->payload_bytes);
}

int sl_control_command(const struct sl_control_session *s, const struct sl_node *node,
                       const struct sl_control_request *request, const void *payload)
{
    static const char *const names[] = {
        [SL_CONTROL_JOIN] = "join",
        [SL_CONTROL_LEAVE] = "leave",
        [SL_CONTROL_UPDATE] = "tags",
        [SL_CONTROL_REMOVE] = "remove",
    };
    char command[SL_NAME_BYTES_MAX + 16];
    int status;
    snprintf(command, sizeof(command), "%s", names[request->type]);
    switch (request->type) {
    case SL_CONTROL_JOIN:
        status = join(node, request, payload);
        break;
    case SL_CONTROL_UPDATE:
        status = update(node, request, payload);
        break;
    case SL_CONTROL_REMOVE:
        status = remove_member(node, request, payload, command);
        break;
    default:
        status = node->leave(node->context);
        break;
    }
    SL_LOG(SL_LOG_NOTICE, "control socket: %s by uid %u, process %u: %s", command, s->uid, s->pid,
           status == 0 ? "done" : strerror(-status));
    return status;
}
