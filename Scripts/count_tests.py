"""Counts tests from Swift Testing's event stream: `count_tests.py EVENTS CODE [FAILED...]`.

CODE is what swift test ended with, FAILED names other checks that failed. Prints what failed, what was left out and
why, then `N passed, N failed, N skipped`. Ends with 0 only when tests ran, none failed and CODE is 0.
"""

import json
import sys


def read(path):
    with open(path, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            try:
                yield json.loads(line)
            except json.JSONDecodeError:
                pass  # The last line of a run that crashed.


def reason(payload):
    texts = [message.get("text", "") for message in payload.get("messages", [])]
    return " ".join(text.strip() for text in texts if text.strip())


def main(path, code, others):
    names, started, ended, failed, skipped = {}, set(), set(), set(), {}
    for record in read(path):
        payload = record.get("payload", {})
        if record.get("kind") == "test":
            if payload.get("kind") == "function":
                names[payload["id"]] = payload.get("displayName") or payload["name"]
            continue
        kind, test = payload.get("kind"), payload.get("testID")
        if kind == "testStarted":
            started.add(test)
        elif kind == "testEnded":
            ended.add(test)
        elif kind == "testSkipped":
            skipped[test] = reason(payload)
        elif kind == "issueRecorded":
            issue = payload.get("issue", {})
            if not issue.get("isKnown") and issue.get("severity", "error") == "error":
                failed.add(test)
    functions = set(names)
    unfinished = (started & functions) - ended
    bad = (failed & functions) | unfinished
    bad_elsewhere = failed - functions
    left_out = {test: why for test, why in skipped.items() if test in functions}
    passed = (started & ended & functions) - bad - set(left_out)
    for test in sorted(bad, key=lambda test: names[test]):
        how = "did not end: it crashed or was killed" if test in unfinished else "failed"
        print(f"FAILED   {names[test]}: {how}")
    for test in sorted(left_out, key=lambda test: names[test]):
        print(f"SKIPPED  {names[test]}: {left_out[test] or 'no reason given'}")
    failures = len(bad) + len(bad_elsewhere)
    if code != 0 and failures == 0:
        print(f"FAILED   swift test ended with {code}")
        failures = 1
    for other in others:
        print(f"FAILED   {other}")
    failures += len(others)
    print(f"{len(passed)} passed, {failures} failed, {len(left_out)} skipped")
    return 0 if failures == 0 and passed else 1


sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
