#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Asks the command weft about processes that are not what they seem: liars.sh WEFT LIAR
weft=$1
folder=$(mktemp -d) || exit 1  # a short path: the socket's has at most 107 characters
liar=$folder/weft_liar
cp "$2" "$liar"
export XDG_RUNTIME_DIR="$folder"
mkdir -m 700 "$folder/weft"
mkfifo "$folder/out" "$folder/in"
trap 'exec 3>&-; rm -rf "$folder"' EXIT

# with MODE COMMAND...: while such a process is there; its number is $pid.
with() {
  mode=$1
  shift
  "$liar" "$mode" <"$folder/in" >"$folder/out" 2>/dev/null &
  started=$!
  exec 3>"$folder/in"
  read -r pid <"$folder/out"
  "$@"
  exec 3>&-
  wait "$started"
}

tell() {
  name=$1
  shift
  timeout 20 "$weft" "$@" >"$folder/told" 2>&1
  status=$?
  [ $status -le 1 ] || echo "$name: exit $status"
  sed "s/^/$name: /" "$folder/told"
}

ask() { tell "$mode" "$1" "$pid" $2; }

ask_for_trace() {
  tell "torn trace" trace "$pid" "$folder/trace"
  if [ -e "$folder/trace" ]; then echo "torn trace file: there"; else echo "torn trace file: none"; fi
}

for lie in torn endless "long line" orders refusal foreign; do with "$lie" ask stack; done
with torn ask_for_trace
for lie in "empty page" "other version" "large numbers" "cut short" forked; do with "$lie" ask top "--once -d 0.01"; done
