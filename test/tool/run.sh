#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Asks the command weft about processes in various states: run.sh WEFT SERVER
weft=$1
folder=$(mktemp -d) || exit 1  # a short path: the socket's has at most 107 characters
server=$folder/server_program
cp "$2" "$server"
export XDG_RUNTIME_DIR="$folder" GOMAXPROCS=1
mkfifo "$folder/ready"
pid=

# Also waits for its end: until then it has the pipe open, whose next reader would find the end of it.
stop() {
  kill -9 "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
}
trap 'stop; rm -rf "$folder"' EXIT

# Starts the server with the settings given, and waits until it says so.
start() {
  env "$@" "$server" >"$folder/ready" 2>"$folder/errors" &
  pid=$!
  read -r _ <"$folder/ready"
}

tell() {
  name=$1
  shift
  "$@" 2>&1 | sed "s/^/$name: /"
}

left() { if [ -e "$folder/weft/$pid.sock" ]; then echo "$1: there"; else echo "$1: gone"; fi; }

start WEFT_CONTROL=1
tell ps "$weft" ps
tell stack "$weft" stack "$pid"
tell doctor "$weft" doctor "$pid"
echo "modes: $(stat -c %a "$folder/weft/$pid.sock") $(stat -c %a "$folder/weft")"
tell trace "$weft" trace "$pid" "$folder/trace"
if [ "$(id -u)" = 0 ] && setpriv --reuid 65534 --clear-groups "$weft" help >/dev/null 2>&1; then
  tell other setpriv --reuid 65534 --clear-groups "$weft" stack "$pid"
else
  echo "other: skipped"
fi
kill -STOP "$pid"
until [ -z "$(grep -L '^State:.T' /proc/"$pid"/task/*/status)" ]; do sleep 0.01; done
tell stopped "$weft" stack "$pid"
stop
left killed
"$weft" ps >/dev/null
left listed

env WEFT_CONTROL=1 "$server" end >/dev/null &
pid=$!
wait "$pid"
left ended

tell nobody "$weft" stack 999999999
tell weftless "$weft" stack $$
start WEFT_CONTROL=
tell deaf "$weft" stack "$pid"
stop
chmod 755 "$folder/weft"
start WEFT_CONTROL=1
sed 's/^/folder: /' "$folder/errors"
stop
tell misuse "$weft" stack x1
tell machine "$weft" doctor
