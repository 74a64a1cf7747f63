# SPDX-License-Identifier: MIT
"""What the tests share: where pictures and the command line are, and a program run apart."""
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CHARTS = ROOT / "testdata" / "charts"
SLANT = CHARTS / "slant-cities.png"


@pytest.fixture
def root():
    return ROOT


@pytest.fixture
def charts():
    return CHARTS


@pytest.fixture
def chart():
    return SLANT


@pytest.fixture
def cli():
    path = os.environ.get("FOVEATE_CLI", "")
    assert os.access(path, os.X_OK), f"FOVEATE_CLI is {path!r}; run.sh sets it"
    return path


@pytest.fixture
def run_apart():
    """Run a program in a process of its own; what it printed. It must end by itself in time."""

    def run(program, *arguments, timeout=60, check=True, **options):
        return subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)],
            capture_output=True, text=True, timeout=timeout, check=check, **options)

    return run
