#!/usr/bin/env bash
# Breaks everything that Documentation/evidence/faults.md names, and prints what happened, row by row.
# ANSA_FAULT_RUNS: how often processes are killed, each way (200).
set -uo pipefail
cd "$(dirname "$0")/.."
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch"' EXIT
export ANSA_FAULT_RUNS="${ANSA_FAULT_RUNS:-200}" ANSA_FAULT_REPORT="$scratch/figures"
mapfile -t filters < <(/usr/bin/python3 Scripts/faults.py filters)
# The build of `make test`; one test at a time, because processes and their times matter.
build=(-c release --scratch-path .build/testing -Xswiftc -enable-testing)
timeout --kill-after=10 10800 swift test "${build[@]}" --disable-xctest --no-parallel "${filters[@]}" \
    --event-stream-version 0 --event-stream-output-path "$scratch/events" </dev/null
code=$?
ansa="$(swift build "${build[@]}" --show-bin-path)/ansa"

# Whole runs of what is shipped, and the recorder over each.
armed() {
    local name="$1" profile="$2"
    shift 2
    "$ansa" run "Profiles/$profile" --arm --seed 1 --format json --session "$scratch/$name" "$@" \
        >"$scratch/$name.out" 2>"$scratch/$name.err" </dev/null
    local ended=$?
    /usr/bin/python3 Scripts/recorder.py "$scratch/$name" >"$scratch/$name.found"
    echo "$name|$ended|$?|$scratch/$name.found" >>"$scratch/armed"
    [ "$ended" -eq 0 ] || cat "$scratch/$name.err" >&2
}
armed "adaptive-dbs, 30 s" adaptive-dbs --pace max --seconds 30
armed "continuous-dbs, 30 s" continuous-dbs --pace max --seconds 30
armed "bilateral-dbs, 20 s" bilateral-dbs --pace max --seconds 20
armed "adaptive-dbs, 10 s at pace real" adaptive-dbs --pace real --seconds 10
/usr/bin/python3 Scripts/faults.py table "$scratch/events" "$code" "$scratch/armed" "$ANSA_FAULT_REPORT"
