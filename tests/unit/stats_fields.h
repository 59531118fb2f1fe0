// SPDX-License-Identifier: BSD-3-Clause
#pragma once
// The plain counters that users see, by name. Who adds one to lib/ and forgets it here fails
// control_convert_test.cc.

#define SL_ENGINE_FIELDS(X) \
    X(probes)               \
    X(probes_failed)        \
    X(probes_saved)         \
    X(suspicions_raised)    \
    X(suspicions_heard)     \
    X(suspicions_refuted)   \
    X(deaths_declared)      \
    X(deaths_heard)         \
    X(deaths_refuted)       \
    X(refutations)          \
    X(gossip_rounds)        \
    X(rumours_sent)         \
    X(rumours_waiting)      \
    X(syncs_started)        \
    X(syncs_ended)          \
    X(syncs_failed)         \
    X(sync_learned)         \
    X(stalls)               \
    X(confirmations)        \
    X(health)               \
    X(path_round_trip_ns)   \
    X(path_lost_permille)   \
    X(zone_doubts)          \
    X(zones_unreachable)    \
    X(flapping)             \
    X(path_bytes)           \
    X(paths_swallowed)      \
    X(removals_made)        \
    X(removals_heard)

#define SL_COUNTER_FIELDS(X) \
    X(records_stale)         \
    X(records_novel)         \
    X(pings_answered)        \
    X(relays)                \
    X(syncs_answered)        \
    X(settled_frames)        \
    X(settled_unequal)       \
    X(charged_bytes)         \
    X(stranger_bytes)        \
    X(served_bytes)          \
    X(gossip_stale)
