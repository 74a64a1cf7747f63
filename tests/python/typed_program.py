# SPDX-License-Identifier: MIT
"""A program as a user types it; test_package.py gives it to mypy --strict."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

import foveate


def model(
    messages: list[dict[str, Any]], tools: list[dict[str, Any]], info: dict[str, Any]
) -> dict[str, Any]:
    return {"text": "ANSWER: 42"}


def main(path: Path) -> str:
    array = np.zeros((4, 4, 3), dtype=np.uint8)
    with foveate.Session([path, array, PIL.Image.new("RGB", (4, 4)), b"bytes"]) as session:
        look: foveate.Result = session.zoom([0, 0, 50, 50], pad=0.1)
        turned = session.rotate(12, image=look)
        session.mark(boxes=[[0, 0, 9, 9]], color="red", image=turned.image)
        where: tuple[str, float, float] = session.to_source(turned, 1, 2)
        answer = session.ask("Which?", model=model)
        if look.image is not None:
            size: tuple[int, int] = look.image.size
            view = memoryview(look.image)
            back = np.asarray(look.image)
            print(size, view.nbytes, back.shape, where)
        checked: foveate.Replayed = session.verify()
        return (answer.text or answer.reason or "") + checked.digest
