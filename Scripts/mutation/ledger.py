"""What is known about mutants: outcomes of earlier runs, kept in a file, and the written reasons for survivors."""

import hashlib

from trial import SURVIVED


class Outcomes:
    """A text file of `outcome<tab>key` lines below a line that says which sources and tests they belong to."""

    def __init__(self, path, sources, tests, keep_killed):
        self.path, self.known = path, {}
        head = f"sources {digest(sources)} tests {digest(tests)}"
        if path.exists():
            first, *rest = path.read_text().split("\n")
            same = first == head
            if same or (keep_killed and first.split(" tests ")[0] == head.split(" tests ")[0]):
                entries = [line.split("\t", 1) for line in rest if "\t" in line]
                self.known = {key: outcome for outcome, key in entries if same or outcome != SURVIVED}
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("w")
        self.file.write(head + "\n")
        for key, outcome in self.known.items():
            self.file.write(f"{outcome}\t{key}\n")
        self.file.flush()

    def add(self, key, outcome):
        self.known[key] = outcome
        self.file.write(f"{outcome}\t{key}\n")
        self.file.flush()


def digest(texts):
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:24]


def read_reasons(path):
    """Key to reason: a key begins its line, the lines of its reason are indented; `#` begins a comment."""
    reasons, key = {}, None
    for line in path.read_text().split("\n") if path.exists() else []:
        if not line.strip() or line.startswith("#"):
            continue
        if line[0] != " ":
            key = line.strip()
            if key in reasons:
                raise SystemExit(f"Error: {path}: two reasons for {key}")
            reasons[key] = ""
        elif key is None:
            raise SystemExit(f"Error: {path}: a reason without its mutant: {line.strip()}")
        else:
            reasons[key] = (reasons[key] + " " + line.strip()).strip()
    empty = [key for key, reason in reasons.items() if len(reason.split()) < 4]
    if empty:
        raise SystemExit(f"Error: {path}: no reason is given for {empty[0]}")
    return reasons
