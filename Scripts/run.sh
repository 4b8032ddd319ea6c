#!/usr/bin/env bash
# Plays the real recording through the whole loop in real time, armed: its stimulator is virtual. Where the recording
# could not be fetched, the virtual patient.
# Reads no standard input and ends by itself.
set -euo pipefail
cd "$(dirname "$0")/.."
ansa="$(swift build -c release --show-bin-path)/ansa"
if [ -e .recordings/parkinson-gripforce/.complete ]; then
    exec "$ansa" run Profiles/grip-force --arm </dev/null
fi
echo "There is no recording; this is the virtual patient for 20 seconds." >&2
exec "$ansa" run Profiles/adaptive-dbs --arm --seconds 20 </dev/null
