/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* What a daemon sent, before it is believed: strings end, and counts are within their arrays. No
 * sockets. */
#include <stdint.h>

#include "ports/control_protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A response to the request last_id, whose payload finds room. 0 or -EPROTO. */
int sl_control_check_response(const struct sl_control_response *response, uint32_t last_id,
                              uint32_t room_bytes);

void sl_control_clean_member(struct sl_control_member *member);
void sl_control_clean_info(struct sl_control_info *info);
void sl_control_clean_stats(struct sl_control_stats *stats);
void sl_control_clean_seed(struct sl_control_seed *seed);
void sl_control_clean_event(struct sl_control_event *event);

#ifdef __cplusplus
}
#endif
