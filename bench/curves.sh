#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ./dev bench curves: the cost of an operation as there is more of something, weft beside Go, in one run. Peers are
# started in turn at each point; a point is the median of its rounds. curves.txt has the curves, README.md the rest.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../build/bench
peers=(weft go)
rounds=3 only=. svg= text=

usage() {
  cat <<END
usage: ./dev bench curves [--rounds N] [--only REGEX] [--svg FILE]

  --rounds N     how often every point is measured (default 3)
  --only REGEX   only the curves whose name matches
  --svg FILE     also draw them
END
}

while [ $# -gt 0 ]; do
  case "$1" in
    --rounds | --only | --svg)
      [ $# -ge 2 ] || { usage >&2; exit 2; }
      printf -v "${1#--}" '%s' "$2"
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

processor=$(taskset -cp $$ | sed 's/.*: *//; s/[-,]/ /g' | awk '{ print (NF > 1 ? $2 : $1) }')

measure() { # curve program cores n x peer: appends "curve x peer value"
  local words value n=$4
  [ "$n" -ge $(($5 * 4)) ] || n=$(($5 * 4))
  words=$("$here/peers/$6.sh" command "$out/$6" "$2" "$3")
  [ "$3" != 1 ] || words="taskset -c $processor $words"
  # shellcheck disable=SC2086 # words is a list
  value=$(BENCH_X=$5 GOMAXPROCS=$3 timeout 300 $words "$n" 3 | awk '{ print $3 }')
  [ -n "$value" ] || { echo "bench: $1 at $5 of $6 failed" >&2; exit 1; }
  echo "$1 $5 $6 $value" >>"$out/points"
  text="$text  $6 $value"
}

: >"$out/points"
for round in $(seq "$rounds"); do
  while read -r curve program cores n factor from to _; do
    for ((x = from; x <= to; x *= factor)); do
      text=
      for peer in "${peers[@]}"; do measure "$curve" "$program" "$cores" "$n" "$x" "$peer"; done
      echo "round $round/$rounds  $curve at $x:$text ns" >&2
    done
  done < <(grep -Ev '^(#|$)' "$here/curves.txt" | grep -E -e "^[^ ]*($only)[^ ]* ")
done

for peer in "${peers[@]}"; do echo "peer     $("$here/peers/$peer.sh" version "$out/$peer")"; done
echo "command  ./dev bench curves; median of $rounds, $(date -u +%FT%TZ), load $(cut -d' ' -f1 /proc/loadavg)"
awk -f "$here/curves.awk" "$here/curves.txt" "$out/points"
[ -z "$svg" ] || awk -v drawing=1 -f "$here/curves.awk" "$here/curves.txt" "$out/points" >"$svg"
