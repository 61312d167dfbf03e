#!/usr/bin/env bash
# Builds the examples, then runs every test against a real PostgreSQL. A test that is skipped fails the run.
set -euo pipefail
cd "$(dirname "$0")/.."

for example in Examples/*/; do
  echo "Building ${example%/}"
  swift build --package-path "$example"
done

# What stands in for Databricks is tested before it is believed; a run of some tests leaves it out.
[ $# -gt 0 ] || Tests/Support/DatabricksDouble/test.sh

# Tests share two or so threads with each other: more at a time would only make each wait longer for its turn.
width=()
if [[ $(swift test --help-hidden 2>&1) == *experimental-maximum-parallelization-width* ]]; then
  width=(--experimental-maximum-parallelization-width 4)
fi
status=0
swift test --parallel "${width[@]}" "$@" 2>&1 </dev/null | tee test.log || status=$?
if [ $status != 0 ]; then
  # Once more at the end, where they are found: what failed, then the runner's own last words.
  grep -E " recorded an issue |^error:" test.log | cut -c1-300 | tail -n 12 >&2 || true
  grep -E "Test run with" test.log >&2 || true
  exit $status
fi

# As Swift Testing says it: "➜ Test name() skipped.", "… skipped: reason", "… was cancelled after …".
if grep -E "^[^ ]+ (Test|Suite) .*( skipped\.$| skipped: \"| was cancelled after)" test.log; then
  echo "Skipped tests count as failed: the lines above name them." >&2
  exit 1
fi
grep -E "Test run with [1-9][0-9]* tests" test.log >/dev/null || {
  echo "No test ran." >&2
  exit 1
}
