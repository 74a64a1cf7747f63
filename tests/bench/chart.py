# SPDX-License-Identifier: MIT
"""The README's picture of the bench: a panel a work, a bar a side, shorter is faster. Its colours
stand on light and dark alike, and it holds nothing but shapes and text."""
import statistics
from xml.sax.saxutils import escape

from sides import NAMES

WIDTH, COLUMN, LEFT, BAR, ROW, HEAD, GAP = 860, 420, 92, 13, 19, 30, 22
OURS, OTHERS, TEXT, FAINT = "#2f81f7", "#8b96a3", "#6e7b88", "#8b96a355"
FONT = "font-family=\"system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif\""
PLACES = ("top", "middle", "bottom")

PANELS = [
    ("12 MP photo, cold: zoom → JPEG", [f"p12.cold.{p}" for p in PLACES]),
    ("12 MP photo, decoded: zoom → JPEG", ["p12.warm"]),
    ("100 MP photo, cold: zoom → JPEG", [f"p100.cold.{p}" for p in PLACES]),
    ("12 MP photo, decoded: zoom → PNG", ["p12.warm.png"]),
    ("12 MP photo, cold: fit to 1568 → JPEG", ["p12.fit"]),
    ("48 MP diagram, PNG decode", ["diagram.png.decode"]),
]


def values_of(results, keys):
    """(milliseconds, side), ours first and then the fastest."""
    found = {}
    for side in NAMES:
        times = [results.get(key, {}).get(side) for key in keys]
        if all(t is not None and not t.missing and t.ms is not None for t in times):
            found[side] = statistics.fmean(t.ms for t in times)
    return sorted(((ms, side) for side, ms in found.items()),
                  key=lambda item: (item[1] != "foveate", item[0]))


def label(ms):
    return f"{ms:.0f} ms" if ms >= 20 else f"{ms:.1f} ms"


def text(x, y, words, size=12, colour=TEXT, more=""):
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" {more}>{escape(words)}</text>'


def panel(x, y, title, values):
    most, room = max(ms for ms, _ in values), COLUMN - LEFT - 128
    out = [text(x, y + 14, title, 13, TEXT, 'font-weight="600"')]
    out.append(f'<line x1="{x + LEFT}" y1="{y + HEAD - 5}" x2="{x + LEFT}" '
               f'y2="{y + HEAD + ROW * len(values) - 2}" stroke="{FAINT}"/>')
    ours = values[0][0] if values[0][1] == "foveate" else None
    for i, (ms, side) in enumerate(values):
        top, is_ours = y + HEAD + i * ROW, side == "foveate"
        colour, weight = (OURS, 'font-weight="600"') if is_ours else (OTHERS, "")
        length = max(2, round(room * ms / most, 1))
        words = label(ms) if is_ours or not ours else f"{label(ms)}  ·  {ms / ours:.1f}×"
        out.append(text(x + LEFT - 8, top + 9, NAMES[side], 12, colour if is_ours else TEXT,
                        f'text-anchor="end" {weight}'))
        out.append(f'<rect x="{x + LEFT}" y="{top - 2}" width="{length}" height="{BAR}" rx="2" '
                   f'fill="{colour}"/>')
        out.append(text(x + LEFT + length + 7, top + 9, words, 12, colour if is_ours else TEXT,
                        weight))
    return out


def draw(results, note):
    """The picture as SVG text; panels without results are left out."""
    panels = [(title, values_of(results, keys)) for title, keys in PANELS]
    panels = [(title, values) for title, values in panels if values]
    out, y = [], 12
    for first in range(0, len(panels), 2):
        pair = panels[first:first + 2]
        for i, (title, values) in enumerate(pair):
            out += panel(10 + i * (COLUMN + 10), y, title, values)
        y += HEAD + ROW * max(len(values) for _, values in pair) + GAP
    out.append(text(10, y + 2, note, 11))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 14}" ' \
           f'viewBox="0 0 {WIDTH} {y + 14}" {FONT} role="img" ' \
           f'aria-label="How long foveate and its peers take">'
    return "\n".join([head, *out, "</svg>"]) + "\n"
