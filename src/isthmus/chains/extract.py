"""Hypothetical extraction: the value added that hangs on a set of trade links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.chains.source import EXTRACTION, answer, notes, party
from isthmus.codes import resolve
from isthmus.errors import InputProblem, ShockNotRepresentable, raise_all
from isthmus.evidence import Column, Kind, Result, Table
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.scenario import ALL, Embargo, ExportStop, PurchaseBan, Scenario
from isthmus.world import World
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_forms import DenseForm, FactoredForm, TableForm, frozen
from isthmus.world.mrio_origin import mrio_of


@dataclass(frozen=True, slots=True)
class Links:
    """Trade links to take out: from exporters to importers, of products, to users.

    Parameters
    ----------
    exporters, importers : str or iterable of str
        Economies or coalitions; ``"*"`` means all. Trade inside an economy is never taken out.
    industries : str or iterable of str
        Supplying industries; ``"*"`` means all.
    users : str or iterable of str
        Using industries, ``"*"`` for all; final demand is taken out as well unless users are named.
    severity : float
        Share taken out, in (0, 1].
    """

    exporters: str | Iterable[str] = ALL
    importers: str | Iterable[str] = ALL
    industries: str | Iterable[str] = ALL
    users: str | Iterable[str] = ALL
    severity: float = 1.0


@lens("chains.extract", {"links": [{"exporters": "TWN", "importers": "DEU", "industries": "C26"}]})
def extract(
    world: World | MRIO, links: Iterable[Links], *, year: int | None = None, chips: bool = False
) -> Result:
    """Return the value added that each economy has at stake in a set of links.

    The links are set to zero in intermediate and final flows, everything else keeps its
    coefficients, output is solved again and value added compared. An accounting stake, not a
    forecast of loss: nobody turns to another supplier or customer.

    Parameters
    ----------
    world : World or MRIO
        World with a table of `year`, or a table.
    links : iterable of Links
        What is taken out; where sets overlap, the remaining shares multiply.
    year : int, optional
        Year of the table; the last one of the world when None.
    chips : bool
        Take the table with electronics split into chip nodes (assumed shares).

    Returns
    -------
    Result
        Table ``stakes``: economy, value (million USD of value added at stake), share (of the
        value added of the economy); table ``stakes_by_industry`` with its industries.

    Raises
    ------
    BadInput
        When a severity is not in (0, 1].
    CodeUnknown
        When a link names an unknown economy or industry.
    DidNotConverge
        When the altered table cannot be solved within tolerance.

    References
    ----------
    Los, B., Timmer, M. P., de Vries, G. J. (2016). Tracing Value-Added and Double Counting in
    Gross Exports: Comment. American Economic Review 106(7), 1958-1966.
    """
    listed = tuple(links)
    raise_all(
        "links",
        [
            InputProblem(f"severity {link.severity} is not in (0, 1]", f"link {n}")
            for n, link in enumerate(listed, 1)
            if not 0.0 < link.severity <= 1.0
        ],
    )
    table = mrio_of(world, year, chips=chips)
    lost, said = stakes(table, listed)
    given = {"links": [_plain(link, table.economies) for link in listed]}
    return answer(table, "extract", _tables(table, lost, said), given, EXTRACTION, chips=chips)


@lens("chains.run", {"scenario": "equilibrium-taiwan-chips-stop"})
def run(
    world: World | MRIO, scenario: Scenario, *, year: int | None = None, chips: bool = False
) -> Result:
    """Return the value added at stake in the links that a scenario stops.

    Export stops, purchase bans and embargoes are taken out at full severity, for the whole year:
    see `extract`. Nothing in this reading depends on days.

    Parameters
    ----------
    world : World or MRIO
        World with a table of `year`, or a table.
    scenario : Scenario
        Export stops, purchase bans and embargoes.
    year : int, optional
        Year of the table; the last one of the world when None.
    chips : bool
        Take the table with electronics split into chip nodes (assumed shares).

    Raises
    ------
    ShockNotRepresentable
        When the scenario holds another kind of shock.
    """
    links = [link for shock in scenario.shocks for link in _links(shock)]
    table = mrio_of(world, year, chips=chips)
    lost, said = stakes(table, links)
    made, given = _tables(table, lost, said), {"scenario": scenario.name}
    identity = scenario.identity
    return answer(table, "run", made, given, EXTRACTION, chips=chips, scenario=identity)


def stakes(table: MRIO, links: Iterable[Links]) -> tuple[Array, tuple[str, ...]]:
    """Return value added lost by node, (N,), million USD, and notes; see `extract`."""
    form, final = table.form, np.array(table.final)
    said: list[str] = []
    for link in links:
        kept, more = _kept(table, link)
        said.extend(more)
        everyone = link.users == ALL or ALL in tuple(link.users)
        users = slice(None) if everyone else table.labels.industry_positions(link.users)
        if everyone:
            final *= kept.transpose(0, 2, 1).reshape(table.labels.N, -1)
        form = _thinned(form, kept, users)
    altered = replace(table, form=form)
    output = altered.solve(final.sum(axis=1), method="iterative").X
    return table.coefficients(table.primary) * (table.x - output), tuple(dict.fromkeys(said))


def _kept(table: MRIO, link: Links) -> tuple[Array, tuple[str, ...]]:
    """Return the shares that stay, (n, n, S)."""
    lb = table.labels
    sides = []
    listed = []
    for side in (link.exporters, link.importers):
        names = [side] if isinstance(side, str) else list(side)
        placed = [party(table, name) for name in names if name != ALL]
        listed += placed
        inside = np.full(lb.n, ALL in names)
        for found in placed:
            inside[found.positions] = True
        sides.append(inside)
    whole = link.industries == ALL or ALL in tuple(link.industries)
    product = np.full(lb.S, whole)
    if not whole:
        product[lb.industry_positions(link.industries)] = True
    hit = sides[0][:, None, None] & sides[1][None, :, None] & product
    hit[np.arange(lb.n), np.arange(lb.n)] = False
    return np.where(hit, 1.0 - link.severity, 1.0), notes(listed)


def _thinned(form: TableForm, kept: Array, users: slice | NDArray[np.intp]) -> TableForm:
    if isinstance(form, FactoredForm) and isinstance(users, slice):
        return FactoredForm(frozen(form.flow * kept), form.use_dom, form.use_imp, form.x)
    n, _, S = kept.shape
    Z = form.flows().reshape(n, S, n, S).copy()
    Z[:, :, :, users] *= kept.transpose(0, 2, 1)[:, :, :, None]
    return DenseForm(frozen(Z.reshape(n * S, n * S)), form.x, n)


def _links(shock: object) -> list[Links]:
    if isinstance(shock, ExportStop | PurchaseBan):
        return [Links(shock.exporters, shock.importers, shock.industries, ALL, shock.severity)]
    if isinstance(shock, Embargo):
        one = Links(shock.economies, shock.partners, shock.industries, ALL, shock.severity)
        return [one, replace(one, exporters=shock.partners, importers=shock.economies)]
    raise ShockNotRepresentable(
        f"accounting cannot represent a {type(shock).__name__}",
        where="chains.run",
        hint="it takes export stops, purchase bans and embargoes; other lenses take the rest",
    )


def _plain(link: Links, economies: tuple[str, ...]) -> dict[str, object]:
    def side(code: str) -> str:
        return code if code == ALL or code in economies else resolve(code).spec

    out: dict[str, object] = {}
    for name in ("exporters", "importers", "industries", "users"):
        listed = getattr(link, name)
        spelt = side if name in ("exporters", "importers") else str
        out[name] = spelt(listed) if isinstance(listed, str) else [spelt(one) for one in listed]
    return {**out, "severity": link.severity}


def _tables(table: MRIO, lost: Array, said: tuple[str, ...]) -> list[Table]:
    lb = table.labels
    kind = Kind.weakest([table.kind, Kind.MODELLED])
    economies, industries = (list(names) for names in zip(*lb.nodes, strict=True))
    total, base = (a.reshape(lb.n, lb.S).sum(axis=1) for a in (lost, table.primary))
    text = "value added at stake in the links taken out; an accounting stake, not a loss forecast"

    def made(name: str, labels: dict[str, list[str]], value: Array, whole: Array) -> Table:
        frame = pl.DataFrame({**labels, "value": value, "share": value * reciprocal(whole)})
        columns = (*(_LABELS[label] for label in labels), *_VALUES)
        return Table(name, frame, columns, kind, table.datasets, text, notes=said)

    nodes = {"economy": economies, "industry": industries}
    return [
        made("stakes", {"economy": list(lb.economies)}, total, base),
        made("stakes_by_industry", nodes, lost, table.primary),
    ]


_LABELS = {
    "economy": Column("economy", "dimension", text="economy whose value added is at stake"),
    "industry": Column("industry", "dimension", text="its industry"),
}
_VALUES = (
    Column("value", "value", "million USD", "value added at stake"),
    Column("share", "value", "share", "of the value added of the economy or industry"),
)
