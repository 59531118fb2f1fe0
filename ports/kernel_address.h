/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/*
 * Addresses that the kernel has on the interface of a port. There must be none, because the kernel
 * would answer beside the node. Link-local ones of IPv6 do no harm. Control thread.
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sl_kernel_address {
    char text[INET6_ADDRSTRLEN];
    bool is_the_nodes; /* the very one that the node uses */
};

/* The node's own address if the kernel has it there, else any; false: it has none. mine4, mine6:
 * the node's, in network order; NULL: it has none of that family. */
bool sl_kernel_address_find(const char *interface, const uint8_t *mine4, const uint8_t *mine6,
                            struct sl_kernel_address *found);

#ifdef __cplusplus
}
#endif
