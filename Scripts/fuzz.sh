#!/usr/bin/env bash
# Fuzzes what reads files and messages: `Scripts/fuzz.sh 60` gives each target a minute; a second word chooses one.
#
# Memory is watched by AddressSanitizer. A crash, a hang of more than 5 s or 2 GB of memory ends it with 1 and leaves
# the input in .build/fuzz/found.
set -uo pipefail
cd "$(dirname "$0")/.."
seconds="${1:-60}"
scratch="$(mktemp -d)"
trap 'rm -rf "$scratch" /dev/shm/ansa-fuzz-*' EXIT
found=.build/fuzz/found
mkdir -p "$found"
export ANSA_FUZZ=1 SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=0
build=(-c release --scratch-path .build/fuzz --product Fuzz -Xswiftc -sanitize=fuzzer,address)
swift build "${build[@]}" || exit 1
program="$(swift build "${build[@]}" --show-bin-path)/Fuzz"

# What each target begins with: small inputs of our own, and what is shipped.
mkdir -p "$scratch"/{guarding,journal,limits,network,container}
for target in guarding journal limits network; do
    [ -d "Fuzz/Corpus/$target" ] && cp Fuzz/Corpus/"$target"/* "$scratch/$target/"
done
cp Profiles/adaptive-dbs/{stn-left.limits,profile}.yaml Devices/virtual-patient.yaml "$scratch/limits/"
cp Profiles/adaptive-dbs/beta-burst.nir "$scratch/container/"

targets=0 runs=0 crashes=0 hangs=0
for target in ${2:-limits guarding journal network}; do
    targets=$((targets + 1))
    ANSA_FUZZ_TARGET="$target" timeout -s KILL "$((seconds + 60))" "$program" -max_total_time="$seconds" -timeout=5 \
        -rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$found/$target-" "$scratch/$target" \
        >"$scratch/log" 2>&1
    code=$?
    count="$(sed -n 's/^stat::number_of_executed_units: *//p' "$scratch/log")"
    runs=$((runs + ${count:-0}))
    echo "fuzz: $target: ${count:-0} runs in $seconds s, ended with $code"
    [ "$code" -eq 0 ] && continue
    tail -40 "$scratch/log"
    if grep -q 'libFuzzer: timeout' "$scratch/log" || [ "$code" -eq 137 ]; then
        hangs=$((hangs + 1))
    else
        crashes=$((crashes + 1))
    fi
done
good=pass
[ "$((crashes + hangs))" -eq 0 ] && [ "$runs" -gt 0 ] || good=FAIL
echo "fuzz: $targets targets, $runs runs, $crashes crashes, $hangs hangs: $good"
[ "$good" = pass ]
