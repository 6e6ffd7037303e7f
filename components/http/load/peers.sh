#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Other people's clients against the example server: curl, ab, wrk, Python's websockets and headless Chromium, each if it
# is there; and weft's clients against Python's websockets.
#   peers.sh SERVER_PROGRAM ASKING_PROGRAM        (examples/serve, load/ask.cpp)
# Prints a line per client; ends with status 1 if one of them is not satisfied.
set -euo pipefail
server=$1
asks=$2
work=$(mktemp -d)
bad=0

cp -r examples/serve/www "$work/www"
cp components/http/load/hold.js "$work/www/"
sed -i 's|<script src="page.js">|<script src="hold.js"></script>&|' "$work/www/index.html"

"$server" --listen 127.0.0.1:0 "$work/www" >"$work/server" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do
  url=$(sed -n 's|.* at \(http://[^ ]*\)/ .*|\1|p' "$work/server")
  [[ -z $url ]] || break
  sleep 0.1
done
[[ -n ${url:-} ]] || { cat "$work/server" >&2; exit 1; }

# Says whether the last command's output has a text.
expect() {
  local who=$1 text=$2 file=$3
  if grep -q -e "$text" "$file"; then
    echo "$who: ok"
  else
    echo "$who: FAILED: no \"$text\" in"
    tail -n 20 "$file"
    bad=1
  fi
}

there() { command -v "$1" >/dev/null || { echo "$1: left out, it is not installed"; return 1; }; }

if there curl; then
  curl -sS --noproxy '*' -X POST --data 'a note of curl' "$url/api/notes" >"$work/post"
  expect "curl, POST" '"text":"a note of curl"' "$work/post"
  curl -sS --noproxy '*' -H 'Transfer-Encoding: chunked' --data 'in chunks' "$url/api/notes" >"$work/chunked"
  expect "curl, chunked" 'in chunks' "$work/chunked"
  curl -sS --noproxy '*' -r 0-8 "$url/" >"$work/range"
  expect "curl, range" '^<!doctype$' "$work/range"
  curl -sS --noproxy '*' -m 3 -N "$url/api/ticks" >"$work/ticks" 2>/dev/null || true
  expect "curl, events" 'data: 2' "$work/ticks"
fi
if there ab; then
  ab -q -k -c 50 -n 20000 "$url/api/notes" >"$work/ab" 2>&1 || true
  expect "ab, 20000 requests by 50, kept alive" 'Failed requests: *0$' "$work/ab"
  ab -q -c 20 -n 2000 "$url/index.html" >"$work/ab" 2>&1 || true
  expect "ab, 2000 connections" 'Failed requests: *0$' "$work/ab"
fi
if there wrk; then
  wrk -t 1 -c 64 -d 2s "$url/api/notes" >"$work/wrk" 2>&1 || true
  expect "wrk, 64 connections" 'Requests/sec' "$work/wrk"
  ! grep -q -e 'Non-2xx\|Socket errors' "$work/wrk" || { cat "$work/wrk"; bad=1; }
fi
"$asks" --events "$url/api/ticks" 2 >"$work/events" 2>&1 || true
expect "weft, events" 'tick: 2' "$work/events"
"$asks" "ws${url#http}/api/echo" >"$work/echo" 2>&1 || true
expect "weft, a WebSocket" 'bytes echoed' "$work/echo"
if /usr/bin/python3 -c 'import websockets' 2>/dev/null; then
  timeout 60 /usr/bin/python3 components/http/load/websocket_peer.py ask "ws${url#http}/api/echo" >"$work/peer" 2>&1 || true
  expect "websockets, its client" 'peer satisfied' "$work/peer"
  timeout 60 /usr/bin/python3 components/http/load/websocket_peer.py serve "$asks" >"$work/peer" 2>&1 || true
  expect "websockets, its server and weft's client" 'peer satisfied' "$work/peer"
else
  echo "websockets: left out, it is not installed"
fi
if there chromium; then
  curl -sS --noproxy '*' --data 'a note for the page' "$url/api/notes" >/dev/null 2>&1 || true
  timeout 150 chromium --headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic --no-first-run \
    --no-proxy-server --disable-background-networking --disable-component-update --disable-sync \
    --user-data-dir="$work/profile" --dump-dom "$url/" >"$work/dom" 2>"$work/chromium" || true
  expect "chromium, the page" '<h1>weft serves</h1>' "$work/dom"
  expect "chromium, JSON by fetch" '<li>a note for the page</li>' "$work/dom"
  expect "chromium, a WebSocket" '<span id="echo">hello from the page</span>' "$work/dom"
  expect "chromium, an EventSource" '<span id="ticks">[2-9]' "$work/dom"
fi

kill -TERM "$pid"
wait "$pid" || { echo "the server did not end with status 0"; bad=1; }
expect "the server, told to end" 'ended: ' "$work/server"
exit "$bad"
