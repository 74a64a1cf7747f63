# SPDX-License-Identifier: MIT
"""The programs that are measured, each a child process that answers requests by a simple protocol
(README.md), and how to start them. Nothing here knows what is measured."""
import json
import os
import subprocess
from pathlib import Path

HERE = Path(__file__).parent

# The order in which sides take turns and stand in tables; what they are called there.
NAMES = {"foveate": "foveate", "libpng": "libpng", "pillow": "Pillow", "opencv": "OpenCV",
         "libvips": "libvips", "sharp": "sharp", "usual": "usual Python"}
# Two names for one program: libpng is called by ours.
SAME = {"libpng": "foveate"}


class BenchError(Exception):
    """A side died or said something that is not the protocol."""


def environment(**more):
    env = dict(os.environ, VIPS_CONCURRENCY="1", OMP_NUM_THREADS="1", OPENCV_LOG_LEVEL="ERROR")
    env.update(more)
    return env


class Side:
    """One child process; `ask` sends a request and gives the lines of its answer."""

    def __init__(self, name, command, env=None):
        self.name, self.command = name, command
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=env or environment())

    def ask(self, **request):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise BenchError(f"{self.name} is gone: {' '.join(map(str, self.command))}") from None
        answers = []
        for line in self.process.stdout:
            answer = json.loads(line)
            if answer.get("end"):
                return answers
            answers.append(answer)
        raise BenchError(f"{self.name} ended during {request['case']} "
                         f"(status {self.process.wait()})")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Tools:
    """Where everything is: our programs in `build`, peers in `work`."""

    def __init__(self, build, work, clock="wall"):
        self.build, self.work, self.clock = Path(build), Path(work), clock
        self.python = self.work / "venv" / "bin" / "python"
        self.node = self.work / "node"
        self.foveate = self.build / "foveate"
        self.bench = self.build / "tests" / "bench" / "bench_foveate"
        self.inputs = self.build / "tests" / "bench" / "bench_inputs"
        self.vips_start = self.build / "tests" / "bench" / "bench_vips_start"

    def command(self, name):
        if name == "foveate":
            return [self.bench]
        if name == "sharp":
            return ["node", HERE / "peer_sharp.mjs"]
        return [self.python, "-B", HERE / "peer_python.py", name]

    def env(self, **more):
        return environment(BENCH_NODE=str(self.node), BENCH_CLOCK=self.clock, **more)

    def start(self, name):
        command = self.command(name)
        if name in ("foveate", "sharp"):
            command = command + ["serve"]
        return Side(name, command, self.env())

    def once(self, name, request, **env):
        """A process of its own for one request: its answers, the process's own among them."""
        run = subprocess.run(self.command(name) + ["once", json.dumps(request)], text=True,
                             stdout=subprocess.PIPE, env=self.env(**env), check=False)
        if run.returncode != 0:
            raise BenchError(f"{name} ended with {run.returncode} on {request['case']}")
        answers = {}
        for line in run.stdout.splitlines():
            answers.update(json.loads(line))
        if "error" in answers:
            raise BenchError(f"{name}: {answers['error']}")
        return answers
