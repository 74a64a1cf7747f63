# SPDX-License-Identifier: MIT
"""Another judge of schemas and calls: PyPI's jsonschema must call each schema well-formed and
agree with our checker about every generated call. Exit 77 (skipped, said aloud) where it is not
installed.

    check_schema.py test_schema_fuzz folder
"""
import json
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("SKIPPED: Python's jsonschema is not installed, so nobody but ourselves has judged our "
          "schemas. `pip install jsonschema` to have it done.")
    sys.exit(77)

program, path = sys.argv[1], sys.argv[2] + "/schema_calls.jsonl"
subprocess.run([program, "--emit", path], check=True)
calls = accepted = wrong = 0
with open(path, encoding="utf-8") as lines:
    for line in lines:
        row = json.loads(line)
        jsonschema.Draft202012Validator.check_schema(row["schema"])
        judge = jsonschema.Draft202012Validator(row["schema"])
        for call, verdict in row["calls"]:
            calls += 1
            accepted += verdict
            if judge.is_valid(call) != verdict:
                wrong += 1
                print(f"{row['op']} {json.dumps(call)}: ours says {verdict}")
print(f"{calls} calls, {accepted} accepted, {wrong} judged differently")
sys.exit(wrong > 0 or calls < 2000 or not calls // 10 < accepted < calls - calls // 10)
