#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# ./dev bench simulation: builds the simulation and runs it; it takes some seconds and says the same each time.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$here/../build/bench
mkdir -p "$out"
g++ -std=c++20 -O2 -Wall -Wextra "$here"/simulation/*.cpp -o "$out/simulation"
exec "$out/simulation"
