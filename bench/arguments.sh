# SPDX-License-Identifier: Apache-2.0
#
# What ./dev bench latency and diagnosis take on their command line; sourced by them. They define usage(), which prints
# it, `rounds`, and take_word(), which takes a word that is no option, or returns 1.

# misuse [WHY]
misuse() {
  if [ $# -gt 0 ]; then echo "bench: $1" >&2; else usage >&2; fi
  exit 2
}

# read_arguments "$@": sets rounds.
read_arguments() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --rounds)
        [ $# -ge 2 ] || misuse
        rounds=$2
        shift
        ;;
      --help | -h)
        usage
        exit 0
        ;;
      -*) misuse ;;
      *) take_word "$1" || misuse ;;
    esac
    shift
  done
  [[ $rounds =~ ^[1-9][0-9]{0,2}$ ]] || misuse "--rounds takes a positive number, not '$rounds'"
}

# build_peer PEER: into $out/PEER.
build_peer() {
  mkdir -p "$out/$1"
  echo "building $1" >&2
  "$here/peers/$1.sh" build "$out/$1" >"$out/$1.log" 2>&1 && return
  tail -n 20 "$out/$1.log" >&2
  exit 1
}

# How the figures came about.
print_method() { echo "command  $1; median of $rounds, $(date -u +%FT%TZ), load $(cut -d' ' -f1 /proc/loadavg)"; }
