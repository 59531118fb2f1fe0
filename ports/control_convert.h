/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* From the node's shapes, which may change with every build, to the socket's, which may not. */
#include "lib/node.h"
#include "ports/control_protocol.h"

#ifdef __cplusplus
extern "C" {
#endif

void sl_control_convert_info(const struct sl_node_info *info, struct sl_control_info *out);
void sl_control_convert_stats(const struct sl_node_stats *stats, struct sl_control_stats *out);
void sl_control_convert_member(const struct sl_member_info *member, struct sl_control_member *out);
void sl_control_convert_event(const struct sl_node_event *event, struct sl_control_event *out);

void sl_control_convert_seed(const struct sl_node_seed *seed, struct sl_control_seed *out);

#ifdef __cplusplus
}
#endif
