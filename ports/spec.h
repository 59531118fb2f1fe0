/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* A port as an operator writes it: KIND:DEVICE[,OPTION=VALUE...]. */
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sl_port_kind {
    SL_PORT_PCI,       /* pci:0000:3b:00.0 */
    SL_PORT_AF_PACKET, /* af_packet:eth1 */
    SL_PORT_AF_XDP,    /* af_xdp:eth1 */
    SL_PORT_TAP,       /* tap:starling0 */
    SL_PORT_MEMIF,     /* memif:/run/x.sock[,role=server] */
    SL_PORT_RING,      /* ring: the port's own TX looped to its RX */
};

struct sl_port_spec {
    enum sl_port_kind kind;
    char device[64];   /* PCI address, interface, socket path; empty for ring */
    char options[128]; /* handed to the driver as they stand; may be empty. memif's zero-copy=yes
                          also needs EAL's --single-file-segments */
    char text[192];    /* as written */
    unsigned number;   /* among this process's ports of the kind; 0 as parsed */
    unsigned packet_bytes; /* longest IP packet to send and receive; 0 as parsed: 1,500 */
};

/* Returns 0, or -EINVAL and a sentence in `why` that names what is wrong and the forms that are
 * right. */
int sl_port_spec_parse(const char *text, struct sl_port_spec *spec, char *why, size_t why_bytes);

/* Before EAL starts, whose own messages tell an operator little: does the device exist,
   may this process open it, does this kind of port carry packets that long? Returns 0, or -errno
   and a sentence in `why` that says what to do. Opens and closes sockets; changes nothing. */
int sl_port_spec_check(const struct sl_port_spec *spec, char *why, size_t why_bytes);

/* The name under which ethdev knows the device; empty for ring, whose name is chosen at open. */
void sl_port_spec_device_name(const struct sl_port_spec *spec, char *out, size_t out_bytes);

/* The EAL arguments that bring the device up (`--vdev=...` or `-a ...`) for `queues` queue pairs,
   written to `out` as one argument; empty for kinds created after EAL start (ring). Returns 0 or
   -ENAMETOOLONG. */
int sl_port_spec_eal_argument(const struct sl_port_spec *spec, unsigned queues, char *out,
                              size_t out_bytes);

/* What a packet buffer must have room for behind its headroom, or the driver refuses it or drops
   longer frames. */
unsigned sl_port_spec_room(const struct sl_port_spec *spec);

#ifdef __cplusplus
}
#endif
