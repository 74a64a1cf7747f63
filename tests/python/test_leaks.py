# SPDX-License-Identifier: MIT
"""Memory: what is made goes again."""
import gc
import resource
import sys
import tracemalloc
import weakref

import numpy
import pytest

import foveate


def resident():
    """Bytes in memory now."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * resource.getpagesize()


def picture_in_and_out(chart):
    image = foveate.Image(chart)
    numpy.asarray(image).sum()
    memoryview(image).release()
    image.file()
    repr(image), image.info, image.sha256, image.size, image.mime


def refused(chart):
    for bad in (b"nothing", 5, "missing.png", numpy.zeros((3, 3))):
        try:
            foveate.Image(bad)
        except foveate.Error:
            pass


def looks(chart):
    session = foveate.Session(chart, out=False)
    session.zoom([0, 0, 90, 90]).image.tobytes()
    session.sample(points=[[1, 1]])
    session.call("rotate", {"degrees": 3})
    session.call("zoom", {"box": "x"})
    session.to_source("img_1", 1, 2), session.tools(), session.describe(1), session.images


def function_asked(chart):
    def model(messages, tools, info):
        if info["round"] == 1:
            return {"calls": [{"name": "zoom", "arguments": {"box": [0, 0, 50, 50]}}]}
        return "ANSWER: 1"

    session = foveate.Session(chart, out=False, model=model)
    session.ask("?", on_event=lambda event: None)
    try:
        session.ask("?", model=lambda *given: 1 / 0)
    except ZeroDivisionError:
        pass


def model_called(chart):
    model = foveate.Model.script(
        '[{"text":"a","raw":{"b":1}},{"calls":[{"name":"n","arguments":{}}]}]')
    picture = [{"type": "image", "image": chart.read_bytes()}]
    messages = [{"role": "user", "content": picture}]
    tools = [{"name": "zoom", "description": "", "parameters": {}}]
    for turn in range(4):
        try:
            reply = model(messages, tools, {"round": turn + 1})
        except foveate.ProviderError:  # the script is at its end
            reply = {}
        try:
            model([{"role": "user", "content": "x"}, {"role": "tool", "content": "y"}])
        except foveate.StateError:
            pass
        messages += [{"role": "assistant", "content": [], "raw": reply.get("raw")}]


def tables(chart):
    foveate.ops(), foveate.profiles(), foveate.schema("zoom"), foveate.fit("generic", 9, 9)


@pytest.mark.parametrize("work, times", [(picture_in_and_out, 50), (refused, 100), (looks, 12),
                                         (function_asked, 20), (model_called, 20), (tables, 40)])
def test_nothing_is_left_behind(work, times, chart):
    kept, memory = [], 0
    tracemalloc.start()
    # What leaks grows in every round; what is cached once does not.
    for turn in range(4):
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(times):
            work(chart)
        gc.collect()
        kept.append(tracemalloc.get_traced_memory()[0] - before)
        memory = memory if turn else resident()
    tracemalloc.stop()
    grown = resident() - memory
    # One object forgotten each time would be more; Python's caches of names may still be filling.
    assert min(kept) < times * 48, f"{kept} bytes of Python objects in {times} times"
    # Under a sanitizer freed memory is kept in quarantine.
    with open("/proc/self/maps", encoding="utf-8") as maps:
        if "libasan" not in maps.read():
            assert grown < 16 << 20, f"{grown >> 10} KiB resident"


def test_references_are_balanced(chart):
    model = foveate.Model.script("[]")
    image = foveate.Image(chart)
    counts = sys.getrefcount(model), sys.getrefcount(image), sys.getrefcount(foveate.Image)
    for _ in range(20):
        session = foveate.Session(image, model=model, out=False)
        look = session.zoom([0, 0, 20, 20], image=image)
        look.image.tobytes()
        del session, look
    gc.collect()
    assert counts == (sys.getrefcount(model), sys.getrefcount(image),
                      sys.getrefcount(foveate.Image))


def test_a_session_in_a_circle_is_collected(chart):
    session = foveate.Session(chart, out=False)
    session.kept = session.zoom([0, 0, 20, 20])
    session.ask("?", model="reader")
    gone = weakref.ref(session)
    session.itself = session
    del session
    gc.collect()
    assert gone() is None
