"""Which products home buys from few places, by published criteria, and how the list changes."""

from __future__ import annotations

import polars as pl

from isthmus import codes, dependence
from isthmus.evidence import Finding, Result
from isthmus.study.ask.products import short_name
from isthmus.study.page import Page
from isthmus.study.rests import between

WINDOW = 3
SHOWN = 15
CRITERIA = ("hhi", "world_hhi", "imports_to_exports")
UNITS = {"hhi": "1", "world_hhi": "1", "imports_to_exports": "ratio", "years_listed": "count"}


def write(page: Page) -> None:
    """Answer how many products meet the criteria of GeoDep in two of three years."""
    if all(page.context.missing(key) for key in ("baci_hs2017", "baci_critical_materials")):
        page.gap("no_products")
        return
    key = page.world.trade_key("HS2017")
    page.rests_on(key)
    held = page.world.query(key, lambda rows: rows.select(pl.col("year").unique().sort()))
    every = tuple(int(y) for y in held.to_series())
    years = every[-WINDOW:]
    chosen, churn = _chosen(page, years), _churn(page, every)
    frame = _products(chosen, churn, years)
    listed = page.finding(
        f"concentration.listed.{page.home}",
        int(chosen["dependent"].frame["dependent"].sum()),
        "count",
        year=f"{years[0]}-{years[-1]}",
        method="geodep",
        caveat="thirty_products",
    )
    page.fields |= {
        "listed": listed,
        "count": frame.height,
        "first": years[0],
        "last": years[-1],
        "year": years[-1],
    }
    page.say(
        "answer.listed",
        threshold=page.context.catalogue.written(f"{page.study.options.concentration:g}"),
    )
    page.say("answer.churn", changed=_changed(page, churn), since=every[0])
    page.headline(65)
    page.table(
        "products",
        frame.select("product", "text", *CRITERIA, "years_listed"),
        UNITS,
        attributes=["text"],
        notes=["criteria", "coverage_of_years"],
    )
    _chart(page, frame)
    page.note("thirty_products", "transit")


def _thresholds(page: Page) -> dependence.Thresholds:
    level = page.study.options.concentration
    return dependence.Thresholds(hhi=level, world_hhi=level)


def _chosen(page: Page, years: tuple[int, ...]) -> Result:
    return dependence.indicators(
        page.world,
        page.home,
        level="product",
        years=years,
        thresholds=_thresholds(page),
        methods=("geodep",),
    )


def _churn(page: Page, years: tuple[int, ...]) -> Result:
    return dependence.churn(
        page.world, page.home, method="geodep", years=years, thresholds=_thresholds(page)
    )


def _products(chosen: Result, churn: Result, years: tuple[int, ...]) -> pl.DataFrame:
    """One row per product: criteria in the last year and years of the window that meet all."""
    wide = (
        chosen["indicators"]
        .frame.filter(pl.col("indicator").is_in(CRITERIA) & (pl.col("year") == years[-1]))
        .pivot("indicator", index="product", values="value", maintain_order=True)
    )
    listed = churn["listed"].frame.filter(pl.col("year").is_in(years))
    counted = listed.group_by("product").agg(
        pl.col("listed").sum().cast(pl.Int64).alias("years_listed")
    )
    texts = codes.product_texts("HS2017")
    named = pl.col("product").map_elements(lambda c: texts.get(c, c), return_dtype=pl.String)
    return (
        wide.join(counted, on="product")
        .with_columns(named.alias("text"))
        .sort(["hhi", "product"], descending=[True, False])
    )


def _changed(page: Page, churn: Result) -> Finding:
    """Share of the list of one year that was not on, or left, that of the year before."""
    rows = churn["churn"].frame.sort("year")
    shares = [float(s) for s in rows["changed_share"].drop_nulls().to_list()]
    return page.finding(
        f"concentration.changed.{page.home}",
        shares[-1] if shares else None,
        "share",
        method="churn",
        **between(shares, "range_of_years"),
        caveat="thirty_products",
    )


def _chart(page: Page, frame: pl.DataFrame) -> None:
    named = pl.col("product").map_elements(
        lambda code: short_name(page.context, code), return_dtype=pl.String
    )
    rows = frame.head(SHOWN).select(named.alias("product"), "hhi")
    page.chart(
        "products",
        page.made("chart", rows, {"hhi": "1"}),
        page.bars(
            "hhi",
            by="product",
            axis="hhi",
            colour="home",
            reference=page.study.options.concentration,
        ),
        said="",
        shown=rows.height,
    )
