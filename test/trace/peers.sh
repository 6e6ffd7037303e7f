#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Whether those for whom weft writes traces and profiles can read them: Python's JSON, and go tool pprof.
#   peers.sh PROGRAM    which writes them all into a directory (everything.cpp)
# Exit status: 0 they can, and find what is in there; 1 no; 77 skipped: there is neither.
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$1" "$work"
asked=0

wrong() {
  echo "peers: $*" >&2
  exit 1
}

if command -v python3 >/dev/null; then
  asked=1
  python3 - "$work/trace.json" <<'PYTHON'
import collections, json, sys

events = json.load(open(sys.argv[1]), parse_constant=lambda word: sys.exit("no JSON: " + word))["traceEvents"]
depth, latest, arrows = collections.Counter(), {}, {}
for e in events:
    lane = e["tid"]
    if e["ph"] in "BEXisf":
        assert e["ts"] >= latest.get(lane, 0), "a lane goes back in time"
        latest[lane] = e["ts"]
    if e["ph"] == "B":
        depth[lane] += 1
    elif e["ph"] == "E":
        depth[lane] -= 1
        assert depth[lane] >= 0, "an end without a beginning"
    elif e["ph"] == "s":
        arrows[e["id"]] = e["ts"]
    elif e["ph"] == "f":
        assert arrows.pop(e["id"]) <= e["ts"], "an arrow goes back in time"
assert not arrows and not any(depth.values()), "something does not end"
assert any(e["ph"] == "b" and e["name"] == "hot" for e in events), "the region is missing"
print("python3: %d events" % len(events))
PYTHON
else
  echo "peers: no python3 here"
fi

# What pprof must find in a profile.
finds() {
  local profile=$1 pattern=$2
  go tool pprof -top "$work/$profile.pb" >"$work/top" 2>&1 || { cat "$work/top"; wrong "pprof does not open $profile"; }
  go tool pprof -raw "$work/$profile.pb" >"$work/raw" 2>&1 || wrong "pprof does not open $profile"
  grep -Eq "$pattern" "$work/top" "$work/raw" || { cat "$work/top" "$work/raw"; wrong "$profile: no $pattern"; }
  echo "pprof: $profile: found $pattern"
}

if command -v go >/dev/null; then
  asked=1
  export HOME=${HOME:-$work} PPROF_TMPDIR=$work
  finds goroutines 'wait_for'
  finds blocks 'contend'
  finds mutexes 'mutex::unlock'
  finds cpu 'burn'
else
  echo "peers: no go here"
fi
[ $asked -eq 1 ] || exit 77
