"""Gross exports by exporter, importer and industry, in the terms of six decompositions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

import numpy as np
import polars as pl

from isthmus.chains.methods import Decomposition, decompositions
from isthmus.chains.source import PlacedParty, answer, mask, notes, parties, party, specs
from isthmus.codes import PartySpec
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Column, Result, Table
from isthmus.evidence.frames import grid, of_rows
from isthmus.evidence.lens import lens
from isthmus.kernels import export_terms as kernel
from isthmus.kernels.arrays import Array, Mask, over
from isthmus.kernels.exports import Accounts, Exporter
from isthmus.world import World
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import mrio_of

Method = Literal["bm_src", "bm_snk", "my", "oecd", "wwz", "kww"]
By = Literal["total", "importer", "industry", "both"]
ALL = "ALL"


@lens(
    "chains.export_terms",
    {"of": ["TWN"]},
    {"of": ["DEU"], "method": "my", "partner": "CHN", "by": "industry"},
)
def export_terms(
    world: World | MRIO,
    of: PartySpec | Iterable[PartySpec] | None = None,
    *,
    method: Method = "bm_src",
    detail: Literal["terms", "terms2", "standard"] = "terms",
    by: By = "total",
    partner: PartySpec | None = None,
    industries: str | Iterable[str] | None = None,
    perimeter: Literal["country", "world"] = "country",
    industry_of: Literal["exporter", "origin"] = "exporter",
    year: int | None = None,
    chips: bool = False,
) -> Result:
    """Return gross exports as the terms of a published decomposition.

    Names of methods and terms are those of the R package exvatools, so that its users find theirs;
    the definitions are those of the papers and come as a table. Terms add up to gross exports of
    the exporter, in total and for each industry and importer. A coalition exports what leaves it
    and is one economy in every formula.

    Parameters
    ----------
    world : World or MRIO
        World with a table of `year`, or a table.
    of : str or iterable of str, optional
        Exporters, economies or coalitions; None means every economy.
    method : {"bm_src", "bm_snk", "my", "oecd", "wwz", "kww"}
        Borin and Mancini, by the first border (source) or the last one (sink); Miroudot and Ye;
        OECD; Wang, Wei and Zhu; Koopman, Wang and Wei, which knows no importers.
    detail : {"terms", "terms2", "standard"}
        The terms of the paper; for ``wwz`` the same with MVA and OVA for the foreign ones
        (``terms2``); or the usual aggregates (DC, DVA, VAX, REF, DDC, FC, FVA, FDC and,
        where the method has them, DAVAX, VAXIM, GVC, GVCB, GVCF), which overlap.
    by : {"total", "importer", "industry", "both"}
        One row for all exports, or by direct importer, industry, or both.
    partner : str, optional
        Perspective of the border with this party alone: only exports to it, and double counting is
        what crosses this border again. For ``bm_src`` and ``my``.
    industries : str or iterable of str, optional
        Sector perspective: these exporting industries alone. For ``bm_src`` and ``my``.
    perimeter : {"country", "world"}
        Double counting is what crosses the exporter's border again, or any border. For ``my``.
    industry_of : {"exporter", "origin"}
        Industries are those that export, or, for ``bm_src``, those in which the value was added.
    year : int, optional
        Year of the table; the last one of the world when None.
    chips : bool
        Take the table with electronics split into chip nodes (assumed shares).

    Returns
    -------
    Result
        Table ``export_terms``: exporter, industry, importer, term, value (million USD), share (of
        the gross exports of these rows, EXGR); table ``definitions``: term, text, formula.

    Raises
    ------
    BadInput
        When a method has no such perspective, or no importers, or the partner is inside the
        exporter.
    CodeUnknown
        When a party or industry is unknown.
    DidNotConverge
        When a solve leaves a residual above tolerance.

    References
    ----------
    Borin, A., Mancini, M. (2023). Measuring What Matters in Value-Added Trade. Economic Systems
    Research 35(4), 586-613. The other papers stand with their methods in the citations.
    """
    _check(method, detail, by, partner, industries, perimeter, industry_of)
    table = mrio_of(world, year, chips=chips)
    owners = parties(table, of)
    other = None if partner is None else party(table, partner)
    if of is not None and other is not None:
        _check_partner(owners, other)
    border = (
        None if other is None else mask(table.labels.n, other.positions),
        None
        if industries is None
        else mask(table.labels.S, table.labels.industry_positions(industries)),
    )
    about = decompositions()[method]
    work = _work(table, method, border, world_wide=perimeter == "world", origin=industry_of)
    rows: list[pl.DataFrame] = []
    for owner, exporter in _exporters(table, owners):
        terms = work(exporter)
        if detail == "standard":
            if perimeter == "world":
                terms["FDC"] = terms["FDC1"] + terms["FDC2"]
            terms = about.sums(terms)
        else:
            terms = about.named(terms, detail, perimeter)
        rows.append(_rows(table, owner, terms, by))
    given = {
        "of": specs(owners, of),
        "method": method,
        "detail": detail,
        "by": by,
        "partner": partner if isinstance(partner, str) or partner is None else str(partner),
        "industries": [industries]
        if isinstance(industries, str)
        else list(industries)
        if industries is not None
        else None,
        "perimeter": perimeter,
        "industry_of": industry_of,
    }
    text = _says(about, detail, perimeter)
    frame, said = pl.concat(rows), notes(owners)
    made = Table("export_terms", frame, _COLUMNS, table.kind, table.datasets, text, said)
    tables = (made, _definitions(table, about, detail, perimeter))
    return answer(table, "export_terms", tables, given, about.source, chips=chips)


def accounts(table: MRIO) -> Accounts:
    """Return what the kernels need of a table."""
    return Accounts(
        table.coefficients(table.primary),
        table.x,
        table.final,
        table.exports,
        table.solve(table.final).X,
        table.form.resolvent,
        table.form.foreign,
    )


def _work(
    table: MRIO,
    method: Method,
    border: tuple[Mask | None, Mask | None],
    *,
    world_wide: bool,
    origin: str,
) -> Callable[[Exporter], kernel.Terms]:
    """Return the terms of an exporter as a function of it."""
    t = accounts(table)
    if method == "bm_src":
        passed = t.foreign(t.BY)
        return lambda e: kernel.source_based(
            t, e, passed, cut=kernel.perimeter(e, *border), origin=origin == "origin"
        )
    if method == "bm_snk":
        return lambda e: kernel.sink_based(t, e)
    if method == "my":
        return lambda e: kernel.miroudot_ye(
            t,
            e,
            _entering(table, t, e) if world_wide else None,
            cut=kernel.perimeter(e, *border),
        )
    if method == "oecd":
        embodied = table.solve(_by_economy(table, t.exports)).X
        return lambda e: kernel.oecd(t, e, embodied)
    around = _around(table, t)
    chosen = kernel.wang_wei_zhu if method == "wwz" else kernel.koopman_wang_wei
    return lambda e: chosen(t, e, around)


def _entering(table: MRIO, t: Accounts, e: Exporter) -> Array:
    """Return foreign value added, without double counting, per unit of the exporter's output."""
    content = np.einsum("ns,nsk->nk", t.added.reshape(t.n, -1), t.resolvent).ravel()
    return table.product_t(np.where(e.outside, content, 0.0))[e.nodes]


def _around(table: MRIO, t: Accounts) -> kernel.Around:
    """Return the domestic blocks of the inverse, and output for final goods by their maker."""
    lb = table.labels
    inverse = table.solve(np.eye(lb.N)).X
    blocks = inverse.reshape(lb.n, lb.S, lb.n, lb.S)[np.arange(lb.n), :, np.arange(lb.n)]
    own = t.own()
    absorbed, abroad = (inverse @ _by_economy(table, part) for part in (own, t.Y.sum(axis=1) - own))
    return kernel.Around(np.ascontiguousarray(blocks), absorbed, abroad)


def _by_economy(table: MRIO, values: Array) -> Array:
    """Return a vector over nodes with a column for each economy, (N, n)."""
    lb = table.labels
    out = np.zeros((lb.n, lb.S, lb.n))
    out[np.arange(lb.n), :, np.arange(lb.n)] = values.reshape(lb.n, lb.S)
    return out.reshape(lb.N, lb.n)


def _exporters(table: MRIO, owners: list[PlacedParty]) -> Iterator[tuple[PlacedParty, Exporter]]:
    """Yield each owner with its rows of A and its columns of the inverse."""
    lb = table.labels
    wanted = mask(lb.n, np.concatenate([owner.positions for owner in owners]))
    nodes = np.flatnonzero(np.repeat(wanted, lb.S))
    unit = np.zeros((lb.N, nodes.size))
    unit[nodes, np.arange(nodes.size)] = 1.0
    inverse = table.solve(unit).X
    for owner in owners:
        inside = mask(lb.n, owner.positions)
        flows = np.concatenate([table.form.rows(int(i)) for i in np.flatnonzero(inside)])
        columns = np.repeat(inside, lb.S)[nodes]
        yield owner, Exporter(inside, table.coefficients(flows), inverse[:, columns])


def _rows(table: MRIO, owner: PlacedParty, terms: Mapping[str, Array], by: By) -> pl.DataFrame:
    """Return the rows of an exporter: values by industry and importer, (S, n), added up."""
    lb = table.labels
    inside = mask(lb.n, owner.positions)
    values = np.stack(list(terms.values()))
    industries, importers = list(lb.industries), [ALL]
    if by in ("importer", "both"):
        values = values[:, :, ~inside]
        importers = [e for e, own in zip(lb.economies, inside, strict=True) if not own]
    else:
        values = values.sum(axis=2, keepdims=True)
    if by in ("total", "importer"):
        values, industries = values.sum(axis=1, keepdims=True), [ALL]
    exports = values[list(terms).index("EXGR")]
    share = over(values, exports, empty=np.nan)
    axes = {"industry": industries, "importer": importers, "term": list(terms)}
    order = (1, 2, 0)
    frame = grid(axes, {"value": values.transpose(order), "share": share.transpose(order)})
    return frame.insert_column(0, pl.lit(owner.label).alias("exporter"))


def _says(about: Decomposition, detail: str, perimeter: str) -> str:
    """Return what the table shows."""
    if detail == "standard":
        return f"{about.title}: usual aggregates; they overlap"
    return f"{about.title}: EXGR = {' + '.join(about.defined(detail, perimeter))}"


def _definitions(table: MRIO, about: Decomposition, detail: str, perimeter: str) -> Table:
    defined = about.defined(detail, perimeter)
    rows = [(name, term.text, term.formula) for name, term in defined.items()]
    if detail == "standard":
        sums = [(n, AGGREGATE, parts) for n, parts in about.added.items() if n not in defined]
        rows = [*sums, *rows]
    text = "definitions of the terms; a # b multiplies by exporting industry"
    return of_rows("definitions", rows, _DEFINED, text, kind=table.kind, datasets=table.datasets)


def _check(
    method: Method,
    detail: str,
    by: By,
    partner: PartySpec | None,
    industries: str | Iterable[str] | None,
    perimeter: str,
    industry_of: str,
) -> None:
    """Raise unless the method has what was asked for.

    Raises
    ------
    BadInput
        With every problem found.
    """
    names = decompositions()
    found = []
    if method not in names:
        found.append(InputProblem(f"'{method}' is none of {', '.join(names)}", "method"))
    else:
        found += [
            InputProblem(f"{method} has it not; {' and '.join(can)} {have}", where)
            for asked, where, can in (
                (partner is not None, "partner", ("bm_src", "my")),
                (industries is not None, "industries", ("bm_src", "my")),
                (perimeter == "world", "perimeter", ("my",)),
                (industry_of == "origin", "industry_of", ("bm_src",)),
                (detail == "terms2", "detail", ("wwz",)),
            )
            if asked and method not in can
            for have in ("have" if len(can) > 1 else "has",)
        ]
        if method == "kww" and by in ("importer", "both"):
            found.append(InputProblem("kww has no importers; wwz has them", "by"))
    if perimeter == "world" and (partner is not None or industries is not None):
        found.append(
            InputProblem("the world's perspective has no partner or industries", "perimeter")
        )
    raise_all("decomposition of exports", found)


def _check_partner(owners: Iterable[PlacedParty], other: PlacedParty) -> None:
    """Raise where a partner has no economy outside an exporter: nothing crosses their border."""
    problems = [
        InputProblem(f"{other.label} is inside {owner.label}: no exports to it", "partner")
        for owner in owners
        if not set(other.positions.tolist()).difference(owner.positions.tolist())
    ]
    raise_all("decomposition of exports", problems)


_COLUMNS = (
    Column("exporter", "dimension", text="economy or coalition that exports"),
    Column("industry", "dimension", text="exporting industry, or that of origin; ALL for all"),
    Column("importer", "dimension", text="direct importer; ALL for all"),
    Column("term", "dimension", text="name in exvatools; EXGR are gross exports"),
    Column("value", "value", "million USD", "part of gross exports"),
    Column("share", "value", "share", "of the gross exports of these rows"),
)
AGGREGATE = "usual aggregate: the sum of what stands under formula"
_DEFINED = (
    Column("term", "dimension", text="name in exvatools"),
    Column("text", "attribute", text="what it is"),
    Column("formula", "attribute", text="formula of the paper"),
)
