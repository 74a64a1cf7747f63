# SPDX-License-Identifier: MIT
"""The package itself: types, stubs, documents, what is generated, what importing costs."""
import inspect
import pathlib
import subprocess
import sys
import time

import foveate
import foveate._foveate

FOLDER = pathlib.Path(foveate.__file__).parent
HERE = pathlib.Path(__file__).parent


def run(*command, **options):
    done = subprocess.run([sys.executable, *map(str, command)], capture_output=True, text=True,
                          **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_mypy_is_strictly_content(tmp_path):
    run("-m", "mypy", "--strict", "--cache-dir", tmp_path, "-p", "foveate", cwd=tmp_path)


def test_a_users_program_is_typed(tmp_path):
    program = tmp_path / "program.py"
    program.write_text((HERE / "typed_program.py").read_text())
    run("-m", "mypy", "--strict", "--cache-dir", tmp_path, program, cwd=tmp_path)
    wrong = tmp_path / "wrong.py"
    wrong.write_text("import foveate\nfoveate.Session('x').zoom('box', pad='much')\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path, wrong]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1 and 'Argument "pad"' in done.stdout, done.stdout


def test_stubs_say_what_is_there(tmp_path):
    run("-m", "mypy.stubtest", "foveate", "--allowlist", HERE / "stubtest.allow",
        "--ignore-unused-allowlist", cwd=tmp_path)


def test_the_generated_file_is_fresh(root):
    run(root / "python-bindings" / "generate.py", "--check")
    assert (FOLDER / "_ops.py").read_bytes() == (
        root / "python-bindings" / "src" / "foveate" / "_ops.py").read_bytes()


def test_every_operation_is_a_method_with_its_arguments():
    for op in foveate.ops():
        method = getattr(foveate.Session, op["name"])
        assert op["summary"] in method.__doc__
        names = list(inspect.signature(method).parameters)
        for param in op["params"]:
            assert (param["name"] in names) != param["is_hidden"]
            assert param["is_hidden"] or param["doc"].split()[0] in method.__doc__


def test_everything_public_is_documented():
    missing = []
    for name in foveate.__all__:
        thing = getattr(foveate, name)
        if isinstance(thing, str):
            continue
        if not (thing.__doc__ or "").strip():
            missing.append(name)
        if inspect.isclass(thing) and not issubclass(thing, Exception):
            missing += [f"{name}.{one}" for one, member in vars(thing).items()
                        if not one.startswith("_") and not inspect.ismemberdescriptor(member)
                        and not (getattr(member, "__doc__", "") or "").strip()]
    assert not missing


def test_signatures_can_be_asked_for():
    assert str(inspect.signature(foveate.Image.png)) == "(self, /, *, max_edge=0)"
    assert "base_url" in inspect.signature(foveate.Model.server).parameters
    assert "question" in inspect.signature(foveate.Session.ask).parameters


def test_the_wheel_is_for_every_python_from_3_11():
    wheel = next(FOLDER.parent.glob("foveate-*.dist-info")) / "WHEEL"
    assert "Tag: cp311-abi3-" in wheel.read_text()
    assert (FOLDER / "py.typed").exists() and (FOLDER / "_foveate.abi3.so").exists()
    metadata = (wheel.parent / "METADATA").read_text()
    assert "Requires-Dist" not in metadata
    assert f"Version: {foveate.version()}" in metadata
    assert foveate.__version__ == foveate.version()


def test_the_extension_shows_nothing_but_its_init():
    shown = subprocess.run(["nm", "-D", "--defined-only", FOLDER / "_foveate.abi3.so"],
                           capture_output=True, text=True, check=True).stdout.split()
    sanitizers = ("__asan", "__odr_asan", "__ubsan")
    names = [name for name in shown[2::3] if not name.startswith(sanitizers)]
    assert names == ["PyInit__foveate"]


def test_importing_touches_little(capsys):
    """Measured and shown; the machine decides the time, the imports are ours."""
    def median(program):
        times = []
        for _ in range(9):
            start = time.perf_counter()
            run("-c", program)
            times.append(time.perf_counter() - start)
        return sorted(times)[4] * 1000

    bare, whole = median("pass"), median("import foveate")
    with capsys.disabled():
        print(f"\nimport foveate: {whole - bare:.1f} ms, {whole:.1f} ms with Python's start")
    extra = run("-c", "import sys; a = set(sys.modules); import foveate; "
                      "print(*sorted(set(sys.modules) - a))").split()
    ours = [name for name in extra if name.split(".")[0] == "foveate"]
    assert set(extra) - set(ours) <= {"__future__"} and "foveate._model" not in ours, extra


def test_examples_of_the_readme_run(root, chart, tmp_path):
    text = (root / "python-bindings" / "README.md").read_text()
    program = text.split("```python\n")[1].split("```")[0]
    (tmp_path / "chart.png").write_bytes(chart.read_bytes())
    run("-c", program, cwd=tmp_path)
    assert (tmp_path / "asked" / "transcript.jsonl").exists()


def test_what_the_front_page_shows_runs(root, chart):
    shown = run(str(root / "tests" / "python" / "example.py"), str(chart))
    assert shown.startswith("27.3 ") and "img_0" in shown, shown
