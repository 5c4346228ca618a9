"""``isthmus cascade``: who is systemically important in a network of firms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from isthmus.errors import BadInput, InputProblem

if TYPE_CHECKING:
    from isthmus.cascade import SecondSource, Shocks, SupplyNetwork

app = App(
    name="cascade",
    help="Who is systemically important in a network of firms, and what a stop takes from whom.",
)

Names = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=True)]
Flag = Annotated[bool, Parameter(negative="")]


@app.default
def cascade(
    firms: Path,
    links: Path,
    *,
    essential: Path | None = None,
    stop: Names = (),
    stop_economy: Names = (),
    stop_sector: Names = (),
    size: float = 1.0,
    critical_links: Flag = False,
    second_source: Names = (),
    replaceability: str = "none",
    rule: Literal["published", "exact"] = "published",
    eps: float = 1e-2,
    core_share: float = 0.5,
    drop_self_loops: Flag = False,
    sum_duplicates: Flag = False,
    threads: int = 0,
    json: Flag = False,
    out: Path | None = None,
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
    json
        Print one JSON document.
    out
        Write to this file: .json, or .csv and .parquet for results with one table.
    """
    from isthmus import cascade as lens
    from isthmus.cli.output import emit_result, say
    from isthmus.runtime import cancel_on_interrupt, terminal_progress

    network = lens.read_network(
        firms,
        links,
        essential=essential,
        self_loops="drop" if drop_self_loops else "refuse",
        duplicates="sum" if sum_duplicates else "refuse",
    )
    say(f"{network.n} firms, {len(network.weight)} links")
    shocks = _shocks(network, stop, stop_economy, stop_sector, size)
    if shocks is None:
        if critical_links or second_source:
            raise BadInput(
                "which stop is meant?", where="--stop", hint="name the firms that stop with --stop"
            )
        with cancel_on_interrupt() as token, terminal_progress() as progress:
            result = lens.systemic_importance(
                network,
                replaceability=replaceability,
                rule=rule,
                eps=eps,
                size=size,
                core_share=core_share,
                threads=threads,
                cancel=token,
                progress=progress,
            )
    elif critical_links:
        result = lens.critical_links(
            network, shocks, replaceability=replaceability, rule=rule, eps=eps
        )
    elif second_source:
        sources = _sources(second_source)
        result = lens.second_source(
            network, shocks, sources, replaceability=replaceability, rule=rule, eps=eps
        )
    else:
        result = lens.run(network, shocks, replaceability=replaceability, rule=rule, eps=eps)
    emit_result(result, json=json, out=out)


@app.command
def generate(
    firms: Path,
    links: Path,
    *,
    count: int = 1000,
    links_per_firm: float = 7.2,
    economies: Names = (),
    seed: int = 0,
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
    from isthmus.runtime import atomic_write_bytes

    network = synthetic_network(
        count, links_per_firm=links_per_firm, economies=economies or ("all",), seed=seed
    )
    for path, frame in ((firms, network.firms), (links, network.links())):
        with atomic_write_bytes(path) as handle:
            frame.write_csv(handle)
        say(f"wrote {path}: {frame.height} rows")
    say(network.notes[0])


def _shocks(
    network: SupplyNetwork,
    stop: tuple[str, ...],
    economies: tuple[str, ...],
    sectors: tuple[str, ...],
    size: float,
) -> Shocks | None:
    from isthmus.cascade import firms_stop, group_stops

    if stop and (economies or sectors):
        raise BadInput("name firms or groups, not both", where="--stop, --stop-economy")
    if economies or sectors:
        return group_stops(
            network, economies=economies or ("*",), sectors=sectors or ("*",), size=size
        )
    if not stop:
        return None
    losses = {}
    for entry in stop:
        firm, found, share = entry.rpartition("=")
        if found and entry not in network.row_of:
            losses[firm] = _number(share, "--stop")
        else:
            losses[entry] = size
    return firms_stop(network, {", ".join(losses): losses})


def _sources(entries: tuple[str, ...]) -> list[SecondSource]:
    from isthmus.cascade import SecondSource

    sources = []
    for entry in entries:
        parts = entry.split(":")
        if len(parts) not in (2, 3):
            problem = InputProblem(f"'{entry}'", "--second-source", "SUPPLIER:CUSTOMER[:SHARE]")
            raise BadInput("the second source cannot be read", [problem])
        share = _number(parts[2], "--second-source") if len(parts) == 3 else 0.5
        sources.append(SecondSource(parts[0], parts[1], share))
    return sources


def _number(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        problem = InputProblem(f"'{text}' is not a number", where, "give a share, such as 0.5")
        raise BadInput("a share cannot be read", [problem]) from None
