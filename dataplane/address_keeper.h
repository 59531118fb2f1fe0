/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* Holds this node's addresses against other processes of the host, and tells of those that were
 * refused. Control thread. */
#include "dataplane/mailbox.h"
#include "dataplane/options.h"
#include "dataplane/troubles.h"
#include "ports/address_lock.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_address_keeper {
    struct sl_endpoint addresses[2]; /* IPv4 and IPv6; port 0 = has none */
    struct sl_address_lock locks[2], whole;
};

/* Before the port is opened. 0, or -errno after logging one line: -EADDRINUSE. */
int sl_address_keeper_open(struct sl_address_keeper *keeper, const struct sl_options *options);

/* Now and then, while the engine runs. */
void sl_address_keeper_run(struct sl_address_keeper *keeper, struct sl_troubles *troubles,
                           struct sl_mailbox *mailbox);

void sl_address_keeper_close(struct sl_address_keeper *keeper);

#ifdef __cplusplus
}
#endif
