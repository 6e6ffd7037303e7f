#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# oneTBB, of Debian. The verbs are those of weft.sh. Its tasks must not wait for each other, so it has only the workloads
# that are forks and joins, or a pipeline.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=cxx.bash
source "$here/cxx.bash"

case "$1" in
  build)
    if ! echo '#include <tbb/version.h>' | g++ -std=c++20 -fsyntax-only -x c++ - 2>/dev/null; then
      echo "oneTBB is not installed (libtbb-dev)"
      exit 3
    fi
    build_programs "$2" "-ltbb" "$here"/../tbb/*.cpp
    ;;
  version) echo "oneTBB, libtbb-dev $(package_version libtbb-dev), g++ -O2 -DNDEBUG" ;;
  command) program_in "$2" "$3" ;;
  *) exit 2 ;;
esac
