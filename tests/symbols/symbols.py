#!/usr/bin/env python3
"""symbols.py LIST INCLUDE LIBRARY: exports, list and public headers agree.

LIST has a line `name since` for each function. Exported by the library and declared FOV_API in a
header below INCLUDE must be the same names. Symbols that a sanitizer adds are not ours.
"""
import pathlib
import re
import subprocess
import sys


def exported(library):
    out = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True,
                         text=True).stdout
    names = {line.split()[-1].split("@")[0] for line in out.splitlines()}
    foreign = ("__asan", "__odr_asan", "__sanitizer", "_init", "_fini")
    return {n for n in names if not n.startswith(foreign)}


def declared(include):
    names = set()
    for header in sorted(pathlib.Path(include).rglob("*.h")):
        text = re.sub(r"/\*.*?\*/", " ", header.read_text(), flags=re.S)
        for m in re.finditer(r"FOV_API\s[^;{]*?\b(fov_\w+)\s*\(", text):
            names.add(m.group(1))
    return names


def listed(path):
    rows = [line.split() for line in open(path) if line.strip() and not line.startswith("#")]
    names = [row[0] for row in rows]
    assert names == sorted(names), "the list is not in alphabetical order"
    assert all(len(row) == 2 for row in rows), "each line is `name since`"
    return set(names)


def main():
    have, said, said_in_headers = exported(sys.argv[3]), listed(sys.argv[1]), declared(sys.argv[2])
    problems = [f"exported, not listed: {n}" for n in sorted(have - said)]
    problems += [f"listed, not exported: {n}" for n in sorted(said - have)]
    problems += [f"declared, not listed: {n}" for n in sorted(said_in_headers - said)]
    problems += [f"listed, not declared: {n}" for n in sorted(said - said_in_headers)]
    print("\n".join(problems) or f"{len(have)} symbols agree")
    return bool(problems) or not have


if __name__ == "__main__":
    sys.exit(main())
