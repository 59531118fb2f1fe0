/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* The control socket (control_protocol.h), served on the control thread. It never blocks on a
 * client. */
#include <stdint.h>

#include "lib/node.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_CONTROL_CLIENTS_MAX 32
#define SL_CONTROL_EVENTS_MS   10 /* how often the node is asked for events, while one follows */

struct sl_control_server; /* opaque */

struct sl_control_server_counts {
    uint64_t accepted;
    uint64_t refused;        /* all places taken */
    uint64_t ended_protocol; /* broke the rules of the protocol */
    uint64_t ended_slow;     /* did not read events before the node had to forget them */
};

/* Listens at `path`. `node` must outlive the server. Returns 0 or -errno after logging one line. */
int sl_control_server_create(struct sl_control_server **server, const char *path,
                             const struct sl_node *node);

/* Disconnects everybody, removes the socket's file. NULL is fine. */
void sl_control_server_destroy(struct sl_control_server *server);

/* Readable when sl_control_server_run() has something to do. */
int sl_control_server_fd(const struct sl_control_server *server);

/* Waits up to timeout_ms (0: not at all, -1: for ever) and serves what is ready. Returns 0 or
   -errno. */
int sl_control_server_run(struct sl_control_server *server, int timeout_ms);

struct sl_control_server_counts sl_control_server_counts(const struct sl_control_server *server);

#ifdef __cplusplus
}
#endif
