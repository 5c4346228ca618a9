"""Coded episodes of economic pressure by the rival."""

from __future__ import annotations

import polars as pl

from isthmus.study.ask.coercion import EPISODES, at_least, episodes, last_year, weakest_of
from isthmus.study.page import Fields, Page
from isthmus.study.subjects.coercion.measures import count

DIRECTIONS = {
    "import from target": "purchases",
    "export to target": "supplies",
    "services/people": "people",
    "other": "other",
}
"""Key of the reader's word for each direction in the data."""


def write(page: Page) -> None:
    """Answer which measures of economic pressure by the rival are coded, and against whom."""
    if page.lacks(EPISODES, gap="no_episodes"):
        return
    found = episodes(page.context, page.rival)
    if found.is_empty():
        page.gap("episodes_sender")
        return
    page.rests_on(EPISODES, kind=weakest_of(found))
    first = int(str(found["start"].str.slice(0, 4).cast(pl.Int32).min()))
    page.fields |= {"since": first, "until": last_year(page.context)}
    against: Fields = {
        f"{role}_n": count(page.context, sender=page.rival, target=target, since=first)
        for role, target in (("home", page.home), ("partner", page.partner))
    }
    whole = page.finding(
        f"coercion.coded.{page.rival}",
        found.height,
        "count",
        year=f"{first}-{last_year(page.context)}",
        method="coercion_count",
        **at_least(found.height),
    )
    page.say("answer", whole=whole, **against)
    page.headline(50, **against)
    _by_direction(page, found)
    _measures(page, found)
    page.note("selected_cases", "dates_basis")


def _by_direction(page: Page, found: pl.DataFrame) -> None:
    def word(direction: str) -> str:
        key = f"direction.{DIRECTIONS.get(direction, '')}"
        return page.context.catalogue.get(key, direction)

    frame = (
        found.group_by("direction")
        .len("count")
        .sort(["count", "direction"], descending=[True, False])
        .with_columns(
            pl.col("count").cast(pl.Int64),
            pl.col("direction").map_elements(word, return_dtype=pl.String),
        )
    )
    purchases = page.finding(
        f"coercion.purchases.{page.rival}",
        found.filter(pl.col("direction") == "import from target").height,
        "count",
        year=f"1990-{last_year(page.context)}",
        method="coercion_count",
    )
    page.chart(
        "direction",
        frame,
        page.bars("count", by="direction", axis="measures", colour="rival"),
        {"count": "count"},
        about={"notes": ["selected_cases"]},
        imports=purchases,
        count=found.height,
    )


def _measures(page: Page, found: pl.DataFrame) -> None:
    described = ("trigger", "products", "formality", "date_basis", "source", "kind")
    cases = dict(found.group_by("case", maintain_order=True).agg(pl.col("trigger").first()).rows())
    trigger = (
        pl.when(pl.col("trigger") == "idem")
        .then(pl.col("case").replace_strict(cases, default=None))
        .otherwise(pl.col("trigger"))
    )
    known = page.world.coercion().sources
    cited = dict(known.select("source", "citation").iter_rows())
    frame = found.with_columns(pl.col("source").replace(cited)).select(
        "start",
        "end",
        page.labels("target"),
        trigger.alias("trigger"),
        "instrument",
        *described[1:],
    )
    ordered = frame.sort(
        "start", "target", "instrument", "products", descending=[True, *[False] * 3]
    )
    page.table(
        "measures", ordered, {}, attributes=described, notes=["selected_cases", "dates_basis"]
    )
