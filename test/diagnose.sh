#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ./dev diagnose: runs the semantic cases on both engines, and the examples, with every diagnosis on, and fails at any
# report but those that a case provokes: the guarantees D7 to D12, LL and NM are about reports, and in D5.6 nobody meets.
#
#   diagnose.sh BUILD    WEFT_SEEDS (3) and WEFT_WORKERS (1,4) as in test/harness.hpp
set -euo pipefail

build=$1
export WEFT_DIAG=${WEFT_DIAG:-lockorder,native,stuck,sites,locks,livelock}
export WEFT_SEEDS=${WEFT_SEEDS:-3} WEFT_WORKERS=${WEFT_WORKERS:-1,4}

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Lines that are reports, each under the case in which it was made.
unprovoked() {
  awk '
    /^\[ RUN      \]/ { name = $0; sub(/^\[ RUN      \] [a-z ]*\./, "", name); ids = name }
    /^weft: (deadlock|livelock|lock order|native lock|stuck)/ || /^fatal error: / {
      if (ids ~ /^(D5\.6|D7|D8|D9|D10|D11|D12|LL|NM)/) next
      if (ids ~ /^W9/ && / held by itself, unless somebody else unlocks$/) next  # a lock as a signal, on purpose
      print (name == "" ? "" : name ": ") $0
    }' "$1"
}

failed=0
for engine in sim sched; do
  status=0
  "$build/test/semantics_$engine" >"$log" 2>&1 || status=$?
  ran=$(grep -c '^\[ RUN ' "$log" || true)
  reports=$(unprovoked "$log")
  printf 'diagnose: %s: %d cases, %d reports, status %d\n' "$engine" "$ran" "$(grep -c . <<<"$reports" || true)" "$status"
  [[ $status -eq 0 ]] || grep '^\[  FAILED' "$log" | sort -u | head -n 40
  if [[ -n $reports ]]; then
    printf '%s\n' "$reports"
    failed=1
  fi
done

ran=0
for source in examples/tour/*.cpp examples/patterns/*.cpp; do
  folder=$(basename "$(dirname "$source")")
  program=$build/${folder}_$(basename "$source" .cpp)_sched
  [[ -x $program ]] || continue
  ran=$((ran + 1))
  # What an example shows about deadlocks it says itself, in its expectations.
  if grep -q '^// expect-\(exit: [^0]\|stderr: .*\(deadlock\|lock order\)\)' "$source"; then continue; fi
  read -r -a arguments < <(sed -n 's|^// args: *||p' "$source"; echo)
  timeout 60 "$program" "${arguments[@]}" </dev/null >/dev/null 2>"$log" || true
  reports=$(unprovoked "$log")
  if [[ -n $reports ]]; then
    printf 'diagnose: %s: %s\n' "$program" "$reports"
    failed=1
  fi
done
printf 'diagnose: %d examples\n' "$ran"
exit "$failed"
