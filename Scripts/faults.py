"""The table of faults.

    faults.py filters                               words for `swift test` that choose the tests of all rows
    faults.py table EVENTS CODE ARMED FIGURES       what became of each row, from Swift Testing's event stream

`table` ends with 0 only when every row of Documentation/evidence/faults.md passed or is left out there with a reason, and
the recorder found nothing in the armed runs.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EVIDENCE = ROOT / "Documentation" / "evidence" / "faults.md"
NAMED = re.compile(r'@Test\(\s*"((?:FI-\d\d:? )+)[^"]*".*?\bfunc\s+`?([^`(]+)`?\s*\(', re.DOTALL)


def filters():
    words = ["--filter", r"^FaultTests\.RecorderTests"]
    for path in sorted((ROOT / "Tests").glob("*/*.swift")):
        for match in NAMED.finditer(path.read_text(encoding="utf-8")):
            words += ["--filter", rf"^{path.parent.name}\.(\w+/)*`?{re.escape(match.group(2).strip())}`?\("]
    return words


def left_out():
    section = EVIDENCE.read_text(encoding="utf-8").partition("## Left out")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| (\d\d) \| (.+?) \|$", section, re.MULTILINE))


def rows():
    table = EVIDENCE.read_text(encoding="utf-8").partition("## Left out")[0]
    return re.findall(r"^\| (\d\d) \| .* \| .* \| .*\|$", table, re.MULTILINE)


def read(path):
    """Name, failed and skipped of every test that began."""
    names, failed, ended, skipped = {}, set(), set(), {}
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                record = json.loads(line)
            except json.JSONDecodeError:
                continue  # The last line of a run that crashed.
            payload = record.get("payload", {})
            if record.get("kind") == "test":
                if payload.get("kind") == "function":
                    names[payload["id"]] = payload.get("displayName") or payload["name"]
                continue
            kind, test = payload.get("kind"), payload.get("testID")
            if kind == "testEnded":
                ended.add(test)
            elif kind == "testSkipped":
                texts = [message.get("text", "") for message in payload.get("messages", [])]
                skipped[test] = " ".join(texts).strip() or "skipped"
            elif kind == "issueRecorded" and not payload["issue"].get("isKnown"):
                if payload["issue"].get("severity", "error") == "error":
                    failed.add(test)
    for test, name in names.items():
        word = "passed" if test in ended else "did not end"
        if test in skipped:
            word = "left out: " + skipped[test]
        yield name, "failed" if test in failed else word


def tests_table(events):
    """Prints the tests of each row; gives the words of each row."""
    found = {}
    others = 0
    for name, word in sorted(read(events)):
        numbers = re.findall(r"FI-(\d\d)", re.match(r"(?:FI-\d\d:? )*", name).group(0))
        if not numbers and word != "passed":
            others += 1
            print(f"       {name}: {word}")
        for number in numbers:
            found.setdefault(number, []).append(word)
        if numbers:
            print(f"{name}: {word}")
    return found, others


def armed_runs(path):
    failures = 0
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        name, ended, code, finding = line.split("|")
        text = pathlib.Path(finding).read_text(encoding="utf-8")
        result = json.loads(text) if text.strip() else {"pulses": 0, "breaches": ["unreadable"], "extremes": {}}
        good = ended == "0" and code == "0" and result["pulses"] > 0 and not result["breaches"]
        failures += not good
        extremes = result["extremes"]
        print(
            f"armed {name}: {result['pulses']} pulses, largest {extremes.get('amplitude_a', 0) * 1e3:.3f} mA, "
            f"{extremes.get('charge_density_c_per_m2', 0) * 100:.3f} uC/cm2, {len(result['breaches'])} breaches: "
            f"{'passed' if good else f'failed, ansa {ended}, recorder {code}'}")
    return failures if path.exists() else 1


def table(events, code, armed, figures):
    found, failures = tests_table(events)
    reasons = left_out()
    failures += armed_runs(pathlib.Path(armed))
    if pathlib.Path(figures).exists():
        print(pathlib.Path(figures).read_text(encoding="utf-8"), end="")
    passed, failed = [], []
    for row in rows():
        words = found.get(row, [])
        if words and all(word.startswith(("passed", "left out")) for word in words) and "passed" in words:
            passed.append(row)
        elif any(not word.startswith(("passed", "left out")) for word in words):
            failed.append(row)
        elif words:
            reasons[row] = words[0].removeprefix("left out: ")
        elif row not in reasons:
            failed.append(row)
            print(f"FI-{row} has no test")
    if code != 0 and not failed and not failures:
        print(f"swift test ended with {code}")
        failures += 1
    names = "; ".join(f"{row} {reasons[row]}" for row in sorted(reasons) if row not in passed + failed)
    count = len(rows()) - len(passed) - len(failed)
    good = not failed and not failures and passed
    print(
        f"faults: {len(passed)} of {len(rows())} rows, {len(failed) + failures} failed, {count} left out"
        f"{f' ({names})' if names else ''}: {'pass' if good else 'FAIL'}")
    return 0 if good else 1


if sys.argv[1] == "filters":
    print("\n".join(filters()))
else:
    sys.exit(table(sys.argv[2], int(sys.argv[3]), sys.argv[4], sys.argv[5]))
