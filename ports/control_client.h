/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A blocking client of the control socket (control_protocol.h). One thread. */
#include <stdbool.h>
#include <stdint.h>

#include "ports/control_protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_control_client {
    int fd;
    uint32_t timeout_ms; /* a daemon that says nothing for so long is taken for stuck */
    uint32_t last_id;
    struct sl_control_hello server;
};

/* Connects and exchanges hellos, within three fifths of timeout_ms: that takes no work of the node.
   0 or -errno: -EPROTONOSUPPORT: another version (its own is in client->server); -EUSERS: no place
   is free; -ETIMEDOUT: the daemon does not answer. */
int sl_control_client_open(struct sl_control_client *client, const char *path, uint32_t timeout_ms);
void sl_control_client_close(struct sl_control_client *client);

/* Sends a request whose answer sl_control_receive() then reads. 0 or -errno. */
int sl_control_send(struct sl_control_client *client, enum sl_control_type type,
                    const void *payload, uint32_t payload_bytes);

/* Reads one response to the last request. Bytes of `payload` that the server left out become zero.
   *status: 0 or -errno as the node says; *more: the stream goes on. Returns 0 or -errno of the
   connection: -ECONNRESET: closed by the daemon; -EPROTO: nonsense. */
int sl_control_receive(struct sl_control_client *client, void *payload, uint32_t payload_bytes,
                       int *status, bool *more);

/* Whether sl_control_receive() waits for ever, as one does who follows events. */
int sl_control_client_wait_forever(struct sl_control_client *client, bool forever);

#ifdef __cplusplus
}
#endif
