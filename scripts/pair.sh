# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# A pair: namespace ${LAB}1 with the program that is measured, ${LAB}2 with starling-bench's generator, and one veth, or
# a memif socket, between them. Source it after cluster.sh, whose clean-up it uses, with $nodes=1 and $RUN not yet set.
# shellcheck disable=SC2154  # cluster.sh's choose_memory sets $huge

PAIR_ADDRESS=10.0.0.1   # the generator's members are in 10.0.0.0/8, too
PAIR_CAP=2000MB         # what is measured is the path, not the cap on it

pair_prepare() {
    local side
    RUN=$(mktemp -d "/tmp/starling-$PROGRAM.XXXXXX")
    choose_memory
    LAB=sl$$-
    lab_make_namespace "${LAB}1"
    lab_make_namespace "${LAB}2"
    ip -n "${LAB}1" link add eth0 address "$(lab_mac 0 1)" type veth \
        peer name eth0 address "$(lab_mac 0 2)" netns "${LAB}2"
    for side in 1 2; do lab_plain_interface "$LAB$side" eth0; done
    read -r first_cpu < <(taskset -pc $$ | sed -E 's/.*: ([0-9]+).*/\1/')
}

# pair_start PORT IDLE: the node, on the first CPU; the generator takes the last.
pair_start() {
    local options=(--cluster.name=starling --node.name=node-0000000 "--port.address=$PAIR_ADDRESS/8" --join.seeds=
        "--workers.idle=$2" "--workers.cpus=$first_cpu" "--protocol.byte_cap=$PAIR_CAP"
        "--protocol.byte_cap_joining=$PAIR_CAP" "--protocol.byte_cap_seed=$PAIR_CAP")
    [[ $1 != memif ]] || options+=("--port.spec=memif:$RUN/memif.sock,role=server")
    node_start 1 "$1" "$huge" "${options[@]}"
    node_ready 1
}

# Of drivers' chatter on stderr only what precedes a failure is shown.
without_chatter() {
    "$@" 2>"$RUN/chatter" || {
        tail -n 15 "$RUN/chatter" >&2
        return 1
    }
}

# pair_generate SPEC [OPTION...]: sets FIGURE to what the generator prints.
pair_generate() {
    local spec=$1
    shift
    figure without_chatter ip netns exec "${LAB}2" "$ROOT/build/starling-bench" generate --port "$spec" --to "$PAIR_ADDRESS" --json "$@"
}
