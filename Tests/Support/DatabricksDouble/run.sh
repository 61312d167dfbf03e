#!/bin/sh
# Runs the double: builds its Delta connector where that is missing or older than its sources, then serves until
# it is stopped. Arguments go to `python -m databricks_double`.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${CDC_PYTHON:-$here/../../../.venv/bin/python}
[ -x "$python" ] || python=python3
if [ -z "${DATABRICKS_DOUBLE_JAR:-}" ]; then
  DATABRICKS_DOUBLE_JAR=$("$here/engine/build.sh" "$here/../../../.build/databricks-double" "$python")
fi
export PYTHONPATH="$here${PYTHONPATH:+:$PYTHONPATH}" PYTHONDONTWRITEBYTECODE=1
exec "$python" -m databricks_double --jar "$DATABRICKS_DOUBLE_JAR" "$@"
