#!/usr/bin/env bash
# Makes .venv, the Python environment of the engines that read the tests' tables back. Versions are pinned:
# duckdb's extensions fit exactly one duckdb.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ -n "${CDC_PYTHON:-}" ]; then exit 0; fi
[ -x .venv/bin/python ] && cmp -s scripts/requirements.txt .venv/requirements.txt && exit 0
echo "Installing Python packages into .venv"
[ -x .venv/bin/python ] || python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/requirements.txt
cp scripts/requirements.txt .venv/requirements.txt
