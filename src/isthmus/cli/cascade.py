"""``isthmus cascade``: who is systemically important in a network of firms."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import Flag, Force, Words

app = App(
    name="cascade",
    help="Who is systemically important in a network of firms, and what a stop takes from whom.",
)


@app.default
def cascade(
    firms: Path,
    links: Path,
    *,
    essential: Path | None = None,
    stop: Words = (),
    stop_economy: Words = (),
    stop_sector: Words = (),
    size: float = 1.0,
    critical_links: Flag = False,
    second_source: Words = (),
    replaceability: str = "none",
    rule: Literal["published", "exact"] = "published",
    eps: float = 1e-2,
    core_share: float = 0.5,
    drop_self_loops: Flag = False,
    sum_duplicates: Flag = False,
    threads: int = 0,
    output: Output = SCREEN,
) -> None:
    """Rank all firms by what their stop takes from the network, or follow one stop.

    Parameters
    ----------
    firms
        CSV or Parquet with firm and sector; optional economy, output, revenue, costs, employment.
    links
        CSV or Parquet with supplier, customer and value; optional type (2, 1, 0).
    essential
        CSV or Parquet with supplying_sector, using_sector and type (2 essential, 1 non_essential,
        0 negligible). Without types every input is taken as essential.
    stop
        Firms that stop together; FIRM=0.5 stops half of it. Without --stop, --stop-economy and
        --stop-sector every firm stops in turn.
    stop_economy
        All firms of these economies stop together.
    stop_sector
        All firms of these sectors stop together.
    size
        Share of production that a stopped firm loses.
    critical_links
        Show which links carry the stop, by what their substitution would save.
    second_source
        SUPPLIER:CUSTOMER or SUPPLIER:CUSTOMER:0.3: what a second supplier that takes over half
        (or this share) changes.
    replaceability
        none, or the column of the firms that names the market in which others take over.
    rule
        published (stop when no level changes by more than eps) or exact (the fixed point).
    eps
        Tolerance of the published rule.
    core_share
        The systemic core holds the firms with at least this share of the largest index.
    drop_self_loops
        Leave out sales of a firm to itself instead of refusing the file.
    sum_duplicates
        Add up several rows for one pair instead of refusing the file.
    threads
        Threads; 0 means one per core.
    """
    from isthmus.cli.output import emit_result, say
    from isthmus.cli.recording import recorded
    from isthmus.ensemble.inputs import input_file
    from isthmus.world import World

    result = recorded(
        "cascade.from_files",
        World.open("starter"),
        controls={"threads": threads},
        firms=input_file(firms),
        links=input_file(links),
        essential=None if essential is None else input_file(essential),
        drop_self_loops=drop_self_loops,
        sum_duplicates=sum_duplicates,
        stop=stop,
        stop_economy=stop_economy,
        stop_sector=stop_sector,
        size=size,
        links_of_stop=critical_links,
        second_sources=second_source,
        replaceability=replaceability,
        rule=rule,
        eps=eps,
        core_share=core_share,
    )
    say(result.provenance.world)
    emit_result(result, output)


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
