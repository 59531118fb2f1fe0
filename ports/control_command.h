/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Requests that change something: carried out, and on record with the one that asked. Control
   thread. */
#include "lib/node.h"
#include "ports/control_protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_control_session;

/* A join, leave, update or removal whose size is right. Returns 0 or -errno, logged. */
int sl_control_command(const struct sl_control_session *session, const struct sl_node *node,
                       const struct sl_control_request *request, const void *payload);

#ifdef __cplusplus
}
#endif
