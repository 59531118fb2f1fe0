/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The control socket (control_protocol.h), served on the control thread. It never blocks on a
 * client. */
#include <stdint.h>

#include "lib/node.h"
#include "ports/control_listen.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_CONTROL_CLIENTS_MAX 32
#define SL_CONTROL_EVENTS_MS   10 /* how often the node is asked for events, while one follows */

struct sl_control_server; /* opaque */

/* What a client must do within a time, so that it does not hold a place for nothing. */
struct sl_control_patience {
    uint32_t hello_ms;  /* until its hello is there; when all places are taken, the oldest client
                           without one gives way at once */
    uint32_t unread_ms; /* an answer lies unread; events that are followed may */
};
#define SL_CONTROL_PATIENCE ((struct sl_control_patience){.hello_ms = 2000, .unread_ms = 30000})

struct sl_control_server_counts {
    uint64_t accepted;
    uint64_t refused;        /* all places taken */
    uint64_t ended_idle;     /* sl_control_patience */
    uint64_t ended_protocol; /* broke the rules of the protocol */
    uint64_t ended_slow;     /* did not read events before the node had to forget them */
};

/* Listens at `place`. `node` and the texts of `place` must outlive the server. Returns 0 or -errno
 * after logging one line.
 */
int sl_control_server_create(struct sl_control_server **server,
                             const struct sl_control_place *place,
                             struct sl_control_patience patience, const struct sl_node *node);

/* Disconnects everybody, removes the socket's file. NULL is fine. */
void sl_control_server_destroy(struct sl_control_server *server);

/* Readable when sl_control_server_run() has something to do. */
int sl_control_server_fd(const struct sl_control_server *server);

/* Waits up to timeout_ms (0: not at all, -1: for ever) and serves what is ready. Returns 0 or
   -errno. */
int sl_control_server_run(struct sl_control_server *server, int timeout_ms);

/* About once a second: makes the socket's file again if it was removed. Clients that are connected
   stay. What is in the way is logged, at most once in SL_CONTROL_RESTORE_MS. */
#define SL_CONTROL_RESTORE_MS 60000
void sl_control_server_keep(struct sl_control_server *server);

struct sl_control_server_counts sl_control_server_counts(const struct sl_control_server *server);

#ifdef __cplusplus
}
#endif
