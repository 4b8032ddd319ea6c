#!/usr/bin/env bash
# Searches every state of Models/stimulation.pml with Spin for each of four properties, then with each planted bug, which
# must be found. Ends with `model-check: ...: pass` or `fail`.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v spin >/dev/null || { echo "Error: spin is missing. Install it: apt-get install -y spin" >&2; exit 1; }
model="$PWD/Models/stimulation.pml"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"

# search NAME FLAGS...: the states of one exhaustive search go to `states`, its errors to `errors`.
search() {
    local liveness=()
    case " $* " in *" -DP3 "*) liveness=(-a) ;; esac
    rm -f pan*
    spin "$@" -a "$model" >spin.log 2>&1 || { cat spin.log >&2; exit 1; }
    gcc -O2 -w -o pan pan.c
    ./pan "${liveness[@]}" -m10000000 >pan.log 2>&1 || true
    if grep -q 'max search depth too small\|out of memory\|aborted' pan.log; then cat pan.log >&2; exit 1; fi
    states="$(sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' pan.log | head -n 1)"
    errors="$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.log | head -n 1)"
    [ -n "$states" ] && [ -n "$errors" ] || { cat pan.log >&2; exit 1; }
}

held=0 found=0 total=0 result=pass
for entry in "P1:no output when disarmed or latched" "P2:output needs a fresh token, the signed fallback, or a lease" \
    "P3:after a stop output ends, and stays off until somebody arms" \
    "P4:from a latch to output only by acknowledgement and arming"; do
    search "-D${entry%%:*}"
    echo "${entry%%:*} ${entry#*:}: $states states, $errors errors"
    total=$((total + states))
    if [ "$errors" = 0 ]; then held=$((held + 1)); else result=fail; fi
done
search -DREACHES
echo "output is reached, also after a latch, an acknowledgement and arming: $([ "$errors" = 0 ] && echo no || echo yes)"
[ "$errors" != 0 ] || result=fail
bugs=("P1 LATCH_KEEPS_PULSES" "P2 NO_TIMEOUT" "P2 NO_LEASE" "P3 STOP_IGNORED" "P4 ARMS_LATCHED" "P4 LATCH_NOT_SAVED")
for bug in "${bugs[@]}"; do
    search "-D${bug% *}" "-DBUG_${bug#* }"
    echo "planted in ${bug% *}: ${bug#* }: $([ "$errors" = 0 ] && echo "NOT FOUND" || echo found)"
    if [ "$errors" = 0 ]; then result=fail; else found=$((found + 1)); fi
done
echo "model-check: $held of 4 properties hold ($total states), $found of ${#bugs[@]} planted bugs found: $result"
[ "$result" = pass ]
