"""``isthmus cascade``: who is systemically important in a network of firms."""

from __future__ import annotations

from pathlib import Path

from cyclopts import App

from isthmus.cli.generate import add_lenses
from isthmus.cli.options import Force, Words
from isthmus.cli.special import Special

app = App(
    name="cascade",
    help="Who is systemically important in a network of firms, and what a stop takes from whom.",
)


@app.command
def generate(
    firms: Path,
    links: Path,
    *,
    count: int = 1000,
    links_per_firm: float = 7.2,
    economies: Words = (),
    seed: int = 0,
    force: Force = False,
) -> None:
    """Write a synthetic network to try things out; it supports no claim about the world.

    Parameters
    ----------
    firms
        CSV file to write the firms to.
    links
        CSV file to write the links to.
    count
        Number of firms.
    links_per_firm
        Links per firm before repeated pairs are merged.
    economies
        Names of the economies the firms are spread over.
    seed
        Seed of the random numbers.
    """
    from isthmus.cascade import synthetic_network
    from isthmus.cli.output import say
    from isthmus.evidence.formulas import guarded
    from isthmus.runtime import check_files, publish_file

    check_files([firms, links], replace=force)
    network = synthetic_network(
        count, links_per_firm=links_per_firm, economies=economies or ("all",), seed=seed
    )
    for path, frame in ((firms, network.firms), (links, network.links())):
        with publish_file(path, replace=force) as handle:
            guarded(frame).write_csv(handle)
        say(f"wrote {path}: {frame.height} rows")
    say(network.notes[0])


add_lenses(
    app,
    "cascade",
    {
        "from_files": Special(default=True, renamed={"links_of_stop": "critical_links"}),
        "chip_case": Special("chips"),
        "material_case": Special("materials"),
    },
)
