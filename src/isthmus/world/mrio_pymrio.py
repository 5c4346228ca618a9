"""Exchange of inter-economy tables with pymrio, an optional import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from isthmus.errors import InputProblem, IsthmusError, few, raise_all
from isthmus.evidence import Kind
from isthmus.kernels.arrays import Array
from isthmus.world.money import money

if TYPE_CHECKING:
    from isthmus.world.mrio import MRIO

Pair = tuple[str, str]


def to_pymrio(table: MRIO) -> Any:
    """Return a ``pymrio.IOSystem`` with Z, Y, x and value added as extension ``factor_inputs``.

    Raises
    ------
    IsthmusError
        When pymrio is not installed; it is no dependency of this package.
    """
    try:
        import pandas as pd
        import pymrio
    except ImportError as error:
        raise IsthmusError(
            "pymrio is not installed",
            hint="install pymrio yourself; it is not a dependency",
        ) from error
    frames = table.to_pandas()
    F = pd.DataFrame(
        [table.v, table.other],
        index=pd.Index(["Value added", "Other primary inputs"], name="inputtype"),
        columns=frames["Z"].columns,
    )
    x = frames["x"].rename(columns={"x": "indout"})
    unit = pd.DataFrame({"unit": [table.unit] * table.labels.N}, index=frames["Z"].index)
    system = pymrio.IOSystem(Z=frames["Z"], Y=frames["Y"], x=x, unit=unit)
    system.factor_inputs = pymrio.Extension(name="factor_inputs", F=F)
    return system


def from_pymrio(system: Any, **about: Any) -> MRIO:
    """Return a dense table from a ``pymrio.IOSystem`` with Z and Y.

    Nothing that stands in the system is left out. Amounts in thousands or billions of a currency
    are converted to millions of it, with a note. Final demand of a region without industries is
    kept: as an economy of its own, whose industries are idle, when it buys in the categories of the
    others, and as a category of the selling economy when it does not (a discrepancy). Unit and
    output are those of the system; where it names none, the notes say so.

    Parameters
    ----------
    system : pymrio.IOSystem
        Rows and columns (region, sector), every region with the same sectors.
    **about
        Passed to `MRIO.from_dense` (``year``, ``kind``, ``unit``, ``datasets``, ``repair``, ...).
        The kind is ``estimated`` unless it is given: world tables are balanced estimates.

    Raises
    ------
    BadInput
        When Z or Y is missing, holds text, or has labels that the other lacks; when sectors have
        several units; or with every industry whose output contradicts its sales.
    """
    from isthmus.world.mrio import MRIO

    _check_parts(system)
    rows, users = _pairs(system.Z.index), _pairs(system.Z.columns)
    sellers, buyers = _pairs(system.Y.index), _pairs(system.Y.columns)
    economies = list(dict.fromkeys(e for e, _ in rows))
    industries = list(dict.fromkeys(i for _, i in rows))
    nodes = [(e, i) for e in economies for i in industries]
    _check_labels(rows, users, sellers, buyers, nodes)
    notes = list(about.pop("notes", ()))
    inside = {c for e, c in buyers if e in economies}
    extra = [e for e in dict.fromkeys(e for e, _ in buyers) if e not in economies]
    regions = [e for e in extra if {c for r, c in buyers if r == e} & inside]
    whole = [*economies, *regions]
    if regions:
        notes.append(
            f"{', '.join(regions)}: final demand of a region without industries, kept as an "
            "economy whose industries are idle"
        )
    everybody = [(e, i) for e in whole for i in industries]
    columns = _demand(system, sellers, buyers, nodes, whole, notes)
    categories = list(dict.fromkeys(c for _, c in columns))
    asked = [(e, c) for e in whole for c in categories]
    if absent := [pair for pair in asked if pair not in columns and pair[0] in economies]:
        notes.append(f"no final demand is given, and none is assumed, for {_shown(absent)}")
    N, size = len(nodes), len(everybody)
    Z, Y = np.zeros((size, size)), np.zeros((size, len(asked)))
    Z[:N, :N] = _numbers(system.Z, "Z")[np.ix_(_places(rows, nodes), _places(users, nodes))]
    for place, pair in enumerate(asked):
        if pair in columns:
            Y[:N, place] = columns[pair]
    output = _output(system, nodes)
    described, scale = _described(system, about, notes)
    return MRIO.from_dense(
        Z * scale,
        Y * scale,
        economies=whole,
        industries=industries,
        categories=categories,
        x=None if output is None else np.append(output, np.zeros(size - N)) * scale,
        **described,
    )


def _check_parts(system: Any) -> None:
    found = []
    for name in ("Z", "Y"):
        part = getattr(system, name, None)
        if part is None:
            hint = "call calc_all() on it first"
            found.append(InputProblem(f"the system holds no {name}", name, hint))
            continue
        for what, labels in (("rows", part.index), ("columns", part.columns)):
            if labels.nlevels != 2:
                said = f"have {labels.nlevels} levels of labels, not region and sector"
                found.append(InputProblem(said, f"{what} of {name}"))
            elif twice := sorted(p for p, count in Counter(_pairs(labels)).items() if count > 1):
                found.append(InputProblem(f"stand twice: {_shown(twice)}", f"{what} of {name}"))
    raise_all("pymrio system", found)


def _pairs(labels: Any) -> list[Pair]:
    return [(str(a).strip(), str(b).strip()) for a, b in labels]


def _places(labels: Sequence[Pair], wanted: Sequence[Pair]) -> list[int]:
    place = {pair: n for n, pair in enumerate(labels)}
    return [place[pair] for pair in wanted]


def _numbers(part: Any, name: str) -> Array:
    try:
        return np.asarray(part, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise_all("pymrio system", [InputProblem(f"holds text where numbers are: {error}", name)])
        raise


def _check_labels(
    rows: Sequence[Pair],
    users: Sequence[Pair],
    sellers: Sequence[Pair],
    buyers: Sequence[Pair],
    nodes: Sequence[Pair],
) -> None:
    found = []
    for name, labels in (("rows of Z", rows), ("columns of Z", users), ("rows of Y", sellers)):
        missing = sorted(set(nodes) - set(labels))
        beyond = sorted(set(labels) - set(nodes))
        if missing:
            found.append(InputProblem(f"lack {len(missing)} labels: {_shown(missing)}", name))
        if beyond:
            what = f"hold {len(beyond)} labels that the rows of Z lack: {_shown(beyond)}"
            hint = "every region that sells or uses needs its industries in Z"
            found.append(InputProblem(what, name, hint))
    silent = sorted({e for e, _ in nodes} - {e for e, _ in buyers})
    if silent:
        what = f"lack {len(silent)} regions: {few(silent)}"
        found.append(InputProblem(what, "columns of Y", "every region has final demand"))
    raise_all("pymrio system", found)


def _demand(
    system: Any,
    sellers: Sequence[Pair],
    buyers: Sequence[Pair],
    nodes: Sequence[Pair],
    whole: Sequence[str],
    notes: list[str],
) -> dict[Pair, Array]:
    """Return final demand by region and category; what has no region goes to the seller's own."""
    values = _numbers(system.Y, "Y")[_places(sellers, nodes)]
    seller = np.array([e for e, _ in nodes])
    columns = {pair: values[:, n] for n, pair in enumerate(buyers) if pair[0] in whole}
    known = {c for _, c in columns}
    for n, (region, category) in enumerate(buyers):
        if region in whole:
            continue
        name = category if category not in known else f"{region} {category}"
        known.add(name)
        for economy in dict.fromkeys(seller.tolist()):
            columns[economy, name] = np.where(seller == economy, values[:, n], 0.0)
        notes.append(
            f"{region}:{category} belongs to no region and is kept as final demand {name} of the "
            "selling economy"
        )
    return columns


def _output(system: Any, nodes: Sequence[Pair]) -> Array | None:
    """Return the output that the system states, in the order of the nodes."""
    x = getattr(system, "x", None)
    if x is None:
        return None
    labels = _pairs(x.index)
    missing = sorted(set(nodes) - set(labels))
    if missing:
        what = f"lack {len(missing)} labels: {_shown(missing)}"
        raise_all("pymrio system", [InputProblem(what, "rows of x")])
    return _numbers(x, "x").ravel()[_places(labels, nodes)]


def _described(
    system: Any, about: dict[str, Any], notes: list[str]
) -> tuple[dict[str, Any], float]:
    """Return unit, year and kind, a note for what the system does not name, and a factor.

    Amounts times the factor are in millions of the currency that the system names.
    """
    described, scale = dict(about), 1.0
    if "unit" not in described:
        named = _unit_of(system)
        power, currency, _ = money(named) or (1.0, "", "")
        if not named:
            notes.append("the system names no unit: taken as million USD")
        elif not currency:
            described["unit"] = named
            notes.append(f"{named!r} is no unit of money: amounts are as the system has them")
        else:
            described["unit"] = f"million {currency}"
            scale = power
        if scale != 1.0:
            notes.append(f"{named} converted to million {currency}")
    if not described.get("year"):
        notes.append("the year is not given")
    described.setdefault("kind", Kind.ESTIMATED)
    return {**described, "notes": tuple(notes)}, scale


def _unit_of(system: Any) -> str:
    """Return the one unit of the sectors as it is written, or an empty text."""
    unit = getattr(system, "unit", None)
    if unit is None:
        return ""
    texts = sorted({str(text).strip() for text in np.asarray(unit).ravel()})
    if len(texts) > 1:
        what = f"sectors are in {len(texts)} units: {few(texts)}"
        hint = "a table of the house is in one unit of money"
        raise_all("pymrio system", [InputProblem(what, "unit", hint)])
    return texts[0] if texts else ""


def _shown(pairs: Sequence[Pair]) -> str:
    return few([":".join(pair) for pair in pairs])
