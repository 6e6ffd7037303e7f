#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A peer of the table; every file in this directory answers the same verbs:
#   build DIR            builds the peer's programs into DIR; exit 3 with a reason if the machine lacks what it needs
#   version DIR          one line that names what was measured
#   command DIR PROGRAM CORES  the words that run a workload, to be followed by n and rounds; exit 1: it has none such
#   share DIR PROGRAM    how many of the row's operations it is given, in percent; may be left out: 100
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

case "$1" in
  build)
    cmake -S "$root" --preset release -B "$2" -DWEFT_BENCH=ON -DWEFT_EXAMPLES=OFF >"$2/configure.log"
    cmake --build "$2" --parallel
    ;;
  version)
    commit=$(git -C "$root" rev-parse --short HEAD 2>/dev/null || echo unknown)
    [ -z "$(git -C "$root" status --porcelain -- include src bench 2>/dev/null)" ] || commit="$commit with local changes"
    flags=$(sed -nE 's/^ *"command": "[^ ]+ (.*) -o .*workloads.*/\1/p' "$2/compile_commands.json" | head -n 1 | sed -E 's/-I[^ ]+ ?//g')
    echo "weft $commit, $(g++ --version | head -n 1), $flags"
    ;;
  command)
    program=$(find "$2" -type f -name "bench_$3" -perm -u+x | head -n 1)
    [ -n "$program" ] || exit 1
    echo "$program"
    ;;
  *) exit 2 ;;
esac
