"""Time and memory of the terms of gross exports on the table of 2022.

Run: ``python benchmarks/export_terms.py`` (about two minutes on a quiet machine). Each run is a
process of its own with one BLAS thread, medians of three; processor time stands beside time on the
clock. The literal way to the terms of one exporter, two inverses of the whole table (the table's,
and the one without the exporter's sales abroad), is timed beside.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys

import numpy as np

from chains import ONE_THREAD, cell, timed

METHODS = ("bm_src", "bm_snk", "my", "oecd", "wwz", "kww")
ASKED = {"one": "TWN", "coalition": "EU27_2020", "all": None}
RUNS = 3


def measured(method: str, asked: str) -> dict[str, float]:
    from isthmus.chains import export_terms
    from isthmus.world import World

    table = World.open("starter").mrio(2022)
    table.solve(np.ones(table.labels.N))
    if method == "inverses":
        A = table.Z * table.coefficients(1.0)
        out = A.copy()
        out[: table.labels.S, table.labels.S :] = 0.0
        one = np.eye(len(A))
        return timed(lambda: (np.linalg.inv(one - A), np.linalg.inv(one - out)))
    by = "total" if asked != "both" else "industry" if method == "kww" else "both"
    of = ASKED.get(asked)
    return timed(lambda: export_terms(table, of, method=method, by=by))


def median(method: str, asked: str) -> dict[str, float]:
    words = [sys.executable, __file__, method, asked]
    environment = {**os.environ, **ONE_THREAD}
    rows = [
        json.loads(
            subprocess.run(
                words, check=True, capture_output=True, text=True, env=environment
            ).stdout
        )
        for _ in range(RUNS)
    ]
    return {key: statistics.median(row[key] for row in rows) for key in rows[0]}


def main() -> None:
    print("| method | one economy | EU27 as one | 81 economies | by industry and importer |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for method in METHODS:
        cells = [cell(median(method, asked)) for asked in (*ASKED, "both")]
        print(f"| `{method}` | {' | '.join(cells)} |", flush=True)
    print(f"| two inverses | {cell(median('inverses', 'one'))} | | | |")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(json.dumps(measured(sys.argv[1], sys.argv[2])))
    else:
        main()
