"""Packages of cooperation of a study, evaluated once, and the figures that several pages quote."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.coercion.assumptions import preset_ladder
from isthmus.coercion.record import STEPS, UNSELECTED, state_rate, steps_towards
from isthmus.cooperation.evaluate import stage_of
from isthmus.cooperation.order import ANSWER, COST, SAVED
from isthmus.cooperation.stage import ALONE, TODAY, Stage
from isthmus.cooperation.thresholds import quantiles
from isthmus.evidence import Finding, Kind, Table
from isthmus.kernels.arrays import Array
from isthmus.kernels.decision import break_even_probability
from isthmus.scenario.catalogues import catalogue_between, shipped_catalogue
from isthmus.scenario.hazards import NEVER
from isthmus.scenario.packages import Package
from isthmus.study.ask.coercion import LADDER, case_name, coded
from isthmus.study.context import Context
from isthmus.study.numbers import CHANCE, SHARE_OF_DRAWS
from isthmus.study.rests import between
from isthmus.world.shipped import YEAR

DATA = (*LADDER, STEPS)
EUR = "million EUR"
ASSUMED: dict[str, Any] = {
    "kind": Kind.ASSUMED,
    "year": YEAR,
    "caveat": "answers_and_effects_assumed",
}
_CODE = re.compile(r"\b[A-Z]{3}\b")
_SHORT = {ALONE: "beside_alone", TODAY: "today"}


def catalogue_of(context: Context, name: str = "") -> str:
    """Return the name of the catalogue that a study chooses, or that of its home and partner."""
    return name or catalogue_between(context.home, context.partner)


def staged(context: Context, name: str = "") -> Stage:
    """Return the packages of a study over the recorded losses that there are.

    Answers are priced where a rival with coded cases is named.
    """
    chosen = catalogue_of(context, name)
    parties = {"home": context.home, "partner": context.partner}
    if "rival" in context.study.roles and coded(context):
        parties["rival"] = context.rival
    return context.memo(
        ("packages", chosen, tuple(parties.items())),
        lambda: stage_of(
            context.world,
            shipped_catalogue(chosen),
            parties,
            bloc=context.study.options.bloc,
        ),
    )


def counted(stage: Stage, hazard: str = "") -> str:
    """Return the one hazard that counts for an order, or nothing where none is recorded."""
    key = stage.catalogue.hazard(hazard).key if hazard else next(iter(stage.losses), "")
    return key if key in stage.losses else ""


def held(stage: Stage) -> list[Package]:
    """Return the packages with actions."""
    return [p for p in stage.packages if p.actions]


def lowered(title: str) -> str:
    """Return a title as it stands inside a sentence."""
    return title[:1].lower() + title[1:]


def named(stage: Stage, frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the titles of packages, actions and hazards in place of their keys."""
    known = stage.catalogue
    names = {e.key: e.title for part in (known.actions, known.hazards) for e in part}
    titles = {p.key: p.title for p in stage.packages}
    told = {
        f"{kind}: {key}": f"{kind}: {lowered(title)}"
        for kind in (SAVED, COST, ANSWER)
        for key, title in titles.items()
    }
    by_column = {
        "package": titles,
        "usual": titles,
        "action": names,
        "hazard": names,
        "name": names,
        "number": told,
        "rung": {step.key: step.title for step in preset_ladder()},
    }
    return frame.with_columns(
        pl.col(c).replace(by_column[c]) for c in by_column if c in frame.columns
    )


def spelled(context: Context, frame: pl.DataFrame) -> pl.DataFrame:
    """Return rows with the names of parties in place of codes and roles, in texts as well."""
    known = codes.economy_names()

    def inside(text: str) -> str:
        return _CODE.sub(lambda m: context.label(m[0]) if m[0] in known else m[0], text)

    def group(text: str) -> str:
        return ", ".join(map(context.label, text.split()))

    def apart(share: str) -> str:
        return context.catalogue.written(share.replace("%", context.catalogue.units["percent"]))

    ways: dict[str, Callable[[str], str]] = {
        **dict.fromkeys(("party", "economy"), context.label),
        **dict.fromkeys(("most", "payers", "hit"), inside),
        **dict.fromkeys(("probability", "share"), apart),
        "group": group,
        "payer": lambda text: payers(context, text),
        "compared": lambda text: beside(context, text),
        "line": lambda line: context.catalogue.get(f"munitions.family.{line}", line),
        "binds": _spaced,
        "rung": _spaced,
        "case": lambda case: case_name(context, case),
    }
    return frame.with_columns(
        pl.col(c).map_elements(way, return_dtype=pl.String)
        for c, way in ways.items()
        if frame.schema.get(c) == pl.String
    )


def _spaced(item: str) -> str:
    return " ".join(item.split("-"))


def payers(context: Context, text: str) -> str:
    """Return who pays by name."""
    names = {role: context.label(context.study.party(role)) for role in ("home", "partner")}
    names["both"] = context.catalogue.text("packages.both", **names)
    return "; ".join(names.get(role, role) for role in text.split(", "))


def beside(context: Context, text: str) -> str:
    """Return with what a package is compared, by name."""
    known = {ALONE: "packages.compared.alone", TODAY: "packages.compared.today"}
    home = context.name(context.home)
    return context.catalogue.text(known[text], home=home) if text in known else text


def delivers(context: Context, text: str) -> str:
    """Return who delivers what is asked for in return, the side that it belongs to by name."""
    role, of, who = text.partition(": ")
    if not of or role not in ("home", "partner"):
        return text
    return f"{context.label(context.study.party(role))}: {context.catalogue.said(who)}"


def shown(
    context: Context,
    stage: Stage,
    table: Table,
    units: Mapping[str, str],
    datasets: Sequence[str] | None = None,
    *,
    of: str = "",
    drop: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the rows of a table of the lens as a table of a page takes them, with names.

    Parameters
    ----------
    context, stage, table
        Study, packages, and one of their tables.
    units : mapping of str to str
        Units of the columns with numbers.
    datasets : sequence of str, optional
        Where they differ from the table's.
    of : str
        Key of the package whose rows are taken; all when empty. The column is dropped then.
    drop : sequence of str
        Columns that are left out.
    """
    frame = table.frame
    left_out = set(drop)
    if of:
        frame = frame.filter(pl.col("package") == of)
        left_out.add("package")
    kept = [c for c in table.columns if c.name not in left_out]
    return {
        "frame": spelled(context, named(stage, frame)).select(c.name for c in kept),
        "units": {name: unit for name, unit in units.items() if name not in left_out},
        "attributes": [c.name for c in kept if c.role == "attribute"],
        "kind": table.kind,
        "datasets": table.datasets if datasets is None else datasets,
    }


def cost(context: Context, package: str, name: str = "", compared: str = TODAY) -> Finding:
    """Return the net cost a year of a package: assumed, with its range."""
    stage = staged(context, name)
    key = "cost" if compared == TODAY else "added_cost"
    return of_draws(
        context,
        f"packages.{key}.{package}",
        stage.cost(stage.catalogue.package(package), compared),
        EUR,
        year=stage.catalogue.year,
        method="package_cost",
        sources=[f"catalogue {catalogue_of(context, name)}"],
        caveat="costs_assumed",
    )


def loss(context: Context, hazard: str, name: str = "") -> Finding:
    """Return what home loses if a hazard happens, as things are."""
    stage = staged(context, name)
    return of_draws(
        context,
        f"packages.loss.{hazard}",
        stage.loss(hazard, stage.home),
        EUR,
        method="package_loss",
        datasets=recorded_on(stage, hazard),
    )


def saved(
    context: Context, package: str, hazard: str, name: str = "", compared: str = ALONE
) -> Finding:
    """Return the share of a loss that a package takes away."""
    stage = staged(context, name)
    chosen = stage.catalogue.package(package)
    return of_draws(
        context,
        f"packages.saved.{package}.{hazard}.{_SHORT[compared]}",
        stage.saved_share(hazard, chosen, stage.home, compared),
        "share",
        method="package_saved",
        datasets=recorded_on(stage, hazard),
    )


def even(
    context: Context,
    package: str,
    hazard: str,
    name: str = "",
    compared: str = ALONE,
    reading: str = "record",
) -> Finding:
    """Return the yearly probability of a hazard from which a package pays, its answer paid too.

    What of an answer is priced is said by `paid`.

    The draws behind it decide claims. A package that saves nothing in a draw has one in it.
    """
    stage = staged(context, name)
    chosen = stage.catalogue.package(package)
    priced = stage.cost(chosen, compared) + stage.answer_cost(chosen, reading)
    chance = break_even_probability(priced, stage.saved(hazard, chosen, stage.home, compared))
    key = f"packages.even.{package}.{hazard}.{_SHORT[compared]}.{reading}"
    draws = np.minimum(chance, 1.0)
    context.samples[key] = draws
    used = recorded_on(stage, hazard)
    return of_draws(context, key, draws, CHANCE, method="package_break_even", datasets=used)


def comparison(stage: Stage, package: Package) -> str:
    """Return the comparison that counts: beside what home can do alone, where it can stand."""
    _, base = stage.together(package, ALONE)
    return TODAY if base is None or base.key == package.key else ALONE


def pays(found: Finding) -> bool:
    """Say whether a threshold from `even` lies at 10 % a year or below."""
    return found.value is not None and found.value <= NEVER


def paid(stage: Stage, package: Package) -> str:
    """Return the key of the words on what `even` pays for the answer to a package."""
    found = stage.answers.get(package.key)
    if "rival" in stage.parties and found is None:
        return "packages.paid.unanswered"
    if found is None or (found.record is None and found.upper is None):
        return "packages.paid.unpriced"
    return "packages.paid.record" if found.upper is None else "packages.paid.upper"


def never(context: Context, found: Finding) -> Finding:
    """Return the share of draws in which a threshold from `even` lies above 10 % a year."""
    return context.finding(
        found.key.replace("packages.even.", "packages.never."),
        float((context.samples[found.key] > NEVER).mean()),
        SHARE_OF_DRAWS,
        method="package_never",
        datasets=found.datasets,
        **ASSUMED,
    )


def rate(context: Context, *, sender: str, partner: str) -> Finding:
    """Return the chance per step of an act of the state against trade or firms, by the record."""
    found = state_rate(steps_towards(context.world, partner, sender), UNSELECTED)
    low, middle, high = (found.quantile(part) for part in (0.05, 0.5, 0.95))
    key = f"answers.state_rate.{sender}.{partner}"
    ends = between((low, high), "posterior")
    return of_steps(context, key, middle, method="answer_rate", **ends)


def of_steps(context: Context, key: str, value: float, **about: Any) -> Finding:
    """Return a share of the coded steps towards a partner."""
    first, last = context.world.record(STEPS).years
    return context.finding(
        key,
        value,
        "share",
        kind=Kind.ESTIMATED,
        year=f"{first}-{last}",
        datasets=[STEPS],
        caveat="selected_steps",
        **about,
    )


def recorded_on(stage: Stage, hazard: str) -> list[str]:
    """Return the data sets on which the losses of a hazard were recorded."""
    return list(stage.losses[hazard].result.provenance.datasets)


def of_draws(context: Context, key: str, draws: Array, unit: str, **about: Any) -> Finding:
    """Return the middle of draws with their range: assumed, unless `about` says else."""
    value, low, high = quantiles(draws)
    return context.finding(
        key,
        value,
        unit,
        low=low,
        high=high,
        interval="package_draws",
        **{"datasets": [], **ASSUMED, **about},
    )
