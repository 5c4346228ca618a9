"""How well leverage and the response model told what was hit: rankings, cases, listings."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import polars as pl

from isthmus.coercion.heldout import READINGS
from isthmus.coercion.ranking_products import WORLD
from isthmus.coercion.stakes import FLOWS
from isthmus.evidence import Finding, Kind, Result
from isthmus.study.ask.coercion import EPISODES, case_name
from isthmus.study.ask.products import short_name
from isthmus.study.page import Fields, Page
from isthmus.study.subjects.leverage.measures import (
    TRADE,
    backtest_of,
    held_out_of,
    hits,
    listed_weeks,
    listings_share,
)

RANKINGS = ("model", "largest", "reliance", "substitutable")
BROAD = ["selected_cases", "backtest_broad"]


def tell(page: Page) -> None:
    """Say and list how the rankings and the response model did."""
    datasets, kind = page.datasets, page.kind
    page.rests_on(FLOWS, EPISODES, kind=Kind.MODELLED)
    page.say("answer.backtest", **scores(page), chance=_chance(page))
    _hits(page)
    _cases(page)
    _products(page)
    page.rests_on(*datasets, kind=kind)
    found = held_out_of(page.context)
    if found is not None:
        _listings(page, found)


def scores(page: Page) -> Fields:
    """Return hits of the model and of the ranking by size, and the number of cases."""
    frame = backtest_of(page.context)["methods"].frame
    found = {name: hits(page.context, name) for name in RANKINGS[:2]}
    return found | {"cases": int(frame["cases"][0])}


def _chance(page: Page) -> Finding:
    frame = backtest_of(page.context)["methods"].frame
    year = hits(page.context, "model").year
    return page.finding("leverage.chance", frame["chance"][0], "1", year=year)


def _hits(page: Page) -> None:
    """Hits by way of ranking next to chance."""
    frame = backtest_of(page.context)["methods"].frame
    rows = {row["method"]: row for row in frame.to_dicts()}
    chance = float(frame["chance"][0])
    drawn = [
        {
            "ranking": page.word(f"ranking.{name}"),
            "hits": int(rows[name]["hits"]),
            "chance": chance,
            "missed": int(rows[name]["missed_cases"]),
        }
        for name in RANKINGS
    ]
    units = {"hits": "count", "chance": "1", "missed": "count"}
    page.chart(
        "hits",
        page.made("methods", pl.DataFrame(drawn), units, notes=BROAD),
        page.bars("hits", by="ranking", axis="hits", colour="rival", reference=chance),
        chance=_chance(page),
        **scores(page),
    )


def _cases(page: Page) -> None:
    """By case, what was hit and where two rankings had it; misses included."""
    frame = backtest_of(page.context)["cases"].frame
    model, largest = (frame.filter(method=name) for name in RANKINGS[:2])
    table = pl.DataFrame(
        {
            "case": _cased(page, model),
            "year": model["year"].cast(pl.String),
            "hit": _listed(model, page.context.industry),
            "model_ranks": model["ranks"],
            "largest_ranks": largest["ranks"],
            "model_hits": model["hits"].cast(pl.Int64),
            "largest_hits": largest["hits"].cast(pl.Int64),
            "chance": model["chance"],
        }
    )
    page.table(
        "cases",
        table,
        {"model_hits": "count", "largest_hits": "count", "chance": "1"},
        notes=BROAD,
        attributes=["hit", "model_ranks", "largest_ranks"],
    )


def _products(page: Page) -> None:
    """By case, the products put under export control and where three rankings had them."""
    found = backtest_of(page.context).tables.get("products")
    if found is None:
        return
    model, largest, dominance = (
        found.frame.filter(method=name) for name in ("model", "largest", "dominance")
    )

    def target(code: str) -> str:
        return page.word("word.everyone") if code == WORLD else page.context.label(code)

    table = pl.DataFrame(
        {
            "case": _cased(page, model),
            "target": model["target"].map_elements(target, return_dtype=pl.String),
            "year": model["year"].cast(pl.String),
            "hit": _listed(model, lambda code: short_name(page.context, code)),
            "of": model["products"].cast(pl.Int64),
            "model_ranks": model["ranks"],
            "largest_ranks": largest["ranks"],
            "dominance_ranks": dominance["ranks"],
        }
    )
    page.table(
        "products",
        table,
        {"of": "count"},
        datasets=found.datasets,
        notes=["selected_cases", "products_chosen"],
        attributes=["hit", "model_ranks", "largest_ranks", "dominance_ranks"],
    )


def _cased(page: Page, frame: pl.DataFrame) -> pl.Series:
    named = partial(case_name, page.context)
    return frame["case"].map_elements(named, return_dtype=pl.String)


def _listed(frame: pl.DataFrame, name: Callable[[str], str]) -> pl.Series:
    """Return what was hit by name."""
    return frame["hit"].map_elements(
        lambda codes: "; ".join(map(name, codes.split(", "))), return_dtype=pl.String
    )


def _key(instrument: str) -> str:
    return instrument.replace(" ", "_")


def _listings(page: Page, found: Result) -> None:
    """The listings that set no parameter, next to what the model gives them."""
    share, weeks = listings_share(page.context), listed_weeks(page.context)
    if share is not None and weeks is not None:
        earlier = found["test"].frame.filter(reading=READINGS[1])
        firsts = sorted(set(earlier["first"].to_list()))
        ranks = sorted(set(earlier["rank"].cast(pl.Int64).to_list()))
        page.say(
            "answer.listings",
            count=earlier.height,
            share=share,
            weeks=weeks,
            first=", ".join(page.word(f"instrument.{_key(first)}") for first in firsts),
            rank=", ".join(map(str, ranks)),
        )
    lines = found["lines"].frame.select("case", "economy", "value", "share")
    frame = (
        found["test"]
        .frame.join(lines.rename({"value": "weeks", "share": "inputs"}), on=["case", "economy"])
        .select(
            "start",
            page.labels("economy"),
            "reading",
            pl.col("value").alias("listing"),
            pl.col("rank").cast(pl.Int64),
            "first",
            "first_share",
            "weeks",
            "inputs",
        )
    )
    page.table(
        "listings",
        frame,
        {
            **dict.fromkeys(("listing", "first_share", "inputs"), "share"),
            "rank": "count",
            "weeks": "weeks",
        },
        datasets=[*TRADE, EPISODES],
        notes=["intentions", "listings_test"],
        attributes=["first"],
    )
