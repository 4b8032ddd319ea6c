#!/usr/bin/env bash
# Condition coverage of the gate: judges each stored pair of vectors again and ends with `mcdc: ...: pass` or `fail`.
#
#     Scripts/mcdc.sh            compares Documentation/evidence/mcdc.txt with what the gate answers today
#     WRITE=1 Scripts/mcdc.sh    writes it anew
#
# Only the part of the package that this needs is built, in .build/mcdc.
set -euo pipefail
cd "$(dirname "$0")/.."
part=.build/mcdc/package evidence=Documentation/evidence/mcdc.txt
python3 Scripts/package_part.py "$part" InterlocksTests
result=pass
ANSA_WRITE_MCDC="${WRITE:-0}" swift test --package-path "$part" --scratch-path .build/mcdc/build -j "$(nproc)" \
    --disable-xctest --filter ConditionCoverage </dev/null >.build/mcdc/log 2>&1 || result=fail
if [ "${WRITE:-0}" = 1 ] && [ -e "$part/$evidence" ]; then
    mkdir -p "$(dirname "$evidence")"
    cp "$part/$evidence" "$evidence"
fi
[ "$result" = pass ] || grep -a '✘\|error:\|±' .build/mcdc/log | head -n 40 || true
counts="$(tail -n 1 "$evidence" 2>/dev/null || echo "no evidence")"
echo "mcdc: $counts; the stored vectors hold: $result"
[ "$result" = pass ]
