#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Whether those for whom weft writes traces, metrics and profiles can read them: Python's JSON, Prometheus' own parser
# of OpenMetrics (python3-prometheus-client), and go tool pprof.
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

prometheus=
for each in python3 /usr/bin/python3; do  # the system's packages are not seen by another Python in front of it
  [ -n "$prometheus" ] || ! "$each" -c 'import prometheus_client.openmetrics.parser' 2>/dev/null || prometheus=$each
done
if [ -n "$prometheus" ]; then
  asked=1
  "$prometheus" - "$work/metrics.txt" <<'PYTHON'
import math, sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families

families = {f.name: f for f in text_string_to_metric_families(open(sys.argv[1], encoding="utf-8").read())}
states = {s.labels["state"]: s.value for s in families["weft_goroutines_in_state"].samples}
assert states["running"] >= 1 and states["chan receive"] >= 1, states
waits = families["weft_lock_wait_seconds"]
assert waits.type == "histogram" and waits.unit == "seconds" and waits.documentation, waits
last = [s.value for s in waits.samples if s.labels.get("le") == "+Inf"]
count = [s.value for s in waits.samples if s.name.endswith("_count")]
assert last == count, waits.samples
parks = families["weft_parks"]
assert parks.type == "counter" and parks.samples[0].name == "weft_parks_total" and parks.samples[0].value >= 1
assert all(math.isfinite(s.value) and s.value >= 0 for f in families.values() for s in f.samples)
print("prometheus_client: %d families" % len(families))
PYTHON
else
  echo "peers: no prometheus_client here"
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
