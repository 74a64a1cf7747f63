# SPDX-License-Identifier: MIT
"""What only a whole process shows: its time from start to end, the memory it took, the libraries it
mapped, and whether the same calls give the same bytes under other circumstances."""
import json
import os
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from sides import HERE, BenchError, environment
from works import EDGE, TENTH, fitted, region

MIB = 1024  # of KiB


def run_timed(command, clock):
    """Milliseconds from start to end, or those that the process itself has spent."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment())
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise BenchError(f"{' '.join(map(str, command))} ended with {process.returncode}")
    return 1e3 * (usage.ru_utime + usage.ru_stime if clock == "cpu" else wall)


def interleaved(commands, rounds, clock):
    """Median milliseconds of each command, taking turns."""
    took = {name: [] for name in commands}
    for number in range(rounds + 1):
        for name, command in commands.items():
            ms = run_timed(command, clock)
            if number > 0:  # the first one reads files that later ones find read
                took[name].append(ms)
    return {name: statistics.median(times) for name, times in took.items()}


def zoom_request(path, name, what):
    return {"case": "zoom_file", "what": what, "input": str(path),
            "boxes": region(name, TENTH, "middle")(0, 1), **fitted(name, EDGE, TENTH)}


def whole_process(bench, versions, rounds):
    """The command against a script of Pillow's, from the file to the file."""
    path, out = bench.path("p12.jpg"), bench.tools.work / "kept"
    box = region("p12.jpg", TENTH, "middle")(0, 1)[0]
    size = fitted("p12.jpg", EDGE, TENTH)
    commands = {"foveate": [bench.tools.foveate, "apply", path, "zoom",
                            "box=" + ",".join(map(str, box)), "--fit", str(EDGE), "--quality",
                            "90", "-o", out / "process.foveate.jpg"]}
    if "pillow" in versions:
        commands["pillow"] = [bench.tools.python, HERE / "pillow_script.py", path,
                              out / "process.pillow.jpg", *map(str, box), str(size["width"]),
                              str(size["height"])]
    return interleaved(commands, rounds, bench.tools.clock)


def start(bench, rounds):
    """`foveate --version`, and a program of ours that has a JPEG open, against one that has done no
    more than start libvips."""
    request = json.dumps(zoom_request(bench.inputs / "small.jpg", "small.jpg", "open"))
    commands = {"version": [bench.tools.foveate, "--version"],
                "first": [bench.tools.bench, "once", request]}
    if bench.tools.vips_start.exists():
        commands["vips"] = [bench.tools.vips_start]
    return interleaved(commands, rounds, bench.tools.clock)


def loaded(bench):
    """Names of heavy libraries that `foveate --version` or a first JPEG load: none, one hopes."""
    found = set(bench.tools.once("foveate", zoom_request(bench.inputs / "small.jpg", "small.jpg",
                                                         "zoom"))["mapped"])
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([bench.tools.foveate, "--version"], stdout=subprocess.DEVNULL, check=True,
                       env=environment(LD_DEBUG="files", LD_DEBUG_OUTPUT=f"{folder}/ld"))
        text = "".join(p.read_text(errors="replace") for p in Path(folder).iterdir())
    if "libpng" not in text:
        raise BenchError("the loader did not say what foveate --version loads")
    return sorted(found | {word for word in ("libvips", "libtesseract") if word in text})


def peak(bench, side, name, rounds):
    """KiB of a process that does nothing, that has the file's bytes, and that zooms once."""
    path = bench.path(name)
    return {what: statistics.median(
        bench.tools.once(side, zoom_request(path, name, what))["hwm_kib"]
        for _ in range(rounds)) for what in ("nothing", "open", "zoom")}


def memory(bench, versions, names, rounds):
    sides = ["foveate"] + (["sharp"] if "sharp" in versions else [])
    return {name: {side: peak(bench, side, name, rounds) for side in sides} for name in names}


LOW_CACHE = 16 << 20


def low_memory(bench, name):
    """KiB of a session with a small budget: a fit and three zooms, over a process that does
    nothing, and what of it are the file's own bytes."""
    boxes = [region(name, TENTH, place)(0, 1)[0] for place in ("top", "middle", "bottom")]
    request = {"case": "session", "input": bench.path(name), "cache_bytes": LOW_CACHE,
               "boxes": boxes, **fitted(name, EDGE, TENTH)}
    idle = bench.tools.once("foveate", zoom_request(bench.path(name), name, "nothing"))
    busy = bench.tools.once("foveate", request)
    return {"kib": busy["hwm_kib"] - idle["hwm_kib"],
            "file_kib": os.path.getsize(bench.path(name)) // 1024}


def cache(bench, name, budget=0):
    request = {"case": "cache", "input": bench.path(name), "cache_bytes": budget, "warm": True,
               "boxes": region(name, TENTH, "top")(0, 6) + region(name, TENTH, "bottom")(0, 6),
               **fitted(name, EDGE, TENTH)}
    return bench.tools.once("foveate", request)["stages"]


# ---- the same bytes ------------------------------------------------------------------------------

CIRCUMSTANCES = {
    "warm": ({"warm": True}, {}),
    "a tiny cache": ({"warm": True, "cache_bytes": 1 << 20}, {}),
    "2 threads": ({"threads": 2}, {}),
    "5 threads, warm": ({"warm": True, "threads": 5}, {}),
    "portable": ({}, {"FOV_CPU": "portable"}),
    "portable, warm, 3 threads": ({"warm": True, "threads": 3}, {"FOV_CPU": "portable"}),
}


def identical(bench, names):
    """Where the bytes differ from those of cold calls on one thread: a list of sentences."""
    differing, compared = [], 0
    for name in names:
        boxes = [region(name, TENTH, place)(0, 1)[0] for place in ("top", "middle", "bottom")]
        boxes += region(name, 0.6, "middle")(0, 1) + region(name, 0.01, "bottom")(3, 1)
        request = {"case": "hashes", "input": bench.path(name), "boxes": boxes,
                   **fitted(name, EDGE, TENTH)}
        cold = bench.tools.once("foveate", request)["sha256"]
        for words, (more, env) in CIRCUMSTANCES.items():
            other = bench.tools.once("foveate", dict(request, **more), **env)["sha256"]
            compared += len(other)
            if len(other) != len(cold) or len(cold) < 2 * len(boxes):
                raise BenchError(f"hashes of {name} are {len(cold)} and {len(other)}")
            wrong = sum(a != b for a, b in zip(cold, other))
            if wrong:
                differing.append(f"{name} {words}: {wrong} of {len(cold)}")
    return differing, compared
