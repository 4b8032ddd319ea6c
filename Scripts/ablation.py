"""Removes each interlock in turn and runs the fault tests: an interlock that no fault test misses is not proven.

    python3 Scripts/ablation.py                   every interlock; writes Documentation/evidence/ablation.md
    python3 Scripts/ablation.py --bits 5,22       these only; writes nothing
    python3 Scripts/ablation.py --fresh           forgets what an earlier run has found
    python3 Scripts/ablation.py --runs            with whole runs of the loop too: a minute for each interlock

The package is copied to .build/ablation. In the copy, and only there, the gate clears bit N just before its verdict is
complete, with N from the environment; the copy is built once, and its tests run once for each bit. The fault tests are
those of gate, guard and device whose names begin with FI-nn, with --runs also those of the loop; not the ones that start
whole programs. The tests of the gate itself run beside them. A run that was stopped goes on where it was, unless a source has changed since. Ends with
`ablation: ...: pass`, or `fail` (exit 1) if a row is empty or the tests do not pass with every interlock in place.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import package_part

WORK = package_part.ROOT / ".build" / "ablation"
TABLE = package_part.ROOT / "Documentation" / "evidence" / "ablation.md"
ROOM, GATE = "Sources/Interlocks/", "Sources/Interlocks/Gate.swift"
JUDGE = re.compile(r"^ *public (?:mutating )?func judge\w*\(", re.M)
# Where a judgement has its whole word and has used none of it.
COMPLETE = re.compile(r"^( *)(?:broken\.remove\(\.incomplete\)|guard broken\.isEmpty)", re.M)
REMOVED = '''

/// The interlock that this copy of the gate does without.
let ablated: InterlockSet = {
    guard let text = unsafe getenv("ANSA_ABLATE"), let bit = Int(unsafe String(cString: text)) else { return [] }
    return InterlockSet(bit: bit)
}()
'''
FAULT = re.compile(r"\bFI-(\d\d)\b")
NAMED = re.compile(r'@Test\(\s*"((?:FI-\d\d )+)[^"]*".*?\bfunc\s+`?([^`(]+)`?\s*\(', re.DOTALL)
# Processes, files and clocks of the system: minutes for each interlock, and nothing that the other tests do not see.
PROCESSES = re.compile(r"EndToEndTests/|FaultTests/(OS|Signals|Recorder)|SessionsTests/|ConfigurationTests/|Oracle")
# Armed runs of the loop, and a million messages on a socket.
RUNS = re.compile(r"LoopTests/|FaultTests/(Loop|Signal|Decoder|Design|Socket)")
# The tests of the gate itself; what they miss is counted, and is no row's proof.
BESIDE = "InterlocksTests"
SECONDS = 1800


def without(path, data):
    """A judgement of the safety core, made to leave an interlock out."""
    text = data.decode() if path.startswith(ROOM) else ""
    for judge in reversed(list(JUDGE.finditer(text))):
        place = COMPLETE.search(text, judge.end())
        if not place:
            sys.exit(f"ablation: {path} has a judgement that does not end where this looks: fail")
        text = text[:place.start()] + place.group(1) + "broken.subtract(ablated)\n" + text[place.start():]
    if path == GATE:
        text = "internal import Glibc\n" + text + REMOVED
    return text.encode() if path.startswith(ROOM) else data


def build(tests, programs):
    folder = WORK / "package"
    package_part.copy(folder, tests + programs, without)
    command = ["swift", "build", "-c", "release", "-Xswiftc", "-enable-testing", "--package-path", folder]
    command += ["--scratch-path", WORK / "build"]
    done = subprocess.run(command + ["--build-tests"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout[-4000:] + done.stderr[-4000:] + "\nablation: the copy does not build: fail")
    show = subprocess.run(command + ["--show-bin-path"], capture_output=True, text=True, check=True)
    return pathlib.Path(show.stdout.strip()) / "ansaPackageTests.xctest"


def implemented(text):
    """The bits of `InterlockSet.implemented`."""
    match = re.search(r"static (?:let|var) implemented\b[^\n]*?\b(0x[0-9A-Fa-f_]+)", text)
    if not match:
        sys.exit("ablation: InterlockSet.swift does not say which bits are implemented: fail")
    word = int(match.group(1).replace("_", ""), 16)
    return [bit for bit in range(64) if word >> bit & 1]


def titles(text):
    """The catalogue's names, in the order of the bits."""
    match = re.search(r"catalogue: \[StaticString\] = \[(.*?)\]", text, re.S)
    return re.findall(r'"([^"]*)"', match.group(1)) if match else []


def fault_tests(runs):
    """The fault tests that take part, as functions by target; `runs`: those of the loop too."""
    found = {}
    for path in sorted((package_part.ROOT / "Tests").glob("*/*.swift")):
        name = str(path.relative_to(package_part.ROOT))
        if PROCESSES.search(name) or (not runs and RUNS.search(name)):
            continue
        for match in NAMED.finditer(path.read_text(encoding="utf-8")):
            found.setdefault(path.parent.name, []).append(match.group(2).strip())
    return found


def filters(found):
    # The oracle's thousands of commands say nothing about one interlock that the other tests of the gate do not.
    words = ["--filter", rf"^{BESIDE}\.", "--skip", r"\.OracleTests"]
    for target, functions in found.items():
        for function in functions:
            words += ["--filter", rf"^{target}\.(\w+/)*`?{re.escape(function)}`?\("]
    return words


def failures(events):
    """Titles of tests that failed or did not end, with the faults that their titles name."""
    names, begun, ended, failed = {}, set(), set(), set()
    for line in events.read_text(errors="replace").splitlines() if events.exists() else []:
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            continue
        payload = record.get("payload", {})
        test = payload.get("testID") or payload.get("id")
        if record.get("kind") == "test" and payload.get("kind") == "function":
            names[test] = " ".join(filter(None, [payload.get("displayName"), payload.get("name"), test]))
        elif payload.get("kind") == "testStarted":
            begun.add(test)
        elif payload.get("kind") == "testEnded":
            ended.add(test)
        elif payload.get("kind") == "issueRecorded" and not payload.get("issue", {}).get("isKnown"):
            failed.add(test)
    failed |= (begun & set(names)) - ended
    return {names[test]: faults(names[test]) for test in failed if test in names}


def faults(name):
    """Numbers of the FI rows that a failed test stands for; empty where it stands for none."""
    return sorted({int(number) for number in FAULT.findall(name)})


def run(bit, tests, bundle):
    """Runs the tests without interlock `bit` (None: with all); the failures by title.

    The bundle is started as `swift test` starts it, which would let only one run at a time have the build folder.
    """
    events = pathlib.Path(tempfile.mkstemp(suffix=".jsonl", dir=WORK)[1])
    command = [bundle, "--testing-library", "swift-testing", "--no-parallel"]
    command += ["--event-stream-version", "0", "--event-stream-output-path", events]
    command += tests
    environment = {**os.environ, "ANSA_ABLATE": "" if bit is None else str(bit)}
    try:
        done = subprocess.run(
            command, cwd=WORK / "package", env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=SECONDS)
        code, said = done.returncode, done.stdout[-2000:] + done.stderr[-2000:]
    except subprocess.TimeoutExpired:
        code, said = -1, f"no end within {SECONDS} s"
    broken = failures(events)
    events.unlink(missing_ok=True)
    return broken, code, said


def digest(folder):
    """Of every source that the copy was built from: found rows are worth nothing after a change."""
    value = hashlib.blake2b(digest_size=16)
    for top in ["Package.swift", "Sources", "Tests", "Devices", "Profiles", "Scripts"]:
        root = folder / top
        for path in [root] if root.is_file() else sorted(root.rglob("*")):
            if path.is_file():
                value.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return value.hexdigest()


def load(path, key):
    try:
        kept = json.loads(path.read_text())
    except (OSError, json.JSONDecodeError):
        return {}
    return kept["rows"] if kept.get("key") == key else {}


def cell(row):
    """The FI rows of one interlock, in order."""
    numbers = sorted({number for found in row.values() for number in found})
    return " ".join(f"FI-{number:02}" for number in numbers)


def others(row):
    return sum(1 for found in row.values() if not found)


def table(rows, names, targets):
    lines = [
        "# Ablation: each interlock removed, and the fault tests that miss it", "",
        "Written by `make ablation`; not to be edited. In a copy of the gate the named interlock's bit is always cleared.",
        f"Then the fault tests of {', '.join(targets)} run, and each row names the faults whose tests fail.",
        f"The last column counts the failing tests of the gate itself ({BESIDE}).", "",
        "| IL | Interlock | Fault tests that fail without it | Tests of the gate |", "|---|---|---|---|",
    ]
    for bit, row in sorted(rows.items(), key=lambda item: int(item[0])):
        lines.append(f"| {int(bit):02} | {names[int(bit)]} | {cell(row) or 'none'} | {others(row)} |")
    return "\n".join(lines + [""])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bits", default="")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--runs", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    found = fault_tests(options.runs)
    tests, count = filters(found), sum(map(len, found.values()))
    source = next((package_part.ROOT / "Sources").rglob("InterlockSet.swift")).read_text()
    every, names = implemented(source), titles(source)
    bits = [int(bit) for bit in options.bits.split(",")] if options.bits else every
    WORK.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    bundle = build([BESIDE, *found], ["ansa", "ansa-guard", "ansa-virtual-stimulator"])
    print(f"built after {time.monotonic() - started:.0f} s; {count} fault tests", flush=True)

    state, key = WORK / "rows.json", digest(WORK / "package") + " ".join(tests)
    rows = {} if options.fresh else load(state, key)
    if "whole" not in rows:
        broken, code, said = run(None, tests, bundle)
        if broken or code != 0:
            print("\n".join(broken) or said)
            print("ablation: with every interlock in place the tests do not pass: fail")
            return 1
        rows["whole"] = {}
    waiting = [bit for bit in bits if str(bit) not in rows]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        tasks = {pool.submit(run, bit, tests, bundle): bit for bit in waiting}
        for task in concurrent.futures.as_completed(tasks):
            bit, (broken, code, said) = tasks[task], task.result()
            if code != 0 and not broken:
                broken = {f"the run ended with {code}: {said[-200:]}": []}
            rows[str(bit)] = broken
            state.write_text(json.dumps({"key": key, "rows": rows}))
            print(f"IL-{bit:02} {names[bit]}: {cell(broken) or '-'} and {others(broken)} others", flush=True)

    rows = {bit: row for bit, row in rows.items() if bit != "whole" and int(bit) in bits}
    empty = [bit for bit, row in rows.items() if not cell(row)]
    if not options.bits:
        TABLE.parent.mkdir(parents=True, exist_ok=True)
        TABLE.write_text(table(rows, names, sorted(found)))
    for bit in empty:
        print(f"IL-{int(bit):02} {names[int(bit)]}: no fault test misses it")
    print(f"ablation: {len(rows)} interlocks removed in turn, {len(rows) - len(empty)} missed by a fault test, "
          f"{len(empty)} empty rows, {time.monotonic() - started:.0f} s: {'fail' if empty else 'pass'}")
    return 1 if empty else 0


sys.exit(main())
