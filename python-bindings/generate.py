#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write src/foveate/_ops.py, one typed method for each operation, from the library's own table.

    generate.py            print it
    generate.py --write    put it in its place
    generate.py --check    fail when the file there differs

The table is read through the installed package, so it is built first; the file being written is
not needed for that.
"""
import importlib.util
import sys
import textwrap
from pathlib import Path

PLACE = Path(__file__).parent / "src" / "foveate" / "_ops.py"
COORDINATES = {"box", "point", "boxes", "points", "lines", "labels", "ticks"}
TYPES = {
    "number": "float", "int": "int", "bool": "bool", "text": "str", "color": "str", "box": "Box",
    "point": "Point", "boxes": "Sequence[Box]", "points": "Sequence[Point]",
    "lines": "Sequence[Box]", "labels": "Sequence[Mapping[str, object]]",
    "ticks": "Sequence[Mapping[str, object]]", "facts": "Sequence[str | Result]",
}
HEAD = '''\
# SPDX-License-Identifier: MIT
# Written by generate.py from the operation table; do not edit.
"""The operations as methods."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from foveate._types import Box, ImageRef, Point
    from foveate._values import Result


class Operations:
    """One method for each operation of the library's table.

    Each works on `image` (the original when left out), in pixels of that image, and makes a new
    one, answers a fact, or both. What is not allowed raises ArgError with the field, the value and what
    is allowed. Arguments that are left out mean the library's defaults.
    """

    def _apply(
        self, op: str, arguments: dict[str, object], images: tuple[str, ...] = ("image",)
    ) -> Result:
        raise NotImplementedError

    def _tell(self, op: str, image: ImageRef | None = None) -> Result:
        raise NotImplementedError
'''


def table():
    """The rows, from the extension module alone: the package may not import before this has run."""
    found = importlib.util.find_spec("foveate")
    if found is None or not found.submodule_search_locations:
        sys.exit("generate.py: foveate is not installed in this environment")
    # In an editable or copied package, the extension lies in one of these folders.
    for folder in found.submodule_search_locations:
        path = Path(folder) / "_foveate.abi3.so"
        if path.exists():
            spec = importlib.util.spec_from_file_location("foveate._foveate", path)
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            return module.ops()
    sys.exit("generate.py: the extension _foveate.abi3.so is not beside the package")


def hint(param):
    if param["type"] == "enum":
        return "Literal[%s]" % ", ".join(f'"{choice}"' for choice in param["choices"])
    return TYPES[param["type"]] + (' | Literal["auto"]' if param["is_auto"] else "")


def number(value):
    return f"{value:g}"


def about(param):
    """The doc line of a parameter: its words, range and default."""
    text = param["doc"]
    if param["type"] in ("number", "int"):
        text += f" ({number(param['min'])} to {number(param['max'])}"
        if param["default"] is not None:
            text += f"; {number(param['default'])}"
        text += ")"
    elif param["default"] is not None:
        text += f" ({param['default']})"
    return text


def paragraph(text, indent, hanging=0):
    return textwrap.fill(text, 100, initial_indent=" " * indent,
                         subsequent_indent=" " * (indent + hanging), break_long_words=False)


def method(op):
    params = [p for p in op["params"] if not p["is_hidden"]]
    first = [p for p in params if p["is_required"]]
    rest = [p for p in params if not p["is_required"]]
    keywords = [f"{p['name']}: {hint(p)} | None = None" for p in rest]
    if op["inputs_max"] == 1 and not op["inputs"]:
        keywords.append("image: ImageRef | None = None")
    has_frame = any(p["type"] in COORDINATES for p in params)
    if has_frame:
        keywords.append('frame: Literal["image", "source"] | None = None')
    signature = ["self"] + [f"{name}: ImageRef" for name in op["inputs"]]
    signature += [f"{p['name']}: {hint(p)}" for p in first]
    signature += (["*"] + keywords) if keywords else []
    lines = [f"    def {op['name']}("] if len(signature) > 1 else []
    if lines:
        lines += [f"        {one}," for one in signature] + ["    ) -> Result:"]
    else:
        lines = [f"    def {op['name']}(self) -> Result:"]
    lines += [f'        """{op["summary"]}', "", paragraph(op["when"], 8), ""]
    lines += [paragraph(f"{p['name']}: {about(p)}", 8, 4) for p in first + rest]
    if has_frame:
        lines.append(paragraph("frame: what coordinates are of: the image named (the default) or "
                               "its source", 8, 4))
    if lines[-1] == "":
        lines.pop()
    lines.append('        """')
    if op["kind"] == "state":
        given = "".join(f", {name}" for name in op["inputs"])
        lines.append(f'        return self._tell("{op["name"]}"{given})')
    else:
        names = op["inputs"] + [p["name"] for p in first + rest]
        names += ["image"] if op["inputs_max"] == 1 and not op["inputs"] else []
        names += ["frame"] if has_frame else []
        lines += ["        return self._apply(", f'            "{op["name"]}",', "            {"]
        lines += [f'                "{name}": {name},' for name in names]
        images = ", ".join(f'"{name}"' for name in op["inputs"])
        lines += ["            },"] + ([f"            ({images}),"] if images else []) + ["        )"]
    return "\n".join(lines) + "\n"


def main(argv):
    text = HEAD + "".join("\n" + method(op) for op in table())
    if argv == ["--write"]:
        PLACE.write_text(text, encoding="utf-8")
    elif argv == ["--check"]:
        if not PLACE.exists() or PLACE.read_text(encoding="utf-8") != text:
            sys.exit(f"{PLACE.name} is stale: run generate.py --write")
    elif not argv:
        sys.stdout.write(text)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
