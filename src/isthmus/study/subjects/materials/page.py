"""Products of the study's baskets by supplier, and where raw materials are produced."""

from __future__ import annotations

from typing import NamedTuple

import polars as pl

from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.page import Fields, Page
from isthmus.study.subjects.materials.measures import has_trade, import_share, largest_supplier

PRODUCTION = "raw_material_production"
SHOWN = 14
"""Raw materials in the chart, or all of those that are counted."""
MAJORITY = 0.5
SHARE = {"share": "share"}


class BasketShares(NamedTuple):
    """A basket and the rival's share in what home and partner buy of it."""

    title: str
    codes: tuple[str, ...]
    home: Finding
    partner: Finding


def write(page: Page) -> None:
    """Answer for which baskets home and partner buy from the rival, and what it mines."""
    known = []
    for key, basket in page.study.baskets.items():
        if has_trade(page.context, key):
            known.append(key)
        else:
            page.gap("basket", basket=basket.title, nomenclature=basket.nomenclature)
    if not page.study.baskets:
        page.gap("no_baskets")
    if page.has("partner", "rival"):
        if known:
            _baskets(page, _bought(page, known), known)
        if not page.context.missing(PRODUCTION):
            _production(page)
    else:
        page.question = "question_alone"
        _largest(page, known)
    page.note("transit")


def _bought(page: Page, known: list[str]) -> list[BasketShares]:
    """The baskets, largest share of the rival in home's imports first."""

    def share(importer: str, basket: str) -> Finding:
        return import_share(page.context, importer=importer, exporter=page.rival, basket=basket)

    rows = [
        BasketShares(basket.title, basket.codes, share(page.home, key), share(page.partner, key))
        for key, basket in page.study.baskets.items()
        if key in known
    ]
    return sorted(rows, key=lambda row: (-(row.home.value or 0.0), row.title))


def _baskets(page: Page, rows: list[BasketShares], known: list[str]) -> None:
    top = rows[0]
    if not top.home.value:
        page.say("answer.none_bought", year=top.home.year)
        _largest(page, known)
        return
    fields: Fields = {
        "basket": page.inside(top.title, whole=True),
        "year": top.home.year,
        "share": top.home,
    }
    page.say("answer.top", **fields)
    page.headline(25, **fields)
    found = [f for row in rows for f in (row.home, row.partner)]
    page.keep(*found)
    drawn = [
        {
            "basket": row.title,
            "importer": page.context.label(party),
            "share": finding.value,
            "codes": ", ".join(row.codes),
        }
        for row in rows
        for party, finding in ((page.home, row.home), (page.partner, row.partner))
        if finding.value is not None
    ]
    page.chart(
        "baskets",
        pl.DataFrame(drawn),
        page.bars(
            "share",
            by="basket",
            axis="share_from",
            series="importer",
            roles={
                page.context.label(page.home): "home",
                page.context.label(page.partner): "partner",
            },
        ),
        SHARE,
        about={
            "kind": Kind.weakest(f.kind for f in found),
            "datasets": {d for f in found for d in f.datasets},
            "attributes": ["codes"],
            "notes": ["exposure_not_loss", "transit"],
        },
        count=len(rows),
        **fields,
    )


def _largest(page: Page, known: list[str]) -> None:
    """From whom home buys most of each basket, where no rival is named."""
    found = []
    for key in known:
        title = page.study.baskets[key].title
        try:
            found.append((title, *largest_supplier(page.context, importer=page.home, basket=key)))
        except DataMissing:
            page.gap("nothing_bought", basket=title)
    if not found:
        return
    found.sort(key=lambda row: (-(row[2].value or 0.0), row[0]))
    title, code, share = found[0]
    fields: Fields = {
        "basket": page.inside(title, whole=True),
        "supplier": page.context.name(code),
        "share": share,
        "year": share.year,
    }
    page.say("answer.top_alone", **fields)
    page.headline(25, "headline_alone", **fields)
    page.keep(*(share for _, _, share in found))
    rows = [
        {"basket": title, "exporter": page.context.label(code), "share": share.value}
        for title, code, share in found
    ]
    page.chart(
        "largest",
        pl.DataFrame(rows),
        page.bars("share", by="basket", axis="share_of_largest_supplier", colour="accent"),
        SHARE,
        about={
            "kind": Kind.weakest(share.kind for _, _, share in found),
            "datasets": {d for _, _, share in found for d in share.datasets},
            "attributes": ["exporter"],
            "notes": ["exposure_not_loss", "transit"],
        },
        count=len(rows),
        **fields,
    )


def _material(row: dict[str, str | None]) -> str:
    """Return a name for readers; the form where it says more than the material."""
    name, form = str(row["material"]).replace("_", " "), row["form"]
    return f"{name}, {form}" if form and form != name else name


def _production(page: Page) -> None:
    """Where the rival produces most of the world's output of a raw material."""
    frame = page.world.production().filter(pl.col("share").is_not_null())
    last = frame["year"].max()
    inside = frame.filter(
        pl.col("economy").is_in(page.context.members(page.rival)) & (pl.col("year") == last)
    )
    if inside.is_empty():
        page.gap("production")
        return
    majority = inside.filter(pl.col("share") >= MAJORITY).height
    ranked = inside.sort(["share", "material", "form"], descending=[True, False, False])
    # Each one that is counted is shown.
    rows = ranked.head(max(SHOWN, majority))
    page.rests_on(PRODUCTION, kind=Kind.weakest(rows["kind"].to_list()))
    count = page.finding(
        f"materials.majority_produced.{page.rival}",
        majority,
        "count",
        year=str(last),
        method="production_majority",
        caveat="mined_not_refined",
    )
    page.note("mined_not_refined")
    named = pl.struct("material", "form").map_elements(_material, return_dtype=pl.String)
    page.chart(
        "production",
        rows.select(named.alias("material"), "share", "kind"),
        page.bars("share", by="material", axis="share_of_production", colour="rival"),
        SHARE,
        about={"attributes": ["kind"], "notes": ["mined_not_refined"]},
        count=count,
        year=str(last),
    )
