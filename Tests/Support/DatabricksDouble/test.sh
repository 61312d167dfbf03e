#!/bin/sh
# The double's own tests: its Delta engine through Spark, duckdb and deltalake, then the whole of it through Databricks'
# own SDK. A test that fails or is skipped fails the run. Arguments, as `tests.test_files`, choose from the second part.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${CDC_PYTHON:-$here/../../../.venv/bin/python}
export PYTHONDONTWRITEBYTECODE=1 CDC_PYTHON="$python"
export DATABRICKS_DOUBLE_CACHE="$here/../../../.build/databricks-double"
cd "$here"
report=$(mktemp)
trap 'rm -f "$report"' EXIT

run_tests() {
  status=0
  "$python" -m unittest "$@" >"$report" 2>&1 || status=$?
  cat "$report"
  [ $status = 0 ] || exit $status
  if grep -q skipped "$report" || ! grep -qE '^Ran [1-9]' "$report"; then
    echo "Tests of the Databricks double were skipped, or none ran." >&2
    exit 1
  fi
}

[ $# -gt 0 ] || run_tests discover -s engine/tests
run_tests "$@"
