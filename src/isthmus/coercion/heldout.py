"""The last test: listings of firms that set no parameter, against what the model gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.codes import PartySpec, resolve
from isthmus.coercion.assumptions import DRAWS, Rung, find_rung, preset, preset_ladder
from isthmus.coercion.cases import MEASURES
from isthmus.coercion.engine import StepOutcome, respond
from isthmus.coercion.instruments import ECONOMIC, FIRST, instrument, instrument_mix
from isthmus.coercion.stakes import FLOWS, WEEKS, Stakes, read_stakes
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Kind, Result, Table, provenance
from isthmus.evidence.frames import attribute, dimension, number, table
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array, Mask
from isthmus.world import World
from isthmus.world.shipped import TABLE

NEAREST = "arms-sales"
BLOC = "EU27_2020"
READINGS = ("mix of earlier cases", "without extra weight of listings", "as assumed")
"""The counts alone; the model without the parameter that was assumed with these cases in mind; the
model as it ships."""
LOW, HIGH = 0.05, 0.95

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
        found = _readings(stakes, rung, p, shares, inside)
        for i, entry in enumerate(part):
            g = 1 if inside[i] else 0
            for reading in READINGS:
                given, chance = found[reading](i, g)
                test.append(_test_row(entry, reading, mix.cases, given, chance))
                answers += _answer_rows(entry, reading, given, chance)
            lines.append(_line_row(entry, stakes, p, i))
    datasets = [FLOWS, MEASURES, TABLE]
    tables = {
        "test": _test_table(test, datasets),
        "answers": _answers_table(answers, datasets),
        "lines": _lines_table(lines, datasets),
    }
    parameters = {
        "sender": sender,
        "bloc": "" if support is None else support.spec,
        "rung": NEAREST,
        "draws": draws,
        "assumptions": used.to_dict(),
    }
    made = provenance(world, "coercion.held_out", datasets, parameters, seed=seed)
    said = () if support is None else support.notes(listed)
    return Result(
        {name: replace(table, notes=(*table.notes, *said)) for name, table in tables.items()}, made
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


def _readings(
    stakes: Stakes, rung: Rung, p: Mapping[str, Array], shares: Array, inside: Mask
) -> dict[str, Any]:
    """By reading, a function of target and support: shares given an answer, and probabilities."""
    plain = {**p, "military_listing": np.zeros_like(p["military_listing"])}
    models = {
        READINGS[1]: respond(stakes, [rung], plain, shares, inside),
        READINGS[2]: respond(stakes, [rung], p, shares, inside),
    }

    def of(found: StepOutcome) -> Any:
        def at(i: int, g: int) -> tuple[Array, Array | None]:
            chance = found.probability[:, i, 0, g, FIRST:]
            return chance / chance.sum(axis=-1, keepdims=True), chance

        return at

    return {
        READINGS[0]: lambda i, g: (shares, None),
        **{name: of(found) for name, found in models.items()},
    }


def _test_row(
    entry: _Listing, reading: str, cases: int, given: Array, chance: Array | None
) -> dict[str, Any]:
    r = ECONOMIC.index(entry.used)
    value, low, high = _ends(given[:, r])
    top = int(np.argmax(given[0]))
    return {
        "case": entry.case,
        "economy": entry.target,
        "start": entry.start,
        "reading": reading,
        "cases": cases,
        "used": entry.used,
        "value": value,
        "low": low,
        "high": high,
        "rank": 1 + int((given[0] > given[0, r]).sum()),
        "first": ECONOMIC[top],
        "first_share": float(given[0, top]),
        "first_in": float((given.argmax(axis=-1) == r).mean()),
        "probability": None if chance is None else float(chance[0, r]),
    }


def _answer_rows(
    entry: _Listing, reading: str, given: Array, chance: Array | None
) -> list[dict[str, Any]]:
    rows = []
    for r, name in enumerate(ECONOMIC):
        value, low, high = _ends(given[:, r])
        rows.append(
            {
                "case": entry.case,
                "economy": entry.target,
                "reading": reading,
                "response": name,
                "value": value,
                "low": low,
                "high": high,
                "probability": None if chance is None else float(chance[0, r]),
                "happened": "yes" if name == entry.used else "no",
            }
        )
    return rows


def _line_row(entry: _Listing, stakes: Stakes, p: Mapping[str, Array], i: int) -> dict[str, Any]:
    short = np.clip(p["lead_weeks"] - p["stock_weeks"], 0.0, WEEKS * p["duration"])
    share = stakes.from_sender[i].sum() / stakes.outlay[i].sum()
    weeks, low, high = _ends(short)
    lost, lost_low, lost_high = _ends(short * p["listed_cut"] * share)
    return {
        "case": entry.case,
        "economy": entry.target,
        "start": entry.start,
        "firms": entry.firms,
        "share": float(share),
        "value": weeks,
        "low": low,
        "high": high,
        "lost": lost,
        "lost_low": lost_low,
        "lost_high": lost_high,
        "source": entry.source,
        "note": entry.note,
    }


def _test_table(rows: Sequence[dict[str, Any]], datasets: Sequence[str]) -> Table:
    columns = [
        *_LISTING,
        attribute("start", "day of the listing"),
        dimension("reading", "of the model"),
        attribute("cases", "earlier cases that set the mix"),
        attribute("used", "instrument that was used"),
        number(
            "value", "share", "share of that instrument, given an economic answer; 0.25 is chance"
        ),
        number("low", "share", "5 % quantile"),
        number("high", "share", "95 % quantile"),
        number("rank", "1", "its rank among the four instruments at the central values"),
        attribute("first", "instrument that stands first"),
        number("first_share", "share", "its share"),
        number("first_in", "share", "draws in which the instrument that was used stands first"),
        number("probability", "share", "of that instrument, whether or not there is an answer"),
        attribute("kind"),
    ]
    return table(
        "test",
        pl.DataFrame(rows, infer_schema_length=None),
        columns,
        kind=Kind.ASSUMED,
        datasets=datasets,
        text="would the model have put listings of firms first?",
        notes=[NO_PART, IN_MIND, ONE_RUNG, FEW],
    )


def _answers_table(rows: Sequence[dict[str, Any]], datasets: Sequence[str]) -> Table:
    columns = [
        *_LISTING,
        dimension("reading", "of the model"),
        dimension("response", "economic instrument"),
        number("value", "share", "given an economic answer"),
        number("low", "share", "5 % quantile"),
        number("high", "share", "95 % quantile"),
        number("probability", "share", "whether or not there is an economic answer"),
        attribute("happened", "whether it was used"),
        attribute("kind"),
    ]
    return table(
        "answers",
        pl.DataFrame(rows, infer_schema_length=None),
        columns,
        kind=Kind.ASSUMED,
        datasets=datasets,
        text="distribution over instruments next to what happened",
        notes=[NO_PART, IN_MIND, ONE_RUNG, FEW],
    )


def _lines_table(rows: Sequence[dict[str, Any]], datasets: Sequence[str]) -> Table:
    listed = ", ".join(codes.industries_in("listed"))
    columns = [
        *_LISTING,
        attribute("start", "day of the listing"),
        attribute("firms", "as coded"),
        number("share", "share", f"of the sender in purchases of {listed}"),
        number("value", "weeks", "between the end of stocks and another supplier"),
        number("low", "weeks", "5 % quantile"),
        number("high", "weeks", "95 % quantile"),
        number(
            "lost",
            "weeks",
            "weeks of all inputs that are missing: weeks, times the part of "
            "the sender's deliveries that is cut, times its share",
        ),
        number("lost_low", "weeks", "5 % quantile"),
        number("lost_high", "weeks", "95 % quantile"),
        attribute("source", "id in the list of sources"),
        attribute("note", "what is recorded"),
        attribute("kind"),
    ]
    return table(
        "lines",
        pl.DataFrame(rows, infer_schema_length=None),
        columns,
        kind=Kind.ASSUMED,
        datasets=datasets,
        text="weeks of missing inputs in the lines of the listed firms",
        notes=[NOT_GDP, UNKNOWN_LINES, STATED],
    )


_LISTING = (dimension("case", "kept out of the calibration"), dimension("economy", "target"))


def _ends(draws: Array) -> tuple[float, float, float]:
    low, high = np.quantile(draws, [LOW, HIGH])
    value = float(draws[0])
    return value, min(float(low), value), max(float(high), value)


__all__ = ["READINGS", "held_out"]
