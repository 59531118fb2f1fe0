/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* SIGHUP: reads the configuration again and takes over what a running node can change: the log's
 * level, the seeds and the tags. Control thread. */
#include "dataplane/joiner.h"
#include "dataplane/options.h"
#include "lib/node.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sl_reload {
    int argc; /* of the program: flags win over the file again */
    char *const *argv;
    struct sl_options *options; /* as the node runs by */
    struct sl_joiner *joiner;
    const struct sl_node *node;
};

/* Logs what was taken over and what needs a restart. A file that is broken changes nothing. */
void sl_reload(const struct sl_reload *reload);

#ifdef __cplusplus
}
#endif
