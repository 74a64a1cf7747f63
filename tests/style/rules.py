# SPDX-License-Identifier: MIT
"""The rules of the house, each a function that takes a Tree and yields (file, line, what).

Nothing here knows the project's files by heart but for the folders' order; test_rules.py proves for
each rule that it can fail.
"""
import re
import subprocess
from pathlib import Path

# Lower never includes higher.
CHAIN = ["base", "image", "ocr", "op", "graph", "encode", "profile", "message", "provider", "tool",
         "session"]
DOORS = ["batch", "mcp", "cli"]
SIDES = {
    "transport": {"base"},
    "transcript": {"base", "image", "ocr", "op", "graph", "encode"},
    "reader": {"base", "image", "ocr", "message"},  # image: ocr/ takes and gives its pixels
}
# Where a side branch is joined before the session: a provider sends what it has written.
JOINED = {"provider": {"transport"}}

# Who alone may include a foreign library's headers: pattern of the header, pattern of the file.
OWNERS = [
    (r"^(vips/|glib|gio/|gobject/)", r"^src/image/vips_[a-z0-9_]*\.[ch]$", "libvips"),
    (r"^curl/", r"^src/transport/http\.c$", "libcurl"),
    (r"^(cjson/|cJSON)", r"^src/base/json\.c$", "cJSON"),
    (r"^(tesseract/|leptonica/)", r"^src/ocr/", "tesseract"),
    (r"^(png\.h|pngconf\.h|jpeglib\.h|jerror\.h|turbojpeg\.h)", r"^src/(image|encode)/",
     "libpng and libjpeg"),
    (r"^lcms2", r"^src/image/", "lcms2"),
    (r"^libdeflate", r"^src/(image|encode)/", "libdeflate"),
    (r"^(openssl/|xxhash)", r"^src/base/hash\.c$", "libcrypto and libxxhash"),
]

# Functions that only base may call, with what stands in for them.
BANNED_OUTSIDE_BASE = {
    "malloc": "fov__alloc", "calloc": "fov__calloc", "realloc": "fov__realloc",
    "free": "fov__free", "strdup": "fov__strdup", "strndup": "fov__strndup",
    "aligned_alloc": "fov__alloc", "posix_memalign": "fov__alloc", "asprintf": "struct fov_buf",
    "strtod": "fov__text_double", "strtof": "fov__text_double", "getenv": "fov__env",
    "getline": "fov__file_read", "pthread_create": "fov__parallel", "dlopen": "fov__module_open",
}
BANNED = {
    "sprintf": "fov__format", "vsprintf": "fov__format", "strcpy": "memcpy",
    "strcat": "struct fov_buf", "gets": "fov__file_read", "atoi": "fov__text_double",
    "atol": "fov__text_double",
    "atof": "fov__text_double", "strtok": "strchr", "alloca": "fov__alloc", "tmpnam": "mkstemp",
    "mktemp": "mkstemp", "system": "nothing", "popen": "nothing", "rand": "a seed of your own",
    "srand": "a seed of your own", "setlocale": "nothing", "chdir": "nothing",
    "localtime": "fov__clock_utc", "gmtime": "fov__clock_utc", "strerror": "strerror_r",
    "cJSON_InitHooks": "nothing",
}
# What only the command line, a program of its own, may do.
BANNED_IN_LIBRARY = {
    "printf": "fov__log", "vprintf": "fov__log", "fprintf": "fov__log", "vfprintf": "fov__log",
    "puts": "fov__log", "putchar": "fov__log", "fputs": "fov__log", "perror": "fov__fail",
    "exit": "a status", "_exit": "a status", "abort": "a status", "assert": "fov__fail",
    "signal": "nothing", "sigaction": "nothing", "atexit": "nothing",
}
PROGRAMS = ("src/cli/", "src/mcp/")

TEXTS = (".c", ".h", ".py", ".def", ".txt", ".in", ".md", ".map")

LINE_MAX = 100
FILE_MAX = 1000
FUNCTION_MAX = 100
HEADER_MAX = 250
HEADERS_MAX = 1800
EXT_HEADER_MAX = 500  # for authors of plug-ins: types and functions of a whole part, read by few
COMMENT_SHARE = 0.5


class Tree:
    """The project's own text files, by their path from its root."""

    def __init__(self, root):
        self.root = Path(root)
        self.files = {}
        for folder in ("include", "src", "python-bindings", "tests"):
            for path in sorted((self.root / folder).rglob("*")):
                hidden = any(p.startswith(".") or p == "__pycache__" for p in path.parts)
                if path.is_file() and not hidden and path.suffix in TEXTS:
                    name = path.relative_to(self.root).as_posix()
                    self.files[name] = path.read_text(encoding="utf-8", errors="surrogateescape")

    def sources(self, prefix="", suffixes=(".c", ".h")):
        for name, text in self.files.items():
            if name.startswith(prefix) and name.endswith(suffixes):
                yield name, text


def code_of(text):
    """The text with comments and the insides of literals blanked, line by line in place."""
    def blank(match):
        token = match.group(0)
        if token.startswith(("/*", "//")):
            return re.sub(r"[^\n]", " ", token)
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
    # An #include's name is kept: other rules read it.
    parts = re.split(r"(^[ \t]*#[ \t]*include[^\n]*$)", text, flags=re.M)
    return "".join(part if i % 2 else re.sub(pattern, blank, part, flags=re.S)
                   for i, part in enumerate(parts))


def includes_of(text):
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield number, match.group(1), match.group(2)


def may_see(folder):
    """The folders whose headers a folder may include, itself among them."""
    if folder in SIDES:
        return SIDES[folder] | {folder}
    if folder in DOORS:
        return set(CHAIN) | set(SIDES) | {folder}
    if folder not in CHAIN:
        return None
    seen = set(CHAIN[:CHAIN.index(folder) + 1]) | JOINED.get(folder, set())
    return seen | set(SIDES) if folder == "session" else seen


def include_order(tree):
    """A folder includes only what is below it, of another folder only its *_internal.h."""
    for name, text in list(tree.sources("src/")) + list(tree.sources("include/foveate/")):
        public = name.startswith("include/")
        folder = Path(name).stem if public else name.split("/")[1]
        if name.startswith("include/foveate/ext/"):
            continue
        allowed = may_see(folder)
        if allowed is None:
            yield name, 1, f"{folder} is no folder of DESIGN's order"
            continue
        for line, kind, target in includes_of(text):
            if target == "foveate.h" and folder not in DOORS:
                yield name, line, "the umbrella header is for programs"
            match = re.match(r"foveate/([a-z_]+)\.h$", target) if kind == "<" else \
                re.match(r"([a-z_]+)/([^/]+)$", target)
            if not match:
                continue
            other = match.group(1)
            if other not in allowed:
                yield name, line, f"{folder} must not include {target}: {other} is not below it"
            elif kind == '"' and public:
                yield name, line, f"a public header includes the private {target}"
            elif kind == '"' and other != folder and not target.endswith("_internal.h"):
                yield name, line, f"{target} of another folder is not its *_internal.h"
        for line, kind, target in includes_of(text):
            if target.endswith(".c"):
                yield name, line, f"{target} is included, which must be compiled"


def foreign_headers(tree):
    """Each foreign library is seen by one place only, and by no public header."""
    for name, text in list(tree.sources("src/")) + list(tree.sources("include/")):
        for line, _, target in includes_of(text):
            for header, owner, library in OWNERS:
                if re.match(header, target) and not re.match(owner, name):
                    yield name, line, f"{target}: only {owner} may see {library}"


def banned_functions(tree):
    """No raw allocation, printing, exiting or locale-bound call outside the places made for it."""
    for name, text in tree.sources("src/"):
        banned = dict(BANNED)
        if not name.startswith("src/base/"):
            banned.update(BANNED_OUTSIDE_BASE)
        if not name.startswith(PROGRAMS):
            banned.update(BANNED_IN_LIBRARY)
        pattern = re.compile(r"(?<![\w.>])(%s)\s*\(" % "|".join(map(re.escape, banned)))
        for number, line in enumerate(code_of(text).split("\n"), 1):
            for match in pattern.finditer(line):
                call = match.group(1)
                yield name, number, f"{call}() is not called here; instead: {banned[call]}"


def lengths(tree):
    """Files, functions and lines that can be read."""
    for name, text in tree.files.items():
        lines = text.split("\n")
        if name.startswith(("src/", "include/", "tests/")) and name.endswith((".c", ".h", ".py")):
            if len(lines) - 1 > FILE_MAX:
                yield name, FILE_MAX, f"{len(lines) - 1} lines, at most {FILE_MAX}"
            for number, line in enumerate(lines, 1):
                if len(line) > LINE_MAX:
                    yield name, number, f"{len(line)} columns, at most {LINE_MAX}"
    for name, text in tree.sources("", (".c",)):
        start = None
        lines = code_of(text).split("\n")
        for number, line in enumerate(lines, 1):
            if line.rstrip() == "{":
                start = number
            elif line.startswith("}") and start is not None:
                if number - start - 1 > FUNCTION_MAX:
                    yield name, start, f"a function of {number - start - 1} lines, " \
                                       f"at most {FUNCTION_MAX}"
                start = None
            elif re.match(r"[a-z_][\w \*]*\w\s*\([^;{}]*\)\s*\{\s*$", line):
                yield name, number, "a function's brace stands on a line of its own"


def white_space(tree):
    """No tabs, nothing at the end of a line, one newline at the end of a file."""
    for name, text in tree.files.items():
        if "\udc80" <= max(text, default="") <= "\udcff":
            yield name, 1, "is not UTF-8"
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line:
                yield name, number, "a tab"
            if line != line.rstrip():
                yield name, number, "white space at the end of the line"
        if text and (not text.endswith("\n") or text.endswith("\n\n")):
            yield name, text.count("\n"), "must end in one newline"


def unique_names(tree):
    """A file's name is unique in src, so that it can be said without its folder."""
    seen = {}
    for name in tree.files:
        base = Path(name).name
        if not name.startswith("src/") or base in ("CMakeLists.txt", "README.md"):
            continue
        if base in seen:
            yield name, 1, f"{seen[base]} has the same name"
        seen.setdefault(base, name)


def leading_comments(tree):
    """Each file names its licence, and each .c of src says what part it plays."""
    for name, text in tree.sources():
        lines = text.split("\n")
        if lines[0] != "/* SPDX-License-Identifier: MIT */":
            yield name, 1, "must begin with the line /* SPDX-License-Identifier: MIT */"
        elif name.startswith("src/") and name.endswith(".c"):
            comment = re.match(r"/\*(.*?)\*/", "\n".join(lines[1:]), flags=re.S)
            if not comment or len(comment.group(1).split()) < 5:
                yield name, 2, "must say in a comment what part the file plays"


def public_headers(tree):
    """Public headers are the manual: short, and at least half comment."""
    total = 0
    for name, text in tree.sources("include/", (".h",)):
        lines = text.split("\n")[:-1]
        is_ext = name.startswith("include/foveate/ext/")
        most = EXT_HEADER_MAX if is_ext else HEADER_MAX
        total += 0 if is_ext else len(lines)
        if len(lines) > most:
            yield name, most, f"{len(lines)} lines, at most {most}"
        code = code_of(text).split("\n")
        written = [i for i, line in enumerate(lines) if line.strip()]
        # A line counts as comment when it holds any.
        comment = sum(1 for i in written if re.sub(r'"[^"]*"', '""', lines[i]).rstrip() !=
                      re.sub(r'"[^"]*"', '""', code[i]).rstrip())
        if written and comment < COMMENT_SHARE * len(written):
            yield name, 1, f"{100 * comment // len(written)} % of its lines hold comment, " \
                           f"at least {int(100 * COMMENT_SHARE)} %"
    if total > HEADERS_MAX:
        yield "include", 1, f"all public headers have {total} lines, at most {HEADERS_MAX}"


def machine_paths(tree):
    """Nothing of the machine it was written on."""
    pattern = re.compile(r"(?<![\w.])/(?:%s)/\w" % "|".join(["work", "root", "home/[a-z]"]))
    for name, text in tree.files.items():
        for number, line in enumerate(text.split("\n"), 1):
            if pattern.search(line):
                yield name, number, "a path of somebody's machine"


SOURCE_RULES = [include_order, foreign_headers, banned_functions, lengths, white_space,
                unique_names, leading_comments, public_headers, machine_paths]


# ---- rules on what was built ---------------------------------------------------------------------

def symbols_of(library, nm="nm"):
    """(object, symbol, type letter, section) of each defined symbol of a static library."""
    out = subprocess.run([nm, "--format=sysv", "--defined-only", str(library)], check=True,
                         capture_output=True, text=True).stdout
    member = "?"
    for line in out.split("\n"):
        match = re.match(r"Symbols from .*\[(.+)\]:", line)
        if match:
            member = match.group(1)
        fields = [field.strip() for field in line.split("|")]
        # A name from $ on is no object: on ARM it says that code ($x) or data ($d) begins.
        if len(fields) == 7 and fields[0] != "Name" and not fields[0].startswith("$"):
            yield member, fields[0], fields[2], fields[6]


def mutable_state(symbols, allowed):
    """No object that a second thread or a second context could see changing.

    Read-only data with addresses in it lies in .data.rel.ro, which the loader makes read-only."""
    used = set()
    for member, symbol, _, section in symbols:
        if not re.match(r"\.(data|bss|tdata|tbss)|\*COM\*|COMMON", section):
            continue
        if section.startswith(".data.rel.ro"):
            continue
        key = f"{member} {symbol}"
        used.add(key)
        if key not in allowed:
            yield member, 0, f"{symbol} lies in {section}: there is no mutable state at file scope"
    # An object that an option left out of the build says nothing.
    built = {member for member, *_ in symbols}
    for key in sorted(key for key in set(allowed) - used if key.split()[0] in built):
        yield "mutable_symbols.txt", 0, f"{key} is allowed and not there any more"


def symbol_names(symbols):
    """Every symbol that another object can see has our prefix: a static library is linked into
    programs whose names we do not know."""
    for member, symbol, kind, _ in symbols:
        if kind.isupper() and not symbol.startswith("fov_"):
            yield member, 0, f"{symbol} is global and does not begin with fov_"


def read_allowed(path):
    """Lines of "object symbol: reason"."""
    allowed = {}
    for line in Path(path).read_text(encoding="utf-8").split("\n"):
        if line.strip() and not line.startswith("#"):
            key, _, why = line.partition(":")
            if not why.strip():
                raise ValueError(f"{path}: no reason is given for {key}")
            allowed[" ".join(key.split())] = why.strip()
    return allowed
