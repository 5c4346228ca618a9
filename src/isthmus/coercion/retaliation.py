"""How a sender might answer a step, what that would cost each target, and who would hold."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.coercion.cases import MEASURES, measures
from isthmus.coercion.leverage import PURCHASE_BAN, SUPPLY_STOP, leverage_map
from isthmus.coercion.panel import read_panel
from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.evidence import Kind, Result, Table
from isthmus.evidence.frames import MONEY, attribute, dimension, number, provenance, table
from isthmus.kernels.quantal import quantal_response
from isthmus.world import World

Array = NDArray[np.float64]

RESPONSES = (
    "none",
    "rhetoric",
    "targeted import ban",
    "broad ban",
    "export control or listing",
    "secondary pressure",
)
# the closest precedents are the last test of the model and take no part in its calibration
HELD_OUT = ("TWN-2025", "EU-2026")
CITATIONS = (
    "McKelvey, R. D., Palfrey, T. R. (1995), Quantal Response Equilibria for Normal Form Games, "
    "Games and Economic Behavior 10(1).",
    "Regulation (EU) 2023/2675 on the protection of the Union and its Member States from economic "
    "coercion by third countries.",
)
JUDGED = (
    "assumptions about intentions: every parameter is a judgement with a range, listed beside the "
    "figures; the cases show which instrument was used given coercion, never how often"
)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of cooperation, as the sender sees it.

    Parameters
    ----------
    visible, official, military : float
        Each in [0, 1].
    support_agreed : bool
        Whether partners agreed on support before the step.

    Raises
    ------
    BadInput
        With every attribute outside its range.
    """

    visible: float
    official: float
    military: float
    support_agreed: bool = False

    def __post_init__(self) -> None:
        raise_all(
            "step of cooperation",
            [
                InputProblem(f"must lie in [0, 1], got {getattr(self, name)}", where=name)
                for name in ("visible", "official", "military")
                if not 0 <= getattr(self, name) <= 1
            ],
        )


@dataclass(frozen=True, slots=True)
class Judgement:
    """One parameter: value, range and reason."""

    value: float
    low: float
    high: float
    reason: str


def read_preset(path: Path | None = None) -> dict[str, Judgement]:
    """Read the parameters of the model.

    Parameters
    ----------
    path : Path, optional
        A TOML file with the keys of the shipped one; the shipped one when None.

    Returns
    -------
    dict of str to Judgement

    Raises
    ------
    BadInput
        With every missing, unknown or impossible entry.
    """
    shipped = files("isthmus.coercion").joinpath("presets/retaliation.toml").read_text("utf-8")
    known = {k for k, v in tomllib.loads(shipped).items() if isinstance(v, dict)}
    where = "retaliation.toml" if path is None else str(path)
    try:
        raw = tomllib.loads(shipped if path is None else path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"not a TOML file: {error}", where=where) from error
    found = {k: v for k, v in raw.items() if k != "schema_version"}
    problems = [InputProblem("missing", where=k) for k in sorted(known - set(found))]
    problems += [InputProblem("unknown parameter", where=k) for k in sorted(set(found) - known)]
    for key in sorted(known & set(found)):
        problems += _faults(key, found[key])
    raise_all("parameters of the retaliation model", problems, where=where)
    return {
        k: Judgement(float(v["value"]), float(v["low"]), float(v["high"]), str(v["reason"]))
        for k, v in sorted(found.items())
    }


def _faults(key: str, entry: object) -> list[InputProblem]:
    if not isinstance(entry, dict) or {"value", "low", "high", "reason"} - set(entry):
        return [InputProblem("needs value, low, high and reason", where=key)]
    numbers = [entry[name] for name in ("low", "value", "high")]
    if not all(isinstance(n, int | float) for n in numbers) or numbers != sorted(numbers):
        return [InputProblem("need low <= value <= high", where=key)]
    return [] if str(entry["reason"]).strip() else [InputProblem("give a reason", where=key)]


def retaliation(
    world: World,
    sender: str,
    step: Step,
    *,
    targets: Sequence[str],
    bloc: bool = True,
    preset: Path | None = None,
    draws: int = 200,
    seed: int = 0,
) -> Result:
    """Return the distribution of responses to a step and of loss, by target.

    Parameters
    ----------
    world : World
        The data.
    sender : str
        Who might answer.
    step : Step
        How visible, official and military the step is, and whether support is agreed.
    targets : sequence of str
        Who takes the step, each on its own.
    bloc : bool
        Whether the targets belong to a bloc that can answer as one.
    preset : Path, optional
        Parameters; the shipped ones when None.
    draws : int
        Draws over the ranges of all parameters at once, for the intervals.
    seed : int
        Seed of the draws.

    Returns
    -------
    Result
        ``responses``: probability, loss of the target and cost to the sender by response;
        ``targets``: expected loss alone, with support after the instrument acts and with support
        agreed beforehand, and the probability of holding; ``assumptions``: every parameter.

    Raises
    ------
    BadInput
        For parameters or numbers outside their range.
    CodeUnknown
        For unknown economies.
    """
    if draws < 2 or not targets:
        raise BadInput("need two draws or more and a target", where="draws, targets")
    given = read_preset(preset)
    found = leverage_map(world, sender, over=list(targets))
    scale = _scale(world, found["targets"].frame, sender)
    frequency = _frequency(world, sender)
    central = {k: j.value for k, j in given.items()}
    rng = np.random.default_rng(seed)
    sampled = [
        {k: float(rng.uniform(j.low, j.high)) for k, j in given.items()} for _ in range(draws)
    ]
    responses, summary = [], []
    for target in targets:
        exposure = _exposure(found["targets"].frame, target)
        middle = _evaluate(central, exposure, scale, frequency, step, bloc)
        runs = [_evaluate(p, exposure, scale, frequency, step, bloc) for p in sampled]
        responses += _response_rows(sender, target, middle, runs)
        summary.append(_target_row(sender, target, middle, runs))
    notes = [JUDGED, "low and high: P10 and P90 over draws from all ranges at once"]
    datasets = (*found["targets"].datasets, MEASURES)
    tables = {
        "responses": table(
            "responses", pl.DataFrame(responses), _RESPONSES, kind=Kind.ASSUMED, datasets=datasets,
            text="how the sender might answer", notes=notes,
        ),
        "targets": table(
            "targets", pl.DataFrame(summary), _TARGETS, kind=Kind.ASSUMED, datasets=datasets,
            text="what the answer would cost in a year, before and after support", notes=notes,
        ),
        "assumptions": _assumptions(given),
    }  # fmt: skip
    parameters = {
        "sender": sender,
        "step": {
            "visible": step.visible, "official": step.official, "military": step.military,
            "support_agreed": step.support_agreed,
        },
        "targets": list(targets),
        "bloc": bloc,
        "preset": {k: [j.value, j.low, j.high] for k, j in given.items()},
        "draws": draws,
    }  # fmt: skip
    made = provenance(world, "coercion.retaliation", datasets, parameters, seed=seed)
    return Result(tables, made, CITATIONS)


@dataclass(frozen=True)
class _Outcome:
    probability: Array
    loss: Array
    cost: Array
    expected: float
    later: float
    agreed: float
    hold: float


def _evaluate(
    p: Mapping[str, float],
    exposure: Mapping[str, tuple[float, float, float]],
    scale: float,
    frequency: Array,
    step: Step,
    bloc: bool,
) -> _Outcome:
    """Response probabilities, losses and costs at one set of parameters."""
    ban_loss, ban_cost, _ = exposure[PURCHASE_BAN]
    stop_loss, stop_cost, output = exposure[SUPPLY_STOP]
    share = np.array(
        [0.0, 0.0, p["targeted_share"], p["broad_share"], p["control_share"], p["secondary_share"]]
    )
    per_loss = np.array([0.0, 0.0, ban_loss, ban_loss, stop_loss, ban_loss])
    per_cost = np.array([0.0, 0.0, ban_cost, ban_cost, stop_cost, ban_cost])
    loss, cost = share * per_loss, share * per_cost
    rest = (1.0 - p["military_weight"]) / 2.0
    heat = rest * (step.visible + step.official) + p["military_weight"] * step.military
    active = np.array([0.0, 0.25, 1.0, 1.0, 1.0, 1.0])
    base = np.array(
        [p["none_utility"], p["rhetoric_utility"], 0.0, 0.0, 0.0, p["secondary_utility"]]
    )
    base[2:5] = p["instrument_weight"] * frequency
    restraint = p["bloc_restraint"] * np.array([0.0, 0.0, 0.5, 2.0, 0.5, 1.0]) * float(bloc)
    # the unit of own cost: a thousandth of the sender's goods output
    utility = (
        base + p["provocation"] * heat * active - restraint - p["own_cost"] * cost / scale * 1e3
    )
    probability = quantal_response(utility, p["noise"])
    expected = float(probability @ loss)
    alone = min(p["quarters_alone"], 4.0) / 4.0
    later = expected * (alone + (1.0 - alone) * (1.0 - p["relief"]))
    agreed = expected * (1.0 - p["relief"])
    given_loss = (agreed if step.support_agreed else later) / max(output, 1e-300) * 100.0
    hold = 1.0 / (1.0 + np.exp(4.0 * (given_loss - p["resolve"]) / p["resolve"]))
    return _Outcome(probability, loss, cost, expected, later, agreed, float(hold))


def _exposure(frame: pl.DataFrame, target: str) -> dict[str, tuple[float, float, float]]:
    """Loss, cost and goods output of the target by channel (million USD)."""
    out = {}
    for channel in (PURCHASE_BAN, SUPPLY_STOP):
        row = frame.filter((pl.col("target") == target) & (pl.col("channel") == channel)).row(
            0, named=True
        )
        output = row["loss"] / row["loss_share"] if row["loss_share"] else 0.0
        out[channel] = (row["loss"], row["cost"], output)
    return out


def _scale(world: World, frame: pl.DataFrame, sender: str) -> float:
    """Goods output of the sender in the year of the data (million USD)."""
    panel = read_panel(world)
    year = panel.years.index(int(frame["year"][0]))
    return float(panel.flows[:, panel.place(sender), :, year].sum())


def _frequency(world: World, sender: str) -> Array:
    """Log share of each class of goods measure, given coercion; one is added to every count."""
    used = [m.response for m in measures(world) if m.sender == sender and m.case not in HELD_OUT]
    counts = np.array([used.count(r) + 1.0 for r in RESPONSES[2:5]])
    return np.asarray(np.log(counts / counts.sum()))


def _response_rows(
    sender: str, target: str, middle: _Outcome, runs: Sequence[_Outcome]
) -> list[dict[str, object]]:
    spread = np.percentile([r.probability for r in runs], [10, 90], axis=0)
    losses = np.percentile([r.loss for r in runs], [10, 90], axis=0)
    return [
        {
            "sender": sender, "target": target, "response": name,
            "probability": float(middle.probability[n]),
            "low": float(spread[0, n]), "high": float(spread[1, n]),
            "loss": float(middle.loss[n]),
            "loss_low": float(losses[0, n]), "loss_high": float(losses[1, n]),
            "cost": float(middle.cost[n]), "kind": Kind.ASSUMED.value,
        }
        for n, name in enumerate(RESPONSES)
    ]  # fmt: skip


def _target_row(
    sender: str, target: str, middle: _Outcome, runs: Sequence[_Outcome]
) -> dict[str, object]:
    low, high = np.percentile([r.expected for r in runs], [10, 90])
    return {
        "sender": sender, "target": target, "expected_loss": middle.expected,
        "low": float(low), "high": float(high), "with_instrument": middle.later,
        "with_support": middle.agreed, "hold": middle.hold, "kind": Kind.ASSUMED.value,
    }  # fmt: skip


def _assumptions(given: Mapping[str, Judgement]) -> Table:
    frame = pl.DataFrame(
        {
            "parameter": list(given),
            "value": [j.value for j in given.values()],
            "low": [j.low for j in given.values()],
            "high": [j.high for j in given.values()],
            "reason": [j.reason for j in given.values()],
            "kind": [Kind.ASSUMED.value] * len(given),
        }
    )
    columns = [
        dimension("parameter"),
        number("value", "1"),
        number("low", "1"),
        number("high", "1"),
        attribute("reason", "why this value and range"),
        attribute("kind"),
    ]
    return table(
        "assumptions", frame, columns, kind=Kind.ASSUMED, datasets=(),
        text="parameters of the model, each a judgement",
    )  # fmt: skip


_RESPONSES = (
    dimension("sender"),
    dimension("target"),
    dimension("response"),
    number("probability", "share", "given the step, by quantal response"),
    number("low", "share", "P10 over the ranges"),
    number("high", "share", "P90 over the ranges"),
    number("loss", MONEY, "loss of the target in a year if this response is chosen"),
    number("loss_low", MONEY, "P10 over the ranges"),
    number("loss_high", MONEY, "P90 over the ranges"),
    number("cost", MONEY, "cost to the sender in a year"),
    attribute("kind"),
)

_TARGETS = (
    dimension("sender"),
    dimension("target"),
    number("expected_loss", MONEY, "over all responses, in a year, without support"),
    number("low", MONEY, "P10 over the ranges"),
    number("high", MONEY, "P90 over the ranges"),
    number("with_instrument", MONEY, "support only after the Anti-Coercion Instrument acts"),
    number("with_support", MONEY, "support agreed beforehand"),
    number("hold", "share", "probability that the target holds, with the support it has"),
    attribute("kind"),
)
