"""``isthmus dependence``: who supplies an economy or a coalition, and how concentrated that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.options import Words, WorldName
from isthmus.cli.recording import recorded
from isthmus.errors import BadInput, did_you_mean
from isthmus.runtime.reading.values import natural

if TYPE_CHECKING:
    from isthmus.evidence import Result
    from isthmus.world import World

app = App(
    name="dependence",
    help="Who supplies an economy or a coalition, how concentrated, and what a stop would cost.",
)

View = Literal[
    "suppliers", "indicators", "series", "churn", "mutual", "members", "leverage",
    "complementarity", "chips", "network",
]  # fmt: skip
Level = Literal["industry", "product"]
Method = Literal["commission_2021", "commission_2023", "geodep"]


@app.default
def dependence(
    importer: str,
    *,
    on: str | None = None,
    view: View = "suppliers",
    level: Level | None = None,
    industry: Words = (),
    product: Words = (),
    years: str | None = None,
    indicator: Words = (),
    method: Annotated[tuple[Method, ...], Parameter(negative="", consume_multiple=True)] = (
        "commission_2021",
    ),
    suppliers: int = 5,
    hhi: float = 0.4,
    external_share: float = 0.5,
    imports_to_exports: float = 1.0,
    world_hhi: float = 0.4,
    window: int = 3,
    required: int = 2,
    exports: Literal["total", "external"] = "total",
    share_base: Literal["imports", "use"] = "imports",
    distance: Literal["ideal_point", "alliance"] | None = None,
    elasticity: float | None = None,
    world: WorldName = "starter",
    output: Output = SCREEN,
) -> None:
    """Show who supplies an economy or a coalition.

    Parameters
    ----------
    importer
        Economy (TWN) or coalition as one buyer (EU27_2020, NATO@2024-12-31, DEU,FRA).
    on
        The other party: supplier to look at, or partner of mutual, members, leverage and
        complementarity.
    view
        suppliers, indicators (with published criteria), series (by year), churn (of the list of
        dependent items), mutual (both ways), members (exposure of each member), leverage (loss if
        supplies stop, both ways), complementarity, chips (from Taiwan, lower bound), network.
    level
        Kind of item; taken from --industry or --product when these are given.
    industry
        Industry codes, such as C26; all when none is given.
    product
        HS product codes, such as 850511; all when none is given.
    years
        2022, 2015-2022 or 2018,2020; the last year when not given (all for series and churn).
    indicator
        Keep only these indicators in the tables of indicators, series and network.
    method
        Published criteria: commission_2021, commission_2023, geodep; churn uses the first.
    suppliers
        Number of largest suppliers of each item.
    hhi
        Threshold of the concentration of external imports.
    external_share
        Threshold of external over all imports.
    imports_to_exports
        Threshold of external imports over exports.
    world_hhi
        Threshold of the concentration of world exports.
    window
        Number of years that geodep and the stable list look at.
    required
        Number of these years in which all criteria must hold.
    exports
        Denominator of imports_to_exports: all exports of the members, or those to outside.
    share_base
        Denominator of external_share: all imports, or all use with own production.
    distance
        Adds geopolitical concentration; ideal_point takes distances from votes in the UN General
        Assembly, and lists what is assumed for economies without votes; alliance is 0 for
        economies in a defence pact with the importer and 1 for others.
    elasticity
        Elasticity of substitution for leverage, above 1; a path over horizons when not given.
    """
    from isthmus.cli.output import emit_result
    from isthmus.dependence import Thresholds
    from isthmus.world import World

    items, chosen_level = _items(industry, product, level, default=_default_level(view))
    question = {
        "importer": importer,
        "on": on,
        "items": items,
        "level": chosen_level,
        "years": parse_years(years),
        "methods": method,
        "top": suppliers,
        "thresholds": Thresholds(
            hhi=hhi,
            external_share=external_share,
            imports_to_exports=imports_to_exports,
            world_hhi=world_hhi,
            window=window,
            required=required,
        ),
        "bases": {"exports": exports, "share_base": share_base},
        "distance": distance,
        "elasticity": elasticity,
    }
    result = _VIEWS[view](World.open(world), question)
    emit_result(_only(result, indicator), output)


def parse_years(text: str | None) -> tuple[int, ...] | None:
    """Return the years of ``"2022"``, ``"2015-2022"`` or ``"2018,2020"``.

    Raises
    ------
    BadInput
        When the text is none of these.
    """
    if text is None:
        return None
    years: list[int] = []
    for part in text.split(","):
        start, dash, stop = part.strip().partition("-")
        first, last = natural(start), natural(stop if dash else start)
        if first is None or last is None or max(first, last) > 9999:
            raise BadInput(
                f"cannot read years from {text!r}",
                where="--years",
                hint="write 2022, 2015-2022 or 2018,2020",
            )
        years.extend(range(first, last + 1))
    if not years:
        raise BadInput(
            f"{text!r} holds no year", where="--years", hint="the first year comes first"
        )
    return tuple(years)


def _default_level(view: View) -> Level:
    return "product" if view in ("churn", "network") else "industry"


def _items(
    industry: tuple[str, ...], product: tuple[str, ...], level: Level | None, *, default: Level
) -> tuple[tuple[str, ...] | None, Level]:
    if industry and product:
        raise BadInput("name industries or products, not both", where="--industry, --product")
    implied: Level = "industry" if industry else "product" if product else (level or default)
    if level is not None and level != implied:
        raise BadInput(f"--level {level} does not go with --{implied}", where="--level")
    return (industry or product or None), implied


def _partner(question: dict[str, Any], view: str) -> str:
    if question["on"] is None:
        raise BadInput(f"the view {view!r} needs the other party", where="--on")
    return str(question["on"])


def _single_year(question: dict[str, Any], view: str) -> int | None:
    years = question["years"]
    if years is not None and len(years) > 1:
        raise BadInput(f"the view {view!r} takes one year", where="--years")
    return None if years is None else int(years[0])


def _industries_only(question: dict[str, Any], view: str) -> None:
    if question["level"] != "industry":
        raise BadInput(
            f"the view {view!r} needs domestic sales, which product data do not hold",
            where="--level",
            hint="use industries",
        )


def _suppliers(world: World, q: dict[str, Any]) -> Result:
    return recorded(
        "dependence.profile", world, importer=q["importer"], on=q["on"], years=q["years"],
        level=q["level"], items=q["items"], top=q["top"],
    )  # fmt: skip


def _indicators(world: World, q: dict[str, Any]) -> Result:
    return recorded(
        "dependence.indicators", world, importer=q["importer"], years=q["years"],
        level=q["level"], items=q["items"], thresholds=q["thresholds"], distance=q["distance"],
        methods=q["methods"], **q["bases"],
    )  # fmt: skip


def _series(world: World, q: dict[str, Any]) -> Result:
    return recorded(
        "dependence.time_series", world, importer=q["importer"], on=q["on"], years=q["years"],
        level=q["level"], items=q["items"], **q["bases"],
    )  # fmt: skip


def _churn(world: World, q: dict[str, Any]) -> Result:
    return recorded(
        "dependence.churn", world, importer=q["importer"], method=q["methods"][0],
        years=q["years"], level=q["level"], thresholds=q["thresholds"], **q["bases"],
    )  # fmt: skip


def _mutual(world: World, q: dict[str, Any]) -> Result:
    return recorded(
        "dependence.mutual", world, a=q["importer"], b=_partner(q, "mutual"), years=q["years"],
        level=q["level"], items=q["items"],
    )  # fmt: skip


def _members(world: World, q: dict[str, Any]) -> Result:
    return recorded(
        "dependence.members", world, coalition=q["importer"], on=_partner(q, "members"),
        years=q["years"], level=q["level"], items=q["items"],
    )  # fmt: skip


def _leverage(world: World, q: dict[str, Any]) -> Result:
    _industries_only(q, "leverage")
    return recorded(
        "dependence.leverage", world, a=q["importer"], b=_partner(q, "leverage"),
        year=_single_year(q, "leverage"), items=q["items"], elasticity=q["elasticity"],
    )  # fmt: skip


def _complementarity(world: World, q: dict[str, Any]) -> Result:
    return recorded(
        "dependence.complementarity", world, a=q["importer"], b=_partner(q, "complementarity"),
        year=_single_year(q, "complementarity"), level=q["level"], items=q["items"],
    )  # fmt: skip


def _chips(world: World, q: dict[str, Any]) -> Result:
    if q["on"] not in (None, "TWN"):
        raise BadInput("the chip records are Taiwan's own", where="--on", hint="leave --on out")
    return recorded("dependence.chip_imports", world, importer=q["importer"], years=q["years"])


def _network(world: World, q: dict[str, Any]) -> Result:
    return recorded(
        "dependence.network", world, level=q["level"], years=q["years"], items=q["items"]
    )


_VIEWS: dict[View, Callable[[World, dict[str, Any]], Result]] = {
    "suppliers": _suppliers,
    "indicators": _indicators,
    "series": _series,
    "churn": _churn,
    "mutual": _mutual,
    "members": _members,
    "leverage": _leverage,
    "complementarity": _complementarity,
    "chips": _chips,
    "network": _network,
}


def _only(result: Result, indicators: tuple[str, ...]) -> Result:
    """Keep rows of the indicators asked for, in the tables that have them."""
    if not indicators:
        return result
    from dataclasses import replace

    import polars as pl

    held = [t for t in result.tables.values() if "indicator" in t.frame.columns]
    known = sorted({name for t in held for name in t.frame["indicator"].unique().to_list()})
    unknown = [name for name in indicators if name not in known]
    if unknown:
        raise BadInput(
            f"no indicator {unknown[0]!r} in this view",
            where="--indicator",
            hint=did_you_mean(unknown[0], known) or f"known: {', '.join(known) or 'none'}",
        )
    kept = {
        name: replace(t, frame=t.frame.filter(pl.col("indicator").is_in(indicators)))
        if "indicator" in t.frame.columns
        else t
        for name, t in result.tables.items()
    }
    return replace(result, tables=kept)
