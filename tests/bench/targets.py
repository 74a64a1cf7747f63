# SPDX-License-Identifier: MIT
"""What was promised, as ratios to peers of the same run, and what came out: one Claim a line."""
import statistics
from dataclasses import dataclass

PEERS = ("pillow", "opencv", "libvips", "sharp")
PLACES = ("top", "middle", "bottom")
ORIGIN = ", against the original"  # the end of a case's name


@dataclass
class Claim:
    row: str
    what: str
    sign: str           # ">=" or "<="
    must: float
    stretch: float = None
    unit: str = "×"
    got: float = None
    why: str = ""       # there is no number
    note: str = ""

    def holds(self, bound):
        # As printed: 1.30 is 1.3.
        got = round(self.got, 2)
        return got >= bound if self.sign == ">=" else got <= bound

    @property
    def verdict(self):
        if self.got is None:
            return self.why or "not run"
        if self.must is None:
            return "–"
        if self.stretch is not None and self.holds(self.stretch):
            return "met, stretch too"
        return "met" if self.holds(self.must) else "MISSED"

    def as_json(self):
        return {"row": self.row, "what": self.what, "sign": self.sign, "must": self.must,
                "stretch": self.stretch, "unit": self.unit,
                "got": None if self.got is None else round(self.got, 4),
                "verdict": self.verdict, "note": self.note}


class Numbers:
    """Results by work and side; what is missing says why."""

    def __init__(self, results, extras, peers):
        self.results, self.extras, self.peers = results, extras, peers

    def ms(self, key, side):
        times = self.results.get(key, {}).get(side)
        return times.ms if times and not times.missing else None

    def why(self, key, side):
        times = self.results.get(key, {}).get(side)
        if times and times.missing:
            return "not there yet" if side == "foveate" else "the peer has none"
        if key in self.results:
            return "not measured: no " + side
        return "not run"

    def mean(self, keys, side):
        """As one row: results under a name of their own."""
        values = [self.ms(key, side) for key in keys]
        return statistics.fmean(values) if None not in values else None

    def fastest(self, key):
        """(milliseconds, name) of the fastest peer."""
        found = [(self.ms(key, side), side) for side in PEERS if self.ms(key, side) is not None]
        return min(found, default=(None, None))


def ratio(claim, above, below, why):
    if above is None or below is None:
        claim.why = why
    else:
        claim.got = above / below
    return claim


def against(n, claim, keys, peer):
    """How many times faster than a peer, over the mean of several works."""
    side = "foveate" if any(n.ms(key, "foveate") is None for key in keys) else peer
    return ratio(claim, n.mean(keys, peer), n.mean(keys, "foveate"), n.why(keys[0], side))


def against_fastest(n, claim, key):
    took, name = n.fastest(key)
    claim.note = name or ""
    why = n.why(key, "foveate") if n.ms(key, "foveate") is None else "not measured: no peer"
    return ratio(claim, took, n.ms(key, "foveate"), why)


def cold(n):
    for size, bounds in ((12, (1.8, 2.5, 2.5, 8)), (24, (1.8, 2.5, 2.5, 8)),
                         (100, (1.5, 2, 4.5, None))):
        row = f"cold zoom → JPEG, {size} MP"
        keys = [f"p{size}.cold.{place}" for place in PLACES]
        yield against(n, Claim(row, "against sharp", ">=", bounds[0], bounds[1]), keys, "sharp")
        yield against(n, Claim(row, "against Pillow", ">=", bounds[2]), keys, "pillow")
        if bounds[3]:
            yield against(n, Claim(row, "against the usual Python call", ">=", bounds[3]), keys,
                          "usual")


def warm(n):
    for size in (12, 24, 100):
        row, key = f"warm zoom → JPEG, {size} MP", f"p{size}.warm"
        yield against_fastest(n, Claim(row, "against the fastest peer", ">=", 1.4, 1.8), key)
        yield against(n, Claim(row, "against Pillow", ">=", 5), [key], "pillow")
        alone = n.results.get(f"p{size}.parts", {}).get("foveate")
        yield ratio(Claim(row, "of resample + encode + base64 alone", "<=", 1.6, 1.3,
                          note=", ".join(f"{stage} {ms:.2g} ms" for stage, ms in
                                         (alone.stages if alone else {}).items())),
                    n.ms(key, "foveate"), n.ms(f"p{size}.parts", "foveate"),
                    n.why(key, "foveate"))
    row, key = "warm zoom → PNG, 12 MP", "p12.warm.png"
    yield against_fastest(n, Claim(row, "against the fastest peer", ">=", 2.5, 4), key)
    yield against(n, Claim(row, "against Pillow", ">=", 8), [key], "pillow")
    ours, other = (n.results.get(key, {}).get(side) for side in ("foveate", "pillow"))
    yield ratio(Claim(row, "file against Pillow's", "<=", 1.15), ours and ours.bytes,
                other and other.bytes, n.why(key, "pillow"))


def fits(n):
    row = "cold fit 1568 → JPEG"
    for size in (12, 24):
        shared = Claim(row, f"{size} MP against sharp, a thread for each core", ">=", 1.7, 2,
                       note="the wall's clock")
        yield against(n, shared, [f"p{size}.fit.threads"], "sharp")
        yield against(n, Claim(row, f"{size} MP against sharp, one thread each", ">=", None),
                      [f"p{size}.fit"], "sharp")
    for size in (12, 24):
        yield against_fastest(n, Claim("warm fit 1568, pixels",
                                       f"{size} MP against the fastest peer", ">=", 1.5, 2),
                              f"p{size}.fit.pixels")


def decodes(n):
    for name, must in (("chart.png", 3), ("diagram.png", 3), ("photo.png", 2)):
        key = f"{name}.decode"
        yield ratio(Claim("PNG decode, opening and hashing included", f"{name} against libpng",
                          ">=", must), n.ms(key, "libpng"), n.ms(key, "foveate"),
                    n.why(key, "foveate"))


def operations(n, works):
    for what, title in works:
        yield against(n, Claim("view 1568×1280, one thread", f"{title} against OpenCV", ">=", 1,
                               1.3), [f"view.{what}"], "opencv")


def rest_of_looks(n):
    one = n.ms("chain.single", "foveate")
    yield ratio(Claim("chain of five operations", "of a single zoom", "<=", 1.3),
                n.ms("chain.five", "foveate"), one, n.why("chain.five", "foveate"))
    yield ratio(Claim("chain of five operations", "of a single zoom, with a free turn", "<=",
                      None), n.ms("chain.turned", "foveate"), one,
                n.why("chain.turned", "foveate"))
    many = ratio(Claim("many warm zooms", "2 threads against 1", ">=", 1.8, 1.95),
                 n.ms("zooms.1", "foveate"), n.ms("zooms.2", "foveate"),
                 n.why("zooms.2", "foveate"))
    if n.ms("spins.2", "foveate"):
        gain = n.ms("spins.1", "foveate") / n.ms("spins.2", "foveate")
        many.note = f"a bare loop gained {gain:.2f}× meanwhile"
    yield many


def take(claim, value):
    claim.got = value
    return claim


def memory(n):
    for name, must, stretch, size in (("p12.jpg", 16, 8, 12), ("p100.jpg", 32, 16, 100)):
        claim = Claim("peak memory of a cold zoom, nothing kept",
                      f"{size} MP, beyond the process with the file read", "<=", must, stretch,
                      "MiB")
        found = n.extras.get("memory", {}).get(name)
        if found:
            ours, sharp = found["foveate"], found.get("sharp")
            claim.got = (ours["zoom"] - ours["open"]) / 1024
            claim.note = f"with the file {(ours['zoom'] - ours['nothing']) / 1024:.1f}"
            if sharp:
                claim.note += f"; sharp {(sharp['zoom'] - sharp['open']) / 1024:.0f}, " \
                              f"with the file {(sharp['zoom'] - sharp['nothing']) / 1024:.0f}"
        yield claim


def processes(n):
    whole = n.extras.get("process", {})
    yield ratio(Claim("whole process, cold zoom 12 MP → JPEG", "against the Pillow script", ">=",
                      4.5), whole.get("pillow"), whole.get("foveate"), "not measured: no pillow")
    started = n.extras.get("start", {})
    for what, title in (("version", "foveate --version"), ("first", "first JPEG open")):
        yield ratio(Claim("start", f"{title}, of a process that links libvips", "<=", 0.25),
                    started.get(what), started.get("vips"), "not measured: built without libvips")
    if "loaded" in n.extras:
        yield take(Claim("start", "libvips or tesseract loaded", "<=", 0, None, ""),
                   float(len(n.extras["loaded"])))


def kept(n):
    found = n.extras.get("cache", {})
    row = "session cache"
    for name, must in (("p12.jpg", 1.5), ("photo.png", 3)):
        yield take(Claim(row, f"{name}, bytes a pixel", "<=", must, None, ""),
                   found.get(name, {}).get("bytes_a_pixel"))
    if "budget" in found:
        yield take(Claim(row, "most kept, of a budget of 8 MiB", "<=", 1, None, "×"),
                   found["budget"])
    low = n.extras.get("low_memory")
    claim = Claim(row, "100 MP, fit and three zooms with 16 MiB", "<=", 80, None, "MiB")
    if low:
        claim.got = low["kib"] / 1024
        claim.note = f"the file is {low['file_kib'] / 1024:.1f} of it"
    yield claim


def quality(n):
    row = "Lanczos3 against float64"
    for case, found in n.extras.get("quality", {}).items():
        ours, others = found["foveate"], {k: v for k, v in found.items() if k != "foveate"}
        note = ", ".join(f"{side} {db:.1f}" for side, db in others.items())
        if found["foveate"] is None:
            yield Claim(row, case, ">=", 50, None, "dB", None, "not there yet")
            continue
        # A JPEG's own loss is in what the original says: no side can be held to a number there.
        is_origin = case.endswith(ORIGIN)
        must = 50 if "enlarged" in case and not is_origin else None
        yield Claim(row, case, ">=", must, None, "dB", ours, "", note)
        if not others:
            continue
        behind = Claim(row, f"{case}: the best peer is higher by", "<=", 1, None, "dB",
                       max(others.values()) - ours)
        origin = n.extras["quality"].get(case + ORIGIN, {})
        peers = [db for side, db in origin.items() if side != "foveate"]
        if behind.got > 0 and peers and origin["foveate"] >= max(peers):
            behind.note = "here the reference has chroma that was blurred when it was enlarged; " \
                          "the row against the original counts"
        if is_origin and behind.got <= 0:
            behind.note = "this row counts: no peer is nearer to the picture before it was a JPEG"
        yield behind


def reading(n):
    claim = Claim("small print enlarged, read by OCR", "words, of those from the best peer's", ">=",
                  1, None, "×", None, "not run")
    found = n.extras.get("reading")
    if "reading" in n.extras and not found:
        claim.why = "not measured: no OCR"
    elif found:
        others = {side: hits for side, hits in found["read"].items() if side != "foveate"}
        claim.note = f"of {found['words']}: " + \
            ", ".join(f"{side} {hits}" for side, hits in found["read"].items())
        claim.why = "not measured: no peer"
        if others:
            claim.got = found["read"]["foveate"] / max(1, max(others.values()))
    yield claim


def identical(n):
    if "identical" in n.extras:
        differing, compared = n.extras["identical"]
        yield Claim("identical bytes", f"differing, of {compared} under other circumstances",
                    "<=", 0, None, "", float(len(differing)), "", "; ".join(differing))


def claims(results, extras, peers, operation_works):
    n = Numbers(results, extras, peers)
    found = []
    for part in (cold, warm, fits, decodes):
        found += part(n)
    found += operations(n, operation_works)
    for part in (rest_of_looks, memory, processes, kept, quality, reading, identical):
        found += part(n)
    return found
