#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ./dev bench latency: how late goroutines are woken, weft beside Go, in one run; the cases stand in
# workloads/wakeup.cpp. Peers are started in turn; a figure is the median over the rounds of that round's figure.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../build/bench
peers=(weft go)
rounds=5

usage() {
  cat <<END
usage: ./dev bench latency [--rounds N]

  --rounds N     how often every case is measured, two seconds each (default 5)
END
}

take_word() { return 1; }

# shellcheck source=arguments.sh
. "$here/arguments.sh"
read_arguments "$@"
for peer in "${peers[@]}"; do build_peer "$peer"; done

: >"$out/wakeups"
for round in $(seq "$rounds"); do
  for name in idle busy chatty hog; do
    for peer in "${peers[@]}"; do
      words=$("$here/peers/$peer.sh" command "$out/$peer" wakeup 2)
      # shellcheck disable=SC2086 # words is a list
      BENCH_CASE=$name GOMAXPROCS=2 timeout 120 $words 2000 | sed "s/^/$name $peer /" >>"$out/wakeups"
      echo "round $round/$rounds  $name of $peer" >&2
    done
  done
done

for peer in "${peers[@]}"; do echo "peer     $("$here/peers/$peer.sh" version "$out/$peer")"; done
print_method "./dev bench latency"
awk '
  { for (i = 5; i <= 8; ++i) add($1 "\t" $3 "\t" $2, i, $i) }
  function add(key, at, value,    n, j) {
    if (!(key in known)) { known[key]; order[++count] = key }
    n = ++samples[key, at]
    for (j = n; j > 1 && sample[key, at, j - 1] > value; --j) sample[key, at, j] = sample[key, at, j - 1]
    sample[key, at, j] = value + 0
  }
  END {
    printf "\n%-8s %-8s %-6s %10s %10s %10s %10s  us late\n", "case", "by", "peer", "p50", "p99", "p99.9", "worst"
    for (k = 1; k <= count; ++k) {
      split(order[k], part, "\t")
      printf "%-8s %-8s %-6s", part[1], part[2], part[3]
      for (i = 5; i <= 8; ++i) printf " %10.1f", sample[order[k], i, int((samples[order[k], i] + 1) / 2)] / 1000
      print ""
    }
  }' "$out/wakeups"
