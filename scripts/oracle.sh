#!/usr/bin/env bash
# The differential oracle by hand: SEED=17, or SEEDS=1-200, for at most MINUTES; scripts that fail are kept in FOLDER.
# SCRIPT=file.sql runs one script again.
set -euo pipefail
cd "$(dirname "$0")/.."

[[ -z "${SEED:-}" ]] || export ORACLE_SEED=$SEED
[[ -z "${SEEDS:-}" ]] || export ORACLE_SEEDS=$SEEDS
[[ -n "${SEED:-}${SEEDS:-}" ]] || export ORACLE_SEEDS=1-1000000
export ORACLE_MINUTES=${MINUTES:-10} ORACLE_FOLDER=${FOLDER:-$PWD/.build/oracle} ORACLE_GOES_ON=1
if [[ -n "${SCRIPT:-}" ]]; then
  ORACLE_SCRIPT=$(realpath "$SCRIPT")
  export ORACLE_SCRIPT
  swift test --filter OracleTests.RegressionTests
else
  swift test --filter OracleTests.OracleTests
fi
