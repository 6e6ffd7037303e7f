#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# A database server for one process of tests, which starts this script and holds its standard input (server.hpp).
#
#   server.sh postgres|redis CACHE     CACHE: a folder that stays, for what is dear to make
#
# It answers in lines: "ready PORT FOLDER" when the server takes connections, at 127.0.0.1 and, for PostgreSQL, at a
# Unix socket in FOLDER, or "skip WHY". Then it does what it is told, line by line: "kill" ends the server as a crash
# would, "start" starts it again with its data; each is answered by "done". When its input ends, because the tests have
# ended in whatever way, the server is stopped and its folder removed; if this script is killed, the kernel ends the
# server. Folder and port are nobody else's, so any number of these may run at a time.
set -euo pipefail
kind=$1
cache=$2
pid=
port=
as_user=()

answer() { printf '%s\n' "$*"; }

skip() {
  answer "skip $*"
  exit 0
}

# Which servers there are.
case $kind in
  postgres)
    initdb=$(command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1) || true
    [[ -n $initdb ]] || skip "there is no PostgreSQL server here (Debian: postgresql-15)"
    binaries=$(dirname "$initdb")
    if [[ $(id -u) -eq 0 ]]; then  # PostgreSQL refuses to run as root
      id postgres >/dev/null 2>&1 || skip "there is no user 'postgres' to run PostgreSQL as"
      as_user=(setpriv --reuid=postgres --regid=postgres --clear-groups)
    fi
    ;;
  redis)
    command -v redis-server >/dev/null || skip "there is no redis-server here (Debian: redis-server)"
    ;;
esac

folder=$(mktemp -d -t "weft-$kind-XXXXXX")

# The children of a process, and theirs.
descendants() {
  local child
  for child in $(cat "/proc/$1/task/"*/children 2>/dev/null); do
    echo "$child"
    descendants "$child"
  done
}

# Ends the server and everything it has started, at once. PostgreSQL's children are in sessions of their own, and go on
# until they notice that it is gone: in a crash they go with it, and none comes while they are counted.
end() {
  [[ -n $pid ]] || return 0
  if [[ $1 == KILL ]]; then
    kill -s STOP -- "-$pid" 2>/dev/null || true
    # shellcheck disable=SC2046 # a list of numbers
    kill -s KILL $(descendants "$pid") 2>/dev/null || true
  fi
  kill -s "$1" -- "-$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  if [[ $1 == KILL && -e $folder/data/postmaster.pid ]]; then
    ipcrm -m "$(awk 'NR == 7 { print $2 }' "$folder/data/postmaster.pid")" 2>/dev/null || true
  fi
  pid=
}

leave() {
  end "$([[ $kind == postgres ]] && echo QUIT || echo KILL)"
  rm -rf "$folder"
}
trap leave EXIT
trap 'exit 1' INT TERM HUP

# A new database takes a second to make: it is made once, and unpacked from then on.
make_data() {
  local packed
  packed=$cache/postgres-$("$initdb" --version | grep -oE '[0-9.]+' | head -n 1).tar
  mkdir -p "$cache"
  (
    flock 9
    if [[ ! -e $packed ]]; then
      "${as_user[@]}" "$binaries/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C --no-sync \
        --wal-segsize=1 >"$folder/log" 2>&1
      tar -C "$folder" -cf "$packed.$$" data
      mv "$packed.$$" "$packed"
      rm -rf "$folder/data"
    fi
  ) 9>"$cache/postgres.lock"
  tar -C "$folder" -xf "$packed"
}

launch() {
  : >"$folder/log"
  case $kind in
    postgres)
      setsid "${as_user[@]}" setpriv --pdeathsig QUIT "$binaries/postgres" -D "$folder/data" -k "$folder" -p "$port" \
        -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=4MB -c max_connections=40 -c autovacuum=off \
        -c wal_level=minimal -c max_wal_senders=0 -c jit=off >"$folder/log" 2>&1 </dev/null &
      ;;
    redis)
      setsid setpriv --pdeathsig KILL redis-server --port "$port" --bind 127.0.0.1 --dir "$folder" --save '' \
        --appendonly no --daemonize no --logfile "$folder/log" >/dev/null 2>&1 </dev/null &
      ;;
  esac
  pid=$!
}

# Until it takes connections; false if it has ended instead.
ready() {
  local i
  for ((i = 0; i < 3000; ++i)); do
    ! grep -qi 'ready to accept connections' "$folder/log" || return 0
    kill -0 "$pid" 2>/dev/null || return 1
    sleep 0.02
  done
  return 1
}

# At a port that nobody has; ports that the system gives out by itself begin at 32768.
start() {
  local attempt
  for ((attempt = 0; attempt < 20; ++attempt)); do
    port=$((20000 + RANDOM % 12000))
    launch
    ! ready || return 0
    end KILL
    grep -qiE 'address already in use|could not bind' "$folder/log" || break
  done
  cat "$folder/log" >&2
  return 1
}

if [[ $kind == postgres ]]; then
  [[ ${#as_user[@]} -eq 0 ]] || chown postgres "$folder"
  make_data
fi
start || skip "the $kind server does not start"
answer "ready $port $folder"
while read -r order; do
  case $order in
    kill) end KILL ;;
    start)
      launch
      ready
      ;;
  esac
  answer "done"
done
