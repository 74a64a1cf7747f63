# SPDX-License-Identifier: MIT
"""What is measured: one Work a row of the table of times. A Work is a request that every side gets
alike; boxes are all different, so that nothing kept by its recipe can answer."""
import math
import os
from dataclasses import dataclass, field

# name: width, height. The last two are of testdata.
SIZES = {"p12.jpg": (4000, 3000), "p12_prog.jpg": (4000, 3000), "p24.jpg": (6000, 4000),
         "p100.jpg": (12000, 8336), "photo.png": (4000, 3000), "chart.png": (2000, 1500),
         "diagram.png": (8000, 6000), "small.jpg": (800, 600), "small.png": (800, 600),
         "small_chart.png": (1000, 750), "Landscape_1.jpg": (1800, 1200),
         "poster-results.png": (3000, 1780)}
# What stands in for an input in the test: works.check_works() fills it in.
FILES = {}
TESTDATA = {"Landscape_1.jpg": "orient", "poster-results.png": "charts"}
FROM_TOP = {"top": 0.03, "middle": 0.5, "bottom": 0.97}

EVERY = ("foveate", "pillow", "opencv", "libvips", "sharp")
LOOKS = EVERY + ("usual",)
TENTH, HUNDREDTH = 0.1, 0.01
EDGE, FIT = 1024, 1568


@dataclass
class Work:
    key: str
    title: str
    request: dict
    sides: tuple
    name: str = ""                    # of the input
    make_boxes: object = None         # index of the first box, how many -> boxes
    check: str = ""                   # "jpeg", "png", "pixels", "same": what results must be
    quick: bool = False
    own: dict = field(default_factory=dict)  # what one side is asked otherwise
    rounds: int = 0                   # 0: as many as all


def region(name, share, place):
    """Boxes of `share` of the area at a place, each moved by some pixels."""
    width, height = SIZES[name]
    w, h = round(width * math.sqrt(share)), round(height * math.sqrt(share))
    room_x, room_y = width - w - 64, height - h - 16
    x0, y0 = max(0, round(0.41 * room_x)), max(0, round(FROM_TOP[place] * room_y))

    def boxes(first, count):
        made = []
        for k in range(first, first + count):
            x = min(x0 + k * 7 % 61, width - w)
            y = min(y0 + k // 61 * 3 % 16, height - h)
            made.append([x, y, x + w, y + h])
        return made
    return boxes


def fitted(name, edge, share=1.0):
    width, height = (side * math.sqrt(share) for side in SIZES[name])
    scale = edge / max(width, height)
    return {"width": round(width * scale), "height": round(height * scale)}


def sizes(name):
    """Of fits: a pixel fewer each time, in place of boxes."""
    def boxes(first, count):
        made = []
        for k in range(first, first + count):
            size = fitted(name, FIT - k % 48)
            made.append([k, 0, size["width"], size["height"]])
        return made
    return boxes


def zoom(key, name, title, share=TENTH, place="middle", warm=False, png=False, sides=EVERY,
         quick=False):
    request = {"case": "zoom", "warm": warm, "png": png, **fitted(name, EDGE, share)}
    return Work(key, title, request, sides, name, region(name, share, place),
                "png" if png else "jpeg", quick)


def cold_zooms(size, quick):
    name, sides = f"p{size}.jpg", EVERY if size == 100 else LOOKS
    return [zoom(f"p{size}.cold.{place}", name, f"{size} MP cold zoom, {place} → JPEG",
                 place=place, sides=sides, quick=quick) for place in FROM_TOP]


def warm_zoom(size, quick):
    name = f"p{size}.jpg"
    work = zoom(f"p{size}.warm", name, f"{size} MP warm zoom → JPEG", warm=True, quick=quick)
    parts = Work(f"p{size}.parts", f"{size} MP: resample + encode + base64 alone",
                 dict(work.request, case="parts"), ("foveate",), name, work.make_boxes, "",
                 quick)
    return [work, parts]


def fit_cold(size, quick):
    name = f"p{size}.jpg"
    return Work(f"p{size}.fit", f"{size} MP cold fit 1568 → JPEG",
                {"case": "fit", **fitted(name, FIT)}, EVERY, name, region(name, TENTH, "top"),
                "jpeg", quick)


def fit_shared(size, quick):
    """The same with as many threads as cores, for who can use them: on the wall's clock."""
    name, cores = f"p{size}.jpg", os.cpu_count() or 1
    return Work(f"p{size}.fit.threads", f"{size} MP cold fit 1568 → JPEG, {cores} threads, wall",
                {"case": "fit", "threads": cores, **fitted(name, FIT)}, ("foveate", "sharp"), name,
                region(name, TENTH, "top"), "jpeg", quick)


def fit_pixels(size, quick):
    name = f"p{size}.jpg"
    return Work(f"p{size}.fit.pixels", f"{size} MP warm fit 1568, pixels only",
                {"case": "fit_pixels", "warm": True, **fitted(name, FIT)}, EVERY, name,
                sizes(name), "", quick)


def png_decode(name, title, quick):
    request = {"case": "png"}
    return Work(f"{name}.decode", f"{title} decode", request, ("foveate", "libpng") + EVERY[1:],
                name, None, "same", quick,
                {"libpng": {"case": "png_libpng"}, "foveate": {"what": "open"}})


OPERATIONS = (("grey", "grey"), ("stretch", "stretch, levels given"),
              ("autocontrast", "stretch, levels found"), ("unsharp", "unsharp 5×5"),
              ("clahe", "CLAHE 8×8, colour"), ("clahe_grey", "CLAHE 8×8, to grey"),
              ("turn.90", "rot 90"), ("turn.7.5", "rot 7.5° bilinear"))


def operation(what, title, name="p12.jpg", size=(1568, 1280)):
    case, _, degrees = what.partition(".")
    request = {"case": "turn", "what": degrees} if case == "turn" else \
        {"case": "operate", "what": what}
    box = [1000, 700, 1000 + size[0], 700 + size[1]]
    return Work(f"view.{what}", f"view 1568×1280: {title}", request, ("foveate", "opencv"), name,
                lambda first, count: [box] * count, "", True)


def operation_fit(what, title):
    name = "p12.jpg"
    return Work(f"p12.{what}.fit", f"12 MP warm: {title} then fit 1568, pixels only",
                {"case": "operation_fit", "warm": True, "what": what, **fitted(name, FIT)},
                EVERY, name, sizes(name), "", False)


def chains():
    name = "p12.jpg"
    single = zoom("chain.single", name, "12 MP warm: a single zoom", warm=True,
                  sides=("foveate",), quick=True)
    five = zoom("chain.five", name, "12 MP warm: zoom, flip, contrast, half turn, zoom",
                warm=True, sides=("foveate",), quick=True)
    turned = zoom("chain.turned", name, "12 MP warm: the same with a turn by 7.5°", warm=True,
                  sides=("foveate",), quick=True)
    five.request["case"], turned.request["case"] = "chain", "chain_turned"
    return [[single, five, turned]]


def crowds(count, name="p12.jpg"):
    """Zooms on one thread and on two, and a bare loop beside them: what the machine gives."""
    boxes = region(name, TENTH, "middle")
    made = []
    for what, title in (("zoom", "12 MP: {} warm zooms"), ("spin", "a bare loop {} times")):
        for callers in (1, 2):
            request = {"case": "threads", "warm": True, "count": count, "what": what,
                       "callers": callers, **fitted(name, EDGE, TENTH)}
            words = title.format(count) + (" on 1 thread", " on 2 threads")[callers - 1]
            made.append(Work(f"{what}s.{callers}", words, request, ("foveate",), name,
                             lambda first, many: boxes(0, 400), "", True, {}, 5))
    return [made]


def all_works(quick):
    """Groups of works that take turns with each other; works alone are groups of one."""
    works = cold_zooms(12, True) + cold_zooms(24, False) + cold_zooms(100, False)
    works += [zoom("prog.cold", "p12_prog.jpg", "12 MP progressive, cold zoom → JPEG"),
              zoom("p12.cold.png", "p12.jpg", "12 MP cold zoom → PNG", png=True)]
    for size in (12, 24, 100):
        works += warm_zoom(size, size == 12)
    works += [zoom("p12.warm.png", "p12.jpg", "12 MP warm zoom → PNG", warm=True, png=True,
                   quick=True),
              zoom("p12.small", "p12.jpg", "12 MP warm, 1 % enlarged → JPEG", HUNDREDTH,
                   warm=True, quick=True),
              zoom("chart.warm", "chart.png", "chart 2000×1500 warm zoom → JPEG", warm=True),
              zoom("chart.warm.png", "chart.png", "chart 2000×1500 warm zoom → PNG", warm=True,
                   png=True, quick=True),
              zoom("chart.small.png", "chart.png", "chart 2000×1500 warm, 1 % enlarged → PNG",
                   HUNDREDTH, warm=True, png=True),
              zoom("realchart.small.png", "poster-results.png",
                   "poster 3000×1780 warm, 1 % enlarged → PNG", HUNDREDTH, warm=True, png=True),
              zoom("diagram.warm.png", "diagram.png", "diagram 8000×6000 warm zoom → PNG",
                   warm=True, png=True),
              zoom("real.cold", "Landscape_1.jpg", "photograph 1800×1200 cold zoom → JPEG",
                   sides=LOOKS, quick=True),
              zoom("realchart.cold", "poster-results.png", "poster 3000×1780 cold zoom → PNG",
                   png=True, sides=LOOKS, quick=True)]
    works += [fit_cold(12, True), fit_shared(12, True), fit_cold(24, False),
              fit_shared(24, False), fit_pixels(12, True), fit_pixels(24, False)]
    works += [png_decode("chart.png", "chart 2000×1500", True),
              png_decode("diagram.png", "diagram 8000×6000", False),
              png_decode("photo.png", "photo 4000×3000 PNG", True)]
    works += [operation_fit("turn", "rotate 7.5°"), operation_fit("clahe", "CLAHE, grey"),
              operation_fit("enhance", "contrast, sharpen, grey")]
    works += [operation(what, title) for what, title in OPERATIONS]
    groups = [[work] for work in works if work.quick or not quick]
    return groups + chains() + crowds(40 if quick else 400)


def check_works():
    """Small pictures for the test: every kind of case, and what can be checked in its result."""
    FILES.update({"p12.jpg": "small.jpg", "photo.png": "small.png",
                  "chart.png": "small_chart.png"})
    SIZES.update({name: SIZES[file] for name, file in FILES.items()})
    works = cold_zooms(12, True) + warm_zoom(12, True)
    works += [zoom("p12.warm.png", "p12.jpg", "", warm=True, png=True),
              zoom("p12.small", "p12.jpg", "", HUNDREDTH, warm=True),
              zoom("chart.warm.png", "chart.png", "", warm=True, png=True),
              zoom("realchart.cold", "poster-results.png", "", png=True),
              zoom("real.cold", "Landscape_1.jpg", "")]
    works += [fit_cold(12, True), fit_shared(12, True), fit_pixels(12, True),
              operation_fit("turn", ""),
              operation_fit("clahe", ""), operation_fit("enhance", ""),
              png_decode("chart.png", "", True), png_decode("photo.png", "", True)]
    works += [operation(what, title, size=(300, 200)) for what, title in OPERATIONS]
    for work in works:
        if work.key.startswith("view."):
            work.make_boxes = lambda first, count: [[100, 100, 400, 300]] * count
    return [[work] for work in works] + chains() + crowds(8)
