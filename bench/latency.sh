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

while [ $# -gt 0 ]; do
  case "$1" in
    --rounds)
      [ $# -ge 2 ] || { usage >&2; exit 2; }
      rounds=$2
      shift
      ;;
    --help | -h) usage && exit 0 ;;
    *) usage >&2 && exit 2 ;;
  esac
  shift
done
[[ $rounds =~ ^[1-9][0-9]{0,2}$ ]] || { echo "bench: --rounds takes a positive number, not '$rounds'" >&2; exit 2; }

for peer in "${peers[@]}"; do
  mkdir -p "$out/$peer"
  echo "building $peer" >&2
  "$here/peers/$peer.sh" build "$out/$peer" >"$out/$peer.log" 2>&1 || { tail -n 20 "$out/$peer.log" >&2; exit 1; }
done

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
echo "command  ./dev bench latency; median of $rounds, $(date -u +%FT%TZ), load $(cut -d' ' -f1 /proc/loadavg)"
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
