"""The lens: every episode by the draws of a posterior, beside what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from isthmus.disruption.episodes import Episode, Observable, load_episodes
from isthmus.disruption.episodes.answer import Answer
from isthmus.disruption.posterior import SHIPPED, Posterior, load_posterior
from isthmus.disruption.prepare import Engine
from isthmus.disruption.settings import Precision
from isthmus.ensemble.calibration.calibrate import CITATIONS
from isthmus.ensemble.calibration.engine import engine_hash
from isthmus.ensemble.calibration.misfit import normal_factors, predicted
from isthmus.ensemble.calibration.setup import (
    Ground,
    engine_of,
    grounds_of,
    nuisances,
    target_of,
)
from isthmus.ensemble.calibration.tables import LEVELS, left_out
from isthmus.ensemble.distributions import quantile
from isthmus.ensemble.targets import target_arrays
from isthmus.evidence import Column, Kind, Provenance, Result, Table
from isthmus.evidence.lens import lens
from isthmus.kernels import population as kernel
from isthmus.kernels.arrays import Array
from isthmus.runtime import CancelToken, Progress, ProgressEvent
from isthmus.runtime.streams import task_generator
from isthmus.world.shipped import YEAR


@lens("calibration.backtest", {"episodes": ["wltp-2018"], "draws": 2})
def backtest(
    world: Any,
    *,
    posterior: Path | None = None,
    episodes: Sequence[str] = (),
    own: Sequence[Path] = (),
    draws: int = 200,
    batch: int = 32,
    seed: int = 0,
    full_table: bool = False,
    precision: Precision = "float32",
    engine: Engine = "auto",
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> Result:
    """Return observed and predicted magnitudes of episodes, and which are missed.

    Parameters
    ----------
    world : World
        A world with an inter-economy table that tells chip nodes apart.
    posterior : path, optional
        Folder of a posterior; that of the package by default.
    episodes : sequence of str
        Names of episodes of the package; by default all, the held-out ones as well.
    own : sequence of path
        Files of your own episodes, beside them.
    draws : int
        Draws of equal weight.
    batch : int
        Draws per pass over the table.
    seed : int
        Seed of the draws, and of what is not known of held-out episodes.
    full_table, precision, engine
        As in `calibrate`.
    progress, cancel : optional
        Callback with the episodes done; token checked before each batch.

    Returns
    -------
    Result
        Tables ``backtest`` and ``left_out``.

    Raises
    ------
    BadInput, NotFound, DataCorrupted
        For episodes, posteriors and numbers that make no sense.
    Cancelled
        When `cancel` was set.
    """
    from_where = load_posterior(posterior)
    asked = load_episodes([*episodes, *own]) if episodes else _all_with(own)
    pairs, left = grounds_of(world, YEAR, asked, full=full_table)
    using = [episode for episode, _ in pairs]
    names, values = _with_nuisances(from_where, using, draws, seed)
    used = set(from_where.about.get("episodes", {}))
    sigma = float(from_where.about.get("misfit") or 0.0)
    rows: list[dict[str, object]] = []
    for done, (episode, ground) in enumerate(pairs):
        there = ground.of(episode)
        answer = Answer(there, there.observables, names, ground.daily, precision, engine_of(engine))
        model = _answered(answer, values, batch, cancel)
        rows += [
            _row(episode, o, model[:, k], sigma, fitted=episode.name in used and o.role == "used")
            for k, o in enumerate(episode.observables)
        ]
        if progress is not None:
            progress(ProgressEvent("backtest", done + 1, len(using), "episodes"))
    words = {
        "posterior": SHIPPED if posterior is None else str(posterior),
        "posterior_hash": from_where.identity,
        "episodes": list(episodes),
        "own": [str(path) for path in own],
        "draws": draws,
        "batch": batch,
        "full_table": full_table,
        "precision": precision,
    }
    provenance = _provenance(world, pairs, words, seed)
    datasets = tuple(dict.fromkeys(d for _, g in pairs for d in g.daily.source.datasets))
    tables = (_table(rows, datasets, from_where), left_out(left))
    return Result({table.name: table for table in tables}, provenance, CITATIONS)


def _all_with(own: Sequence[Path]) -> tuple[Episode, ...]:
    return load_episodes([*(e.name for e in load_episodes()), *own])


def _with_nuisances(
    posterior: Posterior, using: Sequence[Episode], draws: int, seed: int
) -> tuple[tuple[str, ...], Array]:
    """Return draws with what is not known of each episode: accepted values, else the range."""
    values = posterior.draws(draws, seed=seed)
    new = [r for r in nuisances(using) if r.path not in posterior.names]
    more = [
        np.array(quantile(r, task_generator(seed, 1, j).random(draws)), dtype=np.float64)
        for j, r in enumerate(new)
    ]
    names = (*posterior.names, *(r.path for r in new))
    return names, np.column_stack([values, *more])


def _answered(answer: Answer, values: Array, batch: int, cancel: CancelToken | None) -> Array:
    parts = []
    for lo in range(0, len(values), batch):
        if cancel is not None:
            cancel.check()
        parts.append(answer(values[lo : lo + batch]))
    return np.concatenate(parts)


def _row(
    episode: Episode, o: Observable, model: Array, sigma: float, *, fitted: bool
) -> dict[str, object]:
    equal = np.ones(len(model))
    low, low80, median, high80, high = predicted(model, equal, LEVELS)
    _, wide_low, _, wide_high, _ = predicted(model, equal, LEVELS, normal_factors(sigma))
    target = target_of(episode, o)
    away = float(kernel.distances(np.array([[median]]), *target_arrays([target]))[0, 0])
    bound = o.side != "both"
    return {
        "episode": episode.name,
        "observable": o.key,
        "quantity": o.quantity,
        "main": o.main,
        "role": "used" if fitted else "held out",
        "side": o.side,
        "unit": o.unit,
        "observed": o.value,
        "tolerance": o.tolerance,
        "median": float(median),
        "low_80": float(low80),
        "high_80": float(high80),
        "low_95": float(low),
        "high_95": float(high),
        "low_80_misfit": float(wide_low),
        "high_80_misfit": float(wide_high),
        "distance": away,
        "missed": away > 1.0,
        "covered": None if bound else bool(wide_low <= o.value <= wide_high),
        "never": float(np.mean(model >= o.window[1] - o.window[0])) if o.unit == "days" else None,
    }


def _table(rows: list[dict[str, object]], datasets: tuple[str, ...], posterior: Posterior) -> Table:
    frame = pl.DataFrame(rows, schema_overrides={"covered": pl.Boolean, "never": pl.Float64})
    columns = (
        Column("episode", "dimension", text="name of the episode"),
        Column("observable", "dimension", text="what was observed"),
        Column("quantity", "attribute", text="for a reader"),
        Column("main", "attribute", text="whether the episode is known by it"),
        Column("role", "attribute", text="used: the draws were held to it"),
        Column("side", "attribute", text="a magnitude, or a bound"),
        Column("unit", "attribute", text="1 is a share"),
        Column("observed", "value", text="what was observed, or the bound"),
        Column("tolerance", "value", "factor", "what counts as agreement"),
        Column("median", "value", text="of the draws"),
        *(
            Column(f"{end}_{share}", "value", text=f"{end} end of the {share} % range")
            for share in (80, 95)
            for end in ("low", "high")
        ),
        Column("low_80_misfit", "value", text="low end of the 80 % range with misfit"),
        Column("high_80_misfit", "value", text="high end of it"),
        Column("distance", "value", "tolerances", "of the median from what was observed"),
        Column("missed", "attribute", text="whether the median lies outside the tolerance"),
        Column(
            "covered", "attribute", text="of a magnitude: whether the range with misfit holds it"
        ),
        Column("never", "value", "1", "of a first day: share of draws in which it does not come"),
    )
    missed = frame.filter(pl.col("missed"))
    notes = (
        f"{missed.height} of {frame.height} medians lie outside their tolerance, "
        f"{missed.filter(pl.col('main')).height} of {int(frame['main'].sum())} main ones",
        f"misfit {float(posterior.about.get('misfit') or 0.0):.2f} in logarithms",
    )
    text = "what was observed and what the draws of the posterior predict"
    return Table("backtest", frame, columns, Kind.ASSUMED, datasets, text, notes)


def _provenance(
    world: Any, pairs: Sequence[tuple[Episode, Ground]], words: dict[str, Any], seed: int
) -> Provenance:
    tables = sorted({ground.identity for _, ground in pairs})
    return Provenance(
        lens="calibration.backtest",
        parameters={**words, "engine": engine_hash(), "table": ", ".join(tables)},
        world=f"{world.name} {world.edition}",
        world_hash=world.content_hash,
        datasets={f"episode {episode.name}": episode.identity for episode, _ in pairs},
        seed=seed,
    )
