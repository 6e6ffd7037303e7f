#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Instructions per operation of the hot paths, counted by callgrind. Unlike time they repeat almost exactly on a busy
# machine, so they show a regression of a few instructions. Each program runs with n and with 2n operations; the
# difference, divided by n, leaves start and end of the process out.
#
#   bench/instructions.sh [workload...]      after bench/run.sh has built the programs
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../build/bench
n=50000
hot_paths=(yield2 spawn_join ping_pong stream buffered same_goroutine select_default select_ready select_block
  mutex_uncontended)

if ! command -v valgrind >/dev/null; then
  echo "instructions: valgrind is not installed" >&2
  exit 3
fi

# Instructions of one whole run.
count() { # program n
  GOMAXPROCS=1 valgrind --tool=callgrind --callgrind-out-file=/dev/null "$1" "$2" 2>&1 >/dev/null |
    awk '/Collected/ { found = 1; print $NF } END { exit !found }'
}

[ $# -gt 0 ] || set -- "${hot_paths[@]}"
printf '%-20s %s\n' workload "instructions per operation"
for workload in "$@"; do
  if ! program=$("$here/peers/weft.sh" command "$out/weft" "$workload"); then
    echo "instructions: no program for '$workload' (run bench/run.sh first)" >&2
    exit 2
  fi
  once=$(count "$program" $n)
  twice=$(count "$program" $((2 * n)))
  awk -v name="$workload" -v delta=$((twice - once)) -v n=$n 'BEGIN { printf "%-20s %.1f\n", name, delta / n }'
done
