#!/bin/sh
# Test the Python package: run.sh BUILD [pytest arguments]
#
# Makes a virtual environment below BUILD, installs the package and what the tests need there, and
# runs pytest. Twice is quick. BUILD is a build folder of foveate that holds its command line.
#
#   FOV_PYTHON     the interpreter; else the first of python3.11 … and python3 that will do
#   FOV_SANITIZE   as in address,undefined: the extension is built with it, its runtime comes first
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
[ $# -ge 1 ] || { echo "run.sh: it takes a build folder" >&2; exit 2; }
build=$(cd "$1" && pwd)
shift

will_do='import sys, sysconfig, os, venv, ensurepip
sys.exit(sys.version_info < (3, 11) or not os.path.exists(sysconfig.get_path("include") + "/Python.h"))'
python=
for name in ${FOV_PYTHON:-/usr/bin/python3 python3.11 python3.12 python3.13 python3.14 python3}; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c "$will_do" 2>/dev/null; then
        python=$name
        break
    fi
done
[ -n "$python" ] || {
    echo "run.sh: no Python from 3.11 with venv and headers; on Debian: apt-get install python3-venv python3-dev" >&2
    exit 1
}

place=$build/python-tests${FOV_SANITIZE:+-sanitize}
packages="scikit-build-core pytest numpy pillow mypy"
stamp="$packages $("$python" -c 'import sys; print(sys.version)' | tr '\n' ' ')"
if [ "$(cat "$place/stamp" 2>/dev/null || true)" != "$stamp" ]; then
    rm -rf "$place"
    mkdir -p "$place"
    "$python" -m venv "$place/venv"
    if ! "$place/venv/bin/pip" install -q --disable-pip-version-check $packages >"$place/pip.log" 2>&1; then
        tail -n 3 "$place/pip.log" >&2
        # A machine that cannot reach the package index has not failed the test: 77 says so to ctest.
        # An index that answers and lacks a package is a failure.
        if grep -qE "connection broken by|Failed to establish a new connection" "$place/pip.log"; then
            echo "SKIPPED: the Python package is NOT tested, pip reached no index for: $packages" >&2
            exit 77
        fi
        exit 1
    fi
    echo "$stamp" >"$place/stamp"
fi

set -- "$@" # what is left is pytest's
# The library is built there once for all environments: ./quickstart installs from the same folder.
settings="--config-settings=build-dir=$build/python${FOV_SANITIZE:+-sanitize}"
[ -z "${FOV_SANITIZE:-}" ] ||
    settings="$settings --config-settings=cmake.define.FOV_SANITIZE=$FOV_SANITIZE
        --config-settings=install.strip=false" # reports name functions
CMAKE_BUILD_PARALLEL_LEVEL=${CMAKE_BUILD_PARALLEL_LEVEL:-2} "$place/venv/bin/pip" install -q \
    --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall $settings \
    "$root/python-bindings" >"$place/install.log" 2>&1 || {
    tail -n 30 "$place/install.log" >&2
    exit 1
}

if [ -n "${FOV_SANITIZE:-}" ]; then
    preload=
    for library in libasan.so libubsan.so libtsan.so; do
        case $FOV_SANITIZE,$library in
        *address*,libasan.so | *undefined*,libubsan.so | *thread*,libtsan.so)
            preload="$preload $(cc -print-file-name="$library")" ;;
        esac
    done
    # CPython keeps memory until the process ends, so leaks are left to test_leaks.py.
    export ASAN_OPTIONS="${ASAN_OPTIONS:-detect_leaks=0:allocator_may_return_null=1}"
    export PYTHONMALLOC=malloc LD_PRELOAD="${preload# }"
fi
cd "$place" # not in the checkout: the package that is tested is the installed one
exec env FOVEATE_CLI="$build/foveate" PYTHONDONTWRITEBYTECODE=1 \
    "$place/venv/bin/python" -m pytest -q -p no:cacheprovider "$@" "$here"
