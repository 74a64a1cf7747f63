# SPDX-License-Identifier: MIT
"""What the README shows; run by test_package.py with a chart's path."""
import sys

chart = sys.argv[1]

# The README's lines begin here.
import foveate

session = foveate.Session(chart)
look = session.zoom([100, 100, 500, 400])
turned = session.rotate(12, image=look)
source, x, y = session.to_source(turned, 75, 55)
answer = session.ask("How many thousand people live in Sankt Aldegund?")
print(answer.text, answer.evidence, session.verify().digest)
