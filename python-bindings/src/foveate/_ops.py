# SPDX-License-Identifier: MIT
# Written by generate.py from the operation table; do not edit.
"""The operations as methods."""
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Literal

    from foveate._types import Box, ImageRef, Point
    from foveate._values import Result


class Operations:
    """One method for each operation of the library's table.

    Each works on `image` (the original when left out), in pixels of that image, and makes a new
    one or answers a fact. What is not allowed raises ArgError with the field, the value and what
    is allowed. Arguments that are left out mean the library's defaults.
    """

    def _apply(self, op: str, arguments: dict[str, object]) -> Result:
        raise NotImplementedError

    def _tell(self, op: str) -> Result:
        raise NotImplementedError

    def zoom(
        self,
        box: Box,
        *,
        pad: float | None = None,
        label: str | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Look closer at one part of an image, at full resolution.

        Use it when a detail is too small to read or count: small print, a legend, a crowded part.
        It is cut from the original at full resolution and shown as large as you can see, so zooming
        into a zoom adds detail. Take a generous box rather than a tight one.

        box: the part to look at
        pad: fraction of the box's width and height added on each side (0 to 0.5; 0)
        label: what is in the box; a remark, changes nothing
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "zoom",
            {
                "box": box,
                "pad": pad,
                "label": label,
                "image": image,
                "frame": frame,
            },
        )

    def overview(
        self,
        *,
        max_edge: int | None = None,
        image: ImageRef | None = None,
    ) -> Result:
        """Look at a whole image again, smaller if wanted.

        Use it to see the whole picture once more after looking at details, or to check where a
        detail belongs.

        max_edge: pixels, longest side of the result; never enlarged (16 to 8192)
        """
        return self._apply(
            "overview",
            {
                "max_edge": max_edge,
                "image": image,
            },
        )

    def rotate(
        self,
        degrees: float,
        *,
        expand: bool | None = None,
        image: ImageRef | None = None,
    ) -> Result:
        """Turn an image clockwise by degrees.

        Use it when text or a chart stands sideways, upside down or aslant: turn it until its lines
        run level, then read. Give the angle that brings it upright, such as 90, -90, 180 or -7.5.

        degrees: degrees, positive turns clockwise; 90, 180 and 270 are lossless (-360 to 360)
        expand: grow the frame so that no corner is cut off (True)
        """
        return self._apply(
            "rotate",
            {
                "degrees": degrees,
                "expand": expand,
                "image": image,
            },
        )

    def flip(
        self,
        axis: Literal["horizontal", "vertical", "both"],
        *,
        image: ImageRef | None = None,
    ) -> Result:
        """Mirror an image.

        Use it when text or a scene is mirrored, as in a reflection or a slide seen from behind.

        axis: horizontal swaps left and right, vertical swaps top and bottom
        """
        return self._apply(
            "flip",
            {
                "axis": axis,
                "image": image,
            },
        )

    def enhance(
        self,
        *,
        box: Box | None = None,
        brightness: float | None = None,
        contrast: float | None = None,
        gamma: float | None = None,
        saturation: float | None = None,
        sharpen: float | None = None,
        denoise: int | None = None,
        autocontrast: bool | None = None,
        clahe: float | None = None,
        grayscale: bool | None = None,
        invert: bool | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Make faint, dark, noisy or blurred parts easier to see.

        Use it when something is there but hard to make out: pale print, bad light, noise. Try
        autocontrast first, clahe for uneven light. Colours and brightness are no longer those of
        the original.

        box: only this part is changed
        brightness: added to every level, 1 is all of the range (-1 to 1; 0)
        contrast: factor about the middle grey (0 to 4; 1)
        gamma: above 1 lightens dark parts, below 1 darkens (0.1 to 5; 1)
        saturation: factor, 0 takes the colours away (0 to 4; 1)
        sharpen: strength of edge sharpening (0 to 3; 0)
        denoise: passes of a 3x3 median against speckles (0 to 3; 0)
        autocontrast: stretch the levels found to the full range (False)
        clahe: local contrast, 2 to 4 for uneven light (0 to 8; 0)
        grayscale: to grey (False)
        invert: dark and light change places (False)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "enhance",
            {
                "box": box,
                "brightness": brightness,
                "contrast": contrast,
                "gamma": gamma,
                "saturation": saturation,
                "sharpen": sharpen,
                "denoise": denoise,
                "autocontrast": autocontrast,
                "clahe": clahe,
                "grayscale": grayscale,
                "invert": invert,
                "image": image,
                "frame": frame,
            },
        )

    def mark(
        self,
        *,
        boxes: Sequence[Box] | None = None,
        points: Sequence[Point] | None = None,
        lines: Sequence[Box] | None = None,
        arrows: Sequence[Box] | None = None,
        labels: Sequence[Mapping[str, object]] | None = None,
        numbers: bool | None = None,
        color: str | None = None,
        width: float | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Draw boxes, points, lines, arrows or labels on an image.

        Use it to keep count of things already found, to lay a straight line across a chart and read
        where it meets an axis, or to check that a place is the one you mean.

        boxes: boxes to outline
        points: points to dot
        lines: straight lines from first to second end
        arrows: arrows from tail to head
        labels: words and where they begin
        numbers: write 1, 2, 3 ... at the boxes (False)
        color: colour of all marks (#ff0000)
        width: pixels of the picture as shown, width of strokes (1 to 12; 3)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "mark",
            {
                "boxes": boxes,
                "points": points,
                "lines": lines,
                "arrows": arrows,
                "labels": labels,
                "numbers": numbers,
                "color": color,
                "width": width,
                "image": image,
                "frame": frame,
            },
        )

    def sample(
        self,
        *,
        points: Sequence[Point] | None = None,
        box: Box | None = None,
        radius: int | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Read exact colours at points, or the main colours of a part.

        Use it to match a bar, line or slice to its legend, or to tell apart colours that look
        alike: give a point in each and compare the numbers.

        points: where to read the colour
        box: in place of points, a part whose mean, median and main colours are told
        radius: full-resolution pixels; each point is the mean of a disc of this radius (0 to 50; 0)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "sample",
            {
                "points": points,
                "box": box,
                "radius": radius,
                "image": image,
                "frame": frame,
            },
        )

    def ocr(
        self,
        *,
        box: Box | None = None,
        layout: Literal["sparse", "auto", "block", "line"] | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Read printed text with an OCR engine: words, places and confidence.

        Use it for much or very small print, and to get the exact place of a word. It reads printed
        letters only and makes mistakes: look yourself where it matters.

        box: the part to read; left out, the whole image
        layout: sparse: words scattered as in a chart; auto: columns; block: one paragraph; line:
            one line (sparse)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "ocr",
            {
                "box": box,
                "layout": layout,
                "image": image,
                "frame": frame,
            },
        )

    def list_images(self) -> Result:
        """List the images so far: ids, sizes, and what each was made from.

        Use it when you have lost track of which image shows what.
        """
        return self._tell("list_images")
