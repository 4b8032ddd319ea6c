#!/usr/bin/env bash
# Runs the tests of the gate and of the guard with coverage and says, file by file, what they did not reach.
# Ends with `coverage: ...: pass` (exit 0) when every line and region of Sources/Interlocks and every line of the
# guard's decision path ran, else with `...: fail` (exit 1).
#
# Only the part of the package that these tests need is built, in .build/coverage; a second run builds what changed.
set -euo pipefail
cd "$(dirname "$0")/.."
part=.build/coverage/package
python3 Scripts/package_part.py "$part" InterlocksTests GuardTests ansa-guard ansa-virtual-stimulator
# The profiles of earlier runs would count lines that today's tests no longer reach.
find .build/coverage/build -name '*.prof*' -delete 2>/dev/null || true
if ! swift test --package-path "$part" --scratch-path .build/coverage/build --enable-code-coverage \
    -j "$(nproc)" --disable-xctest --no-parallel </dev/null >.build/coverage/log 2>&1; then
    tail -n 40 .build/coverage/log
    echo "coverage: the tests do not pass: fail"
    exit 1
fi
bundle="$(swift build --package-path "$part" --scratch-path .build/coverage/build --show-bin-path)"
# The system's llvm-cov refuses the toolchain's format.
tools="$(dirname "$(readlink -f "$(command -v swift)")")"
"$tools/llvm-cov" export -format=text -instr-profile "$bundle/codecov/default.profdata" \
    "$bundle/ansaPackageTests.xctest" >.build/coverage/export.json
python3 Scripts/coverage.py .build/coverage/export.json
