#!/usr/bin/env bash
# Runs every test, optimised, one at a time, and ends with `N passed, N failed, N skipped`.
# Words behind it go to `swift test`: Scripts/test.sh --filter InterlocksTests
# Without any, 40 mutants of the gate are drawn too: one that survives without a written reason is a failure.
set -uo pipefail
cd "$(dirname "$0")/.."
events="$(mktemp)"
trap 'rm -f "$events"' EXIT
# A build of its own beside the ordinary one: tests may look inside modules, which changes how these are compiled.
# A test that hangs is a failure, not a wait.
timeout --kill-after=10 3000 swift test -c release --scratch-path .build/testing -Xswiftc -enable-testing --disable-xctest --no-parallel \
    --event-stream-version 0 --event-stream-output-path "$events" "$@" </dev/null
code=$?
failed=()
if [ $# -eq 0 ]; then
    timeout --kill-after=10 1200 /usr/bin/python3 Scripts/mutants.py --quick --sample 40 </dev/null \
        || failed=("a sample of the gate's mutants (Scripts/mutants.py)")
fi
/usr/bin/python3 Scripts/count_tests.py "$events" "$code" "${failed[@]}"
