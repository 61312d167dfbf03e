#!/usr/bin/env bash
# Makes sure that the system has what the named parts need: build, postgresql, python, java.
# On Debian and Ubuntu installs what is missing, as root or through sudo where that asks for no password;
# elsewhere says what to install and stops.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()

need_library() { # pkg-config's name, Debian's package
  pkg-config --exists "$1" 2>/dev/null || missing+=("$2")
}

have_postgresql_server() {
  local directory
  for directory in "$(pg_config --bindir 2>/dev/null || true)" /usr/lib/postgresql/*/bin \
    /opt/homebrew/opt/postgresql*/bin /usr/local/pgsql/bin; do
    [ -x "$directory/initdb" ] && [ -x "$directory/psql" ] && return
  done
  command -v initdb >/dev/null && command -v psql >/dev/null
}

# The Databricks double's connector is compiled for Java 17.
have_java() {
  local version
  version=$(javac -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  [ -n "$version" ] && [ "$version" -ge 17 ] && command -v java >/dev/null
}

have_python() {
  local scratch status=0
  scratch=$(mktemp -d)
  python3 -m venv "$scratch/venv" >/dev/null 2>&1 || status=1
  rm -rf "$scratch"
  return $status
}

for part in "$@"; do
  case $part in
    build)
      command -v swift >/dev/null || {
        echo "There is no Swift toolchain (6.2 or later): https://www.swift.org/install" >&2
        exit 1
      }
      command -v pkg-config >/dev/null || missing+=(pkg-config)
      need_library libpq libpq-dev
      need_library libcrypto libssl-dev
      need_library libzstd libzstd-dev
      need_library libcurl libcurl4-openssl-dev
      need_library zlib zlib1g-dev
      need_library libcurl libcurl4-openssl-dev
      ;;
    postgresql) have_postgresql_server || missing+=(postgresql) ;;
    python) [ -n "${CDC_PYTHON:-}" ] || [ -x .venv/bin/python ] || have_python || missing+=(python3 python3-venv) ;;
    java) have_java || missing+=(default-jdk-headless) ;;
    *)
      echo "usage: $0 build|postgresql|python|java ..." >&2
      exit 2
      ;;
  esac
done

[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" != 0 ]; then as_root=(sudo -n); fi
if ! command -v apt-get >/dev/null || { [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; }; then
  echo "These packages are missing and may not be installed from here: ${missing[*]}" >&2
  if command -v apt-get >/dev/null; then
    echo "Run this, then try again:  sudo apt-get install --yes ${missing[*]}" >&2
  else
    echo "The names are Debian's; install what your system calls them, then try again." >&2
  fi
  exit 1
fi

# Debian starts a server for every PostgreSQL that it installs. Nothing here uses that one, so it is not made.
cluster_settings=/etc/postgresql-common/createcluster.d/no-main-cluster.conf
wants_no_cluster=no
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  wants_no_cluster=yes
  "${as_root[@]}" mkdir -p "$(dirname "$cluster_settings")"
  echo "create_main_cluster = false" | "${as_root[@]}" tee "$cluster_settings" >/dev/null
fi

echo "Installing ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install --yes -q --no-install-recommends "${missing[@]}" </dev/null

if [ $wants_no_cluster = yes ]; then "${as_root[@]}" rm -f "$cluster_settings"; fi
