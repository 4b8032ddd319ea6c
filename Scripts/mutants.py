#!/usr/bin/env python3
"""Mutates every operator, constant, condition and statement of Interlocks and runs its tests on each mutant.

All mutants are in one build, beside each other: a mutated site calls a function that asks which mutant is active.
The tests run once a mutant and end at their first failure. Outcomes are kept, so that an interrupted run goes on.
Exit 0 if every survivor has a written reason in Scripts/mutation/reasons.txt; 1 if not; 64 usage.

    Scripts/mutants.py                      every mutant
    Scripts/mutants.py --sample 200         200 of them, drawn with a seed that is printed
    Scripts/mutants.py --self-check         proves the tool on a small room of its own
"""

import argparse
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "mutation"))

from ledger import Outcomes, read_reasons  # noqa: E402
from package import Package  # noqa: E402
from trial import ORACLE, SURVIVED, TIMEOUT, UNITS, Trial  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent


def say(text):
    print(text, file=sys.stderr, flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, metavar="N", help="run N mutants, drawn at random")
    parser.add_argument("--seed", type=int, help="seed of the sample (default: drawn, and printed)")
    parser.add_argument("--jobs", type=int, default=2, help="test programs at a time (default: 2)")
    parser.add_argument("--file", help="only the mutants of this source file")
    parser.add_argument("--again", action="store_true", help="keep kills of earlier tests: run the survivors only")
    parser.add_argument("--quick", action="store_true", help="without the random cases of OracleTests")
    parser.add_argument("--fresh", action="store_true", help="forget earlier outcomes")
    parser.add_argument("--table", action="store_true", help="print a table of mutants by file and by kind")
    parser.add_argument("--self-check", action="store_true", help="prove the tool on a room of its own")
    try:
        return parser.parse_args()
    except SystemExit as stop:
        sys.exit(64 if stop.code else 0)


def choose(package, options):
    """(number, site, key) of the mutants to run."""
    chosen = [(number, site, key) for number, (site, key) in enumerate(package.mutants)]
    if options.file:
        chosen = [entry for entry in chosen if entry[1].file == options.file]
    if options.sample is not None and options.sample < len(chosen):
        seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 32)
        print(f"sample of {options.sample} mutants, seed {seed}")
        chosen = sorted(random.Random(seed).sample(chosen, options.sample), key=lambda entry: entry[0])
    return chosen


def run(chosen, outcomes, trial, jobs):
    """Runs what is not known yet and tells how far it is."""
    waiting = [entry for entry in chosen if entry[2] not in outcomes.known]
    say(f"{len(chosen) - len(waiting)} outcomes are known, {len(waiting)} mutants to run")
    start = time.monotonic()

    def one(entry):
        return entry, trial.run(entry[0])

    with ThreadPoolExecutor(jobs) as pool:
        for count, (entry, outcome) in enumerate(pool.map(one, waiting), 1):
            outcomes.add(entry[2], outcome)
            if outcome == SURVIVED:
                say(f"survived: {entry[1].file}:{entry[1].line} {entry[2]}")
            if count % 100 == 0:
                say(f"{count} of {len(waiting)} after {time.monotonic() - start:.0f} s")


def tabulate(package, outcomes):
    """Markdown: sites, mutants and kills by file, then by kind."""
    for name, of in (("file", lambda site: site.file), ("kind", lambda site: site.kind)):
        sites, mutants, killed = Counter(), Counter(), Counter()
        for site in package.sites:
            sites[of(site)] += 1
        for site, key in package.mutants:
            mutants[of(site)] += 1
            killed[of(site)] += outcomes.known.get(key, SURVIVED) != SURVIVED
        print(f"| {name} | sites | mutants | killed |\n|---|---|---|---|")
        for row in sorted(sites):
            print(f"| {row} | {sites[row]} | {mutants[row]} | {killed[row]} |")
        print()


def conclude(package, chosen, outcomes, reasons, is_whole):
    """Lists the survivors and prints the last line; the exit code."""
    survivors = [(site, key) for _, site, key in chosen if outcomes.known[key] == SURVIVED]
    unexplained = [(site, key) for site, key in survivors if key not in reasons]
    for site, key in unexplained:
        print(f"unexplained: Sources/{package.room}/{site.file}:{site.line}\n    {key}")
    names = {key for _, _, key in chosen}
    stale = [key for key in reasons if key not in {key for _, key in survivors} and (is_whole or key in names)]
    for key in stale:
        print(f"a reason for a mutant that {'was killed' if key in names else 'does not exist'}: {key}")
    for site in package.dropped:
        print(f"refused by the type checker, so no mutant: {site.keys()[0]}")
    late = sum(outcomes.known[key] == TIMEOUT for _, _, key in chosen)
    sites = len({site.number for _, site, _ in chosen})
    passed = not unexplained and not stale
    print(
        f"mutants: {sites:,} sites, {len(chosen):,} mutants, {len(chosen) - len(survivors):,} killed"
        f" ({late} by time-out), {len(survivors) - len(unexplained)} with a written reason,"
        f" {len(unexplained)} unexplained: {'pass' if passed else 'fail'}")
    return 0 if passed else 1


def main():
    options = arguments()
    if options.self_check:
        from self_check import self_check
        return self_check(ROOT, say)
    folder = ROOT / ".build/mutants"
    package = Package(ROOT, folder, "Interlocks", say)
    say(f"{len(package.sites)} sites, {len(package.mutants)} mutants; building them into one program")
    package.build()
    trial = Trial(package.program, [UNITS] if options.quick else [UNITS, ORACLE])
    say(f"the tests pass without a mutant, in {trial.baseline():.1f} s")
    tests = [path.read_text() for path in sorted((ROOT / "Tests/InterlocksTests").glob("**/*.swift"))]
    # A survivor of fewer tests is none of all tests, so the two keep their outcomes apart.
    state = folder / ("outcomes-quick.tsv" if options.quick else "outcomes.tsv")
    if options.fresh:
        state.unlink(missing_ok=True)
    outcomes = Outcomes(state, list(package.sources.values()), tests, options.again)
    chosen = choose(package, options)
    run(chosen, outcomes, trial, options.jobs)
    if options.table:
        tabulate(package, outcomes)
    is_whole = options.sample is None and not options.file
    return conclude(package, chosen, outcomes, read_reasons(ROOT / "Scripts/mutation/reasons.txt"), is_whole)


if __name__ == "__main__":
    sys.exit(main())
