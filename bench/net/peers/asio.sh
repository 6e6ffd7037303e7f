#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Boost.Asio, of Debian: echo with callbacks on one thread. The verbs are those of weft.sh.
set -euo pipefail
servers=$(cd "$(dirname "${BASH_SOURCE[0]}")/../asio" && pwd)
# shellcheck source=../../peers/cxx.bash
source "$(dirname "${BASH_SOURCE[0]}")/../../peers/cxx.bash"

case "$1" in
  build)
    if ! echo '#include <boost/asio/version.hpp>' | g++ -std=c++20 -fsyntax-only -x c++ - 2>/dev/null; then
      echo "Boost.Asio is not installed (libboost-dev)"
      exit 3
    fi
    build_programs "$2" "" "$servers/echo.cpp"
    ;;
  version) echo "Boost.Asio, libboost-dev $(package_version libboost-dev), g++ -O2 -DNDEBUG" ;;
  command)
    [ "$3" = echo ] || exit 1
    program_in "$2" echo
    ;;
  *) exit 2 ;;
esac
