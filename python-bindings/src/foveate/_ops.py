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
    one, answers a fact, or both. What is not allowed raises ArgError with the field, the value and what
    is allowed. Arguments that are left out mean the library's defaults.
    """

    def _apply(
        self, op: str, arguments: dict[str, object], images: tuple[str, ...] = ("image",)
    ) -> Result:
        raise NotImplementedError

    def _tell(self, op: str, image: ImageRef | None = None) -> Result:
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
        grid: bool | None = None,
        image: ImageRef | None = None,
    ) -> Result:
        """Look at a whole image again, smaller if wanted.

        Use it to see the whole picture once more after looking at details, or to check where a
        detail belongs.

        max_edge: pixels, longest side of the result; never enlarged (16 to 8192)
        grid: with a grid of cells named A1, B1 ... (False)
        """
        return self._apply(
            "overview",
            {
                "max_edge": max_edge,
                "grid": grid,
                "image": image,
            },
        )

    def rotate(
        self,
        degrees: float | Literal["auto"],
        *,
        expand: bool | None = None,
        image: ImageRef | None = None,
    ) -> Result:
        """Turn an image clockwise by degrees.

        Use it when text or a chart stands sideways, upside down or aslant: turn it until its lines
        run level, then read. Give the angle that brings it upright, such as 90, -90, 180 or -7.5,
        or auto for a page that is a little aslant.

        degrees: degrees, positive turns clockwise; auto levels a page that is aslant by up to 15
            (-360 to 360)
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

    def straighten(
        self,
        corners: Sequence[Point],
        *,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Bring a page, sign or screen that is seen from the side square, by its corners.

        Use it when something flat was photographed at an angle, so that its lines run together:
        give its four corners and read it as if seen from the front.

        corners: clockwise from the corner that shall be the top left
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "straighten",
            {
                "corners": corners,
                "image": image,
                "frame": frame,
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

    def binarize(
        self,
        *,
        method: Literal["otsu", "adaptive", "fixed"] | None = None,
        value: int | None = None,
        invert: bool | None = None,
        channel: Literal["luma", "red", "green", "blue", "saturation"] | None = None,
        image: ImageRef | None = None,
    ) -> Result:
        """Turn an image into pure black and white.

        Use it on faint, stained or unevenly lit print before reading, or to see shapes without
        shades.

        method: otsu finds one level, adaptive many (uneven light), fixed takes value (otsu)
        value: for fixed; brighter becomes white (0 to 255; 128)
        invert: black and white change places (False)
        channel: saturation tells colour from grey (luma)
        """
        return self._apply(
            "binarize",
            {
                "method": method,
                "value": value,
                "invert": invert,
                "channel": channel,
                "image": image,
            },
        )

    def spotlight(
        self,
        boxes: Sequence[Box],
        *,
        mode: Literal["mask", "dim", "blur", "outline"] | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Hide everything but the parts that matter.

        Use it before reading a crowded table or chart: give the rows, columns, bars or panels that
        the question is about, headings and axis labels included.

        boxes: what stays as it is
        mode: the rest is covered, darkened or blurred; outline only frames the boxes (mask)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "spotlight",
            {
                "boxes": boxes,
                "mode": mode,
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

    def guides(
        self,
        *,
        h: Sequence[Point] | None = None,
        v: Sequence[Point] | None = None,
        label: bool | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Draw level and upright lines right across an image, through given points.

        Use it to read a chart by eye: a line through the top of a bar or through a dot shows where
        it meets the axis, and whether two things are on one height.

        h: points that horizontal lines run through
        v: points that vertical lines run through
        label: write at each line its place in pixels of the original (True)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "guides",
            {
                "h": h,
                "v": v,
                "label": label,
                "image": image,
                "frame": frame,
            },
        )

    def grid(
        self,
        rows: int,
        cols: int,
        *,
        labels: Literal["cells", "numbers", "none"] | None = None,
        image: ImageRef | None = None,
    ) -> Result:
        """Lay a grid of named cells over an image.

        Use it to search a crowded picture cell by cell, to count in parts, or to say where
        something is.

        rows: rows of cells (1 to 16)
        cols: columns of cells (1 to 16)
        labels: cells: A1, B1 ... with the column's letter first; numbers: 1, 2 ... row by row
            (cells)
        """
        return self._apply(
            "grid",
            {
                "rows": rows,
                "cols": cols,
                "labels": labels,
                "image": image,
            },
        )

    def tile(
        self,
        rows: int,
        cols: int,
        *,
        overlap: float | None = None,
        pick: int | None = None,
        image: ImageRef | None = None,
    ) -> Result:
        """See all of a large image in parts, each at full resolution.

        Use it when the whole was shown too small and everything matters: a long page, a poster, a
        plan, a crowd to be counted. To look at one place, zoom costs less.

        rows: rows of tiles (1 to 8)
        cols: columns of tiles; rows times cols at most 16 (1 to 8)
        overlap: fraction of a tile that it shares with the next one (0 to 0.5; 0.1)
        pick: this tile only, counted from 1, row by row (1 to 64)
        """
        return self._apply(
            "tile",
            {
                "rows": rows,
                "cols": cols,
                "overlap": overlap,
                "pick": pick,
                "image": image,
            },
        )

    def compare(
        self,
        a: ImageRef,
        b: ImageRef,
        *,
        mode: Literal["side", "diff", "blend"] | None = None,
        tolerance: int | None = None,
    ) -> Result:
        """Two images side by side, their difference, or a blend; and in numbers what differs.

        Use it to find what changed between two pictures of the same thing, or to look at two
        details next to each other. It lists the places that differ, largest first.

        mode: side by side, diff (what differs in red, numbered), or blend (half of each) (side)
        tolerance: levels of 255 in one channel up to which a pixel counts as alike (0 to 254; 12)
        """
        return self._apply(
            "compare",
            {
                "a": a,
                "b": b,
                "mode": mode,
                "tolerance": tolerance,
            },
            ("a", "b"),
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
        box: a part whose mean, spread, median and main colours are told
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

    def palette(
        self,
        *,
        box: Box | None = None,
        count: int | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """List the main colours: code, share, and a place where each is found.

        Use it to learn which series a chart has and their exact colours, or to find a legend's
        entry among bars and slices.

        box: only this part
        count: how many, the most common first (1 to 12; 6)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "palette",
            {
                "box": box,
                "count": count,
                "image": image,
                "frame": frame,
            },
        )

    def isolate_color(
        self,
        color: str,
        *,
        tolerance: float | None = None,
        mode: Literal["keep", "fade", "remove"] | None = None,
        box: Box | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Show one colour alone, or take it away.

        Use it to follow one series among several that cross, to count marks of one colour, or to
        take a stamp off a text.

        color: as sample or palette tell it
        tolerance: Delta E 2000; 2 is hardly seen, 20 a clear difference (0 to 100; 10)
        mode: keep hides all else, fade pales it (axes stay readable), remove hides the colour
            (keep)
        box: only this part is changed
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "isolate_color",
            {
                "color": color,
                "tolerance": tolerance,
                "mode": mode,
                "box": box,
                "image": image,
                "frame": frame,
            },
        )

    def components(
        self,
        *,
        box: Box | None = None,
        min_area: int | None = None,
        color: str | None = None,
        tolerance: float | None = None,
        order: Literal["largest", "across", "down"] | None = None,
        draw: bool | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Find areas of one colour: bars, slices, dots, swatches, with place, size, colour.

        Use it to count them, to compare their sizes (of_parts is a pie slice's share), or to get
        exact bar ends that `read` turns into values. It sees colour only, no meaning: give a box
        around the plot.

        box: the part to look at, with some background
        min_area: pixels, the smallest area told; 0: 1/20000 of the part (0 to 1e+08; 0)
        color: only this colour, thin lines and small dots too
        tolerance: Delta-E 2000 from color that still counts (0.5 to 50; 10)
        order: numbered by size, from left to right, or from top to bottom (largest)
        draw: also an image with their boxes and numbers (False)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "components",
            {
                "box": box,
                "min_area": min_area,
                "color": color,
                "tolerance": tolerance,
                "order": order,
                "draw": draw,
                "image": image,
                "frame": frame,
            },
        )

    def lines(
        self,
        *,
        box: Box | None = None,
        min_angle: float | None = None,
        max_angle: float | None = None,
        min_length: int | None = None,
        draw: bool | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Find straight lines: axes, gridlines, sides of boxes and bars, longest first.

        Use it to get the exact places of gridlines and ticks before calibrate, the tilt of a scan,
        or how a diagram's boxes are joined.

        box: the part to look at
        min_angle: degrees clockwise from rightwards: 0 is level, 90 upright; 10 runs down to the
            right (-180 to 180; -90)
        max_angle: degrees; -5 to 5 finds level lines, 85 to 95 upright ones (-180 to 180; 90)
        min_length: pixels, the shortest told; 0: 1/20 of the longer side (0 to 30000; 0)
        draw: also an image with the lines and their numbers (False)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "lines",
            {
                "box": box,
                "min_angle": min_angle,
                "max_angle": max_angle,
                "min_length": min_length,
                "draw": draw,
                "image": image,
                "frame": frame,
            },
        )

    def calibrate(
        self,
        axis: Literal["x", "y"],
        ticks: Sequence[Mapping[str, object]],
        *,
        scale: Literal["linear", "log", "date"] | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Learn an axis from its ticks, so that `read` turns places into values.

        Use it when a chart's values are not printed: give three or more ticks far apart, in the
        middle of their marks, then `read` bars, points or lines. A large residual means a wrong
        tick or scale.

        axis: x along the picture, y down it
        ticks: places on the axis (tick marks or gridlines) and the values printed there
        scale: log: 1, 10, 100 in even steps; date: values such as 2021, 2021-03, 2021-03-01
            (linear)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "calibrate",
            {
                "axis": axis,
                "ticks": ticks,
                "scale": scale,
                "image": image,
                "frame": frame,
            },
        )

    def read(
        self,
        calibration: Sequence[str | Result],
        *,
        points: Sequence[Point] | None = None,
        parts: Sequence[str | Result] | None = None,
        edge: Literal["auto", "top", "bottom", "left", "right", "center"] | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Turn places or found parts into values by a calibrated axis, with their error.

        Use it after calibrate: for bars name the parts that components found, for a curve give
        points in the middle of its line. An extrapolated value lies beyond the ticks.

        calibration: facts of calibrate: one axis, or x and y
        points: places to read
        parts: parts to read: fact_3 for all of a fact's, fact_3.2 for one
        edge: end of a part; auto: a bar's end away from zero, and with two axes the center (auto)
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "read",
            {
                "calibration": calibration,
                "points": points,
                "parts": parts,
                "edge": edge,
                "image": image,
                "frame": frame,
            },
        )

    def measure(
        self,
        what: Literal["distance", "angle", "area", "profile"],
        points: Sequence[Point],
        *,
        calibration: Sequence[str | Result] | None = None,
        image: ImageRef | None = None,
        frame: Literal["image", "source"] | None = None,
    ) -> Result:
        """Measure a distance, an angle, a polygon's area, or the edges along a line.

        Use it for a pie slice's angle (its share is of_circle), for lengths against a scale bar, or
        to find exactly where a line meets an edge or a curve (profile).

        what: profile: brightness along a line, and the edges that it crosses
        points: distance, profile: both ends; angle: the corner second; area: around it
        calibration: facts of calibrate, to tell values too: one axis, or x and y
        frame: what coordinates are of: the image named (the default) or its source
        """
        return self._apply(
            "measure",
            {
                "what": what,
                "points": points,
                "calibration": calibration,
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

    def recall(
        self,
        image: ImageRef,
    ) -> Result:
        """Show an image again that is no longer before you.

        Use it when you need an image that was dropped or that you can no longer see.
        """
        return self._tell("recall", image)

    def drop(
        self,
        image: ImageRef,
    ) -> Result:
        """Say that an image is no longer needed.

        Use it to keep a long conversation small. The image is taken out before the next question;
        recall brings it back.
        """
        return self._tell("drop", image)
