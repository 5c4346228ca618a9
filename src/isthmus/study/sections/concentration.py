"""Which products home buys from few places, by published criteria, and how the list changes."""

from __future__ import annotations

import textwrap

import polars as pl

from isthmus import codes, dependence
from isthmus.charts import ChartSpec
from isthmus.evidence import Finding, Result
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Section

KEY = "concentration"
WINDOW = 3
SHOWN = 15
LETTERS = 34
CRITERIA = ("hhi", "world_hhi", "imports_to_exports")


def build(context: Context) -> Section:
    """Answer how many products meet the criteria of GeoDep in two of three years."""
    home = context.name(context.home)
    question = context.say(f"{KEY}.question", home=home)
    if not any(context.missing(key) == () for key in ("baci_hs2017", "baci_critical_materials")):
        return Section(KEY, question, gaps=(context.say("gap.no_products"),))
    frame = _products(context)
    years = _years(context)
    listed = _listed(context)
    changed = _changed(context)
    threshold = f"{context.study.options.concentration:g}"
    answer = (
        context.say(
            f"{KEY}.answer.listed",
            home=home, listed=listed, count=frame.height, threshold=threshold,
            first=years[0], last=years[-1],
        ),
        context.say(
            f"{KEY}.answer.churn", changed=changed, last=years[-1], since=_all_years(context)[0]
        ),
    )  # fmt: skip
    table = context.table(
        f"{KEY}_products",
        frame.select("product", "text", *CRITERIA, "years_listed"),
        units={
            "hhi": "1",
            "world_hhi": "1",
            "imports_to_exports": "ratio",
            "years_listed": "count",
        },
        kind=context.kind_of(_key(context)),
        datasets=[_key(context)],
        attributes=["text"],
        notes=["criteria", "coverage_of_years"],
        home=home,
        year=str(years[-1]),
    )
    return Section(
        KEY,
        question,
        answer=answer,
        charts=(_chart(context, frame, listed),),
        tables=(table,),
        notes=(context.say("note.thirty_products"), context.say("note.transit")),
        headlines=(
            context.note(
                65, f"{KEY}.headline", home=home, listed=listed, count=frame.height,
                first=years[0], last=years[-1],
            ),
        ),
    )  # fmt: skip


def _key(context: Context) -> str:
    return context.world.trade_key("HS2017")


def _all_years(context: Context) -> tuple[int, ...]:
    return tuple(int(y) for y in context.world.trade("HS2017")["year"].unique().sort().to_list())


def _years(context: Context) -> tuple[int, ...]:
    return _all_years(context)[-WINDOW:]


def _thresholds(context: Context) -> dependence.Thresholds:
    level = context.study.options.concentration
    return dependence.Thresholds(hhi=level, world_hhi=level)


def _result(context: Context) -> Result:
    return context.memo(
        KEY,
        lambda: dependence.indicators(
            context.world,
            context.home,
            level="product",
            years=_years(context),
            thresholds=_thresholds(context),
            methods=("geodep",),
        ),
    )


def _churn(context: Context) -> Result:
    return context.memo(
        f"{KEY}.churn",
        lambda: dependence.churn(
            context.world,
            context.home,
            method="geodep",
            years=_all_years(context),
            thresholds=_thresholds(context),
        ),
    )


def _products(context: Context) -> pl.DataFrame:
    """One row per product: criteria in the last year and years of the window that meet all."""
    years = _years(context)
    wide = (
        _result(context)["indicators"]
        .frame.filter(pl.col("indicator").is_in(CRITERIA) & (pl.col("year") == years[-1]))
        .pivot("indicator", index="product", values="value", maintain_order=True)
    )
    listed = _churn(context)["listed"].frame.filter(pl.col("year").is_in(years))
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


def _listed(context: Context) -> Finding:
    years = _years(context)
    return context.finding(
        f"concentration.listed.{context.home}",
        int(_result(context)["dependent"].frame["dependent"].sum()),
        "count",
        kind=context.kind_of(_key(context)),
        year=f"{years[0]}-{years[-1]}",
        method="geodep",
        datasets=[_key(context)],
        caveat="thirty_products",
    )


def _changed(context: Context) -> Finding:
    """Share of the list of one year that was not on, or left, that of the year before."""
    years = _years(context)
    rows = _churn(context)["churn"].frame.sort("year")
    shares = [float(s) for s in rows["changed_share"].drop_nulls().to_list()]
    return context.finding(
        f"concentration.changed.{context.home}",
        shares[-1] if shares else None,
        "share",
        kind=context.kind_of(_key(context)),
        year=years[-1],
        method="churn",
        datasets=[_key(context)],
        low=min(shares) if shares else None,
        high=max(shares) if shares else None,
        interval="range_of_years" if shares else "",
        caveat="thirty_products",
    )


def _short(row: dict[str, str]) -> str:
    """Return the first two parts of a product's text as far as whole words go, with its code."""
    parts = "; ".join(part.strip() for part in row["text"].split(";")[:2])
    text = textwrap.shorten(parts, LETTERS, placeholder=" …")
    return f"{text} ({row['product']})"


def _chart(context: Context, frame: pl.DataFrame, listed: Finding) -> Chart:
    home = context.name(context.home)
    year = str(_years(context)[-1])
    rows = frame.head(SHOWN).select(
        pl.struct("text", "product").map_elements(_short, return_dtype=pl.String).alias("product"),
        "hhi",
    )
    table = context.table(
        f"{KEY}_chart",
        rows,
        units={"hhi": "1"},
        kind=context.kind_of(_key(context)),
        datasets=[_key(context)],
        home=home,
        year=year,
    )
    return context.chart(
        f"{KEY}-products",
        context.say(f"{KEY}.chart", home=home, listed=listed, count=frame.height),
        context.say(f"{KEY}.alt", home=home, count=SHOWN, year=year),
        table,
        ChartSpec(
            "bars",
            x="hhi",
            y="product",
            x_title=context.catalogue.text("axis.hhi"),
            roles={"": "home"},
            reference=context.study.options.concentration,
        ),
    )
