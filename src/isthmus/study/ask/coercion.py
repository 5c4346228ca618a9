"""What is coded of the rival's pressure, and the ladder priced against it."""

from __future__ import annotations

from typing import Any

import polars as pl

from isthmus import codes
from isthmus.coercion.assumptions import Rung, preset_ladder
from isthmus.coercion.engine import SUPPORT
from isthmus.coercion.ladder import price_ladder
from isthmus.coercion.stakes import FLOWS
from isthmus.evidence import Finding, Kind, Result
from isthmus.study.context import Context
from isthmus.study.rests import drawn, figure
from isthmus.world.shipped import TABLE, YEAR

EPISODES = "coercion_measures"
DRAWS = 100
NONE, AFTER_DELAY, AGREED = SUPPORT
TOP = "arms-sales"
"""The highest rung, of which pages speak."""
LADDER = (FLOWS, EPISODES, TABLE)


def episodes(context: Context, sender: str, target: str = "", since: int = 0) -> pl.DataFrame:
    """Return the coded measures of a sender, against a party and its members, by start."""
    frame = context.world.coercion().measures.filter(pl.col("sender") == sender)
    if target:
        frame = frame.filter(pl.col("target").is_in([target, *context.members(target)]))
    if since:
        frame = frame.filter(pl.col("start").str.slice(0, 4).cast(pl.Int32) >= since)
    return frame.sort("start", "case", "target", "instrument", "products")


def coded(context: Context) -> bool:
    """Tell whether the world holds episodes with the rival as sender."""
    return not context.missing(EPISODES) and not episodes(context, context.rival).is_empty()


def last_year(context: Context) -> int:
    """Return the last year in which a coded measure starts."""
    starts = context.world.coercion().measures["start"].str.slice(0, 4).cast(pl.Int32)
    return int(str(starts.max()))


def coded_count(context: Context, key: str, found: pl.DataFrame, since: int) -> Finding:
    """Return how many measures are coded since a year: at least as many were taken."""
    return figure(
        context,
        key,
        found.height,
        "count",
        kind=weakest_of(found),
        year=f"{since}-{last_year(context)}",
        datasets=[EPISODES],
        **at_least(found.height),
        sources=sorted(set(found["source"].to_list())),
    )


def at_least(count: int) -> dict[str, Any]:
    """Return what a count of coded measures says: others may have been taken."""
    return {"low": count, "interval": "lower_bound", "caveat": "selected_cases"}


def weakest_of(found: pl.DataFrame) -> Kind:
    """Return the weakest kind of coded measures."""
    return Kind.weakest(found["kind"].to_list() or [Kind.ASSUMED])


def case_name(context: Context, case: str) -> str:
    """Return a coded case by whom it struck and since when; one that struck everyone says so."""
    code, _, since = case.partition("-")
    names = {**codes.economy_names(), "EU": "EU"}
    who = context.label("EU27_2020" if code == "EU" else code) if code in names else ""
    return f"{who or context.catalogue.text('word.everyone')}, {since.replace('..', '–')}"


def ladder_of(context: Context) -> Result:
    """Return the priced ladder of home's members against the rival, computed once."""
    bloc = context.study.options.bloc if inside(context) else ""
    return context.memo(
        ("ladder", context.home, context.rival),
        lambda: price_ladder(
            context.world,
            context.home,
            sender=context.rival,
            bloc=bloc,
            partner=context.partner if "partner" in context.study.roles else "",
            draws=DRAWS,
        ),
    )


def steps_of(context: Context) -> tuple[Rung, ...]:
    """Return the steps of the ladder that are ones towards the study's partner."""
    priced = set(ladder_of(context)["prices"].frame["rung"])
    return tuple(r for r in preset_ladder() if r.key in priced)


def inside(context: Context) -> bool:
    """Tell whether all of home belongs to the study's bloc, which can answer together."""
    bloc = context.members(context.study.options.bloc)
    return set(context.members(context.home)) <= set(bloc)


def answering(context: Context) -> list[str]:
    """Return the members of home that the ladder has prices for, sorted by code."""
    return sorted(ladder_of(context)["exposure"].frame["economy"].unique().to_list())


def standing(context: Context) -> str:
    """Return what support members of home have when nothing was agreed beforehand."""
    return AFTER_DELAY if inside(context) else NONE


def price(context: Context, rung: str, economy: str, support: str) -> Finding:
    """Return the expected loss of a rung: an assumed figure with its range."""
    return ladder_finding(context, "price", "prices", "million USD", rung, economy, support)


def ladder_finding(
    context: Context, name: str, table: str, unit: str, rung: str, economy: str, support: str
) -> Finding:
    """Return a figure of a rung for an economy: assumed, with its range."""
    row = ladder_row(context, table, rung, economy, support)
    return figure(
        context,
        f"ladder.{name}.{rung}.{economy}.{support.replace(' ', '_')}",
        row["value"],
        unit,
        kind=Kind.ASSUMED,
        year=YEAR,
        datasets=LADDER,
        **drawn(row, interval="assumptions"),
        caveat="intentions",
    )


def ladder_row(
    context: Context, table: str, rung: str, economy: str, support: str
) -> dict[str, float]:
    """Return the row of a table of the ladder for a step, an economy and a support."""
    frame = ladder_of(context)[table].frame
    return frame.row(
        by_predicate=(pl.col("rung") == rung)
        & (pl.col("economy") == economy)
        & (pl.col("support") == support),
        named=True,
    )
