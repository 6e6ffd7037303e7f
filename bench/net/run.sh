#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ./dev bench net: weft's servers beside the same in Go, on bare epoll and io_uring, and on Asio, in one run and in turn.
# What is measured, how, and what the columns mean: README.md beside this file.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../../build/bench/net
all_peers=weft,go,epoll,uring,multishot,asio
quick=no rounds= seconds= json= only=. peers=$all_peers
load_percent=70

usage() {
  cat <<END
usage: ./dev bench net [--quick] [--rounds N] [--seconds S] [--only REGEX] [--peers LIST] [--json FILE]

  --quick        fewer rounds and seconds: about three minutes
  --rounds N     how often every server is run (default 7, with --quick 3)
  --seconds S    how long each time (default 2, with --quick 1)
  --only REGEX   only the scenarios whose name matches, such as 'echo|idle'
  --peers LIST   only these, with commas between them (default $all_peers)
  --json FILE    also write the results as JSON
  --help         this text

Exit status: 0 measured (bars met or not), 1 a server failed or gave a wrong answer, 2 wrong usage.
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
      --rounds | --seconds | --only | --peers | --json)
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
  [ -n "$seconds" ] || seconds=$([ $quick = yes ] && echo 1 || echo 2)
  [[ $rounds =~ ^[1-9][0-9]{0,3}$ ]] || wrong_usage "--rounds takes a positive number, not '$rounds'"
  [[ $seconds =~ ^[0-9]+(\.[0-9]+)?$ ]] || wrong_usage "--seconds takes a number, not '$seconds'"
  [ -z "$json" ] || : >"$json" || wrong_usage "cannot write '$json'"
  local peer wanted=$peers status=0
  peers=()
  for peer in ${wanted//,/ }; do
    [[ ,$all_peers, == *,$peer,* ]] || wrong_usage "there is no peer '$peer'; there are $all_peers"
    peers+=("$peer")
  done
  scenarios=$(rows | awk '!seen[$2]++ { print $2 }' | grep -E -e "$only") || status=$?
  [ $status -eq 0 ] || wrong_usage "no scenario matches '$only'"
}

rows() { grep -Ev '^(#|$)' "$here/rows.txt"; }

say() { if [ -t 2 ]; then printf '\r\033[K%s' "$1" >&2; else echo "$1" >&2; fi; }

# weft's directory is that of ./dev bench: it is the same build.
directory() { if [ "$1" = weft ]; then echo "$out/../weft"; else echo "$out/$1"; fi; }

build() {
  local peer status wanted=("${peers[@]}")
  peers=()
  gcc -O2 -D_GNU_SOURCE -Wall -Wextra -o "$out/load" "$here"/load/*.c
  for peer in "${wanted[@]}"; do
    mkdir -p "$(directory "$peer")"
    say "building $peer"
    status=0
    "$here/peers/$peer.sh" build "$(directory "$peer")" >"$out/$peer.log" 2>&1 || status=$?
    if [ $status -eq 0 ]; then
      peers+=("$peer")
    elif [ $status -eq 3 ]; then
      say "leaving out $peer: $(tail -n 1 "$out/$peer.log")"
    else
      cat "$out/$peer.log" >&2
      echo "bench: building $peer failed" >&2
      exit 1
    fi
  done
}

describe() {
  local peer
  echo "machine  $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) processors, $(uname -sr)"
  for peer in "${peers[@]}"; do "$here/peers/$peer.sh" version "$(directory "$peer")" | sed 's/^/peer     /'; done
  echo "command  ./dev bench net $command_line"
  echo "method   median of $rounds runs of $seconds s per peer, peers in turn; spread is lowest..highest; $(date -u +%FT%TZ)"
  echo "         server on processor $server_cpu, generator on processor $load_cpu, over loopback"
  if awk -v load="$load" 'BEGIN { exit !(load >= 1) }'; then
    echo "warning  the load average is $load: something else is running, these figures are rough"
  fi
  [ "$server_cpu" != "$load_cpu" ] || echo "warning  one processor for both: these figures mean little"
}

# The first two processors that this process may use: the generator's, and the server's.
choose_processors() {
  read -r load_cpu server_cpu < <(awk '/^Cpus_allowed_list:/ {
    count = split($2, ranges, ",")
    for (r = 1; r <= count; ++r) {
      split(ranges[r], ends, "-")
      last = ends[2] == "" ? ends[1] : ends[2]
      for (cpu = ends[1] + 0; cpu <= last + 0; ++cpu) allowed[found++] = cpu
    }
    print allowed[0], (found > 1 ? allowed[1] : allowed[0])
  }' /proc/self/status)
}

servers=() ports=() running=() # of those that run: process, port, and peer

stop_servers() {
  local each
  for each in "${servers[@]}"; do
    kill -9 "$each" 2>/dev/null || true
    wait "$each" 2>/dev/null || true
  done
  servers=() ports=() running=()
}
trap stop_servers EXIT

start_server() { # peer kind mode. Status 3: the peer has none such; 1: it does not start
  local words port
  words=$("$here/peers/$1.sh" command "$(directory "$1")" "$2" "$3") || return 3
  : >"$out/server.$1"
  # shellcheck disable=SC2086 # words is a list
  GOMAXPROCS=1 taskset -c "$server_cpu" $words >"$out/server.$1" 2>"$out/server.$1.err" &
  servers+=($!)
  for _ in $(seq 100); do
    port=$(awk '$1 == "listening" { print $2 }' "$out/server.$1")
    [ -z "$port" ] || {
      ports+=("$port") running+=("$1")
      return 0
    }
    kill -0 "${servers[-1]}" 2>/dev/null || break
    sleep 0.05
  done
  kill -9 "${servers[-1]}" 2>/dev/null || true
  unset "servers[-1]"
  echo "bench: the server of $1 does not listen: $words" >&2
  cat "$out/server.$1.err" >&2
  return 1
}

# The median rate that a peer has reached so far in a closed loop of the kind of server.
rate_of() { # peer kind
  sort -n "$out/rate.$1.$2" 2>/dev/null | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)]; else exit 1 }'
}

# The rate of an open loop. Status 3: what it depends on has not been measured.
open_rate() { # peer kind mode
  local rate
  case "$3" in
    open) rate=$(rate_of go "$2" || rate_of "$1" "$2") || return 3 ;;
    own) rate=$(rate_of "$1" "$2") || return 3 ;;
    *) return 3 ;;
  esac
  awk -v r="$rate" -v p=$load_percent 'BEGIN { printf "%.0f\n", r * p / 100 }'
}

run_load() { # mode options...: what it finds about the servers that run is in found; stops them. Status 1: one failed
  local status=0 i
  timeout --foreground "$(most_seconds)" taskset -c "$load_cpu" "$out/load" "$1" "$(joined "${ports[@]}")" "${@:2}" \
    protocol "$kind" connections "$connections" seconds "$seconds" warmup 0.3 pid "$(joined "${servers[@]}")" \
    >"$out/found" 2>"$out/load.err" || status=$?
  [ $status -ne 0 ] || sed "s/^/bench: $scenario: /" "$out/load.err" >&2
  if [ $status -ne 0 ]; then
    echo "bench: $scenario failed with status $status: $(cat "$out/load.err")" >&2
    for i in "${!running[@]}"; do
      echo "bench: port ${ports[$i]} is ${running[$i]}'s: $(tail -n 3 "$out/server.${running[$i]}.err")" >&2
    done
  fi
  stop_servers
  [ $status -eq 0 ]
}

most_seconds() { awk -v s="$seconds" -v n=${#servers[@]} 'BEGIN { printf "%.0f\n", 120 + 2 * n * s }'; }

joined() { (IFS=, && echo "$*"); }

# From the lines of a name and a number that the generator has found out about a peer's server.
note_found() { # peer
  if [[ $mode =~ ^(closed|turns)$ ]]; then
    awk '$1 == "rate" { print $2 }' >>"$out/rate.$1.$kind" <<<"$found"
    awk -v s="$scenario" -v p="$1" '$1 == "busy" { print s, p, $2 }' >>"$out/busy" <<<"$found"
  fi
  line+=$(awk -v p="$1" '$1 == "rate" { r = $2 } $1 == "p99" { q = $2 / 1000 } END { printf "  %s %.0f/s p99 %.0f us", p, r, q }' <<<"$found")
  awk -v s="$scenario" -v peer="$1" '
    FILENAME != ARGV[2] { found[$1] = $2; next }
    /^#/ || $2 != s { next }
    { value = $8 == "interval" ? 1e9 / found["rate"] : found[$8]; print $1, peer, ($4 == "us" ? value / 1000 : value) }
    ("times_" $8) in found { print $1 "~", peer, found["times_" $8] }
  ' - "$here/rows.txt" >>"$out/samples" <<<"$found"
}

# Each peer's server on its own, one after the other.
run_apart() {
  local peer status
  for peer in "${peers[@]}"; do
    status=0
    start_server "$peer" "$kind" "$mode" || status=$?
    [ $status -ne 0 ] || run_load "$mode" || status=1
    [ $status -ne 1 ] || failures=$((failures + 1))
    [ $status -ne 0 ] || { found=$(<"$out/found") && note_found "$peer"; }
  done
}

# All of them at once, a slice of time for each in turn; weft's is the one that the others are compared with.
run_in_turns() {
  local peer ordered=() rates=() rate status i measured
  for peer in "${peers[@]}"; do
    if [ "$peer" = weft ]; then ordered=(weft "${ordered[@]}"); else ordered+=("$peer"); fi
  done
  for peer in "${ordered[@]}"; do
    status=0
    if [ "$mode" != turns ]; then rate=$(open_rate "$peer" "$kind" "$mode") || continue; fi
    start_server "$peer" "$kind" "$mode" || status=$?
    if [ $status -eq 0 ]; then rates+=("${rate:-}"); fi
    if [ $status -eq 1 ]; then failures=$((failures + 1)); fi
  done
  [ ${#running[@]} -gt 0 ] || return 0
  [ "$mode" = turns ] || set -- rate "$(joined "${rates[@]}")"
  measured=("${running[@]}")
  if ! run_load turns "$@"; then
    failures=$((failures + 1))
    return
  fi
  for i in "${!measured[@]}"; do
    found=$(awk -v i="$i" -v first="${measured[0]}" '
      $1 == i && (first == "weft" || $2 !~ /^times_/) { print $2, $3 }' "$out/found")
    note_found "${measured[$i]}"
  done
}

run_all() {
  local scenario kind mode connections line found
  failures=0
  rm -f "$out"/rate.* "$out"/samples "$out"/busy
  touch "$out/samples" "$out/busy"
  for round in $(seq "$rounds"); do
    for scenario in $scenarios; do
      read -r kind mode connections < <(rows | awk -v s="$scenario" '$2 == s { print $5, $6, $7; exit }')
      line=
      case "$mode" in turns | open | own) run_in_turns ;; *) run_apart ;; esac
      say "round $round/$rounds  $scenario:$line"
    done
  done
  [ ! -t 2 ] || printf '\r\033[K' >&2
}

# A server that had time to spare was not the only limit.
warn_of_idle_servers() {
  awk '{ sum[$1 " of " $2] += $3; ++n[$1 " of " $2] }
    END {
      for (who in sum) {
        busy = sum[who] / n[who]
        if (busy < 0.95) printf "note     %s: the server ran %.0f %% of the time, it was not the only limit; compare _cpu\n", who, 100 * busy
      }
    }' "$out/busy" | sort
}

# The x of the rows with a bar of the raw loop's is a median of the rounds, too.
tell_spread() {
  awk '$1 ~ /^echo(_cpu)?~$/ && $2 == "epoll" {
      row = substr($1, 1, length($1) - 1)
      if (!(row in low) || $3 < low[row]) low[row] = $3
      if ($3 > high[row]) high[row] = $3
    }
    END { for (row in low) printf "note     %s: x of epoll is %.2f..%.2f in the rounds\n", row, low[row], high[row] }
  ' "$out/samples" | sort
}

command_line="$*"
read -r load _ </proc/loadavg # before the build: it must not be our own
parse_arguments "$@"
mkdir -p "$out"
ulimit -n "$(ulimit -Hn)"
choose_processors
build
heading=$(describe)
run_all
echo "$heading"
warn_of_idle_servers
tell_spread
echo
results() { awk -f "$here/../statistics.awk" -f "$here/bars.awk" -f "$here/$1.awk" "$here/rows.txt" "$out/samples"; }
results table
[ -z "$json" ] || results json >"$json"
if [ "$failures" -gt 0 ]; then
  echo "bench: $failures runs failed" >&2
  exit 1
fi
