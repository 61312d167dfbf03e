#!/usr/bin/env bash
# Measures; what it prints is what Benchmarks/RESULTS.md records.
set -euo pipefail
cd "$(dirname "$0")/.."

export CDC_PYTHON=${CDC_PYTHON:-$PWD/.venv/bin/python}
if [ -x Benchmarks/run.sh ]; then exec Benchmarks/run.sh "$@"; fi
exec swift run --package-path Benchmarks -c release "$@"
