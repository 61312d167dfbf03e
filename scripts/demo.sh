#!/usr/bin/env bash
# Builds the command and lets it show itself: a store in a PostgreSQL of its own, copied to ./lake.
set -euo pipefail
cd "$(dirname "$0")/.."

echo "Building cdc (release)"
swift build -c release --product cdc
exec "$(swift build -c release --product cdc --show-bin-path)/cdc" demo "$@"
