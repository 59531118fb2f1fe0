/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Seeds from text to endpoints. Addresses are there at once; DNS names are looked up in a thread of
 * the resolver's own, since a lookup may block for many seconds. All calls come from the control
 * thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/endpoint.h"
#include "lib/limits.h"
#include "ports/seed.h"

#ifdef __cplusplus
extern "C" {
#endif

#define SL_SEED_ADDRESSES 4 /* of one seed, as far as they are shown */

struct sl_resolver; /* opaque */

/* Looks a name up: fills at most `room` endpoints with `port`, all addresses of both families.
   Returns how many, or an EAI_ code (negative). Called from the resolver's thread; may block. */
typedef int (*sl_lookup_fn)(const char *host, uint16_t port, struct sl_endpoint *out,
                            uint32_t room);

/* lookup: NULL = getaddrinfo(). default_port: of seeds that name none. Returns 0 or -errno after
   logging one line. */
int sl_resolver_create(struct sl_resolver **resolver, uint16_t default_port, sl_lookup_fn lookup);

/* Returns at once, even in the middle of a lookup: its thread then ends by itself. NULL is fine. */
void sl_resolver_destroy(struct sl_resolver *resolver);

/* Readable when sl_resolver_take() has something new. */
int sl_resolver_fd(const struct sl_resolver *resolver);

/* Replaces the seeds and resolves them. Returns 0; -EINVAL and a sentence in `why`: nothing was
   changed. */
int sl_resolver_set(struct sl_resolver *resolver, const char *const *seeds, uint32_t count,
                    char *why, size_t why_bytes);

/* Looks all names up again. */
void sl_resolver_refresh(struct sl_resolver *resolver);

/* Whether a name has no address at all. */
bool sl_resolver_lacks_names(struct sl_resolver *resolver);

/* All endpoints known now, each once, and makes the fd unreadable. A name that fails keeps what it
   had before. Returns how many. */
uint32_t sl_resolver_take(struct sl_resolver *resolver, struct sl_endpoint out[SL_SEEDS_MAX]);

/* How it stands with a seed. */
struct sl_seed_state {
    char text[SL_SEED_BYTES_MAX + 1];
    bool looking_up; /* its name, for the first time */
    int error;       /* of the last lookup, an EAI_ code; 0 = found */
    uint32_t v4, v6; /* endpoints known of each family */
    uint32_t count;  /* of `found`, which holds the first of them */
    struct sl_endpoint found[SL_SEED_ADDRESSES];
};

/* All seeds in their order. Returns how many. */
uint32_t sl_resolver_states(struct sl_resolver *resolver, struct sl_seed_state out[SL_SEEDS_MAX]);

#ifdef __cplusplus
}
#endif
