/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once
/* One Ethernet device, brought up for gossip: a queue pair per worker, steering, offloads. Control
   thread only, except the burst calls that workers make with ethdev_id and their queue. */
#include <rte_ether.h>
#include <rte_mempool.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/limits.h"
#include "ports/kernel_missed.h"
#include "ports/spec.h"
#include "ports/spread.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rte_ring;

struct sl_port_config {
    struct sl_port_spec spec;
    uint16_t queues;         /* queue pairs: one per worker */
    uint16_t rx_descriptors; /* 0 = the driver's preference or 1,024 */
    uint16_t tx_descriptors;
    uint16_t mtu;                             /* 0 = leave the device's */
    uint16_t udp_port;                        /* first gossip port (struct sl_net) */
    struct rte_mempool *pool[SL_WORKERS_MAX]; /* per queue, on the worker's NUMA node */
};

enum sl_link {
    SL_LINK_UP,
    SL_LINK_DOWN, /* no carrier, switched off, or nobody at the other end (memif) */
    SL_LINK_GONE, /* the kernel's interface was deleted */
};

struct sl_port {
    bool is_open;
    uint16_t ethdev_id;
    uint16_t queues;
    uint16_t mtu;
    struct rte_ether_addr mac;
    bool rx_checksum;        /* the device marks bad IPv4 and UDP checksums */
    bool tx_checksum_ipv4;   /* the device fills in the IPv4 header checksum */
    bool tx_checksum_udp;    /* the device fills in the UDP checksum */
    bool multi_segment;      /* the device sends chained mbufs */
    struct sl_spread spread; /* which queue an answer will come to */
    bool steered;            /* rte_flow sends the gossip ports to these queues */
    bool keeps_mbufs; /* the driver does not give its buffers back on close (af_xdp's fill ring):
                         do not expect the pool to be whole */
    int doorbell_fd;  /* readable when a frame has come; 0: unknown, or more queues than one */
    uint64_t missed_earlier; /* by the devices that this port was opened on before */
    struct sl_kernel_missed kernel_missed;
    bool kernel_tells;    /* `kernel_link` counts and the driver's word does not */
    uint32_t kernel_link; /* enum sl_link; the control thread writes (link_watch.h), any reads */
    char driver[32];
    struct rte_ring *ring[SL_WORKERS_MAX]; /* ring kind: what queue i sends it also receives */
};

/* Finds the device by its spec (for ring: creates it), configures and starts it. Returns 0 or
   -errno after logging one line that names the spec and what to do. */
int sl_port_open(struct sl_port *port, const struct sl_port_config *config);

/* Stops and closes; all mbufs still in the device's rings return to their pools, unless
 * keeps_mbufs. A port that is not open stays so.
 */
void sl_port_close(struct sl_port *port);

/* Of a closed port: takes the virtual device away and has its driver make it anew, on the interface
   that has the name now. Then open it. 0, or -errno after logging one line. */
int sl_port_replug(const struct sl_port_config *config);

/* As the kernel says of its interface, else as the driver does. Any thread. */
enum sl_link sl_port_link(const struct sl_port *port);

struct sl_port_counts {
    uint64_t received;
    uint64_t
        missed; /* the device, or the kernel before it, dropped them because a queue was full */
};

/* Frames so far. Any thread, of the one copy of the port that receives. */
struct sl_port_counts sl_port_counts(struct sl_port *port);

#ifdef __cplusplus
}
#endif
