#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Boost.Fiber, of Debian. The verbs are those of weft.sh. spawn_million is not in it: a million fibers, each with its
# stack from the start, did not end within 20 s. It has no select.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cxx.bash
source "$here/cxx.bash"

case "$1" in
  build)
    # linked, because the headers are also in a package without the libraries
    if ! echo 'int main() {}' | g++ -x c++ - -lboost_fiber -lboost_context -o /dev/null 2>/dev/null; then
      echo "Boost.Fiber is not installed (libboost-fiber1.81-dev)"
      exit 3
    fi
    build_programs "$2" "-I $here/../cpp/boost -lboost_fiber -lboost_context" "$here"/../cpp/*.cpp "$here"/../cpp/boost/*.cpp
    ;;
  version) echo "Boost.Fiber, libboost-fiber1.81-dev $(package_version libboost-fiber1.81-dev), g++ -O2 -DNDEBUG" ;;
  command) program_in "$2" "$3" ;;
  *) exit 2 ;;
esac
