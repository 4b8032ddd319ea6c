"""Reads what `llvm-cov export` wrote and judges it: python3 Scripts/coverage.py EXPORT.json

Prints one line a file, the places that no test reached, and last `coverage: ...: pass` or `...: fail` (exit 1).
"""

import collections
import json
import sys

# What decides in the guard; the rest of that room is sockets, files and the process.
GUARD = [
    "GuardCore.swift", "LeadPlay.swift", "TokenTick.swift", "Watchdog.swift", "FallbackProgram.swift",
    "Consequence.swift", "DeviceWatch.swift", "OwnEvidence.swift",
]
# What the gate reads, answers and reckons with, which other rooms see too.
SHARED = [
    "Contact.swift", "Evidence.swift", "ExactArithmetic.swift", "InterlockSet.swift", "Limits.swift", "Mode.swift",
    "Reaction.swift", "Segment.swift", "SensoryLimits.swift",
]


def room_of(path):
    """`Interlocks` for `.../Sources/Interlocks/Gate.swift`."""
    parts = path.split("/")
    return parts[-2] if len(parts) > 2 and parts[-3] == "Sources" else ""


def unreached(functions):
    """Places `line:column` by file where no copy of a function ran; generic code has a copy for each type."""
    counts = collections.defaultdict(int)
    for function in functions:
        for line, column, _, _, count, file, _, kind in function["regions"]:
            if kind == 0:
                counts[function["filenames"][file], line, column] += count
    places = collections.defaultdict(list)
    for (path, line, column), count in sorted(counts.items()):
        if count == 0:
            places[path].append(f"{line}:{column}")
    return places


def main():
    with open(sys.argv[1]) as file:
        export = json.load(file)["data"][0]
    places = unreached(export["functions"])
    totals = {"Interlocks": [0, 0, 0, 0], "Guard": [0, 0, 0, 0]}
    for entry in sorted(export["files"], key=lambda entry: entry["filename"]):
        path, name = entry["filename"], entry["filename"].split("/")[-1]
        room = room_of(path)
        if room == "Signal" and name in SHARED:
            total = "Interlocks"
        elif room == "Interlocks" or (room == "Guard" and name in GUARD):
            total = room
        else:
            continue
        lines, regions = entry["summary"]["lines"], entry["summary"]["regions"]
        numbers = [lines["covered"], lines["count"], regions["covered"], regions["count"]]
        totals[total] = [a + b for a, b in zip(totals[total], numbers)]
        print("{:44} lines {:3}/{:3}  regions {:3}/{:3}".format(f"Sources/{room}/{name}", *numbers))
        if places[path] and (total == "Interlocks" or numbers[0] < numbers[1]):
            print("    not reached: " + " ".join(places[path]))
    gate, guard = totals["Interlocks"], totals["Guard"]
    passes = gate[0] == gate[1] > 0 and gate[2] == gate[3] > 0 and guard[0] == guard[1] > 0
    print("coverage: Interlocks lines {}/{} regions {}/{}, guard decision path lines {}/{}: {}".format(
        *gate, *guard[:2], "pass" if passes else "fail"))
    return 0 if passes else 1


sys.exit(main())
