/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/drop_watch.h"

#include <inttypes.h>

/* A trouble by counters is over when they have stood still for so long. */
#define TROUBLE_NS 10000000000ull

/* So many within a minute are no longer what a healthy network does now and then. */
#define MANY 100

/* Lines of the first two kinds say what happens on any link; those of the third are worth a notice
 * only when they are many. */
static enum sl_log_level level_of(enum sl_drop reason, uint64_t count)
{
    switch (reason) {
    case SL_DROP_NOT_GOSSIP:
    case SL_DROP_IP_NOT_MINE:
    case SL_DROP_FROM_SELF:
        return SL_LOG_DEBUG;
    case SL_DROP_FROM_TWIN: /* a trouble, if they go on */
    case SL_DROP_ANSWER_NO_ROOM:
    case SL_DROP_NEIGHBOUR_UNRESOLVED:
    case SL_DROP_TARGET_OTHER:
    case SL_DROP_TARGET_UNKNOWN:
        return SL_LOG_INFO;
    case SL_DROP_UNASKED:        /* an answer that came a little late */
    case SL_DROP_MEMBER_UNKNOWN: /* its claim is on the way, as when it joins */
        return count < MANY ? SL_LOG_INFO : SL_LOG_NOTICE;
    default:
        return SL_LOG_NOTICE;
    }
}

/* lasts: it was dropped before the last look, too. */
static void raise_trouble(struct sl_troubles *t, enum sl_drop reason, bool lasts)
{
    /* The record of a member that gave way is free a moment later, and a frame of this node's
     * earlier start may come late. */
    if ((reason == SL_DROP_COLD_FULL || reason == SL_DROP_FROM_TWIN) && !lasts)
        return;
    switch (reason) {
    case SL_DROP_CLUSTER_OTHER:
        sl_troubles_raise(t, SL_TROUBLE_OTHER_CLUSTER, "", 6 * TROUBLE_NS,
                          "compare cluster.name of the nodes on this network",
                          "frames of a cluster with another name come in and are refused");
        break;
    case SL_DROP_FROM_TWIN:
        sl_troubles_raise(t, SL_TROUBLE_ADDRESS_CONFLICT, "twin", 6 * TROUBLE_NS,
                          "a cloned machine? give one of the two an address, a MAC address and a "
                          "node.name of its own",
                          "another node with this node's name sends from this node's own address");
        break;
    case SL_DROP_MEMBERS_FULL:
    case SL_DROP_COLD_FULL:
        sl_troubles_raise(t, SL_TROUBLE_TABLE_FULL, "", 6 * TROUBLE_NS,
                          "raise protocol.max_members on all nodes, or end nodes that nobody needs",
                          "the member table is full, new members are refused");
        break;
    case SL_DROP_BYTE_CAP:
        sl_troubles_raise(t, SL_TROUBLE_BYTE_CAP, "", TROUBLE_NS,
                          "see which class fills it (`starling stats`), or raise protocol.byte_cap",
                          "frames are held back, because the byte cap is reached");
        break;
    case SL_DROP_ENGINE_RING_FULL:
    case SL_DROP_ENGINE_INPUT_EMPTY:
    case SL_DROP_MBUF_EMPTY:
    case SL_DROP_TX_FULL:
    case SL_DROP_RX_MISSED:
        sl_troubles_raise(t, SL_TROUBLE_OVERLOAD, sl_drop_name(reason), TROUBLE_NS,
                          "give it CPUs of its own (workers.cpus, workers.count)",
                          "frames are lost in this node: %s", sl_drop_text(reason));
        break;
    default:
        break;
    }
}

static void tell(struct sl_drop_watch *w, enum sl_drop reason, uint64_t count, uint64_t now_ns)
{
    uint64_t more = count - w->told[reason];
    enum sl_log_level level = level_of(reason, more);
    if (w->told[reason] == 0)
        SL_LOG(level,
               "frames dropped: %s (%s), %" PRIu64 " so far; further ones are "
               "counted",
               sl_drop_name(reason), sl_drop_text(reason), count);
    else
        SL_LOG(level, "frames dropped: %s, %" PRIu64 " more, %" PRIu64 " in all",
               sl_drop_name(reason), more, count);
    w->told[reason] = count;
    w->due_ns[reason] = now_ns + SL_DROP_WATCH_AGAIN_NS;
}

void sl_drop_watch_look(struct sl_drop_watch *w, struct sl_troubles *troubles,
                        const uint64_t drops[SL_DROP_COUNT], uint64_t now_ns)
{
    for (uint32_t i = 0; i < SL_DROP_COUNT; i++) {
        enum sl_drop reason = (enum sl_drop)i;
        bool grew = drops[i] != w->seen[i];
        if (grew)
            raise_trouble(troubles, reason, w->grew[i]);
        w->grew[i] = grew;
        w->seen[i] = drops[i];
        if (drops[i] != w->told[i] && now_ns >= w->due_ns[i])
            tell(w, reason, drops[i], now_ns);
    }
}
