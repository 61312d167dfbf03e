#!/bin/sh
# The double's own tests, with the official SDK as a client. A test that fails or is skipped fails the run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${CDC_PYTHON:-$here/../../../.venv/bin/python}
cd "$here"
report=$(mktemp)
trap 'rm -f "$report"' EXIT
status=0
PYTHONDONTWRITEBYTECODE=1 CDC_PYTHON=$python "$python" -m unittest "$@" >"$report" 2>&1 || status=$?
cat "$report"
[ $status = 0 ] || exit $status
if grep -q skipped "$report" || ! grep -qE '^Ran [1-9]' "$report"; then
  echo "Tests of the Databricks double were skipped, or none ran." >&2
  exit 1
fi
