# SPDX-License-Identifier: MIT
"""Each rule of the style check must be able to fail: here each gets what it is there to find, and
beside it the nearest thing that is right."""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import rules

TOP = "/* SPDX-License-Identifier: MIT */\n"
PART = TOP + "/* This part plays a small part and must never play a large one. */\n"


class RuleTest(unittest.TestCase):
    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="fov-style-"))
        self.addCleanup(shutil.rmtree, self.root)

    def problems(self, rule, files):
        for name, text in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return list(rule(rules.Tree(self.root)))

    def refuses(self, rule, name, text, says=""):
        found = self.problems(rule, {name: text})
        self.assertTrue(found, f"{rule.__name__} let pass: {text!r}")
        self.assertTrue(any(says in what for _, _, what in found), found)
        (self.root / name).unlink()

    def accepts(self, rule, name, text):
        self.assertEqual(self.problems(rule, {name: text}), [])
        (self.root / name).unlink()

    def test_include_order(self):
        rule = rules.include_order
        for folder, header in [("base", "image/image_internal.h"),
                               ("graph", "encode/encode_internal.h"),
                               ("op", "graph/graph_internal.h"),
                               ("transport", "image/image_internal.h"),
                               ("transcript", "message/message_internal.h"),
                               ("reader", "graph/graph_internal.h"),
                               ("message", "transport/transport_internal.h"),
                               ("provider", "transcript/transcript_internal.h"),
                               ("tool", "session/session_internal.h")]:
            self.refuses(rule, f"src/{folder}/x.c", f'#include "{header}"\n', "not below it")
        self.refuses(rule, "src/base/x.c", "#include <foveate/graph.h>\n", "not below it")
        self.refuses(rule, "include/foveate/base.h", "#include <foveate/graph.h>\n", "not below it")
        self.refuses(rule, "include/foveate/graph.h", '#include "op/op_internal.h"\n', "private")
        self.refuses(rule, "src/op/x.c", '#include "image/decode.h"\n', "_internal.h")
        self.refuses(rule, "src/op/x.c", '#include "op/other.c"\n', "compiled")
        self.refuses(rule, "src/misc/x.c", "int x;\n", "no folder")
        self.refuses(rule, "src/op/x.c", "#include <foveate.h>\n", "umbrella")
        for folder, header in [("image", "base/base_internal.h"), ("op", "op/own.h"),
                               ("session", "transport/transport_internal.h"),
                               ("provider", "transport/transport_internal.h"),
                               ("cli", "session/session_internal.h"),
                               ("reader", "ocr/ocr_internal.h"),
                               ("transcript", "image/image_internal.h")]:
            self.accepts(rule, f"src/{folder}/x.c", f'#include "{header}"\n')

    def test_foreign_headers(self):
        rule = rules.foreign_headers
        for name, header in [("src/image/decode.c", "vips/vips.h"), ("src/session/x.c", "glib.h"),
                             ("src/transport/retry.c", "curl/curl.h"),
                             ("src/base/json_scan.c", "cjson/cJSON.h"),
                             ("src/reader/x.c", "tesseract/capi.h"), ("src/op/x.c", "png.h"),
                             ("src/image/x.c", "openssl/sha.h"), ("include/foveate/x.h", "png.h")]:
            self.refuses(rule, name, f"#include <{header}>\n", "may see")
        for name, header in [("src/image/vips_load.c", "vips/vips.h"),
                             ("src/transport/http.c", "curl/curl.h"),
                             ("src/base/json.c", "cjson/cJSON.h"),
                             ("src/ocr/ocr.c", "tesseract/capi.h"),
                             ("src/encode/encode_png.c", "png.h"), ("src/op/x.c", "stdlib.h")]:
            self.accepts(rule, name, f"#include <{header}>\n")

    def test_banned_functions(self):
        rule = rules.banned_functions
        for name, call in [("src/op/x.c", "p = malloc(3);"), ("src/op/x.c", "free (p);"),
                           ("src/base/x.c", "sprintf(a, b);"), ("src/base/x.c", 'printf("x");'),
                           ("src/image/x.c", "x = strtod(s, 0);"), ("src/image/x.c", "getenv(n);"),
                           ("src/session/x.c", "exit(1);"), ("src/cli/x.c", "strcpy(a, b);"),
                           ("src/cli/x.c", "atoi(a);"),
                           ("src/op/x.c", "if (!(q = (char *)malloc(2)))")]:
            self.refuses(rule, name, call + "\n", "instead")
        for name, call in [("src/op/x.c", "fov__free(ctx, p);"), ("src/base/x.c", "p = malloc(3);"),
                           ("src/op/x.c", "/* malloc(3) */"), ("src/op/x.c", 's = "free(x)";'),
                           ("src/op/x.c", "model->free(x);"), ("src/op/x.c", "v.free(x);"),
                           ("src/cli/x.c", 'printf("x");'), ("src/op/x.c", "int free_fn(void);")]:
            self.accepts(rule, name, call + "\n")

    def test_lengths(self):
        rule = rules.lengths
        body = "    x++;\n"
        self.refuses(rule, "src/op/x.c", "int x;\n" * 1001, "1001 lines")
        self.refuses(rule, "src/op/x.c", "void f(void)\n{\n" + body * 101 + "}\n", "101 lines")
        self.refuses(rule, "src/op/x.c", "static int f(int a) {\n    return a;\n}\n", "brace")
        self.refuses(rule, "src/op/x.c", "/*" + "x" * 99 + "\n*/\n", "101 columns")
        self.refuses(rule, "tests/op/x.py", "#" * 101 + "\n", "101 columns")
        self.accepts(rule, "src/op/x.c", "void f(void)\n{\n" + body * 100 + "}\n")
        self.accepts(rule, "src/op/x.c", "int x;\n" * 1000)
        self.accepts(rule, "src/op/x.c", "/*" + "é" * 98 + "\n*/\n")
        self.accepts(rule, "src/op/x.c", "static const int a[] = {\n" + body * 300 + "};\n")

    def test_white_space(self):
        rule = rules.white_space
        self.refuses(rule, "src/op/x.c", "\tint x;\n", "tab")
        self.refuses(rule, "src/op/x.c", "int x; \n", "end of the line")
        self.refuses(rule, "src/op/x.c", "int x;", "one newline")
        self.refuses(rule, "src/op/x.c", "int x;\n\n", "one newline")
        self.refuses(rule, "src/op/x.c", b"/* \xe9 */\n", "UTF-8")
        self.accepts(rule, "src/op/x.c", "int x;\n\n/* é */\n")

    def test_unique_names(self):
        self.assertTrue(self.problems(rules.unique_names, {"src/op/x.c": "", "src/graph/x.c": ""}))
        shutil.rmtree(self.root / "src")
        self.assertEqual(self.problems(rules.unique_names, {
            "src/op/x.c": "", "src/op/CMakeLists.txt": "", "src/base/CMakeLists.txt": "",
            "tests/op/x.c": ""}), [])

    def test_leading_comments(self):
        rule = rules.leading_comments
        self.refuses(rule, "src/op/x.c", "int x;\n", "SPDX")
        self.refuses(rule, "src/op/x.c", TOP + "int x;\n", "what part")
        self.refuses(rule, "src/op/x.c", TOP + "/* Zoom. */\nint x;\n", "what part")
        self.refuses(rule, "tests/op/x.c", "int x;\n", "SPDX")
        self.accepts(rule, "src/op/x.c", PART)
        self.accepts(rule, "tests/op/x.c", TOP)

    def test_public_headers(self):
        rule = rules.public_headers
        self.refuses(rule, "include/foveate/x.h", "/* a */\n" + "int x(void);\n" * 2, "33 %")
        self.refuses(rule, "include/foveate/x.h", 'const char *s = "/* no comment */";\n', "0 %")
        self.refuses(rule, "include/foveate/x.h", "/* a */\n" * 251, "251 lines")
        self.accepts(rule, "include/foveate/x.h", "/* a */\nint x(void);\n\nint y; /* c */\n")
        many = {f"include/foveate/{c}.h": "/* a */\n" * 250 for c in "abcdefgh"}
        self.assertIn("2000 lines", str(self.problems(rule, many)))

    def test_machine_paths(self):
        rule = rules.machine_paths
        self.refuses(rule, "src/op/x.c", "/* see /" + "work/x */\n", "machine")
        self.refuses(rule, "tests/op/x.c", 's = "/' + 'root/x";\n', "machine")
        self.accepts(rule, "src/op/x.c", "/* framework/x, ../" + "work/x */\n")

    def build(self, text):
        """A static library of one object, by the C compiler of the path."""
        (self.root / "x.c").write_text(text)
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        self.assertIsNotNone(compiler, "there is no C compiler")
        subprocess.run([compiler, "-fPIC", "-c", "x.c"], cwd=self.root, check=True)
        subprocess.run(["ar", "rc", "x.a", "x.o"], cwd=self.root, check=True)
        return list(rules.symbols_of(self.root / "x.a"))

    def test_mutable_state(self):
        symbols = self.build("static int counter; int fov__f(void) { return ++counter; }\n"
                             "static int set = 3; int fov__g(void) { return ++set; }\n"
                             "_Thread_local int fov__local;\n"
                             "int fov__h(void) { static int inside; return ++inside; }\n")
        found = str(list(rules.mutable_state(symbols, {})))
        for name in ("counter", "set", "fov__local", "inside"):
            self.assertIn(name, found)
        self.assertNotIn("fov__f ", found)
        allowed = {f"{m} {s}": "why" for m, s, _, section in symbols if ".text" not in section}
        self.assertEqual(list(rules.mutable_state(symbols, allowed)), [])
        allowed["other.o gone"] = "why"
        self.assertEqual(list(rules.mutable_state(symbols, allowed)), [])
        allowed["x.o gone"] = "why"
        self.assertIn("not there any more", str(list(rules.mutable_state(symbols, allowed))))

    def test_constant_tables_are_no_state(self):
        symbols = self.build("static int f(void) { return 1; }\n"
                             "const struct { const char *name; int (*f)(void); } fov__t[] =\n"
                             "    {{\"a\", f}};\nconst int fov__n[] = {1, 2};\n")
        self.assertEqual(list(rules.mutable_state(symbols, {})), [])
        self.assertEqual(list(rules.symbol_names(symbols)), [])

    def test_symbol_names(self):
        symbols = self.build("int zoom(void) { return 1; }\n"
                             "int fov__zoom(void) { return zoom(); }\n")
        found = list(rules.symbol_names(symbols))
        self.assertEqual(len(found), 1)
        self.assertIn("zoom is global", found[0][2])

    def test_allowed_needs_a_reason(self):
        path = self.root / "allowed.txt"
        path.write_text("# comment\nx.o  counter: counts\n")
        self.assertEqual(rules.read_allowed(path), {"x.o counter": "counts"})
        path.write_text("x.o counter\n")
        with self.assertRaises(ValueError):
            rules.read_allowed(path)

    def test_check_fails_and_passes_as_a_program(self):
        check = Path(__file__).with_name("check.py")
        for i in range(10):
            path = self.root / f"src/base/part{i}.c"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(PART)
        command = [sys.executable, "-B", str(check), "sources", str(self.root)]
        self.assertEqual(subprocess.run(command, capture_output=True).returncode, 0)
        (self.root / "src/base/part0.c").write_text(PART + "\tint x;\n")
        ran = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(ran.returncode, 1)
        self.assertIn("src/base/part0.c:3: a tab", ran.stdout)
        shutil.rmtree(self.root / "src")
        self.assertEqual(subprocess.run(command, capture_output=True).returncode, 1)


if __name__ == "__main__":
    unittest.main()
