# SPDX-License-Identifier: MIT
"""The Python peers: peer_python.py pillow | opencv | libvips | usual.

Each speaks the protocol of bench_foveate: one request a line of JSON on standard input, one line of
JSON an iteration, {"end": true} last. Every case times itself and frees outside of the clock. Each
peer is used as its documentation recommends for speed, on one thread.
"""
import base64
import io
import json
import os
import sys
import time

os.environ["VIPS_CONCURRENCY"] = "1"
os.environ["OMP_NUM_THREADS"] = "1"


# What this process has spent, for a machine that others use at the same time.
now = time.process_time if os.environ.get("BENCH_CLOCK") == "cpu" else time.perf_counter


def read_file(path):
    with open(path, "rb") as file:
        return file.read()


class Missing(Exception):
    """This peer has no such case."""


class Peer:
    """What a peer must do: `decode` bytes to its own kind of image, the rest on that."""

    def __init__(self):
        self.path = self.data = self.image = None

    def load(self, request):
        if self.path != request["input"]:
            self.path, self.data, self.image = request["input"], read_file(request["input"]), None

    def warm(self):
        if self.image is None:
            self.image = self.decode(self.data)
        return self.image

    def forget(self):
        self.path = self.data = self.image = None

    # Each case returns (milliseconds, width, height, size, what to keep).
    def run(self, request, index):
        case = getattr(self, "case_" + request["case"], None)
        if case is None:
            raise Missing(f"no case {request['case']}")
        return case(request, request["boxes"][index] if "boxes" in request else None)

    def case_zoom(self, request, box):
        return self.look(request, lambda image, size: self.cut(image, box, size))

    def case_fit(self, request, _):
        if request.get("warm"):
            return self.look(request, self.shrink)
        size = request["width"], request["height"]
        start = now()
        text = base64.b64encode(self.encode(self.fit_cold(self.data, size), request.get("png")))
        return since(start), *size, len(text) * 3 // 4, text

    def look(self, request, make):
        size = request["width"], request["height"]
        image = self.warm() if request.get("warm") else None
        start = now()
        if image is None:
            image = self.decode_for_region(self.data)
        made = make(image, size)
        text = base64.b64encode(self.encode(made, request.get("png")))
        ms = since(start)
        return ms, *self.size_of(made), len(text) * 3 // 4, text

    def case_fit_pixels(self, request, box):
        image, size = self.warm(), (box[2], box[3])
        start = now()
        made = self.pixels(self.shrink(image, size))
        return since(start), *size, len(made), None

    def case_png(self, _, __):
        start = now()
        image = self.decode(self.data)
        ms = since(start)
        return ms, *self.size_of(image), 0, None

    def case_pixels(self, request, box):
        made = self.cut(self.warm(), box, (request["width"], request["height"]))
        return 0, *self.size_of(made), 0, self.pixels(made)

    def case_operation_fit(self, request, box):
        operate = getattr(self, "fit_" + request["what"], None)
        if operate is None:
            raise Missing(f"no {request['what']}")
        image, size, little = self.warm(), (request["width"], request["height"]), box[0] * 0.001
        start = now()
        made = self.pixels(operate(image, size, little))
        return since(start), *size, len(made), None

    def decode_for_region(self, data):
        return self.decode(data)


def since(start):
    return (now() - start) * 1e3


class Pillow(Peer):
    def __init__(self):
        super().__init__()
        from PIL import Image, ImageEnhance, ImageFilter, ImageOps
        self.pil, self.ops = Image, ImageOps
        self.enhance, self.filter = ImageEnhance, ImageFilter
        Image.MAX_IMAGE_PIXELS = None

    def decode(self, data):
        image = self.pil.open(io.BytesIO(data))
        image.load()
        return image if image.mode == "RGB" else image.convert("RGB")

    def cut(self, image, box, size):
        return image.resize(size, self.pil.Resampling.LANCZOS, box=tuple(box))

    def shrink(self, image, size):
        return image.resize(size, self.pil.Resampling.LANCZOS)

    def fit_cold(self, data, size):
        image = self.pil.open(io.BytesIO(data))
        image.draft("RGB", size)  # the DCT's scales, as Image.thumbnail() uses them
        return image.resize(size, self.pil.Resampling.LANCZOS)

    def encode(self, image, is_png):
        out = io.BytesIO()
        if is_png:
            image.save(out, "PNG")
        else:
            image.save(out, "JPEG", quality=90, subsampling=2)
        return out.getvalue()

    def size_of(self, image):
        return image.size

    def pixels(self, image):
        return image.tobytes()

    def fit_turn(self, image, size, little):
        turned = image.rotate(-7.5 - little, self.pil.Resampling.BICUBIC)
        return self.shrink(turned, size)

    def fit_clahe(self, image, size, _):  # its nearest: it has no CLAHE
        return self.shrink(self.ops.equalize(image.convert("L")).convert("RGB"), size)

    def fit_enhance(self, image, size, little):
        image = self.enhance.Contrast(image).enhance(1.3 + little).convert("L")
        image = image.filter(self.filter.UnsharpMask(1, 100, 0))
        return self.shrink(image, size).convert("RGB")


class OpenCV(Peer):
    def __init__(self):
        super().__init__()
        import cv2
        import numpy
        self.cv, self.np = cv2, numpy
        cv2.setNumThreads(1)
        self.made = {}

    def forget(self):
        super().forget()
        self.made = {}

    def decode(self, data):
        return self.cv.imdecode(self.np.frombuffer(data, self.np.uint8), self.cv.IMREAD_COLOR)

    def cut(self, image, box, size):
        return self.shrink(image[box[1]:box[3], box[0]:box[2]], size)

    def shrink(self, image, size):
        """Its documentation: AREA looks best for shrinking. It has no Lanczos3."""
        shrinks = image.shape[1] > size[0]
        how = self.cv.INTER_AREA if shrinks else self.cv.INTER_LANCZOS4
        return self.cv.resize(image, size, interpolation=how)

    def fit_cold(self, data, size):
        return self.shrink(self.decode(data), size)

    def encode(self, image, is_png):
        if is_png:
            return self.cv.imencode(".png", image)[1].tobytes()
        options = [self.cv.IMWRITE_JPEG_QUALITY, 90, self.cv.IMWRITE_JPEG_SAMPLING_FACTOR,
                   self.cv.IMWRITE_JPEG_SAMPLING_FACTOR_420]
        return self.cv.imencode(".jpg", image, options)[1].tobytes()

    def size_of(self, image):
        return image.shape[1], image.shape[0]

    def pixels(self, image):
        return image.tobytes()

    def case_pixels(self, request, box):
        made = self.cut(self.warm(), box, (request["width"], request["height"]))
        return 0, *self.size_of(made), 0, made[:, :, ::-1].tobytes()

    def turned(self, image, degrees):
        height, width = image.shape[:2]
        turn = self.cv.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), degrees, 1)
        return turn, (width, height)

    def fit_turn(self, image, size, little):
        turn, whole = self.turned(image, -7.5 - little)
        made = self.cv.warpAffine(image, turn, whole, flags=self.cv.INTER_LINEAR,
                                  borderMode=self.cv.BORDER_CONSTANT)
        return self.shrink(made, size)

    def fit_clahe(self, image, size, little):
        grey = self.cv.cvtColor(image, self.cv.COLOR_BGR2GRAY)
        made = self.cv.createCLAHE(2 + little, (8, 8)).apply(grey)
        return self.cv.cvtColor(self.shrink(made, size), self.cv.COLOR_GRAY2BGR)

    def fit_enhance(self, image, size, little):
        made = self.cv.convertScaleAbs(image, alpha=1.3 + little, beta=-38)
        made = self.cv.cvtColor(made, self.cv.COLOR_BGR2GRAY)
        made = self.cv.addWeighted(made, 2, self.cv.GaussianBlur(made, (5, 5), 0), -1, 0)
        return self.cv.cvtColor(self.shrink(made, size), self.cv.COLOR_GRAY2BGR)

    # ---- operations on a view: the view and a place for the result are there ----

    def view(self, box):
        if "view" not in self.made:
            image = self.decode(self.data)[box[1]:box[3], box[0]:box[2]].copy()
            grey = self.np.zeros(image.shape[:2], self.np.uint8)
            self.made = {"view": image, "out": image.copy(), "more": image.copy(), "grey": grey,
                         "flat": grey.copy(), "clahe": self.cv.createCLAHE(2, (8, 8)),
                         "turned": image.transpose(1, 0, 2).copy()}
        return self.made

    def case_operate(self, request, _):
        made = self.view(request["boxes"][0])
        operate = getattr(self, "operate_" + request["what"], None)
        if operate is None:
            raise Missing(f"no {request['what']}")
        start = now()
        operate(made["view"], made["out"], made)
        ms = since(start)
        return ms, *self.size_of(made["out"]), made["out"].size, made["out"][:, :, ::-1].tobytes()

    def case_turn(self, request, _):
        made, is_quarter = self.view(request["boxes"][0]), request["what"] == "90"
        view, out = made["view"], made["turned"] if is_quarter else made["out"]
        turn, size = self.turned(view, -7.5)
        start = now()
        if is_quarter:
            self.cv.rotate(view, self.cv.ROTATE_90_CLOCKWISE, dst=out)
        else:
            self.cv.warpAffine(view, turn, size, dst=out, flags=self.cv.INTER_LINEAR,
                               borderMode=self.cv.BORDER_REPLICATE)
        return since(start), *self.size_of(out), out.size, out[:, :, ::-1].tobytes()

    def operate_grey(self, view, out, made):
        self.cv.cvtColor(view, self.cv.COLOR_BGR2GRAY, dst=made["grey"])
        self.cv.cvtColor(made["grey"], self.cv.COLOR_GRAY2BGR, dst=out)

    def operate_stretch(self, view, out, _):
        self.cv.convertScaleAbs(view, dst=out, alpha=255 / 210, beta=-20 * 255 / 210)

    def operate_autocontrast(self, view, out, made):
        grey = self.cv.cvtColor(view, self.cv.COLOR_BGR2GRAY, dst=made["grey"])
        counts = self.cv.calcHist([grey], [0], None, [256], [0, 256]).ravel().cumsum()
        tail = grey.size / 200
        black = int(self.np.searchsorted(counts, tail, "right"))
        white = int(self.np.searchsorted(counts, grey.size - tail, "left"))
        scale = 255 / max(white - black, 1)
        self.cv.convertScaleAbs(view, dst=out, alpha=scale, beta=-black * scale)

    def operate_unsharp(self, view, out, made):
        self.cv.GaussianBlur(view, (5, 5), 0, dst=made["more"])  # 1 4 6 4 1, as ours
        self.cv.addWeighted(view, 2, made["more"], -1, 0, dst=out)

    def operate_clahe(self, view, out, made):
        self.cv.cvtColor(view, self.cv.COLOR_BGR2YCrCb, dst=made["more"])
        self.cv.extractChannel(made["more"], 0, dst=made["grey"])
        made["clahe"].apply(made["grey"], made["flat"])
        self.cv.insertChannel(made["flat"], made["more"], 0)
        self.cv.cvtColor(made["more"], self.cv.COLOR_YCrCb2BGR, dst=out)

    def operate_clahe_grey(self, view, out, made):
        self.cv.cvtColor(view, self.cv.COLOR_BGR2GRAY, dst=made["grey"])
        made["clahe"].apply(made["grey"], made["flat"])
        self.cv.cvtColor(made["flat"], self.cv.COLOR_GRAY2BGR, dst=out)


class Libvips(Peer):
    def __init__(self):
        super().__init__()
        import pyvips
        self.vips = pyvips
        pyvips.cache_set_max(0)  # it would answer a repeated call without working

    def decode(self, data):
        return self.vips.Image.new_from_buffer(data, "").copy_memory()

    def decode_for_region(self, data):
        return self.vips.Image.new_from_buffer(data, "", access="sequential")

    def cut(self, image, box, size):
        part = image.crop(box[0], box[1], box[2] - box[0], box[3] - box[1])
        return self.shrink(part, size)

    def shrink(self, image, size):
        return image.resize(size[0] / image.width, vscale=size[1] / image.height,
                            kernel="lanczos3")

    def fit_cold(self, data, size):
        return self.vips.Image.thumbnail_buffer(data, size[0], height=size[1], size="force")

    def encode(self, image, is_png):
        if is_png:
            return image.pngsave_buffer()
        return image.jpegsave_buffer(Q=90, subsample_mode="on", optimize_coding=False)

    def size_of(self, image):
        return image.width, image.height

    def pixels(self, image):
        return image.write_to_memory()

    def fit_turn(self, image, size, little):
        height, width = image.height, image.width
        turned = image.similarity(angle=7.5 + little)
        part = turned.crop((turned.width - width) // 2, (turned.height - height) // 2, width,
                           height)
        return self.shrink(part, size)

    def fit_clahe(self, image, size, _):
        grey = image.colourspace("b-w")
        made = grey.hist_local(64, 64, max_slope=2)  # a window that slides, not 8x8 tiles
        return self.shrink(made, size).colourspace("srgb")

    def fit_enhance(self, image, size, little):
        made = image.linear(1.3 + little, -38, uchar=True).colourspace("b-w").sharpen(sigma=1)
        return self.shrink(made, size).colourspace("srgb").cast("uchar")


class Usual(Pillow):
    """The call that agents make: everything from the file's name, the result as JSON."""

    def load(self, request):
        self.path = request["input"]

    def case_zoom(self, request, box):
        size = request["width"], request["height"]
        start = now()
        image = self.pil.open(self.path).convert("RGB")
        made = image.crop(tuple(box)).resize(size, self.pil.Resampling.LANCZOS)
        out = io.BytesIO()
        made.save(out, "PNG")
        text = base64.b64encode(out.getvalue()).decode()
        url = "data:image/png;base64," + text
        json.dumps({"type": "image_url", "image_url": {"url": url}})
        return since(start), *made.size, len(text) * 3 // 4, text.encode()


PEERS = {"pillow": Pillow, "opencv": OpenCV, "libvips": Libvips, "usual": Usual}


def answer(peer, request):
    if request["case"] == "forget":
        peer.forget()
        return
    if request.get("input"):
        peer.load(request)
    spent = 0
    for index in range(len(request.get("boxes", [None]))):
        ms, width, height, size, kept = peer.run(request, index)
        if index == 0 and request.get("keep"):
            with open(request["keep"], "wb") as file:
                file.write(kept or b"")
        print(json.dumps({"ms": ms, "width": width, "height": height, "bytes": size}))
        spent += ms
        if spent >= request.get("min_ms", 0):
            break


def main(argv):
    if len(argv) != 2 or argv[1] not in PEERS:
        print(__doc__, file=sys.stderr)
        return 2
    peer = PEERS[argv[1]]()
    for line in sys.stdin:
        try:
            answer(peer, json.loads(line))
        except Missing as why:
            print(json.dumps({"missing": str(why)}))
        except Exception as why:  # whatever a peer raises is told, and the next request goes on
            print(json.dumps({"error": f"{type(why).__name__}: {why}"}))
        print('{"end": true}', flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
