# SPDX-License-Identifier: MIT
"""Small print, enlarged by each side and read by the same OCR: how many of the words that stand
there are among those read. The truth is testdata's: every text of a chart with its box."""
import json
import subprocess

from measure import file_of
from sides import environment
from works import EDGE, EVERY, Work

CHARTS = {"table-dense": (250, 185), "poster-small-print": (360, 260),
          "poster-libraries": (400, 300), "poster-results": (400, 300)}
WINDOWS = 6  # of each chart and shift
# Parts of a window that the grid is moved by. A word more or less in one window is chance: of 24
# windows the sum still swings by 2 %, which is as much as two good kernels differ.
SHIFTS = (0, 1 / 3, 2 / 3)


def words_in(texts, box):
    """The words of the texts that lie wholly in a box."""
    x1, y1, x2, y2 = box
    inside = [t["text"] for t in texts if t["box"][0] >= x1 + 2 and t["box"][1] >= y1 + 2 and
              t["box"][2] <= x2 - 2 and t["box"][3] <= y2 - 2]
    return [word for text in inside for word in text.split()]


def windows(truth, size):
    """Of each shift the parts with the most words, none overlapping another."""
    (width, height), (w, h) = truth["size"], size
    found = []
    for shift in SHIFTS:
        boxes = [[x, y, x + w, y + h] for y in range(round(h * shift), height - h + 1, h)
                 for x in range(round(w * shift), width - w + 1, w)]
        boxes.sort(key=lambda box: -len(words_in(truth["texts"], box)))
        found += boxes[:WINDOWS]
    return found


def read(tools, path):
    """The words that OCR finds in a picture; None when there is no OCR."""
    done = subprocess.run([tools.foveate, "apply", path, "ocr"], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment())
    if done.returncode != 0:
        return None
    return [word for line in texts_of(json.loads(done.stdout)) for word in line.split()]


def texts_of(fact):
    """Every member "text" of a fact, however deep."""
    if isinstance(fact, dict):
        for key, value in fact.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from texts_of(value)
    elif isinstance(fact, list):
        for value in fact:
            yield from texts_of(value)


def recalled(truth, found):
    left, hits = list(found), 0
    for word in truth:
        if word in left:
            left.remove(word)
            hits += 1
    return hits


def measure(bench):
    """Words that stand there, and of them those read from each side's picture; None: no OCR."""
    charts, total, hits = bench.testdata / "charts", 0, {}
    truths = json.loads((charts / "truth.json").read_text(encoding="utf-8"))
    for chart, size in CHARTS.items():
        for number, box in enumerate(windows(truths[chart], size)):
            words = words_in(truths[chart]["texts"], box)
            total += len(words)
            request = {"case": "zoom", "png": True, "input": str(charts / f"{chart}.png"),
                       "width": EDGE, "height": round(EDGE * size[1] / size[0])}
            work = Work(f"ocr.{chart}.{number}", chart, request, EVERY, "",
                        lambda first, count, box=box: [box], "png")
            for side in (s for s in EVERY if s in bench.sides):
                bench.first(work, side)
                kept = bench.tools.work / "kept" / f"{work.key}.{side}"
                picture = kept.with_suffix(f".{side}.png")
                picture.write_bytes(file_of(kept.read_bytes()))
                found = read(bench.tools, picture)
                if found is None:
                    return None
                hits[side] = hits.get(side, 0) + recalled(words, found)
    return {"words": total, "read": hits}
