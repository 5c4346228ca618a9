"""Sea passages as shocks: which published share is imposed how, and whose trade it touches."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import Any

import numpy as np

from isthmus.codes import resolve
from isthmus.errors import BadInput, CodeUnknown, InputProblem, raise_all
from isthmus.evidence import SHARE, Kind, Result, Table, provenance
from isthmus.evidence.frames import attribute, dimension, number, of_rows, of_years, years_in
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.runtime.reading import load_toml
from isthmus.scenario import (
    Embargo,
    ExportStop,
    PurchaseBan,
    Scenario,
    economy_groups,
    expand,
    industry_groups,
    pairs,
    preset,
)
from isthmus.world.mrio import MRIO
from isthmus.world.shipped import YEAR

PASSAGES, MODES = "sea_passages", "transport_modes"
GOODS = "GOODS"
NO_PRESET = "no-preset"
DAYS = 365.0

EXPOSURE = (
    "an exposure, never a loss: what would be late or missing each day; `isthmus disruption "
    "SCENARIO` says what follows"
)
ROUND = "days: how long it is missing, the days of the way round where there is one (assumed)"
APART = "passages overlap: never to be added"
NOT_NAMED = "{0} does not name {1}: `isthmus disruption show {0}` says why"


@lens("production.passages", {"of": ["TWN"]})
def passages(world: Any, *, of: Sequence[str] = ("EU27_2020", "TWN")) -> Result:
    """Say how published shares of sea passages are imposed as shocks, and whose trade they touch.

    Parameters
    ----------
    world : World
        With `sea_passages` and an inter-economy table.
    of : sequence of str
        Economies or coalitions whose trade is looked at; trade inside a coalition is left out.

    Returns
    -------
    Result
        Tables ``shares`` (every published share with the preset that imposes it, or why it is left
        out) and ``touched`` (by preset and party: goods that would be late or missing, a day and
        as a share of all goods bought or sold abroad).

    Raises
    ------
    BadInput
        For parties that the table does not hold, every one at once.
    DataMissing
        When the world holds no shares of passages.
    """
    shares = world.table(PASSAGES)
    table: MRIO = world.mrio(YEAR)
    parties = _parties(of, table.economies)
    text = (resources.files("isthmus.production") / "passages.toml").read_text(encoding="utf-8")
    given = load_toml(text, what="passages")
    told = [(row, *_how(given, row["passage"], row["flow"])) for row in shares.to_dicts()]
    names = sorted({name for _, name, _ in told if name})
    tables = (
        _shares(told, given["how"]),
        _touched(table, [preset(name) for name in names], parties),
    )
    used = (PASSAGES, *table.datasets, *([MODES] if MODES in world else []))
    return Result(
        of_years(tables, years_in(shares["year"]) | {YEAR}),
        provenance(world, "production.passages", used, {"of": list(parties)}),
        (),
    )


def _parties(of: Sequence[str], known: Sequence[str]) -> dict[str, tuple[str, ...]]:
    if not of:
        problem = InputProblem("nobody is named", "of", "name an economy or a coalition")
        raise BadInput("passages", [problem])
    found, problems = {}, []
    for code in dict.fromkeys(of):
        try:
            party = resolve(code, known=known, where="of")
            found[party.spec] = party.listed(known)
        except CodeUnknown as error:
            problems.append(InputProblem(error.what, f"of ({code})", error.hint or ""))
    raise_all("passages", problems)
    return found


def _how(given: dict[str, Any], passage: str, flow: str) -> tuple[str, str]:
    """Return the preset that imposes a share, empty if none does, and how or why not."""
    rows = [r for r in given["passages"] if r["passage"] == passage]
    best = [r for r in rows if r.get("flow") == flow] or [r for r in rows if "flow" not in r]
    return (str(best[0].get("scenario", "")), str(best[0]["how"])) if best else ("", NO_PRESET)


def _shares(told: Sequence[tuple[dict[str, Any], str, str]], words: dict[str, str]) -> Table:
    copied = ("passage", "flow", "year", "share", "reading", "basis")
    rows = [
        (*(row[c] for c in copied), name or "none", how, words[how], row["source"])
        for row, name, how in told
    ]
    columns = (
        dimension("passage", "the passage"),
        dimension("flow", "of what"),
        dimension("period", "the year"),
        number("value", SHARE, "that goes through it"),
        attribute("reading", "about it or below it"),
        dimension("basis", "by value or volume"),
        attribute("scenario", "preset that imposes a stop of it"),
        attribute("how", "how, or why it is left out, in a word"),
        attribute("words", "in words"),
        attribute("source", "where it was read"),
    )
    text = "what goes through sea passages, and how it is imposed as a shock"
    return of_rows(
        "shares", rows, columns, text, kind=Kind.ESTIMATED, datasets=(PASSAGES,), notes=(APART,)
    )


def _touched(
    table: MRIO, scenarios: Sequence[Scenario], parties: dict[str, tuple[str, ...]]
) -> Table:
    flows = trade_of(table)
    rows: list[tuple[Any, ...]] = []
    notes = [EXPOSURE, ROUND, APART]
    for scenario in scenarios:
        share_stopped = stopped(scenario, table)
        late = flows * share_stopped
        beside = []
        days = max(shock.duration or scenario.horizon for shock in scenario.shocks)
        for party, members in parties.items():
            inside = np.isin(table.economies, members)
            if not share_stopped[:, inside].any() and not share_stopped[:, :, inside].any():
                beside.append(party)
                continue
            for direction in ("imports", "exports"):
                axes = (~inside, inside) if direction == "imports" else (inside, ~inside)
                hit, whole = (float(x[:, axes[0]][:, :, axes[1]].sum()) for x in (late, flows))
                share = hit / whole if whole else 0.0
                rows.append((scenario.name, party, direction, hit / DAYS, share, float(days)))
        notes += [NOT_NAMED.format(scenario.name, ", ".join(beside))] if beside else []
    columns = (
        dimension("scenario", "preset"),
        dimension("party", "whose trade"),
        dimension("direction", "bought or sold abroad"),
        number("value", "million USD a day", "goods that would be late or missing"),
        number("share", SHARE, "of all goods that it buys or sells abroad"),
        number("days", "days", "how long"),
    )
    text = "whose trade in goods a closed passage touches"
    return of_rows(
        "touched", rows, columns, text, kind=Kind.ASSUMED, datasets=table.datasets, notes=notes
    )


def trade_of(table: MRIO) -> Array:
    """Return goods by industry, seller and buyer, (S, n, n), million USD a year; none at home."""
    count, economies = len(table.industries), len(table.economies)
    flows = np.asarray(table.sales + table.final).reshape(economies, count, economies)
    flows = np.swapaxes(flows, 0, 1).copy()
    flows[:, np.arange(economies), np.arange(economies)] = 0.0
    groups = industry_groups(table.industries)
    goods = np.zeros(count, dtype=bool)
    goods[expand([GOODS], table.industries, groups=groups, what="industry")] = True
    return np.asarray(np.where(goods[:, None, None], flows, 0.0))


def stopped(scenario: Scenario, table: MRIO) -> Array:
    """Return the share that is stopped by industry, seller and buyer, (S, n, n).

    Where shocks overlap, what passes all of them passes.
    """
    groups = economy_groups(scenario, table.economies)
    known = industry_groups(table.industries)
    passes = np.ones((len(table.industries), len(table.economies), len(table.economies)))
    for shock in scenario.shocks:
        if not isinstance(shock, ExportStop | Embargo | PurchaseBan):
            continue
        mask = pairs(shock, table.economies, groups=groups)
        hit = expand(shock.industries, table.industries, groups=known, what="industry")
        passes[hit] *= 1.0 - float(shock.severity) * mask
    return np.asarray(1.0 - passes)
