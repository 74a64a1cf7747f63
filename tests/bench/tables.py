# SPDX-License-Identifier: MIT
"""Results as two tables in Markdown, aligned for a terminal too."""
from sides import NAMES

COLUMNS = tuple(NAMES)


def number(value, unit=""):
    if value is None:
        return ""
    text = f"{value:.0f}" if abs(value) >= 100 else f"{value:.3g}" if abs(value) < 10 else \
        f"{value:.1f}"
    return f"{text} {unit}".strip() if unit not in ("×", "") else text + unit


def aligned(rows, right=()):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = []
    for count, row in enumerate(rows):
        cells = [cell.rjust(width) if i in right and count else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        lines.append("| " + " | ".join(cells) + " |")
        if count == 0:
            lines.append("|" + "|".join("-" * (w + 1) + (":" if i in right else "-")
                                        for i, w in enumerate(widths)) + "|")
    return "\n".join(lines)


def cell(times, ours):
    if times is None:
        return ""
    if times.missing:
        return "none"
    text = number(times.ms)
    if ours is times:
        return f"{text} ±{100 * times.spread:.0f} %"
    if ours is not None and not ours.missing:
        text += f" ({number(times.ms / ours.ms)}×)"
    return text


def times_table(works, results):
    """Milliseconds; of a peer also how many times as long as ours."""
    used = [side for side in COLUMNS if any(side in results.get(w.key, {}) for w in works)]
    rows = [["milliseconds, and times ours"] + [NAMES[side] for side in used]]
    for work in works:
        found = results.get(work.key)
        if not found:
            continue
        ours = found.get("foveate")
        line = [work.title or work.key]
        for side in used:
            missing = side == "foveate" and ours and ours.missing
            line.append("not there yet" if missing else cell(found.get(side), ours))
        rows.append(line)
    return aligned(rows, range(1, len(used) + 1))


def targets_table(claims):
    rows = [["what", "", "must", "stretch", "got", "", "note"]]
    last = None
    for claim in claims:
        sign = "≥ " if claim.sign == ">=" else "≤ "
        rows.append([claim.row if claim.row != last else "", claim.what,
                     sign + number(claim.must, claim.unit) if claim.must is not None else "",
                     sign + number(claim.stretch, claim.unit)
                     if claim.stretch is not None else "",
                     number(claim.got, claim.unit), claim.verdict, claim.note])
        last = claim.row
    return aligned(rows, (2, 3, 4))


def summary(claims):
    judged = [c for c in claims if c.got is not None and c.must is not None]
    met = [c for c in judged if c.holds(c.must)]
    rest = len([c for c in claims if c.got is None])
    text = f"{len(met)} of {len(judged)} targets met"
    return text + (f", {rest} without a number" if rest else "")
