"""Past cases of economic coercion, each fact with its source and how certain its date is."""

from __future__ import annotations

import polars as pl

from isthmus.codes import PartySpec, resolve
from isthmus.coercion.cases import (
    EFFECTS,
    MEASURES,
    OUTCOMES,
    SOURCES,
    CaseMeasure,
    case_ids,
    check_case,
    measures,
)
from isthmus.errors import DataMissing
from isthmus.evidence import IN_UNIT, Kind, Result, Table, provenance
from isthmus.evidence.frames import attribute, dimension, number, table
from isthmus.evidence.lens import lens
from isthmus.world import World

SELECTED = (
    "prominent cases, selected: no rate of coercion, and no rate of nothing happening, can be "
    "read from them"
)
HINTS = (
    "product codes and the industries from them are general knowledge, not from the source; dates "
    "whose basis is not the source are marked assumed"
)


@lens("coercion.episodes", {"case": "LTU-2021"})
def episodes(
    world: World,
    *,
    case: str | None = None,
    target: PartySpec | None = None,
    since: int | None = None,
) -> Result:
    """Return coded cases of coercion with measures, published effects, outcomes and sources.

    Parameters
    ----------
    world : World
        The data.
    case : str, optional
        Id of one case.
    target : str or Party, optional
        Economy acted upon, or a coalition with its members.
    since : int, optional
        First year of the start of a measure.

    Returns
    -------
    Result
        ``measures``, ``effects``, ``outcomes`` and ``sources``.

    Raises
    ------
    CodeUnknown
        For an unknown case.
    DataMissing
        When no case fits.
    """
    coded = world.coercion()
    party = None if target is None else resolve(target)
    if case is not None:
        check_case(case, case_ids(world))
    kept = [
        m
        for m in measures(world)
        if (case is None or m.case == case)
        and (party is None or m.target in {party.code, *party.members})
        and (since is None or m.first >= since)
    ]
    if not kept:
        raise DataMissing(
            "no coded case fits", where="case, target, since", hint="leave one of them out"
        )
    cases = list(dict.fromkeys(m.case for m in kept))
    tables = {
        "measures": _measures(coded.measures, kept),
        "effects": _effects(coded.effects.filter(pl.col("case").is_in(cases))),
        "outcomes": _outcomes(coded.outcomes.filter(pl.col("case").is_in(cases))),
    }
    cited = sorted({s for t in tables.values() for s in t.frame["source"].to_list() if s})
    tables["sources"] = _sources(coded.sources.filter(pl.col("source").is_in(cited)))
    parameters = {"case": case, "target": None if party is None else party.spec, "since": since}
    made = provenance(
        world, "coercion.episodes", [MEASURES, EFFECTS, OUTCOMES, SOURCES], parameters
    )
    return Result(tables, made)


def _measures(frame: pl.DataFrame, kept: list[CaseMeasure]) -> Table:
    keys = [(m.case, m.instrument, m.products) for m in kept]
    by_key = dict(zip(keys, kept, strict=True))
    rows = [
        r
        for r in frame.iter_rows(named=True)
        if (r["case"], r["instrument"], r["products"] or "") in by_key
    ]
    out = pl.DataFrame(rows, schema=frame.schema).with_columns(
        pl.Series(
            "response",
            [by_key[r["case"], r["instrument"], r["products"] or ""].response for r in rows],
        ),
        pl.Series(
            "industries",
            [
                ", ".join(by_key[r["case"], r["instrument"], r["products"] or ""].industries)
                for r in rows
            ],
        ),
    )
    columns = [
        dimension("case"),
        attribute("sender", "economy that acted"),
        attribute("target", "economy acted upon; WLD for measures against all"),
        attribute("start", "first day, month or year"),
        attribute("end", "null where open or unknown"),
        attribute("start_precision", "how exact the start is"),
        attribute("trigger", "what came before, as the source describes it"),
        attribute("instrument", "as coded"),
        attribute("response", "class of the instrument"),
        attribute("direction", "flow that was touched"),
        attribute("formality", "formal or informal"),
        attribute("products", "products or services"),
        attribute("industries", "industries of the products; general knowledge"),
        attribute("source", "id in sources"),
        attribute("date_basis", "where the dates come from"),
        attribute("kind"),
    ]
    return table(
        "measures",
        out,
        columns,
        kind=Kind.weakest(out["kind"].to_list()),
        datasets=[MEASURES],
        text="measures by case",
        notes=[SELECTED, HINTS],
    )


def _effects(frame: pl.DataFrame) -> Table:
    columns = [
        dimension("case"),
        dimension("indicator", "what was measured"),
        dimension("period", "as published"),
        number("value", IN_UNIT, "figure as published"),
        attribute("unit"),
        attribute("note", "what the source adds"),
        attribute("source", "id in sources"),
        attribute("kind"),
    ]
    return table(
        "effects",
        frame,
        columns,
        kind=Kind.ESTIMATED,
        datasets=[EFFECTS],
        text="published effects by case",
        notes=[SELECTED],
    )


def _outcomes(frame: pl.DataFrame) -> Table:
    columns = [
        dimension("case"),
        attribute("tactical", "outcome for the sender, short run"),
        attribute("strategic", "outcome for the sender, long run"),
        attribute("overall", "both together"),
        attribute("source", "id in sources"),
    ]
    return table(
        "outcomes",
        frame,
        columns,
        kind=Kind.ESTIMATED,
        datasets=[OUTCOMES],
        text="outcome for the sender as the source judges it",
    )


def _sources(frame: pl.DataFrame) -> Table:
    columns = [
        dimension("source", "id"),
        attribute("citation", "work"),
        attribute("how_read", "full text or excerpt"),
    ]
    return table(
        "sources",
        frame,
        columns,
        kind=Kind.MEASURED,
        datasets=[SOURCES],
        text="sources of the cases",
    )
