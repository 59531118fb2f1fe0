/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What one client of the control socket has said and is owed: requests in, responses out, no
 * sockets. Control thread. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/node.h"
#include "ports/control_protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Events wait in the node, not here, once this much is owed to a client. */
#define SL_CONTROL_OUTPUT_BYTES 65536u

struct sl_control_output {
    uint8_t *bytes;
    size_t at, end, room; /* at..end is owed */
};

enum sl_control_end {
    SL_CONTROL_OPEN,
    SL_CONTROL_END_PROTOCOL, /* it broke the rules: after the output, the connection ends */
    SL_CONTROL_END_SLOW,     /* the node had to forget events that it had not read: ends now */
    SL_CONTROL_END_MEMORY,   /* ends now */
};

struct sl_control_session {
    uint32_t uid, pid; /* of the client, as the kernel says */
    struct sl_control_output output;
    enum sl_control_end end;
    bool greeted;
    bool streaming; /* events are owed; until `follow` is false and none is left */
    bool follow;
    bool counted; /* an event was sent: from now on a gap means too slow */
    uint32_t stream_id;
    uint64_t after;
};

/* Answers the first request in what a client sent. Returns its bytes; 0: it is not complete. What
   is larger than any request ends the session. */
size_t sl_control_session_take(struct sl_control_session *session, const struct sl_node *node,
                               const void *bytes, size_t count);

/* Adds the events that have come and fit. */
void sl_control_session_pump(struct sl_control_session *session, const struct sl_node *node);

/* A response without payload; status: 0 or -errno. */
void sl_control_session_respond(struct sl_control_session *session, uint32_t for_id, int status);

void sl_control_session_close(struct sl_control_session *session);

#ifdef __cplusplus
}
#endif
