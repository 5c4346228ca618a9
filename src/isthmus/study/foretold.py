"""How well leverage and the response model told what was hit: rankings, cases, listings."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.coercion.heldout import READINGS
from isthmus.coercion.ranking_products import WORLD
from isthmus.coercion.stakes import FLOWS
from isthmus.evidence import Finding, Kind, Result, Table
from isthmus.study.context import Context
from isthmus.study.dossier import Chart
from isthmus.study.measures.coercion import EPISODES
from isthmus.study.measures.leverage import (
    TRADE,
    backtest_of,
    held_out_of,
    hits,
    listed_weeks,
    listings_share,
)
from isthmus.study.wording import Sentence

KEY = "leverage"
RANKINGS = {
    "model": "ranking.model",
    "largest": "ranking.largest",
    "reliance": "ranking.reliance",
    "substitutable": "ranking.substitutable",
}


def scores(context: Context) -> dict[str, Finding | int]:
    """Return hits of the model and of the ranking by size, and the number of cases."""
    frame = backtest_of(context)["methods"].frame
    return {
        "model": hits(context, "model"),
        "largest": hits(context, "largest"),
        "cases": int(frame["cases"][0]),
    }


def _chance(context: Context) -> Finding:
    frame = backtest_of(context)["methods"].frame
    return context.finding(
        "leverage.chance", frame["chance"][0], "1", kind=Kind.MODELLED,
        year=hits(context, "model").year, method="leverage_chance", datasets=[FLOWS, EPISODES],
    )  # fmt: skip


def told(context: Context, names: dict[str, str]) -> list[Sentence]:
    """Say how the rankings and the response model did."""
    said = [context.say(f"{KEY}.answer.backtest", **scores(context), chance=_chance(context))]
    share, weeks = listings_share(context), listed_weeks(context)
    found = held_out_of(context)
    if share is not None and weeks is not None and found is not None:
        rows = found["test"].frame
        earlier = rows.filter(reading=READINGS[1])
        firsts = sorted(set(earlier["first"].to_list()))
        ranks = sorted(set(earlier["rank"].cast(pl.Int64).to_list()))
        said.append(
            context.say(
                f"{KEY}.answer.listings", **names, count=earlier.height, share=share, weeks=weeks,
                first=", ".join(firsts), rank=", ".join(map(str, ranks)),
            )
        )  # fmt: skip
    return said


def hits_chart(context: Context) -> Chart:
    """Draw hits by way of ranking next to chance."""
    frame = backtest_of(context)["methods"].frame
    by = dict(frame.select("method", "hits").iter_rows())
    table = context.table(
        f"{KEY}_methods",
        pl.DataFrame(
            {
                "ranking": [context.catalogue.text(key) for key in RANKINGS.values()],
                "hits": [int(by[m]) for m in RANKINGS],
                "chance": [float(frame["chance"][0])] * len(RANKINGS),
                "missed": [
                    int(frame.filter(method=m)["missed_cases"][0]) for m in RANKINGS
                ],
            }
        ),
        units={"hits": "count", "chance": "1", "missed": "count"},
        kind=Kind.MODELLED,
        datasets=[FLOWS, EPISODES],
        notes=["selected_cases", "backtest_broad"],
    )  # fmt: skip
    return context.chart(
        f"{KEY}-hits",
        context.say(f"{KEY}.chart.hits", **scores(context)),
        context.say(f"{KEY}.alt.hits", chance=_chance(context)),
        table,
        ChartSpec(
            "bars",
            x="hits",
            y="ranking",
            x_title=context.catalogue.text("axis.hits"),
            roles={"": "rival"},
            reference=float(frame["chance"][0]),
        ),
    )


def case_table(context: Context) -> Table:
    """By case, what was hit and where two rankings had it; misses included."""
    frame = backtest_of(context)["cases"].frame
    by = {m: frame.filter(method=m) for m in ("model", "largest")}
    table = pl.DataFrame(
        {
            "case": by["model"]["case"],
            "year": by["model"]["year"].cast(pl.String),
            "hit": by["model"]["hit"],
            "model_ranks": by["model"]["ranks"],
            "largest_ranks": by["largest"]["ranks"],
            "model_hits": by["model"]["hits"].cast(pl.Int64),
            "largest_hits": by["largest"]["hits"].cast(pl.Int64),
            "chance": by["model"]["chance"],
        }
    )
    return context.table(
        f"{KEY}_cases",
        table,
        units={"model_hits": "count", "largest_hits": "count", "chance": "1"},
        kind=Kind.MODELLED,
        datasets=[FLOWS, EPISODES],
        notes=["selected_cases", "backtest_broad"],
        attributes=["hit", "model_ranks", "largest_ranks"],
    )


def product_table(context: Context) -> Table | None:
    """By case, the products put under export control and where three rankings had them."""
    tables = backtest_of(context).tables
    if "products" not in tables:
        return None
    frame = tables["products"].frame
    by = {m: frame.filter(method=m) for m in ("model", "largest", "dominance")}
    first = by["model"]
    table = pl.DataFrame(
        {
            "case": first["case"],
            "target": first["target"].map_elements(
                lambda code: context.catalogue.get("word.everyone") if code == WORLD
                else context.label(code), return_dtype=pl.String,
            ),
            "year": first["year"].cast(pl.String),
            "hit": first["hit"],
            "of": first["products"].cast(pl.Int64),
            "model_ranks": first["ranks"],
            "largest_ranks": by["largest"]["ranks"],
            "dominance_ranks": by["dominance"]["ranks"],
        }
    )  # fmt: skip
    return context.table(
        f"{KEY}_products",
        table,
        units={"of": "count"},
        kind=Kind.MODELLED,
        datasets=tables["products"].datasets,
        notes=["selected_cases", "products_chosen"],
        attributes=["hit", "model_ranks", "largest_ranks", "dominance_ranks"],
    )


def listing_table(context: Context, found: Result) -> Table:
    """The listings that set no parameter, next to what the model gives them."""
    weeks = found["lines"].frame.select("case", "economy", "value", "share")
    frame = (
        found["test"]
        .frame.join(weeks.rename({"value": "weeks", "share": "inputs"}), on=["case", "economy"])
        .select(
            "start",
            pl.col("economy").map_elements(context.label, return_dtype=pl.String),
            "reading",
            pl.col("value").alias("listing"),
            pl.col("rank").cast(pl.Int64),
            "first",
            pl.col("first_share").alias("first_share"),
            "weeks",
            "inputs",
        )
    )
    return context.table(
        f"{KEY}_listings",
        frame,
        units={"listing": "share", "rank": "count", "first_share": "share", "weeks": "weeks",
               "inputs": "share"},
        kind=Kind.ASSUMED,
        datasets=[*TRADE, EPISODES],
        notes=["intentions", "listings_test"],
        attributes=["first"],
        rival=context.name(context.rival),
    )  # fmt: skip
