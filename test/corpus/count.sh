#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# How many of the corpus's programs in which somebody blocks for ever are reported: run with all that weft has to say
# (circles, stuck goroutines, what is left at the end), one after the other. Fails under 95 of 100, under 44 programs,
# or if a program does not say whether it blocks.
#
#   count.sh SOURCES PROGRAMS ENGINE     PROGRAMS holds corpus_<name>_<engine>
set -u
sources=$1 programs=$2 engine=$3
all=0 reported=0 going_on=0 wrong=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

for source in "$sources"/*.cpp; do
  name=$(basename "$source" .cpp)
  program=$programs/corpus_${name}_$engine
  [ -x "$program" ] || continue
  blocks=$(sed -n 's|^// blocking: ||p' "$source")
  case $blocks in
    no) continue ;;
    yes) ;;
    *) echo "$name: does not say whether it blocks"; wrong=1; continue ;;
  esac
  all=$((all + 1))
  WEFT_DIAG=leaks,stuck,stuckevery=20 timeout 60 "$program" > "$output" 2>&1
  if grep -Eq '^(fatal error: |weft: deadlock: |weft: stuck: )|^found: yes$' "$output"; then
    going_on=$((going_on + 1))
    reported=$((reported + 1))
  elif grep -Eq '^weft: goroutines left when main returned' "$output" && grep -Eq '^goroutine [0-9]+ \[' "$output"; then
    reported=$((reported + 1))
  else
    echo "$name: not reported"
  fi
done

echo "$all programs block, $reported are reported, $going_on of them before main has returned"
[ "$wrong" = 0 ] && [ "$all" -ge 44 ] && [ $((reported * 100)) -ge $((all * 95)) ]
