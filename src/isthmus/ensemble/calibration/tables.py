"""Tables of a calibration, with their schemas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from isthmus.disruption.episodes.model import Episode
from isthmus.disruption.family import PARAMETERS
from isthmus.disruption.posterior import Posterior
from isthmus.ensemble.smc import Generation, Sampled
from isthmus.ensemble.targets import target_arrays
from isthmus.evidence import Column, Kind, Table
from isthmus.kernels import population as kernel
from isthmus.kernels.arrays import Array, Mask

LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
"""Quantiles that are printed: the median, the 80 and the 95 % range."""
NEAREST = 0.25
"""Share of the prior's draws that an episode likes best, whose numbers tell what it moves."""

_PARAMETER = Column("parameter", "dimension", text="name of the number")
_EPISODE = Column("episode", "dimension", text="name of the episode")
_OBSERVABLE = Column("observable", "dimension", text="what was observed")


def all_of(
    sampled: Sampled,
    using: Sequence[Episode],
    left: Sequence[tuple[str, str]],
    datasets: tuple[str, ...],
) -> dict[str, Table]:
    """Return every table of a calibration by name."""
    made = (
        _draws(sampled, datasets),
        _weights(sampled, datasets),
        _summaries(sampled, datasets),
        _parameters(sampled, datasets),
        _fit(sampled, using, datasets),
        _generations(sampled, datasets),
        _stages(sampled, datasets),
        _correlations(sampled, datasets),
        _influence(sampled, datasets),
        left_out(left),
    )
    return {table.name: table for table in made}


def _table(
    name: str,
    frame: pl.DataFrame,
    columns: tuple[Column, ...],
    datasets: tuple[str, ...],
    text: str,
    notes: tuple[str, ...] = (),
) -> Table:
    return Table(name, frame, columns, Kind.ASSUMED, datasets, text, notes)


def _draws(sampled: Sampled, datasets: tuple[str, ...]) -> Table:
    names, values = sampled.problem.names, sampled.values
    n, d = values.shape
    frame = pl.DataFrame(
        {
            "draw": np.repeat(np.arange(n), d),
            "parameter": np.tile(names, n),
            "value": values.reshape(-1),
        }
    )
    columns = (
        Column("draw", "dimension", text="number of the accepted draw"),
        _PARAMETER,
        Column("value", "value", text="its value; of a choice the position in its values"),
    )
    return _table("draws", frame, columns, datasets, "accepted draws")


def _weights(sampled: Sampled, datasets: tuple[str, ...]) -> Table:
    last = sampled.last
    frame = pl.DataFrame(
        {
            "draw": np.arange(len(last.weight)),
            "weight": last.weight,
            "distance": kernel.largest(last.distances),
        }
    )
    columns = (
        Column("draw", "dimension", text="number of the accepted draw"),
        Column("weight", "value", "1", "importance weight; they sum to 1"),
        Column("distance", "value", "tolerances", "largest over all observables"),
    )
    return _table("weights", frame, columns, datasets, "weights and distances of accepted draws")


def _summaries(sampled: Sampled, datasets: tuple[str, ...]) -> Table:
    last, targets = sampled.last, sampled.problem.targets
    n, m = last.summaries.shape
    parts = [target.name.split("/", 1) for target in targets]
    frame = pl.DataFrame(
        {
            "draw": np.repeat(np.arange(n), m),
            "episode": [episode for episode, _ in parts] * n,
            "observable": [key for _, key in parts] * n,
            "value": last.summaries.reshape(-1),
        }
    )
    columns = (
        Column("draw", "dimension", text="number of the accepted draw"),
        _EPISODE,
        _OBSERVABLE,
        Column("value", "value", text="what the engine answers"),
    )
    return _table("summaries", frame, columns, datasets, "what the engine answers for each draw")


def _parameters(sampled: Sampled, datasets: tuple[str, ...]) -> Table:
    first, last = sampled.generations[0], sampled.last
    before, after = sampled.problem.values(first.u), sampled.values
    rows = []
    for j, prior in enumerate(sampled.problem.priors):
        known = PARAMETERS.get(prior.path)
        row: dict[str, object] = {
            "parameter": prior.path,
            "text": known.text if known else "how much was imposed",
            "distribution": prior.distribution,
        }
        for which, values, weight in (
            ("prior", before[:, j], first.weight),
            ("posterior", after[:, j], last.weight),
        ):
            found = kernel.weighted_quantile(values, weight, (0.1, 0.5, 0.9)).tolist()
            row |= {f"{which}_{p}": v for p, v in zip(("p10", "p50", "p90"), found, strict=True)}
        row["moved"] = _apart(before[:, j], first.weight, after[:, j], last.weight)
        row["source"] = prior.reason
        rows.append(row)
    columns = (
        _PARAMETER,
        Column("text", "attribute", text="what it is"),
        Column("distribution", "attribute", text="prior distribution"),
        *(
            Column(f"{which}_{p}", "value", text=f"{p[1:]} % point of the {which}")
            for which in ("prior", "posterior")
            for p in ("p10", "p50", "p90")
        ),
        Column("moved", "value", "1", "largest gap between both cumulative distributions, 0 to 1"),
        Column("source", "attribute", text="source or reason of the prior"),
    )
    return _table("parameters", pl.DataFrame(rows), columns, datasets, "prior and posterior")


def _apart(one: Array, one_weight: Array, two: Array, two_weight: Array) -> float:
    """Return the largest gap between two weighted cumulative distributions (Kolmogorov)."""
    at = np.unique(np.concatenate([one, two]))
    gaps = _cumulative(one, one_weight, at) - _cumulative(two, two_weight, at)
    return float(np.abs(gaps).max())


def _cumulative(values: Array, weight: Array, at: Array) -> Array:
    order = np.argsort(values, kind="stable")
    edges = np.concatenate([[0.0], np.cumsum(weight[order] / weight.sum())])
    return np.asarray(edges[np.searchsorted(values[order], at, side="right")])


def _fit(sampled: Sampled, using: Sequence[Episode], datasets: tuple[str, ...]) -> Table:
    last = sampled.last
    by_name = {f"{e.name}/{o.key}": (e, o) for e in using for o in e.observables}
    rows = []
    for k, target in enumerate(sampled.problem.targets):
        episode, o = by_name[target.name]
        model = last.summaries[:, k]
        low, low80, median, high80, high = kernel.weighted_quantile(model, last.weight, LEVELS)
        away = kernel.distances(np.array([[median]]), *target_arrays([target]))[0, 0]
        rows.append(
            {
                "episode": episode.name,
                "observable": o.key,
                "quantity": o.quantity,
                "unit": o.unit,
                "side": o.side,
                "observed": o.value,
                "tolerance": o.tolerance,
                "median": median,
                "low_80": low80,
                "high_80": high80,
                "low_95": low,
                "high_95": high,
                "inside": bool(away <= 1.0),
            }
        )
    columns = (
        _EPISODE,
        _OBSERVABLE,
        Column("quantity", "attribute", text="for a reader"),
        Column("unit", "attribute", text="1 is a share"),
        Column("side", "attribute", text="a magnitude, or a bound"),
        Column("observed", "value", text="what was observed, or the bound"),
        Column("tolerance", "value", "factor", "what counts as agreement"),
        Column("median", "value", text="of the accepted draws"),
        *(
            Column(f"{end}_{share}", "value", text=f"{end} end of the {share} % range")
            for share in (80, 95)
            for end in ("low", "high")
        ),
        Column("inside", "attribute", text="whether the median lies inside the tolerance"),
    )
    return _table("fit", pl.DataFrame(rows), columns, datasets, "what the draws were held to")


def _generations(sampled: Sampled, datasets: tuple[str, ...]) -> Table:
    rows = [
        {
            "generation": g.number,
            "tolerance": g.tolerance if np.isfinite(g.tolerance) else None,
            "simulated": g.simulated,
            "acceptance": g.acceptance,
            "effective": g.effective,
        }
        for g in sampled.generations
    ]
    columns = (
        Column("generation", "dimension", text="0 is the prior"),
        Column("tolerance", "value", "tolerances", "distance accepted; empty for any"),
        Column("simulated", "value", "draws", "draws simulated"),
        Column("acceptance", "value", "1", "share accepted"),
        Column("effective", "value", "draws", "effective sample size"),
    )
    cut = f"{sampled.unfinished} draws of a generation that the budget ended are not counted"
    notes = (cut,) if sampled.unfinished else ()
    frame = pl.DataFrame(rows, schema_overrides={"tolerance": pl.Float64})
    return _table("generations", frame, columns, datasets, "populations, the prior first", notes)


def _stages(sampled: Sampled, datasets: tuple[str, ...]) -> Table:
    names = [stage.name for stage in sampled.problem.stages]
    rows = [
        {"generation": g.number, "episode": names[k], "asked": asked, "left": left}
        for g in sampled.generations
        for k, asked, left in zip(g.order, (g.simulated, *g.left), g.left, strict=False)
    ]
    columns = (
        Column("generation", "dimension", text="0 is the prior"),
        _EPISODE,
        Column("asked", "value", "draws", "draws that were simulated"),
        Column("left", "value", "draws", "draws that stayed within the tolerance"),
    )
    text = "how many draws each episode left, in the order asked"
    return _table("stages", pl.DataFrame(rows), columns, datasets, text)


def _correlations(sampled: Sampled, datasets: tuple[str, ...]) -> Table:
    last, problem = sampled.last, sampled.problem
    found = kernel.rank_correlations(sampled.values, last.summaries, last.weight)
    targets = [target.name.split("/", 1) for target in problem.targets]
    frame = pl.DataFrame(
        {
            "parameter": np.repeat(problem.names, len(targets)),
            "episode": [episode for episode, _ in targets] * len(problem.names),
            "observable": [key for _, key in targets] * len(problem.names),
            "correlation": found.reshape(-1),
        }
    )
    columns = (
        _PARAMETER,
        _EPISODE,
        _OBSERVABLE,
        Column("correlation", "value", "1", "weighted Spearman, over the accepted draws"),
    )
    text = "which number moves which summary"
    return _table("correlations", frame, columns, datasets, text)


def _influence(sampled: Sampled, datasets: tuple[str, ...]) -> Table:
    first, problem = sampled.generations[0], sampled.problem
    values = problem.values(first.u)
    rows, at = [], 0
    for stage in problem.stages:
        far = kernel.largest(first.distances[:, at : at + len(stage.targets)])
        at += len(stage.targets)
        near = far <= np.quantile(far, NEAREST)
        rows += [
            {"parameter": name, "episode": stage.name, "moved": _moved(first, values[:, j], near)}
            for j, name in enumerate(problem.names)
        ]
    columns = (
        _PARAMETER,
        _EPISODE,
        Column("moved", "value", "1", "gap between both cumulative distributions, 0 to 1"),
    )
    text = "what the quarter of prior draws nearest to each episode says of each number"
    count = int(near.sum())
    noise = f"chance alone gives about {1.36 / np.sqrt(max(count, 1)):.2f} at the 95 % point"
    return _table("influence", pl.DataFrame(rows), columns, datasets, text, (noise,))


def _moved(first: Generation, values: Array, near: Mask) -> float:
    return _apart(values, first.weight, values[near], first.weight[near])


def left_out(left: Sequence[tuple[str, str]]) -> Table:
    """Return the episodes that a table cannot hold, and why."""
    frame = pl.DataFrame(
        list(left), schema={"episode": pl.String, "reason": pl.String}, orient="row"
    )
    columns = (_EPISODE, Column("reason", "attribute", text="why the table cannot hold it"))
    return _table("left_out", frame, columns, (), "episodes that the table cannot hold")


def numbers_of(posterior: Posterior) -> list[dict[str, str | float]]:
    """Return median and 80 % range of every number of a posterior; of a choice its shares."""
    rows: list[dict[str, str | float]] = []
    for name, values in zip(posterior.names, posterior.values.T, strict=True):
        known = PARAMETERS.get(name)
        low, median, high = kernel.weighted_quantile(values, posterior.weight, (0.1, 0.5, 0.9))
        text = known.text if known else "how much was imposed"
        if known and known.words:
            shares = [float(posterior.weight[values == i].sum()) for i in range(len(known.words))]
            each = (f"{w} {s:.0%}" for w, s in zip(known.words, shares, strict=True))
            text = f"{text}: {', '.join(each)}"
        rows.append(
            {
                "number": name,
                "low_80": float(low),
                "median": float(median),
                "high_80": float(high),
                "text": text,
            }
        )
    return rows
