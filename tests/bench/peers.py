# SPDX-License-Identifier: MIT
"""Fetching the peers through the ordinary clients, pip and npm, into the bench's own folder. A peer
that cannot be had is left out, and that is said loudly."""
import json
import shutil
import subprocess
import sys

PILLOW = "pillow>=11.1"  # from there on its wheels have zlib-ng
# sharp's newest needs a newer node than Debian 12 has; the second choice does not.
SHARPS = ("sharp", "sharp@0.34")
SPEAK = {
    "pillow": "import PIL; from PIL import features as f; print(PIL.__version__ + ', zlib-ng '"
              " + str(f.check('zlib_ng')))",
    "opencv": "import cv2; print(cv2.__version__)",
    "libvips": "import pyvips as v; print('.'.join(str(v.version(i)) for i in range(3)))",
}
NEEDS = {"pillow": [PILLOW], "opencv": ["opencv-python-headless"], "libvips": ["pyvips"]}


def loud(text):
    print(f"bench: *** {text}", file=sys.stderr, flush=True)


def run(command, **options):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=False, **options)


def last_line(text):
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def pip(tools, packages, log, *options, **env):
    done = run([tools.python, "-m", "pip", "install", "--disable-pip-version-check", "-q",
                *options, *packages], env=tools.env(**env))
    log.write(done.stdout)
    return None if done.returncode == 0 else last_line(done.stdout)


def install_python(tools, log):
    """None, or why there is no Python peer at all."""
    if not tools.python.exists():
        made = run([sys.executable, "-m", "venv", str(tools.work / "venv")])
        log.write(made.stdout)
        if made.returncode != 0:
            return last_line(made.stdout)
    return pip(tools, ["numpy"], log)


def speaks(tools, name):
    """The version that a peer says it has; None when it does not run."""
    if name == "sharp":
        code = "console.log(require('sharp').versions.sharp + ', libvips ' + " \
               "require('sharp').versions.vips)"
        if not shutil.which("node") or not (tools.node / "node_modules" / "sharp").exists():
            return None
        done = run(["node", "-e", code], cwd=tools.node)
    else:
        if not tools.python.exists():
            return None
        done = run([tools.python, "-c", SPEAK[name]], env=tools.env())
    return done.stdout.strip() if done.returncode == 0 else None


def install_libvips(tools, log):
    """The binding is built without a libvips of the machine, else it would use that one in place of
    the newer library that pyvips-binary brings."""
    hidden = {"PKG_CONFIG_LIBDIR": str(tools.work / "none"), "PKG_CONFIG_PATH": ""}
    return pip(tools, ["pyvips"], log, "--no-binary=pyvips", "--no-cache-dir", **hidden) or \
        pip(tools, ["pyvips-binary"], log, "--force-reinstall", "--no-deps")


def install_sharp(tools, log):
    why = "npm is not there" if not shutil.which("npm") else ""
    tools.node.mkdir(parents=True, exist_ok=True)
    manifest = tools.node / "package.json"
    if not manifest.exists():
        manifest.write_text(json.dumps({"private": True}) + "\n", encoding="utf-8")
    for package in SHARPS if not why else ():
        done = run(["npm", "install", "--no-audit", "--no-fund", package], cwd=tools.node)
        log.write(done.stdout)
        if done.returncode == 0 and speaks(tools, "sharp"):
            return None
        why = last_line(done.stdout)
    return why


def fetch(tools):
    """Install what is missing; the versions of the peers that run, by name."""
    tools.work.mkdir(parents=True, exist_ok=True)
    versions = {}
    with open(tools.work / "peers.log", "w", encoding="utf-8") as log:
        python_fails = install_python(tools, log) if not tools.python.exists() or \
            run([tools.python, "-c", "import numpy"]).returncode != 0 else None
        for name in ("pillow", "opencv", "libvips", "sharp"):
            version, why = speaks(tools, name), None
            if not version:
                print(f"bench: fetching {name}", file=sys.stderr, flush=True)
                if name == "sharp":
                    why = install_sharp(tools, log)
                elif python_fails:
                    why = python_fails
                elif name == "libvips":
                    why = install_libvips(tools, log)
                else:
                    why = pip(tools, NEEDS[name], log)
                version = None if why else speaks(tools, name)
            if version:
                versions[name] = version
            else:
                loud(f"{name} is LEFT OUT: {why or 'it does not run'} (see {log.name})")
    if "pillow" in versions:
        versions["usual"] = versions["pillow"]
    return versions
