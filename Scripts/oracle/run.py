#!/usr/bin/env python3
"""Judges generated commands twice, by `ansa limits judge` and by judge.py, and counts where they differ.

    run.py ANSA COUNT SEED [PROCESSES]

The last line is `oracle: COUNT commands, N disagreements, seed SEED: pass` (or `fail`). The first differences are shown
with the command, both answers and the file and stream that they are from: the same seed brings them back.
"""

import collections
import concurrent.futures
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import commands
import judge
import limits

CHUNK = 2_500


def answers(ansa, folder, l, lines, stateless):
    path = pathlib.Path(folder)
    (path / "o.limits.yaml").write_text(limits.text(l), encoding="utf-8")
    (path / "commands.jsonl").write_text("".join(lines), encoding="utf-8")
    words = [ansa, "limits", "judge", str(path / "o.limits.yaml"), "--commands", str(path / "commands.jsonl")]
    words += ["--format", "json"] + ["--stateless"] * stateless
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.stdout.splitlines(), done.returncode, done.stderr


def chunk(task):
    """One stream under one file: how many, counts of what was seen, and the first differences."""
    ansa, seed, index, count = task
    rng = random.Random(f"{seed}/stream/{index}")
    name, l = limits.draw(seed, index)
    stateless = rng.random() < .25
    model = limits.model(l)
    h = judge.Judge(model, stateless)
    stream = commands.Commands(model, h, rng, stateless)
    lines, expected = [], []
    seen = collections.Counter()
    for _ in range(count):
        c = stream.next()
        permitted, broken = h.judge(c)
        lines.append(commands.line(c))
        expected.append('{"permit": %s, "interlocks": %s, ' % ("true" if permitted else "false", broken))
        seen["permitted"] += permitted
        seen.update(broken)
        if len(broken) == 1:
            seen[f"alone {broken[0]}"] += 1
    with tempfile.TemporaryDirectory(prefix="ansa oracle ") as folder:
        found, code, errors = answers(ansa, folder, l, lines, stateless)
    wrong = [i for i in range(count) if i >= len(found) or not found[i].startswith(expected[i])]
    shown = []
    for i in wrong[:2]:
        got = found[i] if i < len(found) else f"nothing (exit {code}): {errors[:400]}"
        word = "stateless" if stateless else "stream"
        shown.append(f"{name}, {word} {index}, line {i + 1}: {lines[i]}  oracle: {expected[i]}\n  ansa:   {got}")
    return len(wrong), seen, shown


def main():
    ansa, total, seed = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    processes = int(sys.argv[4]) if len(sys.argv) > 4 else os.cpu_count() or 1
    tasks = [(ansa, seed, i, min(CHUNK, total - i * CHUNK)) for i in range(-(-total // CHUNK))]
    wrong, seen, shown = 0, collections.Counter(), []
    with concurrent.futures.ProcessPoolExecutor(processes) as pool:
        for number, (bad, counts, texts) in enumerate(pool.map(chunk, tasks), 1):
            wrong += bad
            seen.update(counts)
            shown += texts
            if number % 40 == 0 and sys.stderr.isatty():
                print(f"{number * CHUNK} of {total}, {wrong} disagreements", file=sys.stderr)
    for text in shown[:10]:
        print(text)
    bits = [bit for bit in range(1, 47) if bit != 37]
    print(f"{seen['permitted']} permitted; how often each interlock denied, and how often alone:")
    print(", ".join(f"{bit:02}: {seen[bit]}/{seen[f'alone {bit}']}" for bit in bits))
    unseen = [bit for bit in bits if not seen[bit]]
    if unseen and total >= 100_000:
        print(f"never denied: {unseen}")
    good = wrong == 0 and (not unseen or total < 100_000)
    print(f"oracle: {total} commands, {wrong} disagreements, seed {seed}: {'pass' if good else 'fail'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
