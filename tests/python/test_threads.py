# SPDX-License-Identifier: MIT
"""Threads, the GIL, Ctrl-C and fork()."""
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest

import foveate

QUESTION = "How many thousand people live in Sankt Aldegund?"


class Ticker:
    """Counts in a thread of its own. While it is entered, Python switches threads only where one
    lets go of the GIL, so that the count says who did."""

    def __enter__(self):
        self.ticks, self.is_over = 0, False
        self.thread = threading.Thread(target=self.run)
        self.interval = sys.getswitchinterval()
        sys.setswitchinterval(1000)
        self.thread.start()
        return self

    def run(self):
        while not self.is_over:
            self.ticks += 1
            time.sleep(0.0005)

    def __exit__(self, *given):
        self.is_over = True
        sys.setswitchinterval(self.interval)
        self.thread.join()


def big_picture():
    rows = numpy.arange(1600, dtype="uint8")[:, None, None] // 8
    return numpy.broadcast_to(rows, (1600, 1600, 3)) ^ numpy.random.default_rng(3).integers(
        0, 64, (1600, 1600, 3), dtype="uint8")


def test_a_ticker_sees_a_held_gil():
    values = list(range(3_000_000))
    with Ticker() as ticker:
        before = ticker.ticks
        sum(values)  # long, in C, with the GIL held
        assert ticker.ticks - before <= 1


@pytest.mark.parametrize("name", ["pixels in", "png", "jpeg", "open", "render", "call", "apply",
                                  "ask", "model", "verify"])
def test_the_gil_is_released(name, chart):
    pixels = numpy.ascontiguousarray(big_picture())
    image = foveate.Image(pixels)
    file = image.jpeg()
    session = foveate.Session(image, preset="all")
    reader = foveate.Model.reader()
    shown = [{"type": "image", "image": chart.read_bytes()}, {"type": "text", "text": QUESTION}]
    if name == "verify":
        session.call("rotate", {"degrees": 3})
    turned = [session.rotate(7 + turn / 8).image for turn in range(30)]
    work = {
        "pixels in": lambda turn: foveate.Image(pixels),
        "png": lambda turn: image.png(),
        "jpeg": lambda turn: image.jpeg(),
        "open": lambda turn: foveate.Image(file).tobytes(),
        "render": lambda turn: turned[turn].tobytes(),
        "call": lambda turn: session.call("rotate", {"degrees": 33 + turn}),
        "apply": lambda turn: session.sample(box=[0, 0, 1600, 1600 - turn]),
        "ask": lambda turn: foveate.Session(chart).ask(QUESTION),
        "model": lambda turn: reader([{"role": "user", "content": shown}]),
        "verify": lambda turn: session.verify(),
    }[name]
    with Ticker() as ticker:
        before, start = ticker.ticks, time.perf_counter()
        # A busy machine may not run the other thread within a few milliseconds.
        for turn in range(30):
            work(turn)
            took, ticks = time.perf_counter() - start, ticker.ticks - before
            if ticks >= 3 and took > 0.004:
                break
    assert took > 0.004, "too short to prove anything"
    assert ticks >= 3, f"{ticks} ticks in {took * 1000:.0f} ms"


def test_two_threads_on_one_session(chart):
    session = foveate.Session(chart)

    def looks(offset):
        return [session.zoom([offset + i, 0, offset + i + 100, 80 + i]).image.name
                for i in range(25)]

    with ThreadPoolExecutor(2) as pool:
        names = [name for part in pool.map(looks, [0, 300]) for name in part]
    assert len(set(names)) == 50 and len(session.images) == 51
    verified = session.verify()
    assert verified.images == 50 and verified.differing == 0


def test_many_threads_on_sessions_of_their_own_agree(chart):
    model = foveate.Model.reader()

    def ask(shared):
        session = foveate.Session(chart, model=model if shared else None)
        answer = session.ask(QUESTION)
        return answer.text, session.verify().digest

    alone = ask(False)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(ask, [False, True, True, False])) == {alone}


def test_a_look_is_rendered_by_many_threads_at_once(chart):
    session = foveate.Session(chart)
    look = session.rotate(33).image
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: look.tobytes(), range(8)))) == 1


def test_reading_does_not_wait_and_looking_does(chart):
    is_asked, may_answer, order = threading.Event(), threading.Event(), []

    def model(messages, tools, info):
        is_asked.set()
        assert may_answer.wait(30)
        order.append("answer")
        return "ANSWER: 1"

    session = foveate.Session(chart)
    with ThreadPoolExecutor(2) as pool:
        answer = pool.submit(session.ask, "?", model=model)
        assert is_asked.wait(30)
        assert session.to_source("img_0", 3, 4) == ("img_0", 3, 4)
        assert session.images[0].size == (800, 600)
        look = pool.submit(lambda: (session.zoom([0, 0, 9, 9]), order.append("look")))
        time.sleep(0.2)
        assert not look.done()
        may_answer.set()
        look.result(30)
        assert answer.result(30).text == "1" and order == ["answer", "look"]


def test_calling_back_is_an_error_not_a_wait(chart):
    session = foveate.Session(chart)
    caught = []

    def back(*given):
        try:
            session.zoom([0, 0, 9, 9])
        except foveate.StateError as error:
            caught.append(str(error))
        return "ANSWER: %d" % len(session.images)

    assert session.ask("?", model=back).text == "1"
    reader = session = foveate.Session(chart)
    assert reader.ask(QUESTION, on_event=back).text == "27.3"
    assert len(caught) > 2 and all("this very thread" in text for text in caught)


def test_a_question_is_cancelled_from_another_thread(chart):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        model = foveate.Model.server(
            "m", base_url=f"http://127.0.0.1:{silent.getsockname()[1]}/v1", retries=0)
        session = foveate.Session(chart, model=model)
        timer = threading.Timer(0.3, session.cancel)
        timer.start()
        start = time.monotonic()
        with pytest.raises(foveate.CancelledError):
            session.ask("?")
        assert time.monotonic() - start < 10
        timer.join()
    assert session.zoom([0, 0, 50, 50]).image.png(), "looking goes on"


def test_ctrl_c_ends_a_question(run_apart, chart):
    done = run_apart("""
        import os, signal, socket, sys, threading, foveate
        silent = socket.create_server(("127.0.0.1", 0))
        url = "http://127.0.0.1:%d/v1" % silent.getsockname()[1]
        session = foveate.Session(sys.argv[1], model=foveate.Model.server("m", base_url=url))
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            session.ask("?")
        except KeyboardInterrupt:
            print("interrupted", session.verify().differing)
    """, chart, timeout=30)
    assert done.stdout.split() == ["interrupted", "0"]


def test_ctrl_c_ends_a_call_of_a_model(run_apart):
    done = run_apart("""
        import os, signal, socket, threading, foveate
        silent = socket.create_server(("127.0.0.1", 0))
        url = "http://127.0.0.1:%d/v1" % silent.getsockname()[1]
        model = foveate.Model.server("m", base_url=url)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        try:
            model([{"role": "user", "content": "?"}])
        except KeyboardInterrupt:
            print("interrupted", model.name)
    """, timeout=30)
    assert done.stdout.split()[0] == "interrupted"


def test_after_fork_a_clear_error_instead_of_a_hang(run_apart, chart):
    done = run_apart("""
        import os, sys, threading, foveate
        image, asked = foveate.Image(sys.argv[1]), threading.Event()
        model = foveate.Model.script('[{"text":"ANSWER: 1"}]')
        session, fresh = foveate.Session(image), foveate.Session(image)
        folder, look = session.transcript(), session.rotate(5).image
        def slow(messages, tools, info):
            asked.set()
            threading.Event().wait(3)
            return "ANSWER: 1"
        busy = foveate.Session(image)
        thread = threading.Thread(target=busy.ask, args=("?",), kwargs={"model": slow})
        thread.start()
        asked.wait()
        pid = os.fork()
        if pid == 0:
            calls = [lambda: session.zoom([0, 0, 9, 9]), lambda: session.ask("?"), image.png,
                     look.tobytes, lambda: session.images, fresh.tools, busy.close,
                     lambda: busy.zoom([0, 0, 9, 9]), session.cancel, lambda: model.name,
                     lambda: model([{"role": "user", "content": "?"}]),
                     lambda: foveate.Session(image).tools()]
            for call in calls:
                try:
                    call()
                    print("allowed")
                except foveate.StateError as error:
                    print("refused" if "fork" in str(error) else error)
            anew = foveate.Session(sys.argv[1])
            print(anew.zoom([0, 0, 50, 50]).image.tobytes() == foveate.Image(sys.argv[1]).pil()
                  .crop((0, 0, 50, 50)).tobytes(), anew.verify().differing)
            del session, fresh, look, image, model, busy
            sys.exit(0)  # with all the finalizers
        os.waitpid(pid, 0)
        thread.join()
        print("parent", os.path.exists(folder), len(look.png()) > 0)
    """, chart, timeout=60)
    assert done.stdout.split() == ["refused"] * 12 + ["True", "0", "parent", "True", "True"], (
        done.stdout + done.stderr)


def test_after_fork_ocr_is_refused_where_the_parent_used_it(run_apart, chart):
    done = run_apart("""
        import os, sys, foveate
        if sys.argv[2] == "used":
            foveate.Session(sys.argv[1]).ocr()
        else:
            foveate.Image(sys.argv[1])
        pid = os.fork()
        if pid == 0:
            try:
                print(len(foveate.Session(sys.argv[1]).ocr().facts["words"]) > 5, flush=True)
            except foveate.UnsupportedError as error:
                print(error, flush=True)
            os._exit(0)
        print(os.waitpid(pid, 0)[1])
    """, chart, "used", timeout=40)
    assert "before fork()" in done.stdout and done.stdout.endswith("0\n"), done.stdout
    done = run_apart(done.args[2], chart, "unused", timeout=40)
    assert done.stdout.split() == ["True", "0"]
