# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# A whole cluster in a lab: programs built, nodes started, watched and cleaned up whatever happens. Source it after
# node.sh, with $port and $nodes set before cluster_prepare.
# shellcheck disable=SC2154,SC2034  # the caller sets $port and $nodes and reads $FIGURE

finish() {
    local status=$? node
    trap - EXIT
    trap '' HUP INT TERM
    set +e
    stop_child
    if [[ $status -ne 0 && $status -lt 128 ]]; then
        for node in "${!NODE_PID[@]}"; do node_log "$node"; done
    fi
    nodes_stop || status=1
    lab_down
    [[ -z $RUN ]] || rm -rf "$RUN"
    exit "$status"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

observe() { python3 "$ROOT/scripts/observe.py" "$@"; }

into_figure() { "$@" >"$RUN/figure"; }

# Sets FIGURE to what a command prints; unlike $(...), it ends at once when the demo is interrupted.
figure() {
    interruptibly into_figure "$@"
    FIGURE=$(tail -n 1 "$RUN/figure")
}

now_ns() { echo "${EPOCHREALTIME/[.,]/}000"; }

everyone() { seq 1 "$nodes"; }

all_but() { everyone | grep -vx "$1"; }

install_and_build() {
    interruptibly "$ROOT/scripts/install-deps"
    say "building (meson, release)"
    interruptibly configure build gcc g++ --buildtype=release
    interruptibly compile build
}

choose_memory() {
    local free_kib
    free_kib=$(awk '/^HugePages_Free/ { free = $2 } /^Hugepagesize/ { size = $2 } END { print free * size }' /proc/meminfo)
    huge=yes
    if [[ $free_kib -lt $((nodes * NODE_MEMORY_MB * 1024)) ]]; then
        huge=no
        say "too few free hugepages for $nodes nodes of $NODE_MEMORY_MB MB: they run with --no-huge"
    fi
}

# witnesses NODE SINCE TYPES: sets FIGURE to when every other node reported the last of TYPES about that node.
witnesses() {
    # shellcheck disable=SC2046
    figure observe times "n$1" "$2" "$3" $(node_event_files $(all_but "$1"))
}

# Processor time of all daemons so far, in clock ticks.
cpu_ticks() {
    local node total=0 fields
    for node in "${!NODE_PID[@]}"; do
        read -ra fields <"/proc/${NODE_PID[$node]}/stat"
        total=$((total + fields[13] + fields[14]))
    done
    echo "$total"
}

cluster_prepare() {
    RUN=$(mktemp -d "/tmp/starling-$PROGRAM.XXXXXX")
    choose_memory
    lab_up "$nodes"
}

cluster_formed() {
    # shellcheck disable=SC2046  # one word per node
    interruptibly observe formed "$STARLING" "$nodes" $(node_sockets $(everyone))
}

cluster_start() {
    local node
    for node in $(everyone); do node_start "$node" "$port" "$huge"; done
    for node in $(everyone); do node_ready "$node"; node_follow "$node"; done
    cluster_formed
}

# cluster_restart NODE: after node_kill.
cluster_restart() {
    node_start "$1" "$port" "$huge"
    node_ready "$1"
    node_follow "$1"
}
