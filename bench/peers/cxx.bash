# SPDX-License-Identifier: Apache-2.0
#
# For peers in C++, to be sourced: builds each source into a program bench_<name>, what is newer than it only.
#
#   build_programs DIR FLAGS SOURCE...     FLAGS: one word list for the compiler
build_programs() {
  local dir=$1 flags=$2 source program bench
  bench=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  shift 2
  for source in "$@"; do
    program=$dir/bench_$(basename "$source" .cpp)
    [ ! -x "$program" ] || [ -n "$(find "$bench" "$source" \( -name '*.hpp' -o -path "$source" \) -newer "$program" -print -quit)" ] || continue
    rm -f "$program"
    echo "$source $program"
  done | xargs -r -P "$(nproc)" -n 2 sh -c "g++ -std=c++20 -O2 -DNDEBUG -pthread \"\$0\" -o \"\$1.new\" $flags && mv \"\$1.new\" \"\$1\""
}

# The version of a Debian package, for `version`.
package_version() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null || echo 'of unknown version'; }

# What `command` prints.
program_in() { # DIR PROGRAM
  [ -x "$1/bench_$2" ] || return 1
  echo "$1/bench_$2"
}
