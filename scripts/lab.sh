# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# A lab: namespaces ${LAB}1..${LAB}N, each with eth0 on a veth whose other end, pN, is a port of bridge br0
# in namespace ${LAB}sw. Source it after lib.sh; the caller traps EXIT and calls lab_down.
#
# The kernel gets no address on eth0: the DPDK program owns it, and a kernel that shared it would answer ARP
# and send ICMP port unreachable. Whatever disturbs traffic does so in ${LAB}sw, because AF_PACKET and AF_XDP
# sockets see a frame before tc and netfilter of their own namespace do.

LAB=            # prefix of every namespace of this lab
LAB_MADE=()     # the namespaces to remove

lab_quietly() { ip netns exec "$1" "${@:2}" >/dev/null; }

lab_make_namespace() {
    [[ ! -e /run/netns/$1 ]] || die "there is a namespace $1 already; choose another prefix or remove it (ip netns del $1)"
    LAB_MADE+=("$1")
    ip netns add "$1" || die "cannot make namespaces here; inside a container, give it CAP_SYS_ADMIN and CAP_NET_ADMIN"
    lab_quietly "$1" sysctl -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
}

# Frames must look on the wire as the program wrote them: checksums filled in, nothing merged or split.
lab_plain_interface() {
    local namespace=$1 interface=$2
    ip -n "$namespace" link set "$interface" addrgenmode none
    lab_quietly "$namespace" ethtool -K "$interface" tx off rx off sg off gso off tso off gro off
    ip -n "$namespace" link set "$interface" promisc on up
}

# lab_mac SIDE NODE: 0 is the node's own end, 1 the bridge's, 2 a tap's kernel end.
lab_mac() { printf '02:53:4c:%02x:%02x:%02x' "$1" $(($2 / 256)) $(($2 % 256)); }

lab_add_node() {
    lab_make_namespace "$LAB$1"
    lab_plug "$1" "$2"
}

# lab_unplug NODE takes eth0 away for good, lab_plug NODE MTU makes it: another one with the same name and MAC.
lab_unplug() {
    lab_need_node "$1"
    ip -n "$LAB$1" link del eth0
}

lab_plug() {
    local node=$1 mtu=$2 namespace=$LAB$1 switch=${LAB}sw
    ip -n "$namespace" link add eth0 address "$(lab_mac 0 "$node")" mtu "$mtu" type veth \
        peer name "p$node" address "$(lab_mac 1 "$node")" mtu "$mtu" netns "$switch"
    ip -n "$switch" link set "p$node" master br0
    lab_plain_interface "$switch" "p$node"
    lab_plain_interface "$namespace" eth0
}

# lab_up NODES [PREFIX [MTU]]: the default prefix is this process's own, so that labs never meet.
lab_up() {
    local nodes=$1 mtu=${3:-1500} node
    LAB=${2:-sl$$-}
    lab_make_namespace "${LAB}sw"
    ip -n "${LAB}sw" link add br0 mtu "$mtu" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    ip -n "${LAB}sw" link set br0 addrgenmode none up
    for ((node = 1; node <= nodes; node++)); do
        lab_add_node "$node" "$mtu"
    done
}

lab_ports() { ip -n "${LAB}sw" -o link show master br0 type veth | sed -E 's/^[0-9]+: p([0-9]+)@.*/\1/'; }

# lab_adopt PREFIX: work on a lab that another process made.
lab_adopt() {
    LAB=$1
    ip netns list | grep -qE "^${LAB}sw( |\$)" || die "there is no lab with prefix '$LAB'; make one with: scripts/lab up 5"
    # By name, not by the bridge's ports: a node whose eth0 was deleted has none.
    mapfile -t LAB_MADE < <(ip netns list | sed -nE "s/^(${LAB}(sw|[0-9]+))( .*)?\$/\1/p")
}

# Removes what was made, and nothing else. Does nothing the second time.
lab_down() {
    local namespace pids
    for namespace in "${LAB_MADE[@]}"; do
        [[ -e /run/netns/$namespace ]] || continue
        pids=$(ip netns pids "$namespace" | xargs)
        [[ -z $pids ]] || warn "still running in $namespace, which lives on until they end: $pids"
        ip netns del "$namespace"
    done
    LAB_MADE=()
}

lab_need_node() {
    lab_ports | grep -qxF -- "$1" ||
        die "lab '$LAB' has no node '$1'; it has: $(lab_ports | xargs)"
}

# The node keeps its link, as behind a switch that forgot it; its frames go nowhere.
lab_isolate() {
    lab_need_node "$1"
    lab_quietly "${LAB}sw" bridge link set dev "p$1" state disabled
}

lab_heal() {
    lab_need_node "$1"
    lab_quietly "${LAB}sw" bridge link set dev "p$1" state forwarding
}

# lab_chain NAME: of this lab's rules about what the bridge forwards.
lab_chain() {
    command -v nft >/dev/null || die "this needs nft; install it with: apt-get install nftables"
    lab_quietly "${LAB}sw" nft add table bridge lab
    lab_quietly "${LAB}sw" nft "add chain bridge lab $1 { type filter hook forward priority 0; }"
}

# lab_cut [NODE...]: between these and all others no frame passes, either way; none given: all pass again.
lab_cut() {
    local node ports=
    for node in "$@"; do
        lab_need_node "$node"
        ports+=${ports:+, }p$node
    done
    lab_chain cut
    lab_quietly "${LAB}sw" nft flush chain bridge lab cut
    [[ -n $ports ]] || return 0
    lab_quietly "${LAB}sw" nft "add rule bridge lab cut iifname { $ports } oifname != { $ports } drop"
    lab_quietly "${LAB}sw" nft "add rule bridge lab cut iifname != { $ports } oifname { $ports } drop"
}

# lab_loss FROM TO PERCENT: of frames in that direction only; 0 ends it.
lab_loss() {
    local from=$1 to=$2 percent=$3 switch=${LAB}sw handle
    lab_need_node "$from"
    lab_need_node "$to"
    [[ $percent =~ ^[0-9]+$ && $percent -le 100 ]] || die "loss is a whole number of percent, 0 to 100, not '$percent'"
    lab_chain loss
    handle=$(ip netns exec "$switch" nft -a list chain bridge lab loss |
        sed -nE "s/.*comment \"$from>$to\" # handle ([0-9]+)/\1/p")
    [[ -z $handle ]] || lab_quietly "$switch" nft delete rule bridge lab loss handle "$handle"
    [[ $percent -eq 0 ]] || lab_quietly "$switch" nft add rule bridge lab loss iifname "p$from" oifname "p$to" \
        numgen random mod 100 '<' "$percent" counter drop comment "\"$from>$to\""
}

# lab_capture FILE SECONDS: every frame that crosses the bridge, once.
lab_capture() {
    local file=$1 seconds=$2 status=0
    interruptibly ip netns exec "${LAB}sw" timeout --signal=INT "$seconds" \
        tcpdump -i br0 -s 0 -U -Z root -w "$file" || status=$?
    [[ $status -eq 124 ]] || die "tcpdump ended early with status $status"
}

# lab_attach_tap NODE TAP: a tap made by the node's program joins the node's veth. The kernel's end needs a MAC
# of its own: with the program's MAC the bridge would keep the program's frames for itself.
lab_attach_tap() {
    local node=$1 tap=$2 namespace=$LAB$1
    ip -n "$namespace" link set "$tap" address "$(lab_mac 2 "$node")"
    lab_plain_interface "$namespace" "$tap"
    if ! ip -n "$namespace" link show br0 >/dev/null 2>&1; then
        ip -n "$namespace" link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
        ip -n "$namespace" link set br0 addrgenmode none up
        ip -n "$namespace" link set eth0 master br0
    fi
    ip -n "$namespace" link set "$tap" master br0
}
