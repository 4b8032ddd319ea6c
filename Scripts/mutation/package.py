"""The package that holds the mutated gate: written, built once, and its test program."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from sites import find_sites
from support import HEAD, definition, mutated

MANIFEST = """// swift-tools-version: 6.3
import PackageDescription

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"), .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"), .unsafeFlags(["-suppress-warnings"]),
]
let package = Package(
    name: "mutants",
    targets: [
        .target(name: "MutationSwitch"),
        .target(name: "Signal", swiftSettings: house),
        .target(name: "%(room)s", dependencies: ["Signal", "MutationSwitch"], swiftSettings: house),
        .testTarget(name: "%(room)sTests", dependencies: ["%(room)s", "Signal"], swiftSettings: house),
    ])
"""
SWITCH_HEADER = """extern long mutation_number;
static inline long mutation_active(void) { return mutation_number; }
"""
SWITCH = """#include "MutationSwitch.h"
#include <stdlib.h>

long mutation_number = -1;

__attribute__((constructor)) static void choose(void) {
    const char *text = getenv("ANSA_MUTANT");
    if (text != 0) mutation_number = atol(text);
}
"""
# Tests compare with stored evidence.
EVIDENCE = "Documentation/evidence"
ERROR = re.compile(r"^(\S+/Sources/\w+/(\w+\.swift)):(\d+):(\d+): error: ", re.M)


class Package:
    """A copy of Signal, one room and the room's tests in `folder`, with every site of the room replaced."""

    def __init__(self, root, folder, room, say):
        self.root, self.folder, self.room, self.say = Path(root), Path(folder), room, say
        self.dropped = []
        self.sources = {path.name: path.read_text() for path in sorted((self.root / "Sources" / room).glob("*.swift"))}
        self.sites = [site for file, text in self.sources.items() for site in find_sites(file, text)]
        self.number()

    def number(self):
        for number, site in enumerate(self.sites):
            site.number = number
        self.mutants = [(site, key) for site in self.sites for key in site.keys()]

    def build(self):
        """Builds; a site that the type checker refuses is no mutant and is dropped, then it builds again."""
        self.write_frame()
        for attempt in range(12):
            self.write_sources()
            output, built = self.compile()
            if built:
                return
            if not self.drop(output):
                raise SystemExit(f"Error: the mutated package does not compile.\n{output[-4000:]}")
            self.say(f"build {attempt + 1}: {len(self.dropped)} sites are no mutants for the type checker")
        raise SystemExit("Error: the mutated package does not compile after 12 builds.")

    def write_frame(self):
        write(self.folder / "Package.swift", MANIFEST % {"room": self.room})
        write(self.folder / "Sources/MutationSwitch/include/MutationSwitch.h", SWITCH_HEADER)
        write(self.folder / "Sources/MutationSwitch/MutationSwitch.c", SWITCH)
        for place in ("Sources/Signal", f"Tests/{self.room}Tests"):
            mirror(self.root / place, self.folder / place)
        if (self.root / EVIDENCE).exists():
            mirror(self.root / EVIDENCE, self.folder / EVIDENCE)

    def write_sources(self):
        first, definitions = 0, [HEAD]
        for site in self.sites:
            definitions.append(definition(site, first))
            first += len(site.mutants)
        folder = self.folder / "Sources" / self.room
        for stale in folder.glob("*.swift"):
            if stale.name not in self.sources and stale.name != "MutationPoints.swift":
                stale.unlink()
        write(folder / "MutationPoints.swift", "\n".join(definitions) + "\n")
        self.places = {}
        for file, text in self.sources.items():
            new, places = mutated(text, [site for site in self.sites if site.file == file])
            write(folder / file, new)
            self.places[file] = (new, places)

    def compile(self):
        command = ["swift", "build", "--package-path", str(self.folder), "--build-tests", "-c", "release",
                   "--disable-xctest", "-Xswiftc", "-enable-testing", "-j", "2"]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        return done.stdout + done.stderr, done.returncode == 0

    def drop(self, output):
        """Drops the site nearest to each error; false where an error belongs to none."""
        gone = set()
        for _, file, line, column in set(ERROR.findall(output)):
            if file not in self.places:
                continue
            text, places = self.places[file]
            lines = text.split("\n")
            at = sum(len(row) + 1 for row in lines[:int(line) - 1]) + int(column) - 1
            candidates = [site for site in self.sites if site.file == file]
            if candidates:
                gone.add(min(candidates, key=lambda site: abs(places[id(site)] - at)).number)
        self.dropped += [site for site in self.sites if site.number in gone]
        self.sites = [site for site in self.sites if site.number not in gone]
        self.number()
        return bool(gone)

    @property
    def program(self):
        return self.folder / ".build/release/mutantsPackageTests.xctest"


def write(path, text):
    """Writes only what differs, so that a second build has nothing to do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def mirror(source, target):
    names = {path.name for path in source.iterdir()}
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        if path.name not in names:
            shutil.rmtree(path) if path.is_dir() else os.remove(path)
    for path in source.iterdir():
        if path.is_dir():
            mirror(path, target / path.name)
        elif not (target / path.name).exists() or (target / path.name).read_bytes() != path.read_bytes():
            shutil.copyfile(path, target / path.name)
