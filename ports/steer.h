/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Which queue a frame comes to: RSS over a port's queues, and where the device can match UDP ports,
   the gossip ports alone. Control thread. */
#include <rte_ethdev.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Before rte_eth_dev_configure(): asks for RSS where there are queues to spread over. */
void sl_steer_configure(struct rte_eth_conf *conf, const struct rte_eth_dev_info *info,
                        uint16_t queues);

/* After start, where the device does not tell how it spreads (struct sl_spread): rules that send
   UDP ports first_port .. first_port + queues - 1, IPv4 and IPv6, to the queues. A sender's lane
   keeps to one queue, by the hash of its addresses and ports. False when the device cannot, with no
   rule left behind; `name` is for the one line that says so. */
bool sl_steer_start(uint16_t ethdev_id, const char *name, uint16_t first_port, uint16_t queues);

#ifdef __cplusplus
}
#endif
