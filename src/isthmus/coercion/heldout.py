"""The last test: listings of firms that set no parameter, against what the model gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.codes import PartySpec, resolve
from isthmus.coercion.assumptions import DRAWS, find_rung, preset, preset_ladder
from isthmus.coercion.cases import MEASURES
from isthmus.coercion.engine import StepOutcome, respond
from isthmus.coercion.instruments import ECONOMIC, FIRST, instrument, instrument_mix
from isthmus.coercion.stakes import FLOWS, WEEKS, Stakes, read_stakes
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Column, Kind, Result, Table, provenance
from isthmus.evidence.frames import attribute, dimension, number, ranged, table
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array
from isthmus.world import World
from isthmus.world.shipped import TABLE

NEAREST = "arms-sales"
BLOC = "EU27_2020"
READINGS = ("mix of earlier cases", "without extra weight of listings", "as assumed")
"""The counts alone; the model without the parameter that was assumed with these cases in mind; the
model as it ships."""
LOW, HIGH = 0.05, 0.95
DATASETS = (FLOWS, MEASURES, TABLE)

NO_PART = (
    "cases that start on the day of a listing or later, and all listings over Taiwan, take no part "
    "in the mix"
)
IN_MIND = (
    "the extra weight of listings after military steps was assumed with these listings in mind: "
    "only the two other readings are tests"
)
ONE_RUNG = (
    f"the step before is read as the rung '{NEAREST}'; for the listing of July 2025, which "
    "followed an exercise, that is the nearest rung and not what happened"
)
FEW = "four listings in two cases carry no test of significance"
TESTED = (NO_PART, IN_MIND, ONE_RUNG, FEW)
NOT_GDP = (
    "weeks of missing inputs in the lines of the listed firms; no share of GDP is made of them"
)
UNKNOWN_LINES = (
    "how much of these firms' inputs comes from the sender is not published; the share is that of "
    "their industries together"
)
STATED = "what a firm has said of its own inputs stands in the note"


@dataclass(frozen=True, slots=True)
class _Listing:
    case: str
    target: str
    start: str
    used: str
    firms: str
    source: str
    note: str


@lens("coercion.held_out", {"draws": 20})
def held_out(
    world: World,
    *,
    sender: str = "CHN",
    bloc: PartySpec = BLOC,
    draws: int = DRAWS,
    seed: int = 0,
) -> Result:
    """Return what the response model gives to listings of firms that took no part in it.

    Parameters
    ----------
    world : World
        Holds the inter-economy table of 2022 and the coded cases.
    sender : str
        Economy that listed firms.
    bloc : str or Party
        Coalition whose members can answer together.
    draws : int
        Draws over the ranges of the assumptions and the mix; the first holds the values.
    seed : int
        Seed of the draws.

    Returns
    -------
    Result
        ``test``: by listing and reading the share of the instrument that was used, given an
        economic answer, its rank, and what stands first; ``answers``: the whole distribution;
        ``lines``: weeks of missing inputs in the listed firms' lines.

    Raises
    ------
    DataMissing
        When no listing of this sender is coded.
    BadInput
        When there are fewer than 20 draws.
    """
    if draws < 20:
        raise BadInput("ranges need 20 draws or more", where="draws")
    listings = _listings(world, sender)
    listed = world.flows().economies
    support = resolve(bloc, known=listed, where="bloc") if bloc else None
    group = () if support is None else support.listed(listed)
    used = preset()
    p = used.draws(draws, seed)
    rung = find_rung(NEAREST, preset_ladder())
    test: list[dict[str, Any]] = []
    answers: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for case in dict.fromkeys(entry.case for entry in listings):
        part = [entry for entry in listings if entry.case == case]
        day = min(entry.start for entry in part)
        mix = instrument_mix(world, sender, before=day)
        shares = mix.draws(draws, seed)
        stakes = read_stakes(world, sender, [entry.target for entry in part], group)
        inside = np.array([entry.target in group for entry in part])
        plain = {**p, "military_listing": np.zeros_like(p["military_listing"])}
        models = (
            None,
            respond(stakes, [rung], plain, shares, inside),
            respond(stakes, [rung], p, shares, inside),
        )
        for i, entry in enumerate(part):
            for reading, found in zip(READINGS, models, strict=True):
                given, chance = _given(found, shares, i, int(inside[i]))
                rows = _answer_rows(entry, reading, given, chance)
                test.append(_test_row(entry, mix.cases, given, rows))
                answers += rows
            lines.append(_line_row(entry, stakes, p, i))
    said = () if support is None else support.notes(listed)
    tables = [
        _table("test", test, _TEST, "would the model have put listings of firms first?", TESTED),
        _table(
            "answers",
            answers,
            _ANSWERS,
            "distribution over instruments next to what happened",
            TESTED,
        ),
        _table(
            "lines",
            lines,
            _lines_columns(),
            "weeks of missing inputs in the lines of the listed firms",
            (NOT_GDP, UNKNOWN_LINES, STATED),
        ),
    ]
    parameters = {
        "sender": sender,
        "bloc": "" if support is None else support.spec,
        "rung": NEAREST,
        "draws": draws,
        "assumptions": used.to_dict(),
    }
    return Result(
        {made.name: replace(made, notes=(*made.notes, *said)) for made in tables},
        provenance(world, "coercion.held_out", DATASETS, parameters, seed=seed),
    )


def _listings(world: World, sender: str) -> list[_Listing]:
    coded = world.table(MEASURES).filter((pl.col("sender") == sender) & pl.col("held_out"))
    if coded.is_empty():
        raise DataMissing(f"no listing by {sender} is coded", where=MEASURES)
    return [
        _Listing(
            row["case"],
            row["target"],
            row["start"],
            instrument(row["direction"], row["hs_hint"] or "", row["instrument"]),
            row["products"] or "",
            row["source"] or "",
            row["notes"] or "",
        )
        for row in coded.sort("start", "target").iter_rows(named=True)
    ]


def _given(found: StepOutcome | None, shares: Array, i: int, g: int) -> tuple[Array, Array | None]:
    """Shares given an answer, and probabilities, of target and support; no model: the counts."""
    if found is None:
        return shares, None
    chance = found.probability[:, i, 0, g, FIRST:]
    return chance / chance.sum(axis=-1, keepdims=True), chance


def _answer_rows(
    entry: _Listing, reading: str, given: Array, chance: Array | None
) -> list[dict[str, Any]]:
    return [
        {
            "case": entry.case,
            "economy": entry.target,
            "reading": reading,
            "response": name,
            **_ends("value", given[:, r]),
            "probability": None if chance is None else float(chance[0, r]),
            "happened": "yes" if name == entry.used else "no",
        }
        for r, name in enumerate(ECONOMIC)
    ]


def _test_row(
    entry: _Listing, cases: int, given: Array, answers: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Row of the instrument that was used among the answers, with what stands before it."""
    r, top = ECONOMIC.index(entry.used), int(np.argmax(given[0]))
    return {
        **answers[r],
        "start": entry.start,
        "cases": cases,
        "used": entry.used,
        "rank": 1 + int((given[0] > given[0, r]).sum()),
        "first": ECONOMIC[top],
        "first_share": float(given[0, top]),
        "first_in": float((given.argmax(axis=-1) == r).mean()),
    }


def _line_row(entry: _Listing, stakes: Stakes, p: Mapping[str, Array], i: int) -> dict[str, Any]:
    short = np.clip(p["lead_weeks"] - p["stock_weeks"], 0.0, WEEKS * p["duration"])
    share = stakes.from_sender[i].sum() / stakes.outlay[i].sum()
    return {
        "case": entry.case,
        "economy": entry.target,
        "start": entry.start,
        "firms": entry.firms,
        "share": float(share),
        **_ends("value", short),
        **_ends("lost", short * p["listed_cut"] * share),
        "source": entry.source,
        "note": entry.note,
    }


def _table(
    name: str,
    rows: Sequence[dict[str, Any]],
    columns: Sequence[Column],
    text: str,
    notes: Sequence[str],
) -> Table:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    every = [*_LISTING, *columns, attribute("kind")]
    kind = Kind.ASSUMED
    return table(name, frame, every, kind=kind, datasets=DATASETS, text=text, notes=notes)


_LISTING = (dimension("case", "kept out of the calibration"), dimension("economy", "target"))
_START = attribute("start", "day of the listing")
_READING = dimension("reading", "of the model")
_TEST = (
    _START,
    _READING,
    attribute("cases", "earlier cases that set the mix"),
    attribute("used", "instrument that was used"),
    *ranged("value", "share", "share of that instrument, given an economic answer; 0.25 is chance"),
    number("rank", "1", "its rank among the four instruments at the central values"),
    attribute("first", "instrument that stands first"),
    number("first_share", "share", "its share"),
    number("first_in", "share", "draws in which the instrument that was used stands first"),
    number("probability", "share", "of that instrument, whether or not there is an answer"),
)
_ANSWERS = (
    _READING,
    dimension("response", "economic instrument"),
    *ranged("value", "share", "given an economic answer"),
    number("probability", "share", "whether or not there is an economic answer"),
    attribute("happened", "whether it was used"),
)


def _lines_columns() -> list[Column]:
    listed = ", ".join(codes.industries_in("listed"))
    return [
        _START,
        attribute("firms", "as coded"),
        number("share", "share", f"of the sender in purchases of {listed}"),
        *ranged("value", "weeks", "between the end of stocks and another supplier"),
        *ranged(
            "lost",
            "weeks",
            "weeks of all inputs that are missing: weeks, times the part of "
            "the sender's deliveries that is cut, times its share",
        ),
        attribute("source", "id in the list of sources"),
        attribute("note", "what is recorded"),
    ]


def _ends(name: str, draws: Array) -> dict[str, float]:
    """Value of the first draw and the ends of the range, named as `ranged` names them."""
    value, (low, high) = float(draws[0]), np.quantile(draws, [LOW, HIGH])
    ends = (value, min(float(low), value), max(float(high), value))
    return {c.name: end for c, end in zip(ranged(name, "", ""), ends, strict=True)}


__all__ = ["READINGS", "held_out"]
