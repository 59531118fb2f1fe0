# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# The nodes of a lab: one starlingd in each namespace, node N named nN at 10.77.0.N. Source it after lab.sh.

STARLINGD=$ROOT/build/starlingd
STARLING=$ROOT/build/starling
NODE_MEMORY_MB=64
NODE_STOP_SECONDS=5     # how long a node may take to end after SIGTERM
NODE_START_SECONDS=15   # and to open its control socket

RUN=            # folder of configurations, sockets, logs and event files; the caller makes and removes it
declare -A NODE_PID=() FOLLOWER_PID=()

node_socket() { echo "$RUN/n$1.sock"; }

node_sockets() {
    local node
    for node in "$@"; do node_socket "$node"; done
}

node_event_files() { printf "$RUN/n%s.events\n" "$@"; }

# node_config NODE PORT HUGE
node_config() {
    local node=$1 port=$2 huge=$3 device=eth0
    [[ $port != tap ]] || device=starling0
    cat <<END
[cluster]
name = demo
profile = edge
[node]
name = n$node
[port]
spec = $port:$device
address = 10.77.0.$node/24
mtu = 1500
[join]
seeds = 10.77.0.1
[control]
socket = $(node_socket "$node")
[eal]
huge = $huge
memory_mb = $NODE_MEMORY_MB
[protocol]
max_pause = 200ms
END
}

node_log() {
    [[ -s $RUN/n$1.log ]] || return 0
    warn "the last lines of node n$1's log:"
    tail -n 15 "$RUN/n$1.log" >&2
}

# node_await NODE WHAT COMMAND...: until the command succeeds.
node_await() {
    local node=$1 what=$2 end=$((SECONDS + NODE_START_SECONDS))
    shift 2
    until "$@" >/dev/null 2>&1; do
        kill -0 "${NODE_PID[$node]}" 2>/dev/null || die "node n$node ended before it had $what"
        [[ $SECONDS -lt $end ]] || die "node n$node did not have $what after $NODE_START_SECONDS s"
        sleep 0.05
    done
}

# node_start NODE PORT HUGE [OPTION...]
node_start() {
    local node=$1 port=$2 huge=$3
    shift 3
    node_config "$node" "$port" "$huge" >"$RUN/n$node.conf"
    ip netns exec "$LAB$node" "$STARLINGD" --config "$RUN/n$node.conf" "$@" </dev/null >>"$RUN/n$node.log" 2>&1 &
    NODE_PID[$node]=$!
    # Until exec the new process is still this script, traps and all: signals for the node must not meet those.
    while [[ /proc/$!/exe -ef /proc/$$/exe ]]; do :; done
    [[ $port != tap ]] || {
        node_await "$node" "its tap device" ip -n "$LAB$node" link show starling0
        lab_attach_tap "$node" starling0
    }
}

node_ready() { node_await "$1" "an answer on its control socket" "$STARLING" --socket "$(node_socket "$1")" info; }

# node_follow NODE: its events go to a file, one JSON object per line, until the node or the demo ends.
node_follow() {
    "$STARLING" --socket "$(node_socket "$1")" events --follow --json </dev/null >"$RUN/n$1.events" 2>>"$RUN/n$1.log" &
    FOLLOWER_PID[$1]=$!
}

node_kill() {
    kill -KILL "${NODE_PID[$1]}"
    { wait "${NODE_PID[$1]}" || true; } 2>/dev/null
    unset "NODE_PID[$1]"
}

# Asks all nodes to end; false if one had to be killed.
nodes_stop() {
    local node end=$((SECONDS + NODE_STOP_SECONDS)) good=0
    [[ ${#NODE_PID[@]} -eq 0 ]] || kill -TERM "${NODE_PID[@]}" 2>/dev/null || true
    for node in "${!NODE_PID[@]}"; do
        while kill -0 "${NODE_PID[$node]}" 2>/dev/null && [[ $SECONDS -lt $end ]]; do sleep 0.05; done
        if kill -KILL "${NODE_PID[$node]}" 2>/dev/null; then
            warn "node n$node did not end within $NODE_STOP_SECONDS s of SIGTERM and was killed"
            good=1
        fi
        { wait "${NODE_PID[$node]}" || true; } 2>/dev/null
    done
    NODE_PID=()
    for node in "${!FOLLOWER_PID[@]}"; do
        kill "${FOLLOWER_PID[$node]}" 2>/dev/null || true
        { wait "${FOLLOWER_PID[$node]}" || true; } 2>/dev/null
    done
    FOLLOWER_PID=()
    return "$good"
}
