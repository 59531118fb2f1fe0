/* SPDX-License-Identifier: BSD-3-Clause */
#include "lib/acquaintances.h"

#include <stddef.h>

void sl_acquaintances_note(struct sl_acquaintances *a, uint64_t id,
                           const struct sl_endpoint *endpoint)
{
    for (uint32_t i = 0; i < a->count; i++) {
        if (a->all[i].id == id) {
            a->all[i].endpoint = *endpoint;
            return;
        }
    }
    a->all[a->next] = (struct sl_acquaintance){id, *endpoint};
    a->next = (a->next + 1) % SL_ACQUAINTANCES_MAX;
    if (a->count < SL_ACQUAINTANCES_MAX)
        a->count++;
}

const struct sl_acquaintance *sl_acquaintances_pick(const struct sl_acquaintances *a,
                                                    struct sl_prng *prng)
{
    return a->count == 0 ? NULL : &a->all[sl_prng_below(prng, a->count)];
}
