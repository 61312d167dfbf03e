#!/usr/bin/env bash
# Measures against the physical limits and prints what Benchmarks/RESULTS.md records.
# Usage: bench.sh [--scale 1.0] [--runs 3] [--only load,capture,memory,merge,databricks]
set -euo pipefail
cd "$(dirname "$0")/.."

swift build -c release --product cdc
swift build -c release --package-path Benchmarks
cdc=$(swift build -c release --product cdc --show-bin-path)/cdc
bench=$(swift build -c release --package-path Benchmarks --show-bin-path)/bench
exec "${CDC_PYTHON:-.venv/bin/python}" Benchmarks/driver/main.py "$cdc" "$bench" "$@"
