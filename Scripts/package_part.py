"""Copies the part of this package that some test targets need, so that a proof builds that part and nothing else.

    python3 Scripts/package_part.py FOLDER InterlocksTests GuardTests ansa-guard

makes FOLDER a package of the named targets with all they depend on. Only files whose text has changed are written,
so that a second build is an incremental one. Targets that Package.swift does not have are left out.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CALL = re.compile(r'(?<!\w)(?:room|program|tests|library|\.\w*[tT]arget|\.executable)\(\s*(?:name: )?"([^"]+)"')


def dependencies():
    """Every target of the package with the targets it names."""
    text = subprocess.run(
        ["swift", "package", "dump-package"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    table = {}
    for target in json.loads(text)["targets"]:
        table[target["name"]] = [name for entry in target["dependencies"] for name in names(entry)]
    return table


def names(entry):
    """The names in one dependency, whichever of its forms it has."""
    return [value[0] for value in entry.values() if isinstance(value, list) and value]


def closure(wanted, table):
    """`wanted` and what it rests on, as far as the package has it."""
    kept, waiting = set(), [name for name in wanted if name in table]
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting += table.get(name, [])
    return kept


def reduced(manifest, kept):
    """`manifest` without the declarations of targets that are not in `kept`; commas stay legal in Swift."""
    result, position = [], 0
    for match in CALL.finditer(manifest):
        if match.start() < position or match.group(1) in kept:
            continue
        depth, end = 0, manifest.index("(", match.start())
        while True:
            depth += {"(": 1, ")": -1}.get(manifest[end], 0)
            end += 1
            if depth == 0:
                break
        result.append(manifest[position:match.start()])
        position = end + (manifest[end:end + 1] == ",")
    return "".join(result) + manifest[position:]


def write(path, data):
    """Writes `data` unless it stands there already."""
    if not path.exists() or path.read_bytes() != data:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def copy(folder, wanted, change=lambda path, data: data):
    """Makes `folder` the part of the package for `wanted`; `change(path, data)` may alter what is written."""
    kept, sources = closure(wanted, dependencies()), set()
    manifest = reduced((ROOT / "Package.swift").read_text(), kept)
    write(folder / "Package.swift", change("Package.swift", manifest.encode()))
    for top in ["Sources", "Tests", "Devices", "Profiles", "Scripts", "Documentation"]:
        for path in sorted((ROOT / top).rglob("*")):
            name = path.relative_to(ROOT)
            if not path.is_file() or "__pycache__" in name.parts:
                continue
            if top == "Tests" and name.parts[1].endswith("Tests") and name.parts[1] not in kept:
                continue
            sources.add(name)
            write(folder / name, change(str(name), path.read_bytes()))
    for top in ["Sources", "Tests"]:
        for path in sorted((folder / top).rglob("*")):
            if path.is_file() and path.relative_to(folder) not in sources:
                path.unlink()
    return kept


if __name__ == "__main__":
    copy(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:])
