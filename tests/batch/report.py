# SPDX-License-Identifier: MIT
"""report.py FOVEATE TESTDATA: report.html in a headless Chromium. Its filters, its pictures, and
hostile text that must stay text. Exit 77 says aloud that there is no Chromium here."""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HOSTILE = ("</script><script>document.title='owned'</script>"
           "<img src=x onerror=\"document.title='owned'\">")
LOADED = 'src="data:image/jpeg;base64,'


def browser(program, folder, address, *extra):
    """The page's DOM after its script has run."""
    done = subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--no-first-run", f"--user-data-dir={folder}/profile", "--virtual-time-budget=4000",
         "--window-size=1300,1600", *extra, address],
        capture_output=True, text=True, timeout=120)
    return done.stdout


def questions(folder, testdata):
    chart = str(pathlib.Path(testdata) / "charts" / "bar-banks.png")
    rows = [{"id": f"r{i}", "image": chart, "question": f"Question {i}?",
             "type": "odd" if i % 2 else "even", "answer": "42" if i < 4 else "7"}
            for i in range(6)]
    rows.append({"id": HOSTILE, "image": chart, "question": HOSTILE, "type": HOSTILE,
                 "answer": [HOSTILE, "42"]})
    rows.append({"id": "../../x", "image": "missing.png", "question": "No picture", "answer": "1"})
    path = folder / "q.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    script = folder / "script.json"
    look = [{"calls": [{"name": "zoom", "arguments": {"box": [0, 0, 200, 100]}}]},
            {"text": "ANSWER: 42\nREASON: " + HOSTILE}]
    script.write_text(json.dumps(look))
    return path, script


def shown(dom):
    """Ids of the rows that are not hidden, and what the page says of their number."""
    rows = re.findall(r'<tr data-v="(\w+)" data-k="\d+"( hidden="")?>', dom)
    count = re.search(r'<output id="shown">([^<]*)</output>', dom)
    return [verdict for verdict, hidden in rows if not hidden], count.group(1) if count else None


def check(program, folder, report):
    address = report.as_uri()
    # Pictures load when they come into view, which a headless browser's first frame decides; on a
    # loaded machine that frame may come after the page was written out.
    for _ in range(5):
        dom = browser(program, folder, address, "--dump-dom")
        if LOADED in dom:
            break
    problems = []
    title = re.search(r"<title>([^<]*)</title>", dom)
    if not title or title.group(1) != "q.jsonl – foveate batch":
        problems.append(f"the title is {title and title.group(1)}: text became script")
    if "<img src=\"x\"" in dom or dom.count("<script") != 2:
        problems.append("hostile text became markup")
    if HOSTILE.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") not in dom:
        problems.append("the hostile text is not shown as it is")
    pictures = re.findall(r'<img [^>]*data-t="\d+"[^>]*>', dom)
    loaded = [p for p in pictures if LOADED in p]
    if len(pictures) != 14 or not loaded:
        problems.append(f"{len(pictures)} pictures, {len(loaded)} of them loaded; 14 were expected")
    for view, verdicts, said in [
            ("", {"right": 5, "wrong": 2, "error": 1}, "8 of 8 items"),
            ("#verdict=wrong", {"wrong": 2}, "2 of 8 items"),
            ("#verdict=error", {"error": 1}, "1 of 8 items"),
            ("#type=1", {"right": 2, "wrong": 1}, "3 of 8 items"),
            ("#verdict=right&type=1", {"right": 2}, "2 of 8 items"),
            ("#text=question+3", {"right": 1}, "1 of 8 items"),
            ("#text=nothing+of+the+kind", {}, "0 of 8 items")]:
        rows, count = shown(browser(program, folder, address + view, "--dump-dom"))
        got = {verdict: rows.count(verdict) for verdict in set(rows)}
        if got != verdicts or count != said:
            problems.append(f"with {view or 'no filter'}: {got}, \"{count}\"; expected {verdicts}")
    picture = folder / "page.png"
    browser(program, folder, address, f"--screenshot={picture}")
    if not picture.exists() or picture.stat().st_size < 20000:
        problems.append("the page could not be painted, or is nearly empty")
    outside = re.findall(r'(?:src|href)="((?:https?:)?//[^"]*)"', report.read_text())
    if outside:
        problems.append(f"the page asks for {outside}")
    return problems


def main(argv):
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if not program:
        print("SKIPPED: there is no chromium here, so report.html was NOT opened in a browser; "
              "apt-get install chromium")
        return 77
    with tempfile.TemporaryDirectory(prefix="fov-report-") as scratch:
        folder = pathlib.Path(scratch)
        path, script = questions(folder, argv[2])
        ran = subprocess.run([argv[1], "batch", path, "-o", folder / "out", "--script", script,
                              "--jobs", "2"], capture_output=True, text=True)
        # one item's picture is missing: that is said by the exit code, and nothing else is wrong
        if ran.returncode != 1 or "8 of 8 done" not in ran.stdout:
            print(f"the batch ended with {ran.returncode}: {ran.stdout}{ran.stderr}")
            return 1
        problems = check(program, folder, folder / "out" / "report.html")
        if len(argv) > 3:
            shutil.copy(folder / "page.png", argv[3])
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems with {program}")
    return len(problems) != 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
