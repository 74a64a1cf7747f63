# SPDX-License-Identifier: MIT
"""What people write: pillow_script.py IN OUT X1 Y1 X2 Y2 WIDTH HEIGHT."""
import sys

from PIL import Image

source, out, *numbers = sys.argv[1:]
x1, y1, x2, y2, width, height = map(int, numbers)
image = Image.open(source).convert("RGB").crop((x1, y1, x2, y2))
image.resize((width, height), Image.Resampling.LANCZOS).save(out, quality=90)
