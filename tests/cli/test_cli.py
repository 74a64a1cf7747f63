#!/usr/bin/env python3
"""test_cli.py FOVEATE TESTDATA: the command as a shell sees it."""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import unittest

FOVEATE = ""
DATA = pathlib.Path()
COMMANDS = ["ask", "batch", "apply", "ops", "show", "replay", "verify", "profiles"]
FORMS = ["json", "openai", "openai-strict", "anthropic", "gemini", "mcp"]
SPACES = ["node_px", "delivered_px", "n1000", "n999", "n1000yx", "n1"]
ZOOM = {"calls": [{"name": "zoom", "arguments": {"box": [100, 100, 400, 300]}}]}
ANSWER = {"text": "ANSWER: 12\nREASON: it is printed\nEVIDENCE: img_1"}


def run(*args, text=True):
    env = {k: v for k, v in os.environ.items() if not k.startswith("OPENAI")}
    return subprocess.run([FOVEATE, *map(str, args)], capture_output=True, text=text, env=env,
                          timeout=120, check=False)


def size_of(data):
    """Width and height of a PNG or JPEG."""
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return struct.unpack(">II", data[16:24])
    at = 2
    while data[:2] == b"\xff\xd8" and at < len(data):
        mark, length = data[at + 1], struct.unpack(">H", data[at + 2:at + 4])[0]
        if 0xc0 <= mark <= 0xc2:
            height, width = struct.unpack(">HH", data[at + 5:at + 9])
            return width, height
        at += 2 + length
    return None


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.dir = pathlib.Path(self.folder.name)
        self.chart = DATA / "charts" / "bar-banks.png"
        self.size = size_of(self.chart.read_bytes())

    def ok(self, *args, code=0, text=True):
        done = run(*args, text=text)
        self.assertEqual(done.returncode, code, f"{args}: {done.stdout!r} {done.stderr!r}")
        return done

    def refused(self, *args, code=2, says=""):
        done = self.ok(*args, code=code)
        self.assertEqual(done.stdout, "", f"{args}: standard output is not for errors")
        self.assertEqual(done.stderr.count("\n"), 1, f"{args}: one sentence, not {done.stderr!r}")
        self.assertTrue(done.stderr.startswith("foveate"), done.stderr)
        self.assertIn(says, done.stderr)
        return done

    def script(self, replies, name="script.json"):
        path = self.dir / name
        path.write_text(replies if isinstance(replies, str) else json.dumps(replies))
        return path


class Help(Case):
    def test_every_command_has_help(self):
        known = self.ok("--help").stdout
        for command in COMMANDS:
            if f"  {command} " not in known:
                continue
            for words in ([command, "--help"], [command, "-h"], ["help", command], ["--help",
                                                                                    command]):
                out = self.ok(*words).stdout
                self.assertTrue(out.startswith(f"Usage: foveate {command}"), out)
                self.assertIn("--help", out)
                self.assertLess(max(map(len, out.splitlines())), 121)
        for command in set(COMMANDS) - {"batch"}:
            self.assertIn(f"  {command} ", known)

    def test_version_names_the_encoders(self):
        self.assertRegex(self.ok("--version").stdout, r"^foveate \d+\.\d+\.\d+ \(.*libpng.*\)\n$")

    def test_wrong_words_are_usage(self):
        self.assertIn("Usage", self.ok(code=2).stdout)
        self.refused("aks", says="aks")
        self.refused("help", "aks", says="aks")
        self.refused("ask", says="question")
        self.refused("ask", self.chart, "q", "--bogus", says="--bogus")
        self.refused("ask", self.chart, "q", "-qx", says="-x")
        self.refused("ask", self.chart, "q", "--calls", says="--calls")
        self.refused("ask", self.chart, "q", "--json=1", says="takes no value")
        for number in ("0", "-1", "1.5", "x", "99999999"):
            self.refused("ask", self.chart, "q", "--calls", number, says=number)
        self.refused("verify", says="folder")
        self.refused("show", "a", "b", says="folder")
        self.refused("profiles", "x", says="x")


class Ops(Case):
    def test_every_form_is_json(self):
        names = [line.split()[0] for line in self.ok("ops").stdout.splitlines()]
        self.assertIn("zoom", names)
        for form in FORMS:
            for space in SPACES:
                every = json.loads(self.ok("ops", "--as", form, "--space", space).stdout)
                self.assertEqual(len(every), len(names))
                if form == "json":
                    self.assertEqual(list(every), names)
        for name in names:
            for form in FORMS:
                self.assertIsInstance(json.loads(self.ok("ops", name, "--as", form).stdout), dict)
            self.assertIn(f"### {name}", self.ok("ops", name).stdout)
        self.assertIn("### zoom", self.ok("ops", "--as", "md").stdout)

    def test_unknown_names_are_usage(self):
        self.refused("ops", "zom", says="zoom")
        self.refused("ops", "--as", "yaml", says="yaml")
        self.refused("ops", "--space", "miles", says="miles")

    def test_profiles_are_found_by_model(self):
        self.assertIn("generic", self.ok("profiles").stdout)
        self.assertEqual(self.ok("profiles", "--model", "qwen3-vl-8b").stdout, "qwen3-vl\n")
        self.assertIn("no rule", self.ok("profiles", "--model", "nobody's").stdout)


class Apply(Case):
    def test_writes_png_and_jpeg(self):
        for name, start in (("a.png", b"\x89PNG"), ("b.jpg", b"\xff\xd8"), ("c.JPEG", b"\xff\xd8")):
            out = self.dir / name
            done = self.ok("apply", self.chart, "zoom", "box=100,100,400,300", "-o", out)
            self.assertEqual(done.stdout + done.stderr, "")
            data = out.read_bytes()
            self.assertEqual(data[:len(start)], start)
            self.assertEqual(size_of(data), (300, 200))

    def test_a_chain_works_on_what_came_before(self):
        out = self.dir / "a.png"
        self.ok("apply", self.chart, "rotate", "degrees=90", "zoom", "box=10,20,60,50", "flip",
                "axis=both", "-o", out)
        self.assertEqual(size_of(out.read_bytes()), (50, 30))
        self.ok("apply", self.chart, "zoom", "box=10,20,60,50", "rotate", "image=img_0",
                "degrees=90",
                "-o", out)
        self.assertEqual(size_of(out.read_bytes()), self.size[::-1])

    def test_fits_an_edge_or_a_profile(self):
        out = self.dir / "a.png"
        self.ok("apply", self.chart, "zoom", "box=100,100,400,300", "-o", out, "--fit", "900")
        self.assertEqual(size_of(out.read_bytes()), (900, 600))
        self.ok("apply", self.chart, "zoom", "box=100,100,400,300", "-o", out, "--fit", "30")
        self.assertEqual(size_of(out.read_bytes()), (30, 20))
        self.ok("apply", self.chart, "zoom", "box=100,100,400,300", "-o", out, "-p", "generic")
        self.assertEqual(size_of(out.read_bytes()), (1568, 1045))
        # A whole picture is not enlarged: a model would not be sent it so.
        self.ok("apply", self.chart, "flip", "axis=both", "-o", out, "-p", "generic")
        self.assertEqual(size_of(out.read_bytes()), self.size)
        self.refused("apply", self.chart, "flip", "axis=both", "-o", out, "-p", "x",
                     says="profile x")
        self.refused("apply", self.chart, "flip", "axis=both", "-o", out, "-p", "generic", "--fit",
                     "9", says="exclude")
        self.refused("apply", self.chart, "flip", "axis=both", "-o", out, "--fit", "8193",
                     says="8192")

    def test_facts_are_json_lines(self):
        done = self.ok("apply", self.chart, "sample", "points=5,5;9,9")
        fact = json.loads(done.stdout)
        self.assertEqual(len(fact["points"]), 2)
        out = self.dir / "a.png"
        done = self.ok("apply", self.chart, "zoom", "box=0,0,90,60", "sample", "points=5,5", "flip",
                       "axis=both", "-o", out)
        self.assertEqual(json.loads(done.stdout)["points"][0]["at"], [5, 5])
        self.assertEqual(size_of(out.read_bytes()), (90, 60))
        # The chain ends in a fact: the picture is the one it was asked of.
        self.ok("apply", self.chart, "zoom", "box=0,0,90,60", "sample", "points=5,5", "-o", out)
        self.assertEqual(size_of(out.read_bytes()), (90, 60))

    def test_standard_output_holds_the_picture_alone(self):
        done = self.ok("apply", self.chart, "sample", "points=5,5", "zoom", "box=0,0,90,60", "-o",
                       "-",
                       text=False)
        self.assertEqual(done.stdout[:4], b"\x89PNG")
        self.assertEqual(done.stdout[-8:-4], b"IEND")
        self.assertIn("points", json.loads(done.stderr))

    def test_equal_calls_make_equal_files(self):
        a, b = self.dir / "a.png", self.dir / "b.png"
        for out, threads in ((a, 1), (b, 4)):
            self.ok("apply", self.chart, "rotate", "degrees=7.5", "-o", out, "-t", threads)
        self.assertEqual(a.read_bytes(), b.read_bytes())

    def test_odd_names(self):
        for name in ("a=b.png", "with space.png", "ünï.png", "x.png[unlimited=true]", "-dash.png"):
            path = self.dir / name
            path.write_bytes(self.chart.read_bytes())
            out = self.dir / f"out {name}.png"
            self.ok("apply", path, "zoom", "box=1,1,20,20", "-o", out)
            self.assertEqual(size_of(out.read_bytes()), (19, 19))

    def test_what_a_text_may_hold(self):
        out = self.dir / "a.png"
        self.ok("apply", self.chart, "zoom", "box=1,1,20,20", "label=[not json", "-o", out)
        self.ok("apply", self.chart, "zoom", "box=[1,1,20,20]", "-o", out)
        self.ok("apply", self.chart, "mark", 'labels=[{"at":[50,50],"text":"a"}]', "-o", out)
        self.ok("apply", self.chart, "mark", "boxes=1,1,20,20;30,30,60,60", "-o", out)

    def test_refusals(self):
        out = self.dir / "a.png"
        flip = ("flip", "axis=both")
        self.refused("apply", self.chart, says="operation")
        self.refused("apply", self.chart, "zom", "box=1,1,2,2", "-o", out, says="zoom")
        self.refused("apply", self.chart, *flip, says="-o")
        self.refused("apply", self.chart, *flip, "-o", self.dir / "a.webp", says=".png")
        self.refused("apply", self.chart, *flip, "-o", out, "--quality", "0", says="quality")
        self.refused("apply", self.chart, "zoom", "box=1,1,2", "-o", out, says="box")
        self.refused("apply", self.chart, "zoom", "box=1,a,2,4", "-o", out, says="box")
        self.refused("apply", self.chart, "zoom", "box=[1,", "-o", out, says="box")
        self.refused("apply", self.chart, "zoom", "bax=1,1,2,2", "-o", out, says="bax")
        self.refused("apply", self.chart, "zoom", "box=9000,1,9001,2", "-o", out, says="zoom.box")
        self.refused("apply", self.chart, "rotate", "degrees=x", "-o", out, says="degrees")
        self.refused("apply", self.chart, "flip", "image=img_7", "axis=both", "-o", out,
                     says="img_7")
        self.assertFalse(out.exists())

    def test_failures(self):
        out, flip = self.dir / "a.png", ("flip", "axis=both")
        self.refused("apply", self.dir / "none.png", *flip, "-o", out, code=1, says="none.png")
        self.refused("apply", self.dir, *flip, "-o", out, code=1)
        self.refused("apply", __file__, *flip, "-o", out, code=1)
        cut = self.dir / "cut.png"
        cut.write_bytes(self.chart.read_bytes()[:2000])
        self.refused("apply", cut, *flip, "-o", out, code=1)
        self.refused("apply", self.chart, *flip, "-o", self.dir / "no" / "a.png", code=1,
                     says="a.png")
        self.assertFalse(out.exists())


class Ask(Case):
    def test_answers_by_a_script(self):
        out = self.dir / "out"
        done = self.ok("ask", self.chart, "How many?", "--script", self.script([ZOOM, ANSWER]),
                       "-o", out)
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "question: How many?")
        self.assertIn("answer: 12", lines)
        self.assertIn("  read from img_1", lines)
        self.assertTrue((out / "transcript.jsonl").exists())

    def test_json_lines(self):
        done = self.ok("ask", self.chart, "How many?", "--script", self.script([ZOOM, ANSWER]),
                       "--json")
        events = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([e.get("event") for e in events],
                         ["source", "round", "look", "round", None])
        self.assertEqual(events[-1]["answer"], "12")
        self.assertEqual(events[-1]["reason"], "it is printed")
        self.assertEqual(events[-1]["evidence"], ["img_1"])
        self.assertEqual(events[-1]["status"], "FOV_OK")
        self.assertEqual(events[-1]["usage"]["calls"], 1)

    def test_quiet_prints_the_answer_alone(self):
        done = self.ok("ask", "-q", self.chart, "How many?", "--script", self.script([ZOOM,
                                                                                      ANSWER]))
        self.assertEqual((done.stdout, done.stderr), ("12\n", ""))

    def test_no_answer_is_code_3(self):
        unsure = self.script([{"text": "CANNOT TELL: it is cut off"}])
        done = self.ok("ask", self.chart, "q", "--script", unsure, code=3)
        self.assertIn("no answer: it is cut off", done.stdout)
        done = self.ok("ask", self.chart, "q", "--script", unsure, "--json", "-q", code=3)
        self.assertIsNone(json.loads(done.stdout)["answer"])
        self.assertEqual(self.ok("ask", self.chart, "q", "--script", unsure, "-q", code=3).stdout,
                         "")
        spent = self.script([ZOOM, ZOOM])
        done = self.ok("ask", self.chart, "q", "--script", spent, "--rounds", "2", "-j", code=3)
        last = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((last["answer"], last["status"]), (None, "FOV_NOTE_BUDGET"))
        self.assertTrue(last["reason"])

    def test_an_error_is_the_last_json_line_too(self):
        done = self.ok("ask", self.chart, "q", "--script", self.script([ZOOM]), "--json", code=5)
        last = json.loads(done.stdout.splitlines()[-1])
        self.assertEqual((last["answer"], last["status"]), (None, "FOV_E_PROVIDER"))
        self.assertIn(last["reason"], done.stderr)

    def test_a_models_words_do_not_reach_the_terminal_raw(self):
        done = self.ok("ask", self.chart, "q", "--script",
                       self.script([{"text": "ANSWER: \x1b]0;title\x07x"}]))
        self.assertNotIn("\x1b", done.stdout)
        self.assertIn("answer: ?]0;title?x", done.stdout)

    def test_bad_scripts(self):
        for text in ("", "{", "7", "[1]", '[{"text":3}]'):
            done = run("ask", self.chart, "q", "--script", self.script(text))
            self.assertIn(done.returncode, (1, 2), text)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.refused("ask", self.chart, "q", "--script", self.dir / "none", code=1, says="none")

    def test_options_without_effect_are_refused(self):
        script = self.script([ANSWER])
        self.refused("ask", self.chart, "q", "--provider", "openai_chat", says="--provider")
        self.refused("ask", self.chart, "q", "--base-url", "http://localhost", "-m", "reader",
                     says="--base-url")
        self.refused("ask", self.chart, "q", "--replay", "x.wire", "--script", script,
                     says="--replay")
        self.refused("ask", self.chart, "q", "--no-looks", "--script", script, says="--no-looks")
        self.refused("ask", self.chart, "q", "-m", "x", "--script", script, says="--script")

    def test_unknown_names_are_usage(self):
        script = self.script([ANSWER])
        self.refused("ask", self.chart, "q", "--script", script, "-p", "nobody", says="nobody")
        self.refused("ask", self.chart, "q", "--script", script, "--preset", "look", says="look")

    def test_missing_pictures(self):
        script = self.script([ANSWER])
        self.assertIn("none.png", run("ask", self.dir / "none.png", "q", "--script", script).stderr)
        self.ok("ask", self.dir / "none.png", "q", "--script", script, "-q", code=1)
        self.ok("ask", self.chart, "", "--script", script, "-q", code=2)


class Transcript(Case):
    def setUp(self):
        super().setUp()
        self.out = self.dir / "out"
        self.ok("ask", self.chart, "How many?", "--script", self.script([ZOOM, ANSWER]), "-o",
                self.out)

    def test_is_verified(self):
        done = self.ok("verify", self.out)
        self.assertIn("verified 1 sources, 1 images, 2 deliveries", done.stdout)
        quiet = self.ok("verify", "-q", self.out).stdout.splitlines()
        self.assertEqual(len(quiet), 2)
        self.assertEqual(quiet, done.stdout.splitlines()[-2:])

    def test_is_replayed(self):
        made = self.dir / "made"
        self.assertIn("re-made 1 sources", self.ok("replay", self.out, "-o", made).stdout)
        self.assertEqual(size_of((made / "img_1.png").read_bytes()), (300, 200))

    def test_is_shown(self):
        self.assertIn("zoom", self.ok("show", self.out).stdout)
        self.assertTrue(self.ok("show", self.out, "--dot").stdout.startswith("digraph"))
        self.assertIn("flowchart", self.ok("show", self.out, "--mermaid").stdout)

    def test_a_changed_record_is_code_4(self):
        path = self.out / "transcript.jsonl"
        text = path.read_text()
        self.assertIn("[100,100,400,300]", text)
        at = text.index('"pixels_sha256":"') + 17
        path.write_text(text[:at] + ("0" if text[at] != "0" else "1") + text[at + 1:])
        self.assertIn("pixels_sha256", self.ok("verify", self.out, code=4).stderr)

    def test_is_never_written_over(self):
        before = (self.out / "transcript.jsonl").read_bytes()
        self.refused("ask", self.chart, "q", "--script", self.script([ANSWER]), "-o", self.out,
                     code=1,
                     says="never written over")
        self.assertEqual((self.out / "transcript.jsonl").read_bytes(), before)

    def test_missing_folders(self):
        for command in ("verify", "replay", "show"):
            self.refused(command, self.dir / "none", code=1)
        next((self.out / "blobs").glob("*")).unlink()
        self.assertEqual(run("verify", self.out).returncode, 1)


if __name__ == "__main__":
    FOVEATE, DATA = sys.argv[1], pathlib.Path(sys.argv[2])
    unittest.main(argv=sys.argv[:1])
