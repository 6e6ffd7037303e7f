#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Compares the instructions per operation of the hot paths with baselines.txt. Time cannot be tested on a busy machine;
# instructions, counted by valgrind's callgrind, repeat to a fraction of one.
#
#   guard.sh DIR                    measures DIR/hot_paths; DIR/compiler names the baselines
#   guard.sh DIR --record REASON    and appends to baselines.txt what lies outside the tolerance, or is new
#
# Tolerance: 2 % and 2 instructions; 6 % in select_block, where it is chance which of the two waits for the other. What
# disturbs a run (the watchdog on a machine that is very busy) mostly adds, so what is over is measured again, up to five
# times, and the least counts. A path that has become cheaper passes and is only mentioned: record it, or the guard will
# let it grow back.
#
# The flight recorder is off: what it notes depends on time, which callgrind stretches (docs/decisions/0022-trace.md). So
# what is counted includes looking whether it is on. WEFT_DIAG=flight shows what everything costs with it.
#
# Exit status: 0 within the baselines, or recorded; 1 a path has grown; 2 wrong usage, or nothing could be counted; 77
# skipped: no valgrind here, or no baselines for this compiler.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
baselines=$here/baselines.txt
attempts=5
patience=100 # seconds for one run; it takes two

wrong_usage() {
  echo "usage: guard.sh DIR [--record REASON]" >&2
  exit 2
}

# Appends "path count" lines of one run to $work/counts.
count() {
  rm -rf "$work/dumps"
  mkdir "$work/dumps"
  if ! GOMAXPROCS=1 WEFT_DIAG=${WEFT_DIAG:-flight=off} timeout $patience valgrind --tool=callgrind --callgrind-out-file="$work/dumps/out" \
    "$dir/hot_paths" >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    echo "instructions: $dir/hot_paths failed under callgrind" >&2
    exit 2
  fi
  awk '
    /^desc: Trigger: Client Request:/ { name = $NF }
    /^totals:/ && name != "" { total[names[++n] = name] = $2; name = "" }
    END {
      for (i = 1; i <= n; ++i) if (names[i] "*2" in total) printf "%s %.1f\n", names[i], (total[names[i] "*2"] - total[names[i]]) / 4400
    }
  ' $(printf '%s\n' "$work"/dumps/out.* | sort -V) >"$work/now"
  if [ ! -s "$work/now" ]; then
    echo "instructions: $dir/hot_paths was built without valgrind's headers; build it again" >&2
    exit 2
  fi
  cat "$work/now" >>"$work/counts"
}

# Prints the table, the least count of each path beside its baseline. Status 1: a path has grown, or is not recorded.
# What could be recorded is written to $work/new.
compare() {
  awk -v compiler="$compiler" -v new="$work/new" '
    /^#/ || NF == 0 { next }
    FILENAME ~ /baselines\.txt$/ { if ($2 == compiler) { recorded[$3] = $4; if (!($3 in place)) names[place[$3] = ++n] = $3 } next }
    { if (!($1 in least) || $2 < least[$1]) least[$1] = $2; if (!($1 in place)) names[place[$1] = ++n] = $1 }
    END {
      printf "" >new
      printf "%-20s %9s %9s\n", "path", "recorded", "now"
      for (i = 1; i <= n; ++i) {
        name = names[i]
        remark = ""
        if (!(name in least)) remark = "not measured: take its lines out of baselines.txt"
        else if (!(name in recorded)) remark = "not recorded yet"
        else {
          change = least[name] - recorded[name]
          slack = (name == "select_block" ? 0.06 : 0.02) * recorded[name] + 2
          if (change > slack) remark = sprintf("GREW by %.1f (%.1f %%); allowed: %.1f", change, 100 * change / recorded[name], slack)
          else if (change < -slack) remark = sprintf("fell by %.1f: record it", -change)
        }
        printf "%-20s %9s %9s  %s\n", name, name in recorded ? recorded[name] : "-", name in least ? least[name] : "-", remark
        if (remark ~ /^(GREW|not)/) grew = 1
        if (remark != "" && name in least) print name, least[name] >new
      }
      exit grew ? 1 : 0
    }' "$baselines" "$work/counts"
}

[ $# -eq 1 ] || { [ $# -eq 3 ] && [ "$2" = --record ] && [ -n "$3" ]; } || wrong_usage
dir=$1
reason=${3:-}
compiler=$(cat "$dir/compiler")

if ! command -v valgrind >/dev/null; then
  echo "instructions: skipped: valgrind is not installed (./dev setup test)"
  exit 77
fi
if [ -z "$reason" ] && ! grep -Eq "^[^ #]+ $compiler " "$baselines"; then
  echo "instructions: skipped: no baselines for $compiler; to make some: ./dev instructions --record 'first recorded'"
  exit 77
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
: >"$work/counts"
status=0
for _ in $(seq $attempts); do
  count
  status=0
  compare >"$work/table" || status=$?
  [ $status -ne 0 ] || break
done

echo "instructions per operation, $compiler"
cat "$work/table"
if [ -n "$reason" ]; then
  while read -r path least; do
    echo "$(date -u +%F) $compiler $path $least $reason" >>"$baselines"
    echo "recorded: $path $least"
  done <"$work/new"
  exit 0
fi
if [ $status -ne 0 ]; then
  cat <<END

A hot path executes more instructions than recorded in test/instructions/baselines.txt.
  See where:    valgrind --tool=callgrind --dump-instr=yes build/dev/test/instructions/hot_paths; callgrind_annotate
  If it has to: ./dev instructions --record 'why it is worth it', and commit baselines.txt with the change.
END
fi
exit $status
