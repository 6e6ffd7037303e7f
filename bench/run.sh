#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The benchmark driver: builds weft and its peers, runs the same workloads in each, started in turn, and prints one
# table. What is measured, how, and what the columns mean: README.md beside this file.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../build/bench
disturbed=75      # a program's status for "the machine disturbed this measurement: run me again"
patience=120      # seconds after which a program counts as hung
all_peers=weft,go,tokio,boost,tbb,thread,limit
always=" weft go " # with --quick the others are run in the first round only
quick=no rounds= json= svg= only=. peers=$all_peers

usage() {
  cat <<END
usage: ./dev bench [--quick] [--rounds N] [--only REGEX] [--peers LIST] [--json FILE] [--svg FILE]

  --quick        fewer operations and rounds, peers but Go once: about two minutes
  --rounds N     how often every program is run (default 7, with --quick 3)
  --only REGEX   only the rows whose name matches, such as 'yield|ping_pong'
  --peers LIST   only these, with commas between them (default $all_peers)
  --json FILE    also write the results as JSON
  --svg FILE     also draw them
  --help         this text

Exit status: 0 measured (bars met or not), 1 a program failed or peers disagree on a result, 2 wrong usage.
END
}

wrong_usage() {
  echo "bench: $1" >&2
  usage >&2
  exit 2
}

parse_arguments() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --quick) quick=yes ;;
      --rounds | --only | --peers | --json | --svg)
        [ $# -ge 2 ] || wrong_usage "$1 needs a value"
        printf -v "${1#--}" '%s' "$2"
        shift
        ;;
      --help | -h) usage && exit 0 ;;
      *) wrong_usage "unknown argument '$1'" ;;
    esac
    shift
  done
  [ -n "$rounds" ] || rounds=$([ $quick = yes ] && echo 3 || echo 7)
  [[ $rounds =~ ^[1-9][0-9]{0,3}$ ]] || wrong_usage "--rounds takes a positive number, not '$rounds'"
  local file
  for file in "$json" "$svg"; do
    [ -z "$file" ] || : >"$file" || wrong_usage "cannot write '$file'"
  done
  local peer wanted=$peers status=0
  peers=()
  for peer in ${wanted//,/ }; do
    [[ ,$all_peers, == *,$peer,* ]] || wrong_usage "there is no peer '$peer'; there are $all_peers"
    peers+=("$peer")
  done
  [ ${#peers[@]} -gt 0 ] || wrong_usage "--peers takes a list of names"
  rows=$(grep -Ev '^(#|$)' "$here/rows.txt" | awk '{ print $1 }' | grep -E -e "$only") || status=$?
  [ $status -eq 0 ] || wrong_usage "no row matches '$only'"
}

say() { # progress, on standard error: in place on a terminal, else a line each
  if [ -t 2 ]; then printf '\r\033[K%s' "$1" >&2; else echo "$1" >&2; fi
}

build_peers() {
  local peer status wanted=("${peers[@]}")
  peers=()
  for peer in "${wanted[@]}"; do
    mkdir -p "$out/$peer"
    say "building $peer"
    status=0
    "$here/peers/$peer.sh" build "$out/$peer" >"$out/$peer.log" 2>&1 || status=$?
    if [ $status -eq 0 ]; then
      peers+=("$peer")
    elif [ $status -eq 3 ]; then
      say "leaving out $peer: $(tail -n 1 "$out/$peer.log")"
      [ ! -t 2 ] || echo >&2
    else
      say ""
      cat "$out/$peer.log" >&2
      echo "bench: building $peer failed" >&2
      exit 1
    fi
  done
}

describe_machine() {
  local peer
  echo "machine  $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors, $(uname -sr)"
  for peer in "${peers[@]}"; do echo "peer     $("$here/peers/$peer.sh" version "$out/$peer")"; done
  echo "command  ./dev bench $command_line"
  echo "method   median of $rounds processes per peer, peers in turn; spread is lowest..highest; $(date -u +%FT%TZ)"
  if awk -v load="$load" 'BEGIN { exit !(load >= 1) }'; then
    echo "warning  the load average is $load: something else is running, these figures are rough"
  fi
}

# The processor for one-core rows: the second this process may use, because interrupts prefer the first.
one_processor() {
  awk '/^Cpus_allowed_list:/ {
    count = split($2, ranges, ",")
    for (r = 1; r <= count; ++r) {
      split(ranges[r], ends, "-")
      last = ends[2] == "" ? ends[1] : ends[2]
      for (cpu = ends[1] + 0; cpu <= last + 0; ++cpu) allowed[found++] = cpu
    }
    print (found > 1 ? allowed[1] : allowed[0])
  }' /proc/self/status
}

# Runs one program once; prints "value checksum". Status 3: the peer has none such.
run_once() { # row peer program cores n repeat
  local row=$1 peer=$2 cores=$4 words output status attempt
  words=$("$here/peers/$peer.sh" command "$out/$peer" "$3" "$cores") || return 3
  [ "$cores" != 1 ] || words="taskset -c $processor $words"
  for attempt in 1 2 3 4 5; do
    status=0
    # shellcheck disable=SC2086 # words is a list
    output=$(GOMAXPROCS=$cores timeout $patience $words "$5" "$6" 2>"$out/stderr") || status=$?
    [ $status -eq $disturbed ] && [ "$attempt" -lt 5 ] || break
  done
  if [ $status -ne 0 ]; then
    say ""
    echo "bench: $row of $peer failed with status $status$([ $status -ne 124 ] || echo " (hung)"): $words $5 $6" >&2
    tail -n 3 "$out/stderr" >&2
    return 1
  fi
  echo "$output" | awk '{ print $3, $4 }'
}

run_row() { # row program cores unit n quick repeat touch: every peer once
  local row=$1 n=$5 peer result status share sums="" line="" disagree
  if [ $quick = yes ]; then n=$6; fi
  [ "$n" != - ] || return 0
  for peer in "${peers[@]}"; do
    [[ $given_up != *" $row/$peer "* ]] || continue
    [ $quick = no ] || [ "$round" -eq 1 ] || [[ $always == *" $peer "* ]] || continue
    share=$("$here/peers/$peer.sh" share "$out/$peer" "$2" 2>/dev/null) || share=100
    [ "$8" != yes ] || run_once "$row" "$peer" "$2" "$3" $((n * share / 100)) "$7" >/dev/null || true
    status=0
    result=$(run_once "$row" "$peer" "$2" "$3" $((n * share / 100)) "$7") || status=$?
    [ $status -eq 0 ] || given_up="$given_up $row/$peer "
    [ $status -ne 3 ] || continue
    if [ $status -ne 0 ]; then
      failures=$((failures + 1))
      continue
    fi
    echo "$row $peer ${result% *}" >>"$out/samples"
    [ "$share" -ne 100 ] || sums="$sums ${result#* }"
    line="$line  $peer ${result% *}"
  done
  say "round $round/$rounds  $row:$line $4"
  disagree=$(xargs -n 1 <<<"$sums" | sort -u | wc -l)
  if [ "$disagree" -gt 1 ]; then
    say ""
    echo "bench: the peers' results of $row differ:$sums" >&2
    failures=$((failures + 1))
  fi
}

run_all() {
  failures=0
  given_up=" " # row/peer: no such program, or it failed
  processor=$(one_processor)
  : >"$out/samples"
  local row fields
  for round in $(seq "$rounds"); do
    for row in $rows; do
      read -ra fields < <(awk -v row="$row" '$1 == row' "$here/rows.txt")
      run_row "${fields[@]:0:8}"
    done
  done
  [ ! -t 2 ] || printf '\r\033[K' >&2
}

command_line="$*"
read -r load _ </proc/loadavg # before the build: it must not be our own
parse_arguments "$@"
mkdir -p "$out"
build_peers
heading=$(describe_machine)
run_all
echo "$heading"
echo
results() { awk -f "$here/statistics.awk" -f "$here/$1.awk" "$here/rows.txt" "$out/samples"; } # table, json or svg
results table
[ -z "$json" ] || results json >"$json"
[ -z "$svg" ] || results svg >"$svg"
if [ "$failures" -gt 0 ]; then
  echo "bench: $failures runs failed" >&2
  exit 1
fi
