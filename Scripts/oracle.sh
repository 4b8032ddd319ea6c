#!/usr/bin/env bash
# The gate against an independent judge in Python: `Scripts/oracle.sh [COUNT] [SEED]`, one million commands by default.
# ANSA names a program that is built; without it the release build is made. The seed is printed; it repeats a run.
set -euo pipefail
cd "$(dirname "$0")/.."
count="${1:-1000000}"
seed="${2:-$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')}"
if [ -z "${ANSA:-}" ]; then
    swift build -c release --product ansa >&2
    ANSA="$(swift build -c release --show-bin-path)/ansa"
fi
exec python3 Scripts/oracle/run.py "$ANSA" "$count" "$seed"
