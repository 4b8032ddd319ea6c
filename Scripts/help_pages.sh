#!/usr/bin/env bash
# Writes the agreed help pages again from the program that is built: `Scripts/help_pages.sh .build/debug/ansa`.
# Read the difference before it is committed: the pages are what a person was promised.
set -euo pipefail
ansa="$(realpath "$1")"
cd "$(dirname "$0")/../Tests/EndToEndTests/Help"
rm -f ./*.txt
pages() {
    local name="${*:-ansa}" word
    "$ansa" help "$@" >"${name// /-}.txt"
    sed -n '/^SUBCOMMANDS:$/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' "${name// /-}.txt" | while read -r word; do
        pages "$@" "$word"
    done
}
pages
