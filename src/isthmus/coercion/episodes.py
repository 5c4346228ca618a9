"""Past cases of economic coercion, each fact with its source and how certain its date is."""

from __future__ import annotations

import polars as pl

from isthmus.codes import PartySpec, resolve
from isthmus.coercion.cases import (
    EFFECTS,
    MEASURES,
    OUTCOMES,
    SOURCES,
    case_ids,
    check_case,
    measures,
)
from isthmus.errors import DataMissing
from isthmus.evidence import IN_UNIT, Column, Kind, Result, Table, provenance
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
    kept = {
        row: m
        for row, m in enumerate(measures(world))
        if (case is None or m.case == case)
        and (party is None or m.target in {party.code, *party.members})
        and (since is None or m.first >= since)
    }
    if not kept:
        raise DataMissing(
            "no coded case fits", where="case, target, since", hint="leave one of them out"
        )
    cases = {m.case for m in kept.values()}
    found = coded.measures[list(kept)].with_columns(
        pl.Series("response", [m.response for m in kept.values()]),
        pl.Series("industries", [", ".join(m.industries) for m in kept.values()]),
    )
    tables = {
        "measures": _table("measures", found, Kind.weakest(found["kind"].to_list())),
        "effects": _table("effects", coded.effects.filter(pl.col("case").is_in(cases))),
        "outcomes": _table("outcomes", coded.outcomes.filter(pl.col("case").is_in(cases))),
    }
    cited = sorted({s for t in tables.values() for s in t.frame["source"].to_list() if s})
    sources = coded.sources.filter(pl.col("source").is_in(cited))
    tables["sources"] = _table("sources", sources, Kind.MEASURED)
    parameters = {"case": case, "target": None if party is None else party.spec, "since": since}
    made = provenance(
        world, "coercion.episodes", [MEASURES, EFFECTS, OUTCOMES, SOURCES], parameters
    )
    return Result(tables, made)


def _table(name: str, frame: pl.DataFrame, kind: Kind = Kind.ESTIMATED) -> Table:
    columns, key, text, notes = _TABLES[name]
    return table(name, frame, columns, kind=kind, datasets=[key], text=text, notes=notes)


_SOURCE = attribute("source", "id in sources")
_MEASURES = (
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
    _SOURCE,
    attribute("date_basis", "where the dates come from"),
    attribute("kind"),
)
_EFFECTS = (
    dimension("case"),
    dimension("indicator", "what was measured"),
    dimension("period", "as published"),
    number("value", IN_UNIT, "figure as published"),
    attribute("unit"),
    attribute("note", "what the source adds"),
    _SOURCE,
    attribute("kind"),
)
_OUTCOMES = (
    dimension("case"),
    attribute("tactical", "outcome for the sender, short run"),
    attribute("strategic", "outcome for the sender, long run"),
    attribute("overall", "both together"),
    _SOURCE,
)
_SOURCES = (
    dimension("source", "id"),
    attribute("citation", "work"),
    attribute("how_read", "full text or excerpt"),
)
_TABLES: dict[str, tuple[tuple[Column, ...], str, str, tuple[str, ...]]] = {
    "measures": (_MEASURES, MEASURES, "measures by case", (SELECTED, HINTS)),
    "effects": (_EFFECTS, EFFECTS, "published effects by case", (SELECTED,)),
    "outcomes": (_OUTCOMES, OUTCOMES, "outcome for the sender as the source judges it", ()),
    "sources": (_SOURCES, SOURCES, "sources of the cases", ()),
}
"""Columns, data set, text and notes of each table."""
