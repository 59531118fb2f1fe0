/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One client's end of the control socket: its session, and the bytes that go in and out. Control
   thread. */
#include <stddef.h>
#include <stdint.h>

#include "lib/node.h"
#include "ports/control_protocol.h"
#include "ports/control_session.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_control_connection {
    int fd;
    uint32_t interest;    /* what epoll was told */
    uint64_t deadline_ns; /* UINT64_MAX: nothing is expected of it */
    size_t in_bytes;
    uint8_t in[sizeof(struct sl_control_request) + SL_CONTROL_REQUEST_BYTES_MAX];
    struct sl_control_session session;
};

/* The clock of deadlines. */
uint64_t sl_control_now_ns(void);

/* Answers what the client has sent, in bounded turns, and sends what it is owed; an answer may lie
   unread for unread_ms. Returns the epoll events to wait for; 0: close it. */
uint32_t sl_control_connection_serve(struct sl_control_connection *client,
                                     const struct sl_node *node, uint32_t unread_ms);

#ifdef __cplusplus
}
#endif
