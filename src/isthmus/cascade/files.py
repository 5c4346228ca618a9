"""The lens on a network in files: one question, as plain values that a run can keep."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from isthmus.cascade.engine import DEFAULT_EPS, Rule
from isthmus.cascade.lens import CORE_SHARE, run, systemic_importance
from isthmus.cascade.network import SupplyNetwork
from isthmus.cascade.reading import read_network
from isthmus.cascade.remedies import SecondSource, critical_links, second_source
from isthmus.cascade.shocks import Shocks, firms_stop, group_stops
from isthmus.errors import BadInput, InputProblem
from isthmus.evidence import Result
from isthmus.evidence.lens import lens
from isthmus.runtime import CancelToken, Progress, silent


@lens("cascade.from_files", {"firms": "firms.csv", "links": "links.csv"})
def from_files(
    world: Any,
    *,
    firms: Path,
    links: Path,
    essential: Path | None = None,
    drop_self_loops: bool = False,
    sum_duplicates: bool = False,
    stop: Sequence[str] = (),
    stop_economy: Sequence[str] = (),
    stop_sector: Sequence[str] = (),
    size: float = 1.0,
    links_of_stop: bool = False,
    second_sources: Sequence[str] = (),
    replaceability: str = "none",
    rule: Rule = "published",
    eps: float = DEFAULT_EPS,
    core_share: float = CORE_SHARE,
    threads: int = 0,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> Result:
    """Rank all firms of a network in files, or follow one stop through it.

    Parameters
    ----------
    world : World
        Not read: the numbers stand in the files.
    firms, links, essential : Path
        As in `read_network`.
    drop_self_loops, sum_duplicates : bool
        Leave out sales of a firm to itself, add up several rows for one pair, instead of refusing.
    stop : sequence of str
        Firms that stop together; ``FIRM=0.5`` stops half of it. Without this and the two below
        every firm stops in turn.
    stop_economy, stop_sector : sequence of str
        All firms of these economies and sectors stop together.
    size : float
        Share of production that a stopped firm loses.
    links_of_stop : bool
        Find which links carry the stop.
    second_sources : sequence of str
        ``SUPPLIER:CUSTOMER`` or ``SUPPLIER:CUSTOMER:0.3``: what a second supplier changes.
    replaceability, rule, eps, core_share, threads, cancel, progress
        As in `systemic_importance`.

    Returns
    -------
    Result
        That of `systemic_importance`, `run`, `critical_links` or `second_source`.

    Raises
    ------
    NotFound, BadInput
        For files, firms and entries that cannot be used.
    """
    network = read_network(
        firms,
        links,
        essential=essential,
        self_loops="drop" if drop_self_loops else "refuse",
        duplicates="sum" if sum_duplicates else "refuse",
    )
    shocks = _shocks(network, stop, stop_economy, stop_sector, size)
    if shocks is None:
        if links_of_stop or second_sources:
            hint = "name the firms that stop with --stop"
            raise BadInput("which stop is meant?", where="--stop", hint=hint)
        return systemic_importance(
            network,
            replaceability=replaceability,
            rule=rule,
            eps=eps,
            size=size,
            core_share=core_share,
            threads=threads,
            cancel=cancel,
            progress=progress,
        )
    if links_of_stop:
        return critical_links(network, shocks, replaceability=replaceability, rule=rule, eps=eps)
    if second_sources:
        sources = _sources(second_sources)
        return second_source(
            network, shocks, sources, replaceability=replaceability, rule=rule, eps=eps
        )
    return run(network, shocks, replaceability=replaceability, rule=rule, eps=eps)


def _shocks(
    network: SupplyNetwork,
    stop: Sequence[str],
    economies: Sequence[str],
    sectors: Sequence[str],
    size: float,
) -> Shocks | None:
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


def _sources(entries: Sequence[str]) -> list[SecondSource]:
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
