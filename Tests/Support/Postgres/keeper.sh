#!/bin/sh
# Keeps one throw-away PostgreSQL server for as long as its standard input is open, then stops it and
# removes every trace, also when the test process that held the other end has crashed.
#
# Usage: keeper.sh [--standby-of FOLDER PORT] [--programs FOLDER] [NAME=VALUE ...]      settings for postgresql.conf
# With --standby-of the server follows the one whose socket lies there.
# With --programs it is the PostgreSQL whose root is FOLDER, in a Python package: copied, as the server's account may not read it.
# CDC_POSTGRES names the PostgreSQL to run, its root or its bin (scripts/postgres-versions.sh fetches some); else the
# machine's newest is taken.
# Reads commands (start, stop, crash, restart, quit), answers each with one line: "ok ..." or "error ...".
set -u
trap '' HUP INT TERM

fail() {
  printf 'error %s\n' "$1"
  cleanup
  exit 1
}

# PostgreSQL refuses to run as root: there the account that its package creates runs it.
as_server() {
  if [ "$(id -u)" != 0 ]; then "$@"
  elif command -v runuser >/dev/null 2>&1; then runuser -u postgres -- "$@"
  else setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  fi
}

find_binaries() {
  if [ -n "${CDC_POSTGRES:-}" ]; then
    for directory in "$CDC_POSTGRES" "$CDC_POSTGRES/bin"; do
      if [ -x "$directory/initdb" ] && [ -x "$directory/pg_ctl" ]; then
        (cd "$directory" && pwd)
        return
      fi
    done
    return
  fi
  for directory in "$(pg_config --bindir 2>/dev/null)" \
    $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -nr) /opt/homebrew/opt/postgresql*/bin \
    /usr/local/pgsql/bin "$(dirname "$(command -v postgres 2>/dev/null)" 2>/dev/null)"; do
    if [ -x "$directory/initdb" ] && [ -x "$directory/pg_ctl" ]; then
      printf '%s' "$directory"
      return
    fi
  done
}

random_port() { echo $((15000 + $(od -An -N2 -tu2 /dev/urandom) % 15000)); }

start() {
  as_server "$bin/pg_ctl" -D "$base/data" -l "$base/server.log" -w -t 60 -s start \
    </dev/null >>"$base/keeper.log" 2>&1
}

# $1: fast or immediate
stop() {
  as_server "$bin/pg_ctl" -D "$base/data" -m "$1" -w -t 60 -s stop </dev/null >>"$base/keeper.log" 2>&1
}

cleanup() {
  [ -n "${base:-}" ] || return
  [ -f "$base/data/postmaster.pid" ] && stop immediate
  cd /
  rm -rf "$base"
}

primary=
if [ "${1:-}" = --standby-of ]; then
  primary="host=$2 port=$3 user=postgres"
  shift 3
fi
base=
programs=
if [ "${1:-}" = --programs ]; then
  programs=$2
  [ -x "$programs/bin/initdb" ] || fail "there is no PostgreSQL in $programs"
  shift 2
fi
bin=$programs/bin
[ -n "$programs" ] || bin=$(find_binaries)
[ -n "$bin" ] || [ -z "${CDC_POSTGRES:-}" ] || fail "CDC_POSTGRES=$CDC_POSTGRES has no initdb and pg_ctl, nor has its bin"
[ -n "$bin" ] || fail "PostgreSQL's server programs (initdb, pg_ctl) are not installed: apt-get install postgresql"
base=$(mktemp -d "${TMPDIR:-/tmp}/cdc-pg.XXXXXX") || fail "no temporary directory"
[ "$(id -u)" != 0 ] || chown postgres "$base" || fail "there is no account postgres to run the server as"
cd "$base" || fail "no temporary directory"
if [ -n "$programs" ]; then
  package=$(dirname "$programs")
  mkdir "$base/programs" || fail "no folder for a copy of $package"
  cp -R "$package" "$package.libs" "$base/programs" || fail "no copy of $package"
  chmod -R a+rX "$base/programs" || fail "no copy of $package that the server's account may read"
  bin=$base/programs/$(basename "$package")/$(basename "$programs")/bin
fi
if [ -n "$primary" ]; then
  as_server "$bin/pg_basebackup" -d "$primary" -D "$base/data" -X stream -c fast --no-sync
else
  as_server "$bin/initdb" -D "$base/data" -U postgres -A trust -E UTF8 --locale=C -N
fi </dev/null >"$base/keeper.log" 2>&1 || fail "no new server: $(tail -n 3 "$base/keeper.log" | tr '\n' ' ')"

cat >>"$base/data/postgresql.conf" <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$base'
wal_level = logical
max_connections = 300
max_wal_senders = 200
max_replication_slots = 400
max_worker_processes = 8
fsync = off
full_page_writes = off
autovacuum = off
shared_buffers = 128MB
max_wal_size = 2GB
log_min_messages = warning
logging_collector = off
CONF
if [ -n "$primary" ]; then
  # Not by pg_basebackup -R, which names options that the server's own libpq need not know.
  as_server touch "$base/data/standby.signal"
  echo "primary_conninfo = '$primary'" >>"$base/data/postgresql.conf"
fi
for setting in "$@"; do
  printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}" >>"$base/data/postgresql.conf"
done

attempts=0
while :; do
  port=$(random_port)
  sed -i.before '/^port = /d' "$base/data/postgresql.conf"
  echo "port = $port" >>"$base/data/postgresql.conf"
  start && break
  attempts=$((attempts + 1))
  [ $attempts -lt 5 ] || fail "the server does not start: $(tail -n 4 "$base/server.log" | tr '\n' ' ')"
done
printf 'ok %s %s %s\n' "$port" "$base" "$bin"

while read -r command; do
  case $command in
    start) start ;;
    stop) stop fast ;;
    crash) stop immediate ;;
    restart) stop fast && start ;;
    quit) break ;;
    *) false ;;
  esac && echo ok || printf 'error %s: %s\n' "$command" "$(tail -n 4 "$base/server.log" | tr '\n' ' ')"
done
cleanup
