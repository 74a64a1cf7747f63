# SPDX-License-Identifier: MIT
"""Looks, mappings, calls and the record."""
import json
import os
import subprocess

import numpy
import pytest

import foveate


def test_looks_are_named_and_map_to_their_source(chart):
    session = foveate.Session(chart)
    zoom = session.zoom([100, 100, 500, 400])
    assert (zoom.image.name, zoom.image.size) == ("img_1", (400, 300))
    assert zoom.facts is None and zoom.error is None
    turned = session.rotate(12, image=zoom)
    again = session.zoom([150, 90, 300, 200], image=turned.image)
    source, x, y = session.to_source(again, 75, 55)
    assert source == "img_0" and (round(x, 2), round(y, 2)) == (289.00, 207.87)
    back = session.from_source(again, x, y)
    assert back == pytest.approx((75, 55), abs=1e-6)
    assert session.to_source("img_3", 75, 55) == session.to_source(3, 75, 55) == (source, x, y)
    assert session.describe(again)["parents"] == ["img_2"]
    assert [image.name for image in session.images] == ["img_0", "img_1", "img_2", "img_3"]
    assert len(session.recipe_sha256(again)) == 64


def test_a_look_is_the_pixels_of_its_source(chart):
    session = foveate.Session(chart)
    whole = numpy.asarray(foveate.Image(chart))
    look = numpy.asarray(session.zoom(box=(100, 100, 500, 400)).image)
    assert numpy.array_equal(look, whole[100:400, 100:500])
    turned = numpy.asarray(session.rotate(90).image)
    assert numpy.array_equal(turned, numpy.rot90(whole, -1))


def test_the_same_look_is_made_once(chart):
    session = foveate.Session(chart)
    first, second = session.flip("horizontal"), session.flip("horizontal")
    assert not first.is_same and second.is_same and second.image.name == "img_1"
    assert len(session.images) == 2


def test_facts_are_parsed(chart):
    session = foveate.Session(chart)
    result = session.sample(points=[(120, 130), numpy.array([300.0, 220.0])])
    assert result.image is None and len(result.facts["points"]) == 2
    assert json.loads(result.text) == result.facts
    listed = session.list_images().facts["images"]
    assert [one["id"] for one in listed] == ["img_0"]
    words = session.ocr().facts
    assert words and "wr" not in words


@pytest.mark.parametrize("call, where", [
    (lambda s: s.zoom([1, 2, 3]), "zoom.box"),
    (lambda s: s.zoom([900, 900, 950, 950]), "zoom.box"),
    (lambda s: s.rotate(720), "rotate.degrees"),
    (lambda s: s.flip("sideways"), "flip.axis"),
    (lambda s: s.zoom([0, 0, 5, 5], image="img_7"), "image"),
    (lambda s: s.zoom([0, 0, 5, 5], image="chart"), "image"),
    (lambda s: s.zoom([0, 0, float("nan"), 5]), "arguments"),
    (lambda s: s.zoom(object()), "arguments"),
    (lambda s: s.image(99), "image"),
    (lambda s: s.image(-1), "image"),
    (lambda s: s.to_source(True, 1, 1), "image"),
    (lambda s: s.tools("french"), "dialect"),
])
def test_a_wrong_argument_is_named(chart, call, where):
    session = foveate.Session(chart)
    with pytest.raises(foveate.ArgError) as caught:
        call(session)
    assert where in (caught.value.where + " " + str(caught.value))
    assert len(session.images) == 1, "a refused call changes nothing"


def test_an_image_of_another_session_is_refused(chart):
    one, other = foveate.Session(chart), foveate.Session(chart)
    look = one.zoom([0, 0, 50, 50])
    other.zoom([0, 0, 60, 60])
    with pytest.raises(foveate.ArgError, match="no image of this session"):
        other.rotate(5, image=look)
    photo = foveate.Image(chart)
    with pytest.raises(foveate.ArgError, match="no image of this session"):
        other.rotate(5, image=photo)
    assert foveate.Session(photo).rotate(90, image=photo).image.size == (600, 800)


def test_several_originals_keep_their_names(charts):
    session = foveate.Session([charts / "bar-banks.png", charts / "bar-rooms.png"])
    look = session.zoom([0, 0, 40, 40], image="img_1")
    assert session.to_source(look, 1, 1)[0] == "img_1"
    assert session.add(charts / "bar-yield.png") == "img_3"
    assert session.add(charts / "bar-banks.png") == "img_0"


def test_a_call_is_answered_as_a_model_sees_it(chart):
    session = foveate.Session(chart, profile="qwen3-vl")
    result = session.call("image_zoom_in_tool", {"bbox_2d": [0, 0, 500, 500]})
    assert result.error is None and "img_1" in result.text
    assert session.describe("img_1")["box_source"] == [0, 0, 400, 300]
    shown = result.image
    assert shown.name == "img_1" and shown.mime in ("image/png", "image/jpeg")
    assert (shown.png() if shown.mime == "image/png" else shown.jpeg()) == shown.file()
    assert session.call("image_zoom_in_tool", '{"bbox_2d":[0,0,500,500]}').is_same


def test_a_refused_call_says_what_is_right(chart):
    session = foveate.Session(chart)
    error = session.call("zoom", {"box": [9999, 0, 99999, 4]}).error
    assert error["code"] == "OUT_OF_RANGE" and error["field"] == "zoom.box" and error["hint"]
    assert session.call("zoom", "{no json").error["code"] == "BAD_JSON"
    assert session.call("paint").error["code"] == "UNKNOWN_OP"
    assert session.call("ocr").error["code"] == "UNKNOWN_OP", "the look preset reads nothing"
    assert foveate.Session(chart, preset="all").call("ocr").facts["id"] == "fact_0"


@pytest.mark.parametrize("dialect, key", [
    ("openai", "function"), ("openai-strict", "function"), ("anthropic", "input_schema"),
    ("gemini", "parametersJsonSchema"), ("mcp", "inputSchema")])
def test_tools_come_in_every_dialect(chart, dialect, key):
    tools = foveate.Session(chart, preset="all").tools(dialect)
    assert len(tools) == len(foveate.ops()) and all(key in tool for tool in tools)


def test_the_record_is_copied_and_verified(chart, tmp_path, cli):
    session = foveate.Session(chart)
    session.zoom([100, 100, 500, 400])
    session.sample(box=[0, 0, 50, 50])
    session.call("rotate", {"degrees": 12})
    own = session.transcript()
    copy = session.transcript(tmp_path / "copy")
    lines = []
    verified = session.verify(report=lines.append)
    assert (verified.sources, verified.images, verified.facts, verified.differing) == (1, 2, 1, 0)
    assert verified.deliveries == 1 and len(lines) >= 4
    assert foveate.verify(copy) == verified
    assert verified.digest in subprocess.run([cli, "verify", copy], capture_output=True, text=True,
                                             check=True).stdout
    assert "img_1 zoom" in foveate.show(copy) and "digraph" in foveate.show(copy, "dot")
    assert foveate.picture(copy).size[0] >= 320
    assert foveate.replay(copy, tmp_path / "again").images == 2
    assert (tmp_path / "again" / "img_1.png").exists()
    with pytest.raises(foveate.StateError, match="holds a transcript"):
        session.transcript(copy)
    del session
    assert not os.path.exists(own), "a temporary record goes with its session"


def test_looks_of_a_program_are_recorded_as_calls(chart, tmp_path):
    with foveate.Session(chart, out=tmp_path / "out", profile="qwen3-vl") as session:
        session.zoom([100, 100, 500, 400], label="the legend")
        session.sample(points=[[1, 1]])
        with pytest.raises(foveate.ArgError):
            session.zoom([9000, 0, 9999, 9])
        session.call("zoom", {"box": [0, 0, 500, 500]})
    lines = (tmp_path / "out" / "transcript.jsonl").read_text().splitlines()
    calls = [event for event in map(json.loads, lines) if event["event"] == "call"]
    assert [call["name"] for call in calls] == ["zoom", "sample", "zoom"]
    assert [call.get("space") for call in calls] == ["node_px", "node_px", None]
    assert json.loads(calls[0]["arguments"])["box"] == [100, 100, 500, 400]
    assert calls[0]["normalised"]["box"] == [100, 100, 500, 400] and calls[0]["image"] == "img_1"
    assert calls[1]["fact"] == "fact_0" and calls[2]["image"] == "img_2"
    assert session.verify().images == 2


def test_a_changed_record_does_not_verify(chart, tmp_path):
    session = foveate.Session(chart, out=tmp_path / "out")
    session.zoom([100, 100, 500, 400])
    session.close()
    path = tmp_path / "out" / "transcript.jsonl"
    text = path.read_text()
    assert text.count("100,100,500,400") >= 1
    path.write_text(text.replace("100,100,500,400", "100,100,500,401"))
    with pytest.raises(foveate.Error):
        foveate.verify(tmp_path / "out")


def test_out_and_closing(chart, tmp_path):
    with foveate.Session(chart, out=tmp_path / "out") as session:
        look = session.zoom([0, 0, 50, 50]).image
        assert session.transcript() == str(tmp_path / "out")
    for call in (lambda: session.zoom([0, 0, 9, 9]), lambda: session.ask("?"),
                 lambda: look.tobytes(), lambda: session.images):
        with pytest.raises(foveate.StateError, match="closed"):
            call()
    session.close()
    assert session.verify().images == 1
    with pytest.raises(foveate.StateError):
        foveate.Session(chart, out=tmp_path / "out").zoom([0, 0, 9, 9])
    silent = foveate.Session(chart, out=False)
    silent.zoom([0, 0, 9, 9])
    with pytest.raises(foveate.StateError, match="keeps no transcript"):
        silent.verify()


@pytest.mark.parametrize("options, where", [
    ({"profile": "gpt-17"}, "profile"), ({"preset": "look"}, "preset"), ({"calls": 0}, "calls"),
    ({"rounds": -1}, "rounds"), ({"images": 2.5}, "images"), ({"seconds": 0}, "seconds"),
    ({"model": 5}, "model"), ({"base_url": "http://localhost/"}, "base_url"),
    ({"model": "x", "base_url": "ftp://x"}, "base_url")])
def test_a_wrong_option_is_named_at_once(chart, options, where):
    with pytest.raises(foveate.ArgError) as caught:
        foveate.Session(chart, **options)
    assert where in (caught.value.where + " " + str(caught.value))


def test_the_table_tells_every_operation():
    ops = {op["name"]: op for op in foveate.ops()}
    assert {"zoom", "rotate", "flip", "enhance", "mark", "sample", "ocr"} <= set(ops)
    box = ops["zoom"]["params"][0]
    assert box["name"] == "box" and box["is_required"] and box["type"] == "box"
    assert foveate.schema("zoom")["required"] == ["box"]
    assert any(profile["name"] == "reader" for profile in foveate.profiles())


def test_a_fit_is_the_size_a_model_sees():
    fit = foveate.fit("claude-high", 6000, 4000)
    assert (fit.width, fit.height, fit.tokens, fit.is_thin) == (2352, 1568, 4704, False)
    assert fit.sx == pytest.approx(6000 / 2352) and fit.sy == pytest.approx(4000 / 1568)
    assert foveate.fit("claude-high", fit.width, fit.height).width == fit.width, "stable"
    assert foveate.fit("claude-high", 6000, 4000, edge_max=800).width <= 800
    assert max(foveate.fit("claude-high", 6000, 4000, many_images=True).width, 1) <= 2000
    small = foveate.fit("qwen2.5-vl", 60, 40, may_enlarge=True)
    assert small.width > 60 and small.sx < 1
    assert foveate.fit("generic", 60, 40).width == 60
    assert any(foveate.fit(one["name"], 300, 200).tokens is None for one in foveate.profiles())
    assert foveate.profile_for("us.anthropic.claude-opus-4-8") == "claude-high"
    assert foveate.profile_for("nobody-knows-it") == "generic"


@pytest.mark.parametrize("arguments, where", [
    (("gpt-17", 10, 10), "profile"), (("generic", 0, 10), "fit.size"),
    (("generic", 10, -1), "fit.size")])
def test_a_wrong_fit_is_named(arguments, where):
    with pytest.raises(foveate.ArgError) as caught:
        foveate.fit(*arguments)
    assert caught.value.where == where


def test_a_fit_says_what_is_too_thin():
    with pytest.raises(foveate.LimitError, match="too long and thin"):
        foveate.fit("qwen2.5-vl", 9000, 9, may_enlarge=True)
    with pytest.raises(foveate.ArgError, match="edge_max is 0"):
        foveate.fit("generic", 9, 9, edge_max=0)


def test_a_call_may_make_several_images(chart):
    session = foveate.Session(chart, preset="all")
    tiles = session.tile(2, 2)
    assert len(tiles.images) == 4 and tiles.image is tiles.images[0]
    assert [one.name for one in tiles.images] == ["img_1", "img_2", "img_3", "img_4"]
    assert tiles.text.count("\n") == 3 and tiles.facts is None
    called = session.call("tile", {"rows": 1, "cols": 2})
    assert [one.name for one in called.images] == ["img_5", "img_6"]
    assert session.zoom([0, 0, 50, 50]).images[0].size == (50, 50)


def test_a_call_may_make_an_image_and_a_fact(chart):
    session = foveate.Session([chart, chart.parent / "bar-banks.png"], preset="all")
    made = session.compare("img_0", "img_1", mode="diff")
    assert made.image.name == "img_2" and made.facts["id"] == "fact_0"
    assert 0 < made.facts["differing"] <= 1 and len(made.facts["parts"]) > 0
    called = session.call("compare", {"a": "img_1", "b": "img_0", "mode": "blend"})
    assert called.image.name == "img_3" and called.facts["id"] == "fact_1"
    assert "compare of img_1 and img_0" in called.text


def test_facts_are_given_to_later_calls_as_they_are(charts):
    """The bars of a chart by its axis, as truth.json has them."""
    truth = json.loads((charts / "truth.json").read_text())["bar-ferries"]
    right = truth["series"][0]["values"]
    ticks = [{"at": [tick["px"], 478], "value": tick["value"]} for tick in truth["axis"]["x"]]
    session = foveate.Session(charts / "bar-ferries.png", preset="all")
    bars = session.components(box=truth["plot"], order="down")
    axis = session.calibrate("x", ticks)
    values = session.read([axis], parts=[bars]).facts["parts"]
    assert len(values) == len(right)
    for got, value in zip(values, right, strict=True):
        assert got["x"]["value"] == pytest.approx(value, rel=0.02, abs=20)
    one = session.read([axis.facts["id"]], parts=[bars.facts["id"] + ".2"]).facts["parts"]
    assert one[0]["x"] == values[1]["x"]


def test_rotate_takes_auto_and_words_are_checked(charts):
    session = foveate.Session(charts / "slant-cities.png")
    assert session.rotate("auto").text.startswith("img_1: rotate of img_0")
    with pytest.raises(foveate.ArgError) as caught:
        session.rotate("somehow")
    assert caught.value.where == "rotate.degrees" and "auto" in str(caught.value)


def test_dropped_images_are_state_of_the_session(chart):
    session = foveate.Session(chart, preset="all", evict_dropped=True, model=lambda *_: "ANSWER: 1")
    session.ask("One?")
    assert "taken out before the next question" in session.drop("img_0").text
    assert session.recall("img_0").image.name == "img_0"
    kept = foveate.Session(chart, preset="all")
    with pytest.raises(foveate.Error):
        kept.drop("img_0")
