# SPDX-License-Identifier: MIT
"""Taking turns: each side does a little of a work, then the next, round after round, so that drift
of the machine hits all alike. What counts is the median over the rounds; results are checked for
size, format and sampling before anything is timed."""
import base64
import statistics
import struct
import sys

from sides import SAME, BenchError
from works import FILES, TESTDATA

BOXES_A_VISIT = 48


class Times:
    """Of one side and one work: milliseconds of every round, or why there are none."""

    def __init__(self, missing=None):
        self.rounds, self.missing = [], missing
        self.bytes = 0
        self.stages = {}

    @property
    def ms(self):
        return statistics.median(self.rounds) if self.rounds else None

    @property
    def spread(self):
        """Half of what the middle half of the rounds covers, as a share of the median."""
        if len(self.rounds) < 3:
            return 0.0
        low, _, high = statistics.quantiles(self.rounds, n=4, method="inclusive")
        return (high - low) / 2 / self.ms

    def as_json(self):
        if self.missing:
            return {"missing": self.missing}
        return {"ms": round(self.ms, 4), "spread": round(self.spread, 4), "bytes": self.bytes,
                "rounds": [round(ms, 4) for ms in self.rounds],
                **({"stages": self.stages} if self.stages else {})}


# ---- what a result must be -----------------------------------------------------------------------

def file_of(kept):
    """The encoded file in what a side kept: base64, or a data URL of it."""
    return base64.b64decode(kept.split(b",", 1)[1] if kept.startswith(b"data:") else kept,
                            validate=True)


def jpeg_head(data):
    """Width, height, sampling of a JPEG's first component against its others."""
    at = 2
    while at + 4 <= len(data):
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        if data[at] == 0xff and marker in (0xc0, 0xc1, 0xc2):
            height, width, count = struct.unpack(">HHB", data[at + 5:at + 10])
            return width, height, [data[at + 11 + 3 * i] for i in range(count)], marker
        at += 2 + length
    raise BenchError("a JPEG without a frame")


def check_result(work, name, kept, size):
    """Raise BenchError when what a side made is not what was asked for."""
    if work.check not in ("jpeg", "png"):
        return 0
    data = file_of(kept)
    want = work.request["width"], work.request["height"]
    is_jpeg = work.check == "jpeg" and name != "usual"
    if is_jpeg:
        if data[:2] != b"\xff\xd8":
            raise BenchError(f"{work.key}: {name} made no JPEG")
        width, height, sampling, marker = jpeg_head(data)
        # Ours gives line art 4:4:4 and tables of its own, which is more work, not less.
        allowed = ([0x22, 0x11, 0x11],) if name != "foveate" else \
            ([0x22, 0x11, 0x11], [0x11, 0x11, 0x11], [0x11])
        if sampling not in allowed or marker == 0xc2:
            raise BenchError(f"{work.key}: {name} made a JPEG with sampling {sampling}")
    else:
        if data[:8] != b"\x89PNG\r\n\x1a\n":
            raise BenchError(f"{work.key}: {name} made no PNG")
        width, height = struct.unpack(">II", data[16:24])
    if (width, height) != want or size != want:
        raise BenchError(f"{work.key}: {name} made {width}x{height} and says {size}, "
                         f"{want[0]}x{want[1]} was asked for")
    return len(data)


# ---- the rounds ----------------------------------------------------------------------------------

class Bench:
    def __init__(self, tools, versions, rounds, min_ms, testdata):
        self.tools, self.rounds, self.min_ms, self.testdata = tools, rounds, min_ms, testdata
        self.inputs = tools.work / "inputs"
        self.sides = {name: tools.start(name) for name in ("foveate", *versions)}
        self.results = {}

    def close(self):
        for side in self.sides.values():
            side.close()

    def path(self, name):
        if name in TESTDATA:
            return str(self.testdata / TESTDATA[name] / name)
        return str(self.inputs / FILES.get(name, name))

    def request(self, work, name, visit, **more):
        request = {"input": self.path(work.name) if work.name else "", "min_ms": self.min_ms,
                   **work.request, **work.own.get(name, {}), **more}
        if work.make_boxes:
            request["boxes"] = work.make_boxes(visit * BOXES_A_VISIT, BOXES_A_VISIT)
        return request

    def ask(self, work, name, visit, **more):
        side = self.sides[SAME.get(name, name)]
        answers = side.ask(**self.request(work, name, visit, **more))
        for answer in answers:
            if "error" in answer:
                raise BenchError(f"{work.key}: {name}: {answer['error']}")
        return answers

    def first(self, work, name):
        """The visit that counts for nothing but correctness, and makes ready what is warm."""
        keep = self.tools.work / "kept" / f"{work.key}.{name}"
        keep.parent.mkdir(parents=True, exist_ok=True)
        answers = self.ask(work, name, 0, keep=str(keep), min_ms=0)
        if "missing" in answers[0]:
            return Times(answers[0]["missing"])
        times = Times()
        size = answers[0]["width"], answers[0]["height"]
        times.bytes = check_result(work, name, keep.read_bytes(), size) or answers[0]["bytes"]
        return times

    def visit(self, work, name, visit):
        answers = self.ask(work, name, visit)
        times = self.results[work.key][name]
        times.rounds.append(statistics.median(answer["ms"] for answer in answers))
        for stage in answers[0].get("stages", ()):
            took = statistics.median(answer["stages"][stage] for answer in answers)
            times.stages.setdefault(stage, []).append(took)

    def group(self, works):
        turns = []
        for work in works:
            self.results[work.key] = {}
            for name in work.sides:
                if SAME.get(name, name) in self.sides:
                    self.results[work.key][name] = self.first(work, name)
                    if not self.results[work.key][name].missing:
                        turns.append((work, name))
        self.check_same(works)
        rounds = works[0].rounds and min(works[0].rounds, self.rounds) or self.rounds
        for number in range(rounds):
            for turn in range(len(turns)):  # another one begins each time
                work, name = turns[(turn + number) % len(turns)]
                self.visit(work, name, number + 1)
        for times in (t for work in works for t in self.results[work.key].values()):
            times.stages = {stage: round(statistics.median(took), 4)
                            for stage, took in times.stages.items()}

    def check_same(self, works):
        """Ours and libpng have decoded equal pixels."""
        for work in (w for w in works if w.check == "same"):
            if any(self.results[work.key][name].missing for name in ("foveate", "libpng")):
                continue
            kept = [(self.tools.work / "kept" / f"{work.key}.{name}").read_bytes()
                    for name in ("foveate", "libpng")]
            if kept[0] != kept[1] or len(kept[0]) != 64:
                raise BenchError(f"{work.key}: our pixels are not libpng's")

    def run(self, groups, say):
        warm_input = None
        for number, works in enumerate(groups):
            if works[0].name != warm_input or works[0].key.startswith("view."):
                for side in self.sides.values():
                    side.ask(case="forget")
                warm_input = works[0].name
            say(f"{number + 1}/{len(groups)} {', '.join(work.key for work in works)}")
            self.group(works)
        return self.results


def progress(text):
    print(f"\r\033[Kbench: {text}" if sys.stderr.isatty() else f"bench: {text}",
          end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)
