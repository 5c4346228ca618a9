"""The chip chain by stage, chip exports by first destination, and the high-priority items."""

from __future__ import annotations

import polars as pl

from isthmus import codes
from isthmus.errors import DataMissing
from isthmus.evidence import Finding, Kind
from isthmus.study.page import Fields, Page
from isthmus.study.rests import of_data
from isthmus.study.subjects.chips.measures import (
    EXPORTS,
    FACTS,
    capacity_share,
    destination_share,
    exports_of,
    last_full_year,
)

ITEMS = "high_priority_items"
MIRROR = "chip_mirror"
SHARE = {"share": "share"}


def write(page: Page) -> None:
    """Answer what is known about chips: capacity by stage, exports, listed dual-use products."""
    if not page.context.missing(FACTS):
        _facts(page)
        _capacity(page)
        page.note("chip_facts")
    if page.context.missing(EXPORTS) or exports_of(page.context).is_empty():
        page.gap("chip_exports")
    else:
        _exports(page)
        if not page.context.missing(MIRROR):
            _mirror(page)
        page.note("chip_bounds", source=page.context.name(page.partner))
    if not page.context.missing(ITEMS):
        page.rests_on(ITEMS)
        frame = page.world.table(ITEMS).select("product", "tier", "text").sort("tier", "product")
        page.table("items", frame, {}, attributes=["text", "tier"], notes=["items_no_shares"])
        page.gap("high_priority")


def _facts(page: Page) -> None:
    facts = page.world.chip_facts().filter(~pl.col("projection"))
    latest = facts.filter(pl.col("year") == pl.col("year").max().over("node"))
    shown = latest.select("node", "economy", "share", "year", "basis", "kind", "source")
    page.rests_on(FACTS, kind=Kind.weakest(shown["kind"].to_list()))
    page.table(
        "facts",
        shown.sort("node", "economy", "basis"),
        SHARE,
        notes=["chip_facts", "chip_residual"],
        attributes=["year", "kind", "source"],
    )


def _capacity(page: Page) -> None:
    """Known shares of leading-edge logic, in every year for which there are figures."""
    try:
        share = capacity_share(page.context, node=_leading(), economy=page.partner)
    except DataMissing:
        page.gap("chip_capacity")
        return
    fields: Fields = {"year": share.year, "share": share}
    page.say("answer.capacity", **fields)
    if share.value:
        page.headline(10, **fields)
    facts = page.world.chip_facts().filter(
        (pl.col("node") == _leading()) & ~pl.col("projection") & (pl.col("share") > 0)
    )
    label = page.context.label
    rows = [
        {
            "place": f"{label(row['economy'])} {row['year']}",
            "economy": label(row["economy"]),
            "share": row["share"],
            "kind": row["kind"],
        }
        for row in facts.sort(["year", "share"], descending=[False, True]).to_dicts()
    ]
    page.chart(
        "leading",
        pl.DataFrame(rows),
        page.bars(
            "share",
            by="place",
            axis="share_of_capacity",
            series="economy",
            roles={label(page.partner): "partner"},
        ),
        SHARE,
        about={
            "kind": Kind.weakest(row["kind"] for row in rows),
            "attributes": ["kind"],
            "notes": ["chip_editions"],
        },
        **fields,
    )


def _leading() -> str:
    return codes.stages("chips")["leading"]


def _exports(page: Page) -> None:
    page.rests_on(EXPORTS)
    page.fields["year"] = last_full_year(page.context)
    shares: Fields = {
        f"{role}_share": destination_share(page.context, importer=page.study.party(role))
        for role in ("home", "rival")
        if page.has(role)
    }
    tail = "" if page.has("rival") else "_alone"
    page.say(f"answer.exports{tail}", **shares)
    hubs = tuple(hub for party in page.given("rival") for hub in codes.hubs_of(party))
    for code in hubs:
        through = destination_share(page.context, importer=code)
        page.say("answer.hub", hub=page.context.name(code), share=through)
    page.headline(40, f"headline_exports{tail}", **shares)
    page.counter(10, **shares)
    shown = (*page.given("home", "rival", "ally"), *hubs)
    _destinations(page, shown, shares["rival_share"] if page.has("rival") else shares["home_share"])


def _destinations(page: Page, shown: tuple[str, ...], first: Finding) -> None:
    full = exports_of(page.context).filter(pl.col("coverage") == "full")
    rows = []
    for (year,), frame in full.group_by("year", maintain_order=True):
        whole = float(frame["value"].to_numpy().sum())
        for party in shown:
            part = frame.filter(pl.col("importer").is_in(page.context.members(party)))
            share = float(part["value"].to_numpy().sum()) / whole
            rows.append({"year": year, "importer": page.context.label(party), "share": share})
    page.chart(
        "destinations",
        pl.DataFrame(sorted(rows, key=lambda row: row["year"])),
        page.lines(
            "share", axis="share_of_chip_exports", series="importer", roles=page.roles(*shown)
        ),
        SHARE,
        said="destinations" if page.has("rival") else "destinations_alone",
        about={"notes": ["lower_bound"]},
        share=first,
    )


def _mirror(page: Page) -> None:
    """What importers record beside what the exporter records."""
    keys = ["year", "exporter", "importer", "product"]
    frame = (
        page.world.chip_mirror()
        .join(exports_of(page.context).select(*keys, "value"), on=keys, how="inner")
        .sort("importer", "year")
        .select(
            page.labels("importer"),
            "year",
            pl.col("value").alias("low"),
            (pl.col("value") * pl.col("ratio")).alias("high"),
            "ratio",
        )
    )
    page.table(
        "mirror",
        frame,
        {"low": "million USD", "high": "million USD", "ratio": "ratio"},
        **of_data(page.context, MIRROR, EXPORTS, kind=Kind.ESTIMATED),
        notes=["mirror"],
        source=page.context.name(page.partner),
    )
