/* SPDX-License-Identifier: BSD-3-Clause */
#pragma once

/* Every bound of the protocol. Past a bound there is a counted refusal, never growth. */

#define SL_UDP_PORT           7947 /* default UDP port */
#define SL_NAME_BYTES_MAX     63   /* UTF-8, without a terminating zero */
#define SL_ZONE_BYTES_MAX     63
#define SL_TAGS_BYTES_MAX     256 /* opaque to the protocol; "key=value" lines by convention */
#define SL_FRAME_BYTES_MIN    576 /* smallest frame limit: any body and the longest claim fit */
#define SL_FRAME_BYTES        1232 /* default frame limit: IPv6's least MTU less IPv6 and UDP headers */
#define SL_FRAME_BYTES_MAX    8952  /* a 9,000 byte MTU less IPv6 and UDP headers */
#define SL_MEMBERS_DEFAULT    16384 /* default max_members */
#define SL_MEMBERS_MAX        (1u << 24)
#define SL_MEMBERS_MANY       65536 /* past it the table outgrows the caches: memory counts */
#define SL_SEEDS_MAX          64    /* seed addresses after name resolution */
#define SL_FANOUT_MAX         16    /* peers of one gossip round */
#define SL_HELPERS_MAX        16    /* helpers asked by one probe */
#define SL_TRIES_MAX          16    /* tries of one probe: four bits of its number */
#define SL_PROBES_MAX         64    /* probes under way at once */
#define SL_FLAPS_MAX          128   /* members whose deaths are counted, the worst of all */
#define SL_ACCUSERS_MAX       8     /* distinct accusers remembered per suspicion */
#define SL_ZONES_MAX          64    /* zones told apart, "default" included */
#define SL_DOUBTS_PER_FRAME   8     /* doubts of zones that one frame carries */
#define SL_STEP_RECORDS_MAX   64    /* records merged in one engine step */
#define SL_STEP_TIMERS_MAX    64    /* timers fired in one engine step */
#define SL_STEP_RETURNS_MAX   32    /* cold records given back in one: 0.2 us each of a million */
#define SL_STEP_CELLS_MAX     64    /* copied or wiped by compaction in one: 30 ns each */
#define SL_LOAD_PERCENT_MIN   5     /* of the member table */
#define SL_CELL_PROBE_MAX     64    /* cells looked at before a lookup gives up */
#define SL_HEARSAY_STRANGER   4     /* eighths of the table that strangers' hearsay may fill */
#define SL_HEARSAY_MEMBER     7     /* the same, members' hearsay included */
#define SL_HEARSAY_FEW        16    /* so many members by hearsay even in a small table */
#define SL_WORKERS_MAX        32
#define SL_RUMOUR_BLOCK_BYTES 1024 /* records that answers may carry, published at once */
