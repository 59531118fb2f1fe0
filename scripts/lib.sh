# SPDX-License-Identifier: BSD-3-Clause
# shellcheck shell=bash
# What every script here shares. Source it after `set -euo pipefail`.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PROGRAM=$(basename "$0")

say() { printf '%s: %s\n' "$PROGRAM" "$*"; }

warn() { printf '%s: %s\n' "$PROGRAM" "$*" >&2; }

die() {
    warn "$*"
    exit 1
}

need_root() {
    [[ $(id -u) -eq 0 ]] || die "$1 needs root; run it with sudo"
}

# configure DIR CC CXX [meson option...]: once per build folder; ninja reconfigures by itself later.
configure() {
    local dir=$ROOT/$1 cc=$2 cxx=$3
    shift 3
    [[ -f $dir/build.ninja ]] || CC=$cc CXX=$cxx meson setup "$dir" "$ROOT" "$@"
}

# compile DIR [TARGET...]: all, when none is named.
compile() { ninja -C "$ROOT/$1" -j "$(nproc)" "${@:2}"; }

# Run something long in a way that a trap can interrupt at once; stop_child belongs in that trap. The process
# group of its own lets stop_child end what the command started, too.
CHILD=
interruptibly() {
    local status=0
    set -m
    "$@" </dev/null &
    CHILD=$!
    set +m
    wait "$CHILD" || status=$?
    CHILD=
    return "$status"
}

stop_child() {
    [[ -z $CHILD ]] || kill -- "-$CHILD" 2>/dev/null || true
    CHILD=
}
