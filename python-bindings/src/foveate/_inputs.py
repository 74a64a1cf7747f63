# SPDX-License-Identifier: MIT
"""Pixels out of objects that are neither path nor buffer; imported when one is given."""
from __future__ import annotations

from typing import Any

from foveate._foveate import ArgError

#: PIL's modes whose bytes are pixels as they stand.
_BANDS = {"L": 1, "RGB": 3, "RGBA": 4}


def _fail(message: str) -> ArgError:
    error = ArgError(message)
    error.where = "image"
    return error


def _of_pil(image: Any) -> tuple[bytes, int, int, int]:
    if image.mode not in _BANDS:
        has_alpha = "A" in image.getbands() or "a" in image.getbands()
        has_alpha = has_alpha or "transparency" in image.info
        image = image.convert("RGBA" if has_alpha else "RGB")
    return image.tobytes(), image.width, image.height, _BANDS[image.mode]


def _of_array(interface: Any, source: Any) -> tuple[Any, int, int, int]:
    shape = tuple(interface["shape"])
    if interface["typestr"] != "|u1":
        raise _fail(
            f"the elements are of type {interface['typestr']}; pixels are unsigned bytes (|u1)"
        )
    if len(shape) not in (2, 3):
        raise _fail(f"the shape is {shape}; it must be (height, width) or (height, width, bands)")
    if not hasattr(source, "tobytes"):
        raise _fail("an array without a buffer must offer tobytes()")
    return source.tobytes(), shape[1], shape[0], shape[2] if len(shape) == 3 else 1


def pixels_of(source: Any) -> tuple[Any, int, int, int]:
    """Bytes, width, height and bands of a PIL image or an object with __array_interface__."""
    if hasattr(source, "getbands") and hasattr(source, "tobytes") and hasattr(source, "mode"):
        return _of_pil(source)
    interface = getattr(source, "__array_interface__", None)
    if interface is not None:
        return _of_array(interface, source)
    raise _fail(
        f"a {type(source).__name__} is no image; a path, the bytes of a file, an array of uint8 "
        "or a PIL image is"
    )
