/* SPDX-License-Identifier: BSD-3-Clause */
/* Any bytes from a daemon, to a client that waits for an answer of a size of its own. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/assert.h"
#include "ports/control_client.h"
#include "tests/fuzz/fuzz.h"

#define BYTES_MAX 32768 /* less than a socket holds */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t wanted[] = {0,
                                      sizeof(struct sl_control_hello),
                                      sizeof(struct sl_control_member),
                                      sizeof(struct sl_control_info),
                                      sizeof(struct sl_control_stats),
                                      sizeof(struct sl_control_event),
                                      sizeof(struct sl_control_seed)};
    int ends[2], status;
    bool more;
    if (size < 2 || size > BYTES_MAX)
        return 0;
    uint32_t bytes = wanted[data[0] % (sizeof(wanted) / sizeof(wanted[0]))];
    SL_ASSERT(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    SL_ASSERT(write(ends[1], data + 1, size - 1) == (ssize_t)(size - 1));
    close(ends[1]);
    struct sl_control_client client = {.fd = ends[0], .last_id = 1};
    /* Of the exact size, so that AddressSanitizer sees a byte written past it. */
    uint8_t *payload = malloc(bytes + (bytes == 0));
    SL_ASSERT(payload != NULL);
    while (sl_control_receive(&client, payload, bytes, &status, &more) == 0)
        ;
    free(payload);
    sl_control_client_close(&client);
    return 0;
}
