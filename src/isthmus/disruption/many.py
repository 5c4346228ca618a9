"""The lens for many scenarios: a batch of them per pass over the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from isthmus.disruption.about import CITATIONS, modelled, notes_of, provenance_of, table_of
from isthmus.disruption.prepare import Engine, days_of, engine_for, prepare, settings_of_all
from isthmus.disruption.record import DailyLosses
from isthmus.disruption.settings import Settings
from isthmus.disruption.table import daily_table
from isthmus.disruption.tables import LOSS_COLUMNS, horizons_of, losses_frame
from isthmus.errors import InputProblem, NotFound, did_you_mean, raise_all
from isthmus.evidence import Collection, Column, Result
from isthmus.evidence.frames import of_years
from isthmus.evidence.lens import lens
from isthmus.runtime import CancelToken, Progress, ProgressEvent, canonical_hash
from isthmus.scenario import Scenario
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_origin import TableWorld

DEFAULTS = Settings()


@lens(
    "disruption.simulate_many",
    {
        "scenarios": ["taiwan-chips-7-full", "taiwan-chips-7-partial"],
        "until": 7,
        "base": "taiwan-chips-7-full",
    },
)
def simulate_many(
    world: TableWorld | MRIO,
    scenarios: Sequence[Scenario],
    *,
    until: int | None = None,
    year: int | None = None,
    batch: int = 128,
    horizons: Sequence[int] | None = None,
    base: str | None = None,
    settings: Settings | Sequence[Settings] = DEFAULTS,
    engine: Engine = "auto",
    threads: int = 1,
    among: int | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Result:
    """Return the losses of many scenarios at once, a batch of them per pass over the table.

    Parameters
    ----------
    scenarios : sequence of Scenario
        With different names. Their ``params`` may fix parameters of `simulate`; all may differ
        within a batch but `reading`, `negligible`, `inventory_noise`, `seed` and `precision`.
    batch : int
        Scenarios per pass; memory grows with it.
    horizons : sequence of int, optional
        As in `simulate`.
    base : str, optional
        Name of a scenario; adds the losses of the others less those of this one.
    settings : Settings or sequence of Settings
        The parameters of `simulate`, of all scenarios or of every one.
    engine, threads : optional
        As in `isthmus.disruption.prepare`.
    among : int, optional
        Scenarios of the whole work of which these are a part: what `engine` "auto" judges.
    world, until, year, progress, cancel
        As in `simulate`; `until` is required when horizons differ.

    Returns
    -------
    Result
        Table ``losses`` with a ``scenario`` dimension, and with `base` ``losses_difference``.
        `isthmus.evidence.Collection.of` gives the scenarios one by one.

    Raises
    ------
    BadInput
        When names repeat, horizons differ without `until`, or parameters make no sense.
    NotFound
        When there is no scenario `base`.
    """
    mrio = table_of(world, scenarios, year)
    days = _common_days(scenarios, until, batch)
    counted = horizons_of(days, horizons)
    if base is not None and base not in {s.name for s in scenarios}:
        known = [s.name for s in scenarios]
        raise NotFound(f"there is no scenario '{base}'", hint=did_you_mean(base, known))
    each = settings_of_all(settings, scenarios, mrio)
    daily = daily_table(mrio)
    engine = engine_for(engine, daily, days, max(among or 0, len(scenarios)))
    frames: list[pl.DataFrame] = []
    passes = range(0, len(scenarios), batch)
    for number, lo in enumerate(passes):
        part = scenarios[lo : lo + batch]
        run = prepare(part, daily, each[lo : lo + batch], days, engine=engine, threads=threads)
        losses = DailyLosses.of(daily.table, days, len(part))
        for t, day in enumerate(run.days()):
            losses.add(t, day, run.final)
            if cancel is not None:
                cancel.check()
            if progress is not None:
                done = number * days + t + 1
                progress(ProgressEvent("disruption", done, len(passes) * days, "days"))
        names = [scenario.name for scenario in part]
        frames.append(losses_frame(losses, mrio.economies, counted, names=names))
    columns = (Column("scenario", "dimension", text="name of the scenario"), *LOSS_COLUMNS)
    text = "value added and final demand lost by scenario, economy and horizon"
    made = modelled(mrio, "losses", pl.concat(frames), columns, text)
    table = replace(made, notes=notes_of(daily, each, scenarios))
    identities = canonical_hash([s.identity for s in scenarios])
    words = {**_told(settings), "until": days, "scenarios": len(scenarios)}
    if horizons is not None:
        words["horizons"] = list(counted)
    about = provenance_of("disruption.simulate_many", words, mrio, identities, each[0])
    result = Result(of_years([table], [mrio.year], unit=mrio.unit), about, CITATIONS)
    if base is None:
        return result
    told = Collection.of(result).difference("losses", base)
    return replace(result, tables={**result.tables, told.name: told})


def _told(settings: Settings | Sequence[Settings]) -> dict[str, Any]:
    """Return the parameters of a batch as plain values: the common ones, or a hash of all."""
    if isinstance(settings, Settings):
        return settings.to_dict()
    return {"settings": canonical_hash([one.to_dict() for one in settings])}


def _common_days(scenarios: Sequence[Scenario], until: int | None, batch: int) -> int:
    problems = []
    names = [s.name for s in scenarios]
    if batch < 1:
        problems.append(InputProblem(f"must be at least 1, got {batch}", where="batch"))
    if not names:
        problems.append(InputProblem("there is no scenario", where="scenarios"))
    if len(set(names)) < len(names):
        twice = sorted({n for n in names if names.count(n) > 1})
        problems.append(InputProblem(f"names repeat: {', '.join(twice)}", where="scenarios"))
    if until is None and len({s.horizon for s in scenarios}) > 1:
        problems.append(InputProblem("horizons differ: give until", where="until"))
    raise_all("batch of scenarios", problems)
    return min(days_of(s, until) for s in scenarios)
