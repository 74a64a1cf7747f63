#!/bin/sh
# regen.sh BUILD: write python-bindings/src/foveate/_ops.py anew, through a package built for it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sh "$here/run.sh" "$1" --collect-only -q >/dev/null || { echo "the Python methods were NOT written" >&2; exit 1; }
"$1/python-tests/venv/bin/python" "$here/../../python-bindings/generate.py" --write
