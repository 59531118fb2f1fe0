/* SPDX-License-Identifier: BSD-3-Clause */
#include "dataplane/option_table.h"

#include <stdio.h>
#include <string.h>

#include "ports/slip.h"

#define ROW(section, key, type, field, least, most, choices, fallback, example, help)             \
    {                                                                                             \
        section, key, SL_OPTION_##type, offsetof(struct sl_options, field), least, most, choices, \
            fallback, example, help                                                               \
    }
/* Knobs of the protocol take their defaults from the profile and their bounds from
 * sl_config_check(). Order matters once: suspicion times follow what they are derived from. */
#define KNOB(type, key, field, help) \
    ROW("protocol", key, type, config.field, 0, UINT64_MAX, NULL, NULL, NULL, help)
#define CHOICE_KNOB(key, field, choices, help) \
    ROW("protocol", key, CHOICE, config.field, 0, 0, choices, NULL, NULL, help)

const struct sl_option sl_option_table[] = {
    ROW("cluster", "name", STRING, config.cluster_name, 1, SL_NAME_BYTES_MAX, NULL, NULL, "example",
        "Nodes of the same name form a cluster; frames of other clusters are dropped."),
    ROW("cluster", "profile", WORD, profile, 0, 7, "lan|wan|edge", "lan", NULL,
        "Starting values of [protocol]: one data centre, several, or a handful of quick nodes."),
    ROW("node", "name", STRING, config.name, 0, SL_NAME_BYTES_MAX, NULL, "", NULL,
        "This node's name, unique in the cluster. Empty: the machine's host name."),
    ROW("node", "zone", STRING, config.zone, 1, SL_ZONE_BYTES_MAX, NULL, "default", NULL,
        "Failure domain: what tends to become unreachable together."),
    ROW("node", "tags", TAGS, config.tags, 0, SL_TAGS_BYTES_MAX, NULL, "", NULL,
        "key=value pairs, separated by commas, that all members see."),
    ROW("port", "spec", PORT, port, 0, 0, NULL, NULL, "af_packet:eth1",
        "pci:0000:3b:00.0, af_packet:IF, af_xdp:IF, tap:IF, memif:SOCKET[,role=server] or ring."),
    ROW("port", "address", PREFIX4, v4, 0, 0, NULL, "", "192.0.2.1/24",
        "IPv4 address and prefix length of the port; this or address6 must be set."),
    ROW("port", "address6", PREFIX6, v6, 0, 0, NULL, "", NULL,
        "IPv6 address and prefix length of the port."),
    ROW("port", "gateway", GATEWAY4, v4, 0, 0, NULL, "", NULL,
        "Next hop of IPv4 packets that leave the link. Empty: none."),
    ROW("port", "gateway6", GATEWAY6, v6, 0, 0, NULL, "", NULL,
        "Next hop of IPv6 packets that leave the link. Empty: none."),
    ROW("port", "advertise", ADVERTISE4, advertise_v4, 0, 0, NULL, "", NULL,
        "Where others reach this node if a router translates its address, such as "
        "203.0.113.7:7947. Empty: at address."),
    ROW("port", "advertise6", ADVERTISE6, advertise_v6, 0, 0, NULL, "", NULL,
        "The same for address6, such as [2001:db8::7]:7947."),
    ROW("port", "mtu", NUMBER, mtu, 0, 9600, NULL, "0", NULL,
        "Bytes of an IP packet on the link. 0: what the device says."),
    ROW("port", "vlan", NUMBER, vlan, 0, 4094, NULL, "0", NULL,
        "802.1Q VLAN id of every frame. 0: untagged."),
    ROW("port", "dscp", NUMBER, dscp, 0, 63, NULL, "48", NULL,
        "DSCP of every packet sent. 48: CS6, network control."),
    ROW("port", "udp_port", NUMBER, udp_port, 1, 65535, NULL, "7947", NULL,
        "First UDP port of gossip, of one a worker, or 8 on a NIC that tells how it fills queues."),
    ROW("join", "seeds", SEEDS, seeds, 0, SL_SEEDS_MAX, NULL, "", NULL,
        "Members to join by, separated by commas: address, [IPv6]:port, DNS name, name:port."),
    ROW("control", "socket", STRING, control_socket, 1, 107, NULL, "/run/starling/starling.sock",
        NULL, "UNIX socket for `starling`."),
    ROW("control", "group", STRING, control_group, 0, 63, NULL, "", NULL,
        "Group that the socket belongs to, by name or number. Empty: that of the process."),
    ROW("control", "mode", MODE, control_mode, 0, 0777, NULL, "0660", NULL,
        "Who may use the socket: what it lets in may also join, leave, remove members and set "
        "tags."),
    ROW("eal", "huge", CHOICE, huge, 0, 0, "auto|yes|no", "auto", NULL,
        "Whether packet memory is in huge pages; auto: if there are free ones."),
    ROW("eal", "memory_mb", NUMBER, memory_mb, 64, 1u << 20, NULL, "256", NULL,
        "Megabytes of packet memory."),
    ROW("workers", "count", NUMBER, workers, 0, SL_WORKERS_MAX - 1, NULL, "0", NULL,
        "Cores that do packets only. 0: one core does packets and decisions."),
    ROW("workers", "cpus", CPUS, cpus, 0, 0, NULL, "", NULL,
        "CPUs, such as 2,4-7: the first for the engine, then one per worker. Empty: any."),
    ROW("workers", "idle", CHOICE, idle, 0, 0, "adaptive|busy", "adaptive", NULL,
        "What a core does without packets: short sleeps (adaptive) or polling on (busy)."),
    ROW("log", "level", CHOICE, log_level, 0, 0, "error|warning|notice|info|debug", "notice", NULL,
        "The least urgent lines of log. error: not done; warning: deaths, troubles; notice: joins, "
        "leaves, commands; info: suspicions."),

    KNOB(NUMBER, "max_members", max_members, "Room of the member table, fixed at start."),
    KNOB(NUMBER, "table_load_percent", table_load_percent,
         "How full the member table may get: lower is faster and larger. 0: 35, or 65 above 65,536 "
         "members."),
    KNOB(
        SIZE, "cold_bytes_per_member", cold_bytes_per_member,
        "Room for names, addresses and tags, on average. 0: 128, or 40 above 65,536 members, which "
        "is a name of 16 bytes, an IPv4 address, and no zone or tags."),
    KNOB(NUMBER, "max_rumours", max_rumours, "Updates being spread at once."),
    KNOB(NUMBER, "max_suspicions", max_suspicions, "Members under suspicion at once."),
    KNOB(SIZE, "frame_bytes", frame_bytes, "UDP payload of frames sent."),
    KNOB(DURATION, "probe_period", probe_period_ns, "One member is probed per period."),
    KNOB(NUMBER, "probe_tries", probe_tries, "PINGs of one probe."),
    KNOB(DURATION, "probe_try_interval", probe_try_interval_ns,
         "Between the PINGs of one probe; need not cover a round trip."),
    KNOB(NUMBER, "probe_helpers", probe_helpers, "Helpers asked in one go."),
    KNOB(NUMBER, "probe_helper_rounds", probe_helper_rounds, "How often fresh helpers are asked."),
    KNOB(DURATION, "probe_helper_wait", probe_helper_wait_ns,
         "Time given to one round of helpers."),
    KNOB(DURATION, "max_pause", max_pause_ns,
         "Longest pause of a healthy member that must not kill it."),
    KNOB(DURATION, "spread", spread_ns, "Time within which an update reaches all but stragglers."),
    KNOB(DURATION, "suspicion_min", suspicion_min_ns,
         "Suspicion time once enough accusers agree; unless set, max_pause + spread."),
    KNOB(DURATION, "suspicion_max", suspicion_max_ns,
         "Suspicion time of a lone accuser; unless set, follows from max_pause and spread."),
    KNOB(NUMBER, "suspicion_confirmations", suspicion_confirmations,
         "Further accusers that bring the suspicion time down to its minimum."),
    KNOB(DURATION, "zone_patience", zone_patience_ns,
         "Members of an unreachable zone count as dead after this; unless set, five minutes and a "
         "margin."),
    CHOICE_KNOB(
        "gossip_mode", gossip_mode, "push|pull|push-pull",
        "Whether a round tells what is new, asks what is new, or asks when it has nothing."),
    KNOB(DURATION, "gossip_interval", gossip_interval_ns,
         "Between gossip rounds when there is something to say."),
    KNOB(DURATION, "gossip_idle_interval", gossip_idle_interval_ns,
         "Between gossip rounds when there is not."),
    KNOB(NUMBER, "gossip_fanout", gossip_fanout, "Peers per gossip round."),
    KNOB(NUMBER, "gossip_near_percent", gossip_near_percent,
         "Percent of gossip picks that stay in the own zone; the others go anywhere."),
    KNOB(NUMBER, "transmit_multiplier", transmit_multiplier,
         "A node sends an update this many times ceil(log10(members + 1))."),
    KNOB(SIZE, "byte_cap", byte_cap, "Sent and received in any second; past it gossip waits."),
    KNOB(SIZE, "byte_cap_joining", byte_cap_joining,
         "The same until joined and during join_grace."),
    KNOB(SIZE, "byte_cap_seed", byte_cap_seed,
         "The same of a node whose own address is among its seeds."),
    KNOB(DURATION, "join_grace", join_grace_ns, "Counts from the start of the node."),
    KNOB(DURATION, "join_retry_min", join_retry_min_ns,
         "First wait between tries to reach a seed; doubles up to join_retry_max."),
    KNOB(DURATION, "join_retry_max", join_retry_max_ns, "Longest wait between these tries."),
    KNOB(DURATION, "dead_retention", dead_retention_ns,
         "The dead are remembered this long: longer than any partition that shall heal."),
    KNOB(DURATION, "left_retention", left_retention_ns,
         "The same for members that left or were removed; for both at least zone_patience + "
         "suspicion_max."),
    KNOB(DURATION, "dial_interval", dial_interval_ns,
         "A dead member or a seed is dialled this often, so that a healed split rejoins."),
    KNOB(DURATION, "repair_patience", repair_patience_ns,
         "A view may differ this long before it is repaired; at least spread."),
};

const uint32_t sl_option_count = sizeof(sl_option_table) / sizeof(sl_option_table[0]);
_Static_assert(sizeof(sl_option_table) / sizeof(sl_option_table[0]) <= SL_OPTIONS_KEYS,
               "raise SL_OPTIONS_KEYS");

int sl_option_find(const char *section, const char *key)
{
    for (uint32_t i = 0; i < sl_option_count; i++) {
        if (strcmp(sl_option_table[i].section, section) == 0 &&
            strcmp(sl_option_table[i].key, key) == 0)
            return (int)i;
    }
    return -1;
}

static const char *nearest_section(const char *section)
{
    uint32_t best = sl_slip_tolerance(section) + 1;
    const char *found = NULL;
    for (uint32_t i = 0; i < sl_option_count; i++) {
        uint32_t d = sl_slip_distance(section, sl_option_table[i].section);
        if (d < best) {
            best = d;
            found = sl_option_table[i].section;
        }
    }
    return found;
}

/* Of those here that contain it: "fanout" is gossip_fanout's. */
static const struct sl_option *longer_key(const char *section, const char *key)
{
    for (uint32_t i = 0; i < sl_option_count && strlen(key) >= 4; i++) {
        const struct sl_option *o = &sl_option_table[i];
        if (strcmp(o->section, section) == 0 && strstr(o->key, key) != NULL)
            return o;
    }
    return NULL;
}

static const struct sl_option *nearest_key(const char *section, const char *key)
{
    uint32_t best = sl_slip_tolerance(key) + 1;
    const struct sl_option *found = NULL;
    for (uint32_t i = 0; i < sl_option_count; i++) {
        const struct sl_option *o = &sl_option_table[i];
        uint32_t d = sl_slip_distance(key, o->key);
        bool here = strcmp(o->section, section) == 0;
        if (d < best && (here || d == 0)) {
            best = d;
            found = o;
        }
    }
    return found != NULL ? found : longer_key(section, key);
}

void sl_option_suggest(const char *section, const char *key, char *out, size_t out_bytes)
{
    bool known = false;
    for (uint32_t i = 0; i < sl_option_count; i++)
        known |= strcmp(sl_option_table[i].section, section) == 0;
    const char *near = nearest_section(section);
    const struct sl_option *option = nearest_key(section, key);
    if (!known && near != NULL)
        snprintf(out, out_bytes, "; did you mean [%s]?", near);
    else if (known && option != NULL && strcmp(option->section, section) == 0)
        snprintf(out, out_bytes, "; did you mean '%s'?", option->key);
    else if (option != NULL)
        snprintf(out, out_bytes, "; it belongs to [%s]", option->section);
    else
        snprintf(out, out_bytes, "; `starlingd --print-config` shows all keys");
}
