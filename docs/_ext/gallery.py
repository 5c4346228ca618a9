"""The gallery: every chart with the line that draws it, drawn by that line as pages are built."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

PLACE = "generated/gallery"

RANGES = "elasticity=1.5..3..6"
SETS = "a=EU27_2020 b=TWN 'items=[\"C26\"]'"
SENSITIVE = "--of totals --where importer=EU27_2020 --quantity loss"

COMMANDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Face value beside look-through",
        ("chains lookthrough EU27_2020 --on CHN --by economy --chart {}",),
    ),
    (
        "Stakes of both sides of trade links",
        ("chains extract --exporter TWN --importer EU27_2020 --both-ways --chart {}",),
    ),
    (
        "Stakes as shares of value added",
        (
            "chains extract --exporter TWN --importer EU27_2020 --both-ways --chart {} "
            "--chart-of share",
        ),
    ),
    ("Where industries stand in their chains", ("chains upstreamness TWN --chart {}",)),
    ("Paths by day", ("disruption strike-german-cars --until 20 --chart {} --top 3",)),
    ("Losses on a map", ("disruption strike-german-cars --until 20 --loss-map {} --top 3",)),
    (
        "Bands over samples",
        (
            "ensemble run taiwan-europe --samples 64",
            "ensemble summarise dependence.leverage --bands-chart {}",
        ),
    ),
    (
        "How often a loss is exceeded",
        ("ensemble summarise dependence.leverage --exceedance-chart {}",),
    ),
    (
        "What knowing a number would narrow",
        ("sensitivity information dependence.leverage --chart {}",),
    ),
    (
        "What moves an answer",
        (
            f"sensitivity dependence.leverage --range {RANGES} --set {SETS} {SENSITIVE} "
            "--method tornado --chart {}",
        ),
    ),
)
"""Commands with an option for a chart; ``{}`` is the file. A test holds them to the reference."""

LINES = (
    (
        "A table of your own",
        "import numpy as np\n\n"
        "from isthmus import MRIO, chains, plot\n\n"
        "flows = np.array([[10.0, 4, 2, 1], [6, 20, 3, 2], [4, 2, 30, 10], [6, 4, 15, 60]])\n"
        "demand = np.array([[22.0, 5], [33, 6], [5, 80], [8, 90]])\n"
        'labels = {"economies": ("DEU", "TWN"), "industries": ("C26", "C29")}\n'
        "table = MRIO.from_dense(flows, demand, year=2022, **labels)\n"
        'terms = chains.export_terms(table, "DEU")["export_terms"]\n'
        'picture = plot(terms, value="share", by="term", rows=13)\n',
    ),
    (
        "Any table of a result as bars",
        "from isthmus import World\n"
        "from isthmus.dependence import profile\n\n"
        'world = World.open("starter")\n'
        'suppliers = profile(world, "DEU", on="CHN")["suppliers"]\n'
        'picture = plot(suppliers, value="value", by="industry", rows=12)\n',
    ),
    (
        "Terms of gross exports",
        "from isthmus.chains import export_terms\n\n"
        'terms = export_terms(world, "TWN", method="wwz")["export_terms"]\n'
        'picture = plot(terms, value="share", by="term", rows=17)\n',
    ),
)
"""Pictures of `isthmus.plot`; each line goes on where the one before ended."""

DOSSIER = "taiwan-europe"


def pages(folder: Path) -> str:
    """Draw everything into a folder; return the text of the page."""
    parts = [
        "# Gallery\n",
        "Every chart, and the line that draws it. Another ending of the file gives another form: "
        "`.svg`, `.png` (from Python), or `.json` with the Vega-Lite specification.\n",
        "## From a command\n",
    ]
    for title, lines in COMMANDS:
        name = _run(lines, folder, title)
        shown = "\n".join(f"isthmus {line.format('chart.svg')}" for line in lines)
        parts.append(f"### {title}\n\n```text\n{shown}\n```\n\n![{title}](gallery/{name})\n")
    parts.append("## From a table of a result\n")
    names: dict[str, Any] = {}
    for title, code in LINES:
        exec(compile(code, "gallery", "exec"), names)
        name = _name(title)
        names["picture"].save(folder / name)
        shown = f'{code}picture.save("chart.svg")'
        parts.append(f"### {title}\n\n```text\n{shown}\n```\n\n![{title}](gallery/{name})\n")
    parts.append("## Of a dossier\n")
    parts.append(
        "```text\nfrom isthmus import World, assess\nfrom isthmus.study import open_study\n\n"
        f'dossier = assess(open_study("{DOSSIER}"), World.open("starter"))\n'
        "list(dossier.charts)  # the keys\n```\n"
    )
    parts += _dossier(folder)
    return "\n".join(parts)


def _dossier(folder: Path) -> Iterator[str]:
    from isthmus import World, assess
    from isthmus.study import open_study

    dossier = assess(open_study(DOSSIER), World.open("starter"))
    for key, chart in dossier.charts.items():
        name = _name(key)
        dossier.plot(key).save(folder / name)
        alt = chart.alt.text.replace("[", "(").replace("]", ")").replace("\n", " ")
        line = f'dossier.plot("{key}").save("chart.svg")'
        yield f"### {chart.title.text}\n\n```text\n{line}\n```\n\n![{alt}](gallery/{name})\n"


def _run(lines: tuple[str, ...], folder: Path, title: str) -> str:
    """Run the lines of a chart in a folder of their own; return the name of the picture."""
    from isthmus.cli import main

    name = _name(title)
    for line in lines:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(shlex.split(line.format(shlex.quote(str(folder / name)))))
        if code:
            raise ExtensionError(f"gallery: isthmus {line}\n{said.getvalue()[-800:]}")
    return name


def _name(title: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in title.lower()).strip("-") + ".svg"


def draw(app: Sphinx) -> None:
    """Write the page and its pictures before the sources are read."""
    out = Path(app.srcdir) / PLACE
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    home = os.environ.get("ISTHMUS_HOME")
    with tempfile.TemporaryDirectory() as place:
        os.environ["ISTHMUS_HOME"] = place
        try:
            text = pages(out)
        finally:
            if home is None:
                del os.environ["ISTHMUS_HOME"]
            else:
                os.environ["ISTHMUS_HOME"] = home
    out.with_suffix(".md").write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Draw the gallery when HTML is built."""
    app.connect("builder-inited", draw)
    return {"version": "1", "parallel_read_safe": True}
