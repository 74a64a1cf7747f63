# SPDX-License-Identifier: MIT
"""Measure foveate beside its peers in one run: the tables of times and of targets, bench.json, and
bench.svg for the README. `./quickstart bench` builds what is needed and calls this."""
import argparse
import json
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

import chart
import peers
import processes
import reading
import tables
import targets
import works
from measure import Bench, Times, progress
from sides import HERE, BenchError, Tools

ROOT = HERE.parent.parent
# name: (share of the area, width of the result).
QUALITY = {"enlarged 2.6×": (0.01, 1024), "enlarged 1.3×": (0.04, 1024),
           "shrunk to 0.81": (0.1, 1024), "shrunk to 0.39": (1.0, 1568)}
QUALITY_INPUTS = ("photo.png", "p12.jpg")
# What a JPEG's pixels were before.
ORIGINALS = {"p12.jpg": "photo.png"}


def parse(argv):
    p = argparse.ArgumentParser(prog="quickstart bench", description=__doc__)
    p.add_argument("--quick", action="store_true", help="fewer inputs and rounds: under a minute")
    p.add_argument("--no-peers", action="store_true", help="only our side; nothing is fetched")
    p.add_argument("--only", metavar="TEXT", help="works whose key begins so, and nothing else")
    p.add_argument("--rounds", type=int, help="7, or 3 with --quick")
    p.add_argument("--clock", choices=("wall", "cpu"), default="wall",
                   help="cpu: what each side's process has spent, for a machine in use")
    p.add_argument("--check", action="store_true",
                   help="small pictures: are results right? No time counts (the test)")
    p.add_argument("--build", default=ROOT / "build", type=Path, help="where foveate was built")
    p.add_argument("--work", type=Path, help="build/bench: peers, inputs and results")
    args = p.parse_args(argv)
    args.build = args.build.resolve()
    args.work = (args.work or args.build / "bench").resolve()
    args.no_peers = args.no_peers or args.check
    args.rounds = args.rounds or (1 if args.check else 3 if args.quick else 7)
    if args.rounds < 1:
        p.error("--rounds is at least 1")
    return args


def machine(args, versions):
    cpu = "unknown"
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    cached = (args.build / "CMakeCache.txt").read_text(encoding="utf-8")
    kind = [line for line in cached.splitlines() if line.startswith("CMAKE_BUILD_TYPE:")]
    ours = subprocess.run([args.build / "foveate", "--version"], text=True, check=True,
                          stdout=subprocess.PIPE).stdout.strip()
    return {"cpu": cpu, "cores": os.cpu_count(), "system": platform.platform(), "foveate": ours,
            "build": kind[0].split("=", 1)[1] if kind else "", "peers": versions,
            "load": round(os.getloadavg()[0], 2), "rounds": args.rounds, "quick": args.quick,
            "clock": args.clock, "cpu_env": os.environ.get("FOV_CPU", "")}


def make_inputs(tools, groups):
    """What is not there yet. The folder is named by the generator: another one makes others."""
    folder = tools.work / "inputs"
    folder.mkdir(parents=True, exist_ok=True)
    stamp, mark = folder / "generator", str(tools.inputs.stat().st_size)
    stamp_text = stamp.read_text(encoding="utf-8") if stamp.exists() else ""
    if stamp_text != mark:
        for old in folder.iterdir():
            old.unlink()
    names = {works.FILES.get(w.name, w.name) for group in groups for w in group
             if w.name not in works.TESTDATA} | {"small.jpg"}
    wanted = sorted(name for name in names if not (folder / name).exists())
    if wanted:
        progress("making " + " ".join(wanted))
        subprocess.run([tools.inputs, folder, *wanted], check=True)
    stamp.write_text(mark, encoding="utf-8")


def have_quality(bench):
    """The same pixels from every side, held against Lanczos3 in floating point."""
    if not bench.tools.python.exists():
        return {}
    found = {}
    for name in QUALITY_INPUTS:
        for case, (share, edge) in QUALITY.items():
            if share == 1.0:
                width, height = works.SIZES[name]
                box = [0, 0, width, height]
            else:
                box = works.region(name, share, "middle")(0, 1)[0]
            size = works.fitted(name, edge, share)
            work = works.Work(f"quality.{name}.{edge}.{share}", case,
                              {"case": "pixels", "warm": True, **size}, works.EVERY, name,
                              lambda first, count, box=box: [box])
            found[f"{name} {case}"], origin = judge(bench, work, box, size)
            if origin:
                found[f"{name} {case}{targets.ORIGIN}"] = origin
    return found


def judge(bench, work, box, size):
    """dB of each side against the source's own pixels, and against those it was encoded from."""
    bench.results[work.key] = {}
    raws, psnr = {}, {}
    for side in work.sides:
        if side not in bench.sides:
            continue
        times = bench.first(work, side)
        psnr[side] = None
        if not times.missing:
            raws[side] = bench.tools.work / "kept" / f"{work.key}.{side}"
    del bench.results[work.key]
    psnr.update(compare(bench, work, work.name, box, size, raws))
    origin = ORIGINALS.get(work.name)
    origin = origin and compare(bench, work, origin, box, size, raws)
    for raw in raws.values():
        raw.unlink()
    return psnr, origin


def compare(bench, work, reference, box, size, raws):
    done = subprocess.run([bench.tools.python, "-B", HERE / "quality.py", bench.path(reference),
                           *map(str, box), str(size["width"]), str(size["height"]),
                           *raws.values()], text=True, check=True, stdout=subprocess.PIPE,
                          env=bench.tools.env())
    psnr = {side: float(line) for side, line in zip(raws, done.stdout.split())}
    for side, db in psnr.items():
        if db < 0:
            raise BenchError(f"{work.key}: {side} made pixels of another size")
    return psnr


def have_extras(bench, args, versions):
    """What is measured by whole processes, and what is no time at all."""
    rounds = 1 if args.check else 5 if args.quick else 9  # a process is shorter than a visit
    photo, extras = ("p12.jpg", "photo.png"), {}
    big = () if args.quick or args.check else ("p100.jpg",)
    progress("whole processes")
    extras["process"] = processes.whole_process(bench, versions, rounds)
    extras["start"] = processes.start(bench, 2 * rounds)
    extras["loaded"] = processes.loaded(bench)
    progress("memory")
    extras["memory"] = processes.memory(bench, versions, ("p12.jpg",) + big,
                                        1 if args.check or args.quick else 3)
    for name in big:
        extras["low_memory"] = processes.low_memory(bench, name)
    extras["cache"] = {name: processes.cache(bench, name) for name in photo}
    budget = 8 << 20
    extras["cache"]["budget"] = processes.cache(bench, "p12.jpg", budget)["most_bytes"] / budget
    progress("identical bytes")
    names = photo + ("chart.png", "poster-results.png", "Landscape_1.jpg", "p12_prog.jpg")
    names = names[:3] if args.check or args.quick else names
    extras["identical"] = processes.identical(bench, names)
    if not args.quick or args.check:
        progress("quality")
        extras["quality"] = have_quality(bench)
        extras["reading"] = None if args.check else reading.measure(bench)
    return extras


def report(args, about, groups, bench, extras):
    listed = [work for group in groups for work in group]
    claims = targets.claims(bench.results, extras, bench.sides, works.OPERATIONS)
    if args.only:
        claims = [claim for claim in claims if claim.got is not None]
    times, aims = tables.times_table(listed, bench.results), tables.targets_table(claims)
    peers_said = ", ".join(f"{name} {version}" for name, version in about["peers"].items()
                           if name != "usual")
    head = f"{about['foveate']}; {about['build']} build; {about['cpu']}, {about['cores']} cores; " \
           f"median of {args.rounds} rounds, one thread each, {args.clock} time" \
           f"{', FOV_CPU=' * bool(about['cpu_env'])}{about['cpu_env']}; " \
           f"{peers_said or 'no peers'}"
    out = f"{head}\n\n{times}\n\n{aims}\n\n{tables.summary(claims)}\n"
    results = {key: {side: t.as_json() for side, t in found.items()}
               for key, found in bench.results.items()}
    whole = {"machine": about, "results": results, "extras": extras,
             "targets": [claim.as_json() for claim in claims]}
    spent = ", processor time" if args.clock == "cpu" else ""
    note = f"{about['cpu']}, one thread each{spent}; shorter is faster; medians of " \
           f"{args.rounds} rounds, all sides taking turns on the same bytes."
    files = {"bench.json": json.dumps(whole, indent=1, ensure_ascii=False) + "\n",
             "bench.md": out, "bench.svg": chart.draw(bench.results, note)}
    for name, text in files.items() if not args.only else ():  # a part is no report
        args.work.joinpath(name).write_text(text, encoding="utf-8")
    if not args.check:
        print(out)
        if not args.only:
            print(f"written: {', '.join(str(args.work / name) for name in files)}")


def check(bench, extras):
    """The test: what must be true whatever the machine does meanwhile."""
    wrong = [f"{key}: {side} has no result: {times.missing}"
             for key, found in bench.results.items() for side, times in found.items()
             if times.missing or not isinstance(times, Times) or not times.rounds]
    differing, compared = extras["identical"]
    wrong += differing
    if compared < 100:
        wrong.append(f"only {compared} hashes were compared")
    if extras["loaded"]:
        wrong.append(f"loaded without need: {', '.join(extras['loaded'])}")
    if extras["cache"]["budget"] > 1:
        wrong.append(f"the cache holds {extras['cache']['budget']:.2f} of its budget")
    for line in wrong:
        print(f"bench: {line}", file=sys.stderr)
    print(f"{len(bench.results)} works, {compared} hashes, {len(wrong)} wrong")
    return 1 if wrong or len(bench.results) < 20 else 0


def warn(about, versions, args):
    missing = [name for name in ("pillow", "opencv", "libvips", "sharp") if name not in versions]
    if missing and not args.check:
        peers.loud(f"these columns are MISSING: {', '.join(missing)}"
                   f"{', usual Python' if 'pillow' in missing else ''}; the ratios to them too")
    if about["load"] > 0.7 and not args.check and args.clock == "wall":
        peers.loud(f"the machine is busy (load {about['load']} on {about['cores']} cores): "
                   "--clock cpu suffers less")
    if about["build"] not in ("Release", "RelWithDebInfo") and not args.check:
        peers.loud(f"foveate was built as {about['build'] or 'nothing'}: these are no times of a "
                   "release")


def main(argv):
    args = parse(argv)
    tools = Tools(args.build, args.work, args.clock)
    groups = works.check_works() if args.check else works.all_works(args.quick)
    if args.only:
        groups = [group for group in groups if group[0].key.startswith(args.only)]
        if not groups:
            print(f"bench: no work begins with {args.only}", file=sys.stderr)
            return 2
    versions = {} if args.no_peers else peers.fetch(tools)
    about = machine(args, versions)
    warn(about, versions, args)
    start = time.monotonic()
    make_inputs(tools, groups)
    bench = Bench(tools, versions, args.rounds, 0 if args.check else 20 if args.quick else 40,
                  ROOT / "testdata")
    try:
        bench.run(groups, progress)
        extras = {} if args.only else have_extras(bench, args, versions)
    finally:
        bench.close()
    progress(f"done in {time.monotonic() - start:.0f} s\n")
    report(args, about, groups, bench, extras)
    return check(bench, extras) if args.check else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BenchError as why:
        print(f"\nbench: {why}", file=sys.stderr)
        sys.exit(1)
