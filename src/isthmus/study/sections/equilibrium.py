"""What is lost once prices and suppliers have adjusted, and four answers to one scenario."""

from __future__ import annotations

import polars as pl

from isthmus.charts import ChartSpec
from isthmus.evidence import Finding, Kind, Table
from isthmus.study.bottleneck import CHIP_SPLIT, bottleneck
from isthmus.study.context import Context
from isthmus.study.dossier import Chart, Section
from isthmus.study.equilibrium import (
    DATASETS,
    HORIZONS,
    SERVICES,
    YEAR,
    broken,
    closer,
    inside,
    kind,
    loss_finding,
    money,
    stopped,
)
from isthmus.study.lookthrough import input_finding
from isthmus.study.trade import link_finding
from isthmus.study.wording import Sentence

KEY = "equilibrium"
FIRST, DECADE = HORIZONS[0], HORIZONS[-1]
NOTES = (
    "note.lasting",
    "note.elasticities",
    "note.zero_tariffs",
    "note.one_electronics",
    "note.four_answers",
)
HORIZON_TEXT = {1.0: "word.horizon_1", 3.0: "word.horizon_3", 10.0: "word.horizon_10"}
DIRECT = ("word.answer_direct", "word.says_direct")
LOOK_THROUGH = ("word.answer_look_through", "word.says_look_through")
BOTTLENECK = ("word.answer_bottleneck", "word.says_bottleneck")
EQUILIBRIUM = {
    1.0: ("word.answer_equilibrium_1", "word.says_equilibrium"),
    3.0: ("word.answer_equilibrium_3", "word.says_equilibrium"),
    10.0: ("word.answer_equilibrium_10", "word.says_equilibrium"),
}


def build(context: Context) -> Section:
    """Answer what a lasting break with the rival, or the loss of the partner, would cost."""
    names = _names(context)
    question = context.say(f"{KEY}.question", **names)
    if context.missing(*DATASETS, SERVICES):
        return Section(KEY, question, gaps=(context.say("gap.no_table"),))
    if broken(context, context.home, context.rival, FIRST, ranges=True) is None:
        return Section(KEY, question, gaps=(context.say("gap.no_equilibrium", **names),))
    members = _members(context)
    answer = _answer(context, members)
    charts = _chart(context, members)
    quoted = [f for s in answer for f in s.findings]
    quoted += [f for chart in charts for f in chart.title.findings]
    losses = {
        "first": _loss(context, FIRST, context.home),
        "decade": _loss(context, DECADE, context.home),
    }
    return Section(
        KEY,
        question,
        answer=answer,
        findings=tuple(dict.fromkeys(quoted)),
        charts=charts,
        tables=(_four_answers(context), _horizons(context)),
        notes=tuple(
            context.say(f"note.{key}")
            for key in (
                "lasting",
                "elasticities",
                "zero_tariffs",
                "one_electronics",
                "four_answers",
            )
        ),
        headlines=(context.note(35, f"{KEY}.headline", **names, **losses),),
        counters=(context.note(40, f"{KEY}.counter", **names, **losses),),
    )


def _names(context: Context) -> dict[str, str]:
    return {r: context.name(getattr(context, r)) for r in ("home", "partner", "rival")}


def _loss(context: Context, horizon: float, party: str, *, severity: float = 1.0) -> Finding:
    home, rival = context.home, context.rival
    whole = severity == 1.0
    found = broken(
        context, home, rival, horizon, severity=severity, ranges=whole and horizon != 3.0
    )
    key = f"{'break' if whole else 'half_break'}.{home}.{rival}.{horizon:g}y"
    method = "equilibrium_break" if whole else "equilibrium_half_break"
    return loss_finding(context, key, found, party, method)


def _stop(context: Context, horizon: float, party: str) -> Finding:
    home, partner = context.home, context.partner
    key = f"stop.{partner}.{home}.{horizon:g}y"
    found = stopped(context, partner, home, horizon)
    return loss_finding(context, key, found, party, "equilibrium_stop")


def _gain(context: Context, party: str) -> Finding:
    home, partner = context.home, context.partner
    value = money(closer(context, home, partner, DECADE), party)
    return context.finding(
        f"equilibrium.closer.{home}.{partner}.{DECADE:g}y.{party}",
        value,
        "million USD",
        kind=kind(context),
        year=YEAR,
        method="equilibrium_closer",
        datasets=DATASETS,
        caveat="elasticities" if value is not None else "no_equilibrium",
    )


def _answer(context: Context, members: pl.DataFrame) -> tuple[Sentence, ...]:
    home, partner, rival = context.home, context.partner, context.rival
    names = _names(context)
    out = [
        context.say(
            f"{KEY}.answer.break", **names,
            first=_loss(context, FIRST, home), decade=_loss(context, DECADE, home),
            rival_first=_loss(context, FIRST, rival), rival_decade=_loss(context, DECADE, rival),
        ),
        context.say(
            f"{KEY}.answer.half", **names, half=_loss(context, DECADE, home, severity=0.5)
        ),
        context.say(
            f"{KEY}.answer.stop", **names,
            first=_stop(context, FIRST, home), partner_first=_stop(context, FIRST, partner),
        ),
        context.say(
            f"{KEY}.answer.closer", **names,
            ours=_gain(context, home), theirs=_gain(context, partner),
        ),
    ]  # fmt: skip
    if not members.is_empty():
        (low, low_name), (high, high_name) = (_member(context, members, n) for n in (-1, 0))
        out.insert(
            1,
            context.say(
                f"{KEY}.answer.members", **names, low=low, low_name=low_name,
                high=high, high_name=high_name,
            ),
        )  # fmt: skip
    return tuple(out)


def _members(context: Context) -> pl.DataFrame:
    """Loss of each member in the first year, with its range, largest first."""
    found = broken(context, context.home, context.rival, FIRST, ranges=True)
    codes = [c for c in inside(context, context.home) if c != context.rival]
    if found is None or len(codes) < 2:
        return pl.DataFrame()
    frame = found["economies"].frame.filter(pl.col("economy").is_in(codes))
    return frame.select(
        pl.col("economy").alias("member"),
        (-pl.col("real_income")).alias("loss"),
        (-pl.col("real_income_high")).alias("loss_low"),
        (-pl.col("real_income_low")).alias("loss_high"),
    ).sort(["loss", "member"], descending=[True, False])


def _member(context: Context, members: pl.DataFrame, place: int) -> tuple[Finding, str]:
    code = members["member"][place]
    return _loss(context, FIRST, code), context.name(code)


def _chart(context: Context, members: pl.DataFrame) -> tuple[Chart, ...]:
    if members.is_empty():
        return ()
    names = _names(context)
    rows = members.select(
        pl.col("member").map_elements(context.label, return_dtype=pl.String).alias("economy"),
        "loss",
        "loss_low",
        "loss_high",
    )
    table = context.table(
        f"{KEY}_members",
        rows,
        units=dict.fromkeys(("loss", "loss_low", "loss_high"), "share"),
        kind=kind(context),
        datasets=DATASETS,
        notes=["elasticities"],
        **names,
    )
    high, high_name = _member(context, members, 0)
    chart = context.chart(
        f"{KEY}-members",
        context.say(f"{KEY}.chart.members", **names, high=high, high_name=high_name),
        context.say(f"{KEY}.alt.members", **names),
        table,
        ChartSpec(
            "dots",
            x="loss",
            y="economy",
            x_title=context.catalogue.text("axis.loss_of_real_income"),
            roles={"": "rival"},
            low="loss_low",
            high="loss_high",
            share=True,
        ),
    )
    return (chart,)


def _horizons(context: Context) -> Table:
    """Losses of home and rival by horizon, whole and half of the trade."""
    rows = [
        {
            "horizon": context.catalogue.text(HORIZON_TEXT[horizon]),
            "home_loss": _loss(context, horizon, context.home).value,
            "rival_loss": _loss(context, horizon, context.rival).value,
            "home_half": _loss(context, horizon, context.home, severity=0.5).value,
        }
        for horizon in HORIZONS
    ]
    return context.table(
        f"{KEY}_horizons",
        pl.DataFrame(rows),
        units=dict.fromkeys(("home_loss", "rival_loss", "home_half"), "share"),
        kind=kind(context),
        datasets=DATASETS,
        notes=["lasting", "zero_tariffs"],
        **_names(context),
    )


def _four_answers(context: Context) -> Table:
    """One scenario, goods of the partner no longer reach home, read by four lenses.

    The bottleneck has a range and no value in it: stock-days, psi and redirection move its answer
    from nothing to most of the output, and no data narrow them.
    """
    home, partner = context.home, context.partner
    low, high = bottleneck(context)
    direct = link_finding(context, home, partner, "share_of_imports")
    through = input_finding(context, home, partner, "look_through")
    stops = {h: _stop(context, h, home) for h in HORIZONS}
    rows = [
        (*_words(context, DIRECT), direct.value, None, None, direct.kind.value),
        (*_words(context, LOOK_THROUGH), through.value, None, None, through.kind.value),
        (*_words(context, BOTTLENECK), None, low, high, Kind.ASSUMED.value),
        *(
            (*_words(context, EQUILIBRIUM[h]), s.value, None, None, s.kind.value)
            for h, s in stops.items()
        ),
    ]
    shares = ("share", "loss_low", "loss_high")
    columns = ("answer", "says", *shares, "kind")
    frame = pl.DataFrame(rows, schema=columns, orient="row").cast(dict.fromkeys(shares, pl.Float64))
    return context.table(
        f"{KEY}_four",
        frame,
        units=dict.fromkeys(shares, "share"),
        attributes=["says", "kind"],
        kind=Kind.weakest([kind(context), Kind.ASSUMED]),
        datasets=(*DATASETS, CHIP_SPLIT),
        notes=["four_answers", "bottleneck_range"],
        **_names(context),
    )


def _words(context: Context, keys: tuple[str, str]) -> tuple[str, str]:
    return context.catalogue.text(keys[0]), context.catalogue.text(keys[1])
