#!/usr/bin/env python3
"""regen.py --check|--write ROOT FOVEATE: the parts of README.md that are written by programs.

A part stands between two comments and is replaced whole:
  <!-- from ops -->            the table of operations, from the operation table of the command
  <!-- from FILE [LINES] -->   that file (or its lines A-B), as it is built and run
  <!-- from help COMMAND -->   the command's own --help
and ends with <!-- end -->.
"""
import json
import pathlib
import re
import subprocess
import sys
import textwrap

LANGUAGE = {".c": "c", ".sh": "sh", ".py": "python"}


def run(foveate, *args):
    return subprocess.run([foveate, *args], check=True, capture_output=True, text=True).stdout


def ops_table(foveate):
    rows = ["| operation | arguments (required **bold**) | |", "|---|---|---|"]
    for tool in json.loads(run(foveate, "ops", "--as", "mcp")):
        schema = tool["inputSchema"]
        required = set(schema.get("required", []))
        names = [f"**{n}**" if n in required else n for n in schema["properties"]
                 if n not in ("image", "frame")]
        summary = tool["description"].split(". ")[0].rstrip(".")
        rows.append(f"| `{tool['name']}` | {', '.join(names)} | {summary} |")
    return "\n".join(rows)


def code_block(root, spec):
    name, _, lines = spec.partition(" ")
    path = root / name
    text = path.read_text().splitlines()
    if lines:
        first, last = map(int, lines.split("-"))
        text = text[first - 1:last]
    else:
        # The licence line and a shell's first line are the file's, not the reader's.
        while text and (text[0].startswith("/* SPDX") or text[0].startswith("#!")):
            text = text[1:]
    return f"```{LANGUAGE.get(path.suffix, '')}\n" + textwrap.dedent("\n".join(text)) + "\n```"


def part(root, foveate, spec):
    if spec == "ops":
        return ops_table(foveate)
    if spec.startswith("help "):
        return "```\n" + run(foveate, spec[5:], "--help").rstrip() + "\n```"
    return code_block(root, spec)


def main():
    mode, root, foveate = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
    readme = root / "README.md"
    old = readme.read_text()
    pattern = r"(<!-- from ([^>\n]+?) -->\n)(?:(?!<!-- from ).)*?(<!-- end -->)"
    new = re.sub(pattern,
                 lambda m: m.group(1) + part(root, foveate, m.group(2)) + "\n" + m.group(3),
                 old, flags=re.S)
    if mode == "--write":
        readme.write_text(new)
        return 0
    if old == new:
        return 0
    print("README.md is stale; cmake --build build --target regen writes it")
    return 1


if __name__ == "__main__":
    sys.exit(main())
