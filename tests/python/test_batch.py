# SPDX-License-Identifier: MIT
"""The same questions through Python and through `foveate batch`: the same answers, and records
with the same digest. 24 questions of all types; FOV_FULL=1 asks every one of testdata's own."""
import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import foveate

SAMPLE = 24


def all_questions(root):
    rows = []
    for file in sorted((root / "testdata").glob("*/questions.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows.append({**row, "id": f"{file.parent.name}-{row['id']}",
                         "image": str(file.parent / row["image"])})
    return rows


def sample_of(rows, count):
    """Some of every type, spread evenly over its rows."""
    types = {}
    for row in rows:
        types.setdefault(row["type"], []).append(row)
    quota = {kind: 0 for kind in types}
    for turn in range(count):
        kinds = sorted(types, key=lambda kind: (quota[kind] >= len(types[kind]), quota[kind]))
        quota[kinds[0]] += 1
    return [of_type[i * len(of_type) // quota[kind]]
            for kind, of_type in types.items() for i in range(quota[kind])]


def test_the_sample_has_every_type(root):
    rows = all_questions(root)
    sample = sample_of(rows, SAMPLE)
    assert len(rows) >= 246 and len({row["id"] for row in rows}) == len(rows)
    assert len({row["id"] for row in sample}) == SAMPLE
    assert {row["type"] for row in sample} == {row["type"] for row in rows}
    assert sorted(row["id"] for row in sample_of(rows, len(rows))) == sorted(
        row["id"] for row in rows)


def test_python_and_batches_agree(root, cli, tmp_path):
    rows = all_questions(root)
    rows = rows if os.environ.get("FOV_FULL") == "1" else sample_of(rows, SAMPLE)
    questions = tmp_path / "questions.jsonl"
    questions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    done = subprocess.run(
        [cli, "batch", questions, "-o", tmp_path / "out", "--jobs", "2", "--progress", "none",
         "--no-report"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

    folder = tmp_path / "python"
    folder.mkdir()

    def ask(row):
        out = folder / row["id"]
        with foveate.Session(row["image"], out=out) as session:
            answer = session.ask(row["question"])
        return row["id"], (answer.text, answer.reason, list(answer.evidence), answer.rounds,
                           answer.calls, foveate.verify(out).digest)

    with ThreadPoolExecutor(2) as pool:
        here = dict(pool.map(ask, rows))
    there = {}
    for line in (tmp_path / "out" / "results.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        there[row["id"]] = (row["answer"], row["reason"], row["evidence"], row["usage"]["rounds"],
                            row["usage"]["calls"], row["digest"])
    assert set(there) == {row["id"] for row in rows}
    differ = [name for name in here if here[name] != there[name]]
    assert not differ, [(name, here[name], there[name]) for name in differ[:3]]
    assert sum(one[0] is not None for one in here.values()) > len(rows) // 3, "most are answered"


@pytest.mark.parametrize("counts, total", [((3, 1), 4), ((1, 9), 5)])
def test_a_sample_never_asks_twice(counts, total):
    rows = [{"id": f"{kind}{i}", "type": kind} for kind, count in enumerate(counts)
            for i in range(count)]
    assert len({row["id"] for row in sample_of(rows, total)}) == total
