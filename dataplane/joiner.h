/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * From seeds as text to the engine's join: the resolver's endpoints go to the engine as they become
 * known, and every SL_JOINER_EVERY_NS again, because names move. A name without an address is
 * looked up again by join_retry_min and join_retry_max, and so are all names while nobody answers
 * this node: its seeds may have moved. Control thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "dataplane/clock.h"
#include "dataplane/mailbox.h"
#include "lib/config.h"
#include "ports/resolver.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_JOINER_EVERY_NS (60ull * 1000000000)

struct sl_joiner {
    const struct sl_clock *clock;
    struct sl_mailbox *mailbox;
    struct sl_resolver *resolver;
    const struct sl_config *config;
    bool alone;
    uint64_t retry_ns; /* until a name without an address is looked up again */
    uint64_t refreshed_ns;
    uint64_t due_ns; /* of the next resolution; UINT64_MAX: no seeds */
};

/* 0 or -errno after logging one line. */
int sl_joiner_open(struct sl_joiner *j, const struct sl_clock *clock, struct sl_mailbox *mailbox,
                   const struct sl_config *config, uint16_t default_port);
void sl_joiner_close(struct sl_joiner *j);

/* Replaces the seeds and begins to resolve them; none at all: this node begins the cluster. 0;
 * -EINVAL after logging one line; the engine's refusal. */
int sl_joiner_set(struct sl_joiner *j, const char *const *seeds, uint32_t count);

/* Readable when sl_joiner_run() has something to do before its time. */
int sl_joiner_fd(const struct sl_joiner *j);

/* Takes what was resolved to the engine, and resolves again when that is due. alone: nobody answers
 * this node. */
void sl_joiner_run(struct sl_joiner *j, bool alone);

#ifdef __cplusplus
}
#endif
