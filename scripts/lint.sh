#!/usr/bin/env bash
# What a review would otherwise have to look for: format, file sizes, module borders, traps, warnings.
set -euo pipefail
cd "$(dirname "$0")/.."

failures=0
fail() {
  echo "lint: $1" >&2
  failures=$((failures + 1))
}

# Says what is wrong where a pattern is found in tracked Swift files.
forbid() { # message, pattern, paths...
  local message=$1 pattern=$2
  shift 2
  if git grep -nE "$pattern" -- "$@"; then fail "$message"; fi
}

mapfile -t sources < <(git ls-files --cached --others --exclude-standard '*.swift')
swift format lint --strict "${sources[@]}" || fail "swift format finds fault with the lines above"

mapfile -t sizes < <(git ls-files 'Sources/*.swift' | xargs wc -l | awk '$2 != "total" {print $1}' | sort -n)
median=${sizes[$((${#sizes[@]} / 2))]}
[ "$median" -lt 120 ] || fail "the median file in Sources has $median lines (under 120 is the aim)"
while read -r lines file; do
  [ "$lines" -le 400 ] || fail "$file has $lines lines (at most 400)"
done < <(wc -l "${sources[@]}" | grep -v ' total$')
[ "$(wc -l <ARCHITECTURE.md)" -lt 150 ] || fail "ARCHITECTURE.md has 150 lines or more"

forbid "CDCCore knows no network, no file, no C" \
  '^ *(public |package |internal )?import (PGWire|DeltaSink|CCrypto|CLibpq|CCurl|CZlib|CZstd)' Sources/CDCCore
forbid "DeltaSink never imports PGWire" '^ *(public |package |internal )?import (PGWire|CLibpq)' Sources/DeltaSink
forbid "PGWire never imports DeltaSink" '^ *(public |package |internal )?import (DeltaSink|CZlib|CZstd)' Sources/PGWire
forbid "only PGWire/Source imports CDCCore" \
  '^ *(public |package |internal )?import CDCCore' Sources/PGWire ':!Sources/PGWire/Source'
forbid "input must never trap" '\b(fatalError|preconditionFailure)\(|\btry!|\bas!' 'Sources/*.swift'
forbid "unsafeFlags would keep others from depending on this package" 'unsafeFlags' Package.swift
forbid "unfinished" '\b(TODO|FIXME|XXX)\b' 'Sources/*.swift' 'Tests/*.swift'

if command -v shellcheck >/dev/null; then
  git ls-files '*.sh' .ci/run | xargs shellcheck || fail "shellcheck finds fault with the lines above"
fi

# A file that is up to date is not compiled again and says nothing: the CI machine builds all of them.
swift build --build-tests 2>&1 </dev/null | tee lint.log
if grep -E "^($PWD/)?(Sources|Tests)/.*warning:" lint.log; then fail "the compiler warns"; fi

[ $failures = 0 ] || {
  echo "lint: $failures kinds of fault" >&2
  exit 1
}
echo "lint: clean, ${#sources[@]} Swift files, median of Sources $median lines"
