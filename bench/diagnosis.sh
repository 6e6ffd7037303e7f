#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ./dev bench diagnosis: what metrics and the flight recorder cost the channel workloads. Each round runs every
# workload in a build that has neither counters nor the recorder's gate (-DWEFT_MEASURED=OFF), then as the library is,
# with the recorder off, with it on (as it is by default), and with it on while all metrics are read each second
# (WEFT_DEBUG=schedtrace=1000), in an order that turns from round to round. A cost is the median over the rounds of
# what that round's figure is above the same round's figure without them; beside it stand the quartiles.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../build/bench
workloads=(stream buffered ping_pong select_block pipeline buffered_2cores ping_pong_2cores)
rounds=15
seconds=2
bar=2

usage() {
  cat <<END
usage: ./dev bench diagnosis [--rounds N] [WORKLOAD ...]

  --rounds N     how often everything is measured, about $seconds seconds each (default $rounds)
  WORKLOAD       only these of: ${workloads[*]}

Exit status: 0 no cost is above $bar %, 1 one is, 2 misuse.
END
}

chosen=()
take_word() {
  [[ " ${workloads[*]} " == *" $1 "* ]] && chosen+=("$1")
}

build_unmeasured() {
  local targets
  mapfile -t targets < <(printf 'bench_%s\n' "${chosen[@]%_2cores}" | sort -u)
  mkdir -p "$out/unmeasured"
  echo "building weft without counters and recorder" >&2
  {
    cmake -S "$here/.." --preset release -B "$out/unmeasured" -DWEFT_BENCH=ON -DWEFT_EXAMPLES=OFF -DWEFT_MEASURED=OFF &&
      cmake --build "$out/unmeasured" --parallel --target "${targets[@]}"
  } >"$out/unmeasured.log" 2>&1 && return
  tail -n 20 "$out/unmeasured.log" >&2
  exit 1
}

# shellcheck source=arguments.sh
. "$here/arguments.sh"
read_arguments "$@"
[ ${#chosen[@]} -gt 0 ] || chosen=("${workloads[@]}")
build_peer weft
build_unmeasured

# measure ROW MODE REPEAT: nanoseconds per operation, the median of so many in one process.
measure() {
  local cores n program words settings=() build=weft
  read -r program cores n < <(awk -v row="$1" '$1 == row { print $2, $3, $6 }' "$here/rows.txt")
  [ "$2" != none ] || build=unmeasured
  words=$("$here/peers/weft.sh" command "$out/$build" "$program" "$cores")
  [ "$cores" != 1 ] || words="taskset -c $(($(nproc) - 1)) $words"
  case $2 in
    none | off) settings=(WEFT_DIAG=flight=off) ;;
    read) settings=(WEFT_DEBUG=schedtrace=1000) ;;
  esac
  # shellcheck disable=SC2086 # words is a list
  env -u WEFT_DIAG -u WEFT_DEBUG -u WEFT_TRACE GOMAXPROCS="$cores" "${settings[@]}" \
    timeout 120 $words "$n" "$3" 2>/dev/null | awk '{ print $3 }'
}

# repeats ROW: how many make up some seconds.
repeats() {
  local began ended
  began=$(date +%s%N)
  measure "$1" off 3 >/dev/null
  ended=$(date +%s%N)
  echo $((seconds * 1000000000 * 3 / (ended - began + 1) + 1))
}

declare -A repeat
for row in "${chosen[@]}"; do repeat[$row]=$(repeats "$row"); done
: >"$out/diagnosis"
modes=(none off on read)
for round in $(seq "$rounds"); do
  for row in "${chosen[@]}"; do
    for turn in 0 1 2 3; do
      mode=${modes[(round + turn) % 4]}
      value=$(measure "$row" "$mode" "${repeat[$row]}")
      [ -n "$value" ] || { echo "bench: $row gave no answer" >&2; exit 1; }
      echo "$row $round $mode $value" >>"$out/diagnosis"
    done
    echo "round $round/$rounds  $row" >&2
  done
done

echo "$("$here/peers/weft.sh" version "$out/weft")"
print_method "./dev bench diagnosis"
awk -v bar="$bar" '
  { value[$1, $2, $3] = $4; if (!($1 in known)) { known[$1]; order[++count] = $1 } if ($2 > rounds) rounds = $2 }
  function ordered(row, mode, relative,    i, j, v) {  # into sorted[1..rounds]
    for (i = 1; i <= rounds; ++i) {
      v = value[row, i, mode]
      if (relative) v = (v / value[row, i, "none"] - 1) * 100
      for (j = i; j > 1 && sorted[j - 1] > v; --j) sorted[j] = sorted[j - 1]
      sorted[j] = v
    }
  }
  function at(share,    place, below) {
    place = 1 + share * (rounds - 1)
    below = int(place)
    return below == rounds ? sorted[below] : sorted[below] + (place - below) * (sorted[below + 1] - sorted[below])
  }
  function cost(row, mode) {
    ordered(row, mode, 1)
    if (at(0.5) > bar) above = 1
    return sprintf("%+6.2f %% (%+.1f..%+.1f)", at(0.5), at(0.25), at(0.75))
  }
  END {
    printf "%-18s %10s   %-26s %-26s %-26s\n", "ns per operation", "without", "counters and gate", "recorder on", "and metrics each second"
    for (r = 1; r <= count; ++r) {
      ordered(order[r], "none", 0)
      printf "%-18s %10.2f   %-26s %-26s %-26s\n", order[r], at(0.5), cost(order[r], "off"), cost(order[r], "on"), cost(order[r], "read")
    }
    exit above
  }' "$out/diagnosis"
