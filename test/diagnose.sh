#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ./dev diagnose: runs the semantic cases on both engines, and the examples, with every diagnosis on, and fails at any
# report but those that a case provokes: the guarantees D7 to D12, LL and NM are about reports, and in D5.6 nobody meets.
# Each case is a process of its own, for some leave goroutines behind; a case that fails is named, as it may do what only
# the slower program shows.
#
#   diagnose.sh BUILD    WEFT_SEEDS (3) and WEFT_WORKERS (1,4) as in test/harness.hpp
set -euo pipefail

build=$1
export WEFT_DIAG=${WEFT_DIAG:-lockorder,native,stuck,sites,locks,livelock}
export WEFT_SEEDS=${WEFT_SEEDS:-3} WEFT_WORKERS=${WEFT_WORKERS:-1,4}

logs=$(mktemp -d)
log=$logs/all
trap 'rm -rf "$logs"' EXIT

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
  rm -f "$logs"/*
  "$build/test/semantics_$engine" --gtest_list_tests | sed -n 's/^  //p' |
    xargs -d '\n' -P "$(nproc)" -I CASE bash -c 'timeout 300 "$1" --only "$2" >"$(mktemp "$3/case.XXXXXX")" 2>&1 || true' \
      run_case "$build/test/semantics_$engine" CASE "$logs"
  find "$logs" -name 'case.*' -exec cat {} + >"$log"
  ran=$(grep -c '^\[ RUN ' "$log" || true)
  reports=$(unprovoked "$log")
  printf 'diagnose: %s: %d cases, %d reports\n' "$engine" "$ran" "$(grep -c . <<<"$reports" || true)"
  grep '^\[  FAILED  \] [^0-9]*\.' "$log" | sed 's/ ([0-9]* ms)$//' | sort -u | head -n 40 || true
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
