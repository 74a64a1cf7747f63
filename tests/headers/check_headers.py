# SPDX-License-Identifier: MIT
"""Public headers compile alone, twice, in C and C++; the synopsis compiles; initializers agree.

check_headers.py compile INCLUDE | check_headers.py run INCLUDE LIBRARY | check_headers.py self
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
CASES = [("gcc", "c", "c99"), ("gcc", "c", "c11"), ("g++", "c++", "c++11"),
         ("clang", "c", "c99"), ("clang", "c", "c11"), ("clang++", "c++", "c++11")]


def compile_text(text, compiler, language, standard, include, extra=()):
    """The compiler's words, empty when it had none to say."""
    command = [compiler, "-x", language, f"-std={standard}", *WARNINGS, "-I", str(include), "-"]
    ran = subprocess.run([*command, *(extra or ["-fsyntax-only"])], input=text, text=True,
                         capture_output=True)
    return "" if ran.returncode == 0 else ran.stderr or "failed without a word"


def headers_of(include):
    return sorted(p.relative_to(include).as_posix() for p in Path(include).rglob("*.h"))


def cases():
    found = [case for case in CASES if shutil.which(case[0])]
    for case in CASES:
        if case not in found:
            print(f"SKIPPED: {case[0]} is not installed")
    return found


def check_alone(include):
    """Each header alone, included twice: all that it needs, and guarded."""
    problems = []
    for header in headers_of(include):
        text = f"#include <{header}>\n#include <{header}>\n"
        if header == "foveate/base.h":
            # An error fits on any stack and is part of the ABI.
            text += "typedef char is_256_bytes[sizeof(fov_error) == 256 ? 1 : -1];\n"
        text += "extern int foveate_test_unit;\n"
        for compiler, language, standard in cases():
            said = compile_text(text, compiler, language, standard, include)
            if said:
                problems.append(f"{header} with {compiler} -std={standard}:\n{said}")
    return problems


def synopsis_of(header):
    """The program in the opening comment: the indented lines between "Synopsis." and the next
    paragraph that begins with a word and a full stop."""
    match = re.search(r"\* Synopsis\..*?\n(.*?)\n \* [A-Z]\w+\.", header.read_text(), flags=re.S)
    if not match:
        return ""
    lines = [re.sub(r"^ \*( {5})?", "", line) for line in match.group(1).split("\n")]
    return "\n".join(lines) + "\n"


def check_synopsis(include):
    program = synopsis_of(Path(include) / "foveate.h")
    if "int main(" not in program:
        return ["foveate.h: there is no synopsis with a main()"]
    said = compile_text(program, "cc", "c", "c11", include)
    return [f"the synopsis of foveate.h:\n{said}"] if said else []


def snippet_of(text):
    """The code at the top of a header: the first block of its opening comment that is indented by
    five. A line of dots ends what stands at file scope; the rest is the body of a function that has
    a context, a model, a picture and an error."""
    comment = re.search(r"/\*(?! SPDX).*?\*/", text, flags=re.S)
    blocks = re.findall(r"(?:^ \* {5}.*\n(?:^ \*\n(?=^ \* {5}))?)+", comment.group(0),
                        flags=re.M) if comment else []
    if not blocks:
        return ""
    code = re.sub(r"^ \*(?: {5})?", "", blocks[0], flags=re.M)
    scope, dots, body = code.rpartition("...\n")
    if not dots and re.match(r"(#include|static) ?", code):
        return code
    head = ("int synopsis(fov_context *the_context, fov_model *model, fov_image *chart,\n"
            "             FILE *stream)")
    context = "" if "fov_context *ctx" in body else "fov_context *ctx = the_context; (void)ctx;\n"
    error = "" if "fov_error err" in body else "fov_error err; (void)err;\n"
    used = "(void)the_context; (void)model; (void)chart; (void)stream;\n"
    return f"{scope}{head};\n{head}\n{{\n{context}{error}{{\n{body}}}\n{used}return 0;\n}}\n"


def check_snippets(include):
    """Every header opens with code that compiles."""
    problems = []
    for header in headers_of(include):
        if header == "foveate.h":
            continue
        code = snippet_of((Path(include) / header).read_text())
        if not code:
            problems.append(f"{header}: there is no code at its top")
            continue
        text = "#include <foveate.h>\n#include <stdio.h>\n#include <stdlib.h>\n" + code
        said = compile_text(text, "cc", "c", "c11", include,
                            ["-fsyntax-only", "-Wno-unused-function", "-Wno-unused-parameter",
                             "-Wno-unused-const-variable", "-Wno-unused-variable"])
        if said:
            problems.append(f"the code at the top of {header}:\n{said}")
    return problems


def options_of(include):
    """image for FOV_IMAGE_OPTS_INIT, and so on."""
    found = set()
    for header in headers_of(include):
        text = (Path(include) / header).read_text()
        found |= {name.lower() for name in re.findall(r"#define FOV_(\w+)_OPTS_INIT", text)}
        found |= set(re.findall(r"\bfov_(\w+)_opts_init\(", text))
    return sorted(found)


def options_program(names):
    """Compares, byte by byte, what the macro and the function make."""
    checks = "".join(
        f"    {{\n"
        f"        static fov_{n}_opts by_macro = FOV_{n.upper()}_OPTS_INIT, by_call;\n"
        f"        memset(&by_call, 0xa5, sizeof(by_call));\n"
        f"        fov_{n}_opts_init(&by_call);\n"
        f"        if (by_macro.struct_size != sizeof(by_macro) ||\n"
        f"            memcmp(&by_macro, &by_call, sizeof(by_macro)) != 0) {{\n"
        f"            printf(\"fov_{n}_opts\\n\");\n"
        f"            bad = 1;\n"
        f"        }}\n"
        f"    }}\n" for n in names)
    return ("#include <foveate.h>\n#include <stdio.h>\n#include <string.h>\n"
            "int main(void)\n{\n    int bad = 0;\n" + checks + "    return bad;\n}\n")


def check_options(include, library):
    names = options_of(include)
    problems = [] if len(names) >= 3 else [f"only {names} have options: the search is broken"]
    folder = Path(library).parent
    link = [f"-L{folder}", f"-Wl,-rpath,{folder}", "-lfoveate"]
    for compiler, language, standard in cases():
        with tempfile.TemporaryDirectory(prefix="fov-headers-") as scratch:
            program = f"{scratch}/options"
            said = compile_text(options_program(names), compiler, language, standard, include,
                                ["-o", program, "-x", "none", *link])
            if said:
                problems.append(f"options with {compiler} -std={standard}:\n{said}")
                continue
            ran = subprocess.run([program], capture_output=True, text=True)
            if ran.returncode != 0:
                problems.append(f"{compiler} -std={standard}: the initializer and the function "
                                f"differ for {ran.stdout.split() or ran.returncode}")
    print(f"{len(names)} options: {', '.join(names)}")
    return problems


def check_self():
    """Each check must be able to fail."""
    good = "#ifndef X_H\n#define X_H\n#include <stdint.h>\nint32_t x(void);\n#endif\n"
    bad = {
        "is not alone": "#ifndef X_H\n#define X_H\nint32_t x(void);\n#endif\n",
        "has no guard": "typedef enum { A, B } ab;\n",
        "has // in C99 with a GNU word": "#ifndef X_H\n#define X_H\ntypeof(1) x(void);\n#endif\n",
        "is no C++": "#ifndef X_H\n#define X_H\nint new(int class);\n#endif\n",
        "warns": "#ifndef X_H\n#define X_H\nenum { A, B, };\nstruct s { };\n#endif\n",
    }
    problems = []
    with tempfile.TemporaryDirectory(prefix="fov-headers-") as scratch:
        include = Path(scratch)
        (include / "x.h").write_text(good)
        if check_alone(include):
            problems.append("a right header is refused")
        for what, text in bad.items():
            (include / "x.h").write_text(text)
            if not check_alone(include):
                problems.append(f"a header that {what} is let pass")
        (include / "foveate.h").write_text(
            "/* SPDX */\n/* Synopsis. Whole:\n *\n *     int main(void)\n *     {\n"
            " *         return y;\n *     }\n *\n * Build. cc\n */\n")
        if not any("'y'" in p or "y" in p for p in check_synopsis(include)):
            problems.append("a synopsis that does not compile is let pass")
        (include / "foveate.h").write_text("/* nothing */\n")
        if not check_synopsis(include):
            problems.append("a missing synopsis is let pass")
        for top, right in (("/* x.\n *\n *     int a = 1;\n *     (void)a;\n */\n", True),
                           ("/* x.\n *\n *     int a = b;\n */\n", False),
                           ("/* x. */\n", False)):
            (include / "x.h").write_text("/* SPDX */\n" + top)
            (include / "foveate.h").write_text("".join(
                f"typedef struct fov_{n} fov_{n};\n" for n in
                ("context", "model", "image")) + "typedef struct {int x;} fov_error;\n")
            if bool(check_snippets(include)) == right:
                problems.append(f"the code {top!r} is {'refused' if right else 'let pass'}")
        (include / "x.h").write_text(good)
        library = include / "libfoveate.so"
        (include / "foveate.h").write_text(
            "#include <stddef.h>\n#include <stdint.h>\n"
            "#ifdef __cplusplus\nextern \"C\" {\n#endif\n" +
            "".join(f"typedef struct {{ uint32_t struct_size, v; }} fov_{n}_opts;\n"
                    f"#define FOV_{n.upper()}_OPTS_INIT {{(uint32_t)sizeof(fov_{n}_opts), 0}}\n"
                    f"void fov_{n}_opts_init(fov_{n}_opts *o);\n" for n in "abc") +
            "#ifdef __cplusplus\n}\n#endif\n")
        for value, right in ((0, True), (7, False)):
            text = "#include <foveate.h>\n" + "".join(
                f"void fov_{n}_opts_init(fov_{n}_opts *o)\n"
                f"{{ o->struct_size = sizeof(*o); o->v = {value if n == 'b' else 0}; }}\n"
                for n in "abc")
            said = compile_text(text, "cc", "c", "c11", include,
                                ["-shared", "-fPIC", "-o", str(library)])
            found = check_options(include, library)
            if said or bool(found) == right or (not right and "fov_b_opts" not in str(found)):
                problems.append(f"initializers with {value}: {said}{found}")
    return problems


def main(argv):
    if argv[1:] == ["self"]:
        problems = check_self()
    elif len(argv) == 3 and argv[1] == "compile":
        problems = check_alone(argv[2]) + check_synopsis(argv[2]) + check_snippets(argv[2])
        print(f"{len(headers_of(argv[2]))} headers")
    elif len(argv) == 4 and argv[1] == "run":
        problems = check_options(argv[2], argv[3])
    else:
        print(__doc__)
        return 2
    for problem in problems:
        print(problem)
    return len(problems) != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
