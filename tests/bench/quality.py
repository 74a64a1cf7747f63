# SPDX-License-Identifier: MIT
"""Lanczos3 in floating point, and how near each side's pixels are to it: quality.py SOURCE X1 Y1 X2
Y2 WIDTH HEIGHT RAW... prints one PSNR in dB a line, -1 for pixels of another size.

Run with an interpreter that has numpy and Pillow. The reference reads the whole source, widens the
kernel when it shrinks and rounds nothing. A band at the border is left out: sides differ in
whether taps may reach over a box's edge."""
import sys

import numpy
from PIL import Image

BORDER = 8


def lanczos3(x):
    x = numpy.abs(x)
    return numpy.where(x < 3, numpy.sinc(x) * numpy.sinc(x / 3), 0)


def taps(start, stop, out, limit):
    """For each output: source indices (clamped to the source) and weights that sum to one."""
    scale = (stop - start) / out
    wide = max(scale, 1.0)
    centre = start + (numpy.arange(out) + 0.5) * scale
    first = numpy.floor(centre - 3 * wide).astype(int)
    index = first[:, None] + numpy.arange(int(6 * wide) + 3)[None, :]
    weight = lanczos3((index + 0.5 - centre[:, None]) / wide)
    return index.clip(0, limit - 1), weight / weight.sum(1, keepdims=True)


def resample(pixels, box, width, height):
    """Rows first, a few at a time: the whole as float64 would not fit."""
    x1, y1, x2, y2 = box
    rows, row_weight = taps(y1, y2, height, pixels.shape[0])
    columns, column_weight = taps(x1, x2, width, pixels.shape[1])
    left, right = columns.min(), columns.max() + 1
    out = numpy.empty((height, width, 3))
    for y in range(height):
        strip = pixels[rows[y], left:right].astype(numpy.float64)
        line = numpy.tensordot(row_weight[y], strip, 1)
        out[y] = numpy.einsum("xk,xkc->xc", column_weight, line[columns - left])
    return out.clip(0, 255)


def psnr(reference, raw):
    if raw.size != reference.size:
        return -1.0
    inner = slice(BORDER, -BORDER)
    error = reference - raw.reshape(reference.shape)
    return float(10 * numpy.log10(255 ** 2 / numpy.mean(error[inner, inner] ** 2)))


def main(argv):
    source, (x1, y1, x2, y2, width, height) = argv[1], map(int, argv[2:8])
    Image.MAX_IMAGE_PIXELS = None
    pixels = numpy.asarray(Image.open(source).convert("RGB"))
    reference = resample(pixels, (x1, y1, x2, y2), width, height)
    for name in argv[8:]:
        print(f"{psnr(reference, numpy.fromfile(name, numpy.uint8)):.3f}")


if __name__ == "__main__":
    main(sys.argv)
