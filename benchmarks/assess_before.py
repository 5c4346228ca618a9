"""Time the flagship's dossier beside an earlier commit's, in turn: as it is, and on the same pages.

Run on an idle machine: ``python benchmarks/assess_before.py TREE [rounds]``. TREE is a checkout of
that commit with an environment of its own in ``.venv``. What that commit answered is a part of what
is answered today, so that three commands take turns: that commit's dossier, today's on the same
pages with the same claims (a study file made of today's flagship), and today's whole one. Each
writes into a folder of its own that it replaces; a first round warms up and does not count.
"""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FLAGSHIP = ROOT / "src" / "isthmus" / "study" / "studies" / "taiwan-europe.toml"


def seconds(tree, study, out):
    """Seconds of one assessment."""
    # Without bytecode both would spend a third of their time on compiling what they are made of.
    there = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    there["ISTHMUS_HOME"] = str(out.parent / "home")
    command = [tree / ".venv" / "bin" / "isthmus", "assess", study, "--out", out, "--force"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=there)
    return time.perf_counter() - begun


def narrowed(dossier):
    """Today's flagship with the pages and claims of a dossier, as a file; how many of each."""
    pages = [section["key"] for section in dossier["sections"]]
    named = [claim["claim"] for claim in dossier["claims"]]
    kept = {claim["id"] if isinstance(claim, dict) else claim for claim in named}
    head, *parts = re.split(r"(?m)^(?=\[\[)", FLAGSHIP.read_text("utf-8"))
    told = [part for part in parts if not part.startswith(("[[pages]]", "[[claims]]"))]
    claims = [part for part in parts if part.startswith("[[claims]]")]
    claims = [part for part in claims if re.search(r'(?m)^id = "([^"]+)"', part)[1] in kept]
    chosen = [f'[[pages]]\npage = "{page}"\n\n' for page in pages]
    if len(claims) < len(kept):
        raise SystemExit(f"{len(kept) - len(claims)} claims of then are no claims of today")
    return "".join([head, *chosen, *told, *claims]), len(pages), len(claims)


def main():
    if len(sys.argv) < 2:
        print(__doc__)
        return
    tree, rounds = Path(sys.argv[1]).resolve(), int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        seconds(tree, "taiwan-europe", place / "then")
        dossier = json.loads((place / "then" / "dossier.json").read_text("utf-8"))
        text, pages, claims = narrowed(dossier)
        (place / "same.toml").write_text(text, "utf-8")
        asked = {
            "then": (tree, "taiwan-europe"),
            "same": (ROOT, place / "same.toml"),
            "whole": (ROOT, "taiwan-europe"),
        }
        found = {name: [] for name in asked}
        print(f"load {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores", flush=True)
        for number in range(rounds + 1):
            for name, (where, study) in asked.items():
                took = seconds(where, study, place / name)
                if number:
                    found[name].append(took)
        then = statistics.median(found["then"])
        print(f"{pages} pages and {claims} claims of then\n")
        print("| dossier | median s | min | max | times then |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for name, times in found.items():
            half = statistics.median(times)
            numbers = f"{half:.2f} | {min(times):.2f} | {max(times):.2f} | {half / then:.2f}"
            print(f"| {name} | {numbers} |")


if __name__ == "__main__":
    main()
