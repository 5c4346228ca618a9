"""From degrees of a step and stakes to responses, losses and the state's answer, over draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from isthmus.coercion.assumptions import Rung
from isthmus.coercion.instruments import FIRST, RESPONSES
from isthmus.coercion.stakes import WEEKS, Stakes, losses
from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array, Mask
from isthmus.kernels.response import calibrated_offsets, hold_probability, quantal_response

SUPPORT = ("none", "after delay", "agreed beforehand")
"""No help; the bloc's instrument after its delay; help agreed before the step."""

QUARTERS = 4.0


class StepOutcome(NamedTuple):
    """Draws of what follows a step.

    Attributes
    ----------
    probability : (D, n, R, G, 8) array
        Of each response, by target, rung and support.
    loss : (D, n, G, 4) array
        Of the target over the time of the measure, by economic response (million USD).
    cost : (D, n, 4) array
        Of the sender per year (million USD).
    hold : (D, n, R, G) array
        Probability that the target holds to the step, given an economic response.
    weeks : (D, G) array
        Weeks of missing inputs for listed lines.
    """

    probability: Array
    loss: Array
    cost: Array
    hold: Array
    weeks: Array

    @property
    def economic(self) -> Array:
        """Probability of an economic response, (D, n, R, G)."""
        return np.asarray(self.probability[..., FIRST:].sum(axis=-1))

    @property
    def given(self) -> Array:
        """Loss given an economic response, (D, n, R, G), million USD."""
        return np.asarray(self.expected / self.economic)

    @property
    def expected(self) -> Array:
        """Loss weighted with the probability of each response, (D, n, R, G), million USD."""
        out: Array = np.einsum("dnrgk,dngk->dnrg", self.probability[..., FIRST:], self.loss)
        return out


def intensity(rungs: Sequence[Rung], p: Mapping[str, Array]) -> Array:
    """Return how strong each step is, in [0, 1], shape (D, R).

    The weighted mean of its degrees: visible, official, military.

    Raises
    ------
    BadInput
        When all three weights are zero in a draw.
    """
    degrees = np.array([[r.visible, r.official, r.military] for r in rungs])
    names = ("weight_visible", "weight_official", "weight_military")
    weights = np.stack([p[n] for n in names], axis=1)
    total = weights.sum(axis=1, keepdims=True)
    if not (total > 0).all():
        raise BadInput("one of the three weights must be above zero", where=", ".join(names))
    out: Array = (weights / total) @ degrees.T
    return out


def effective_years(window: Array, delay: Array, relief: Array, support: str) -> Array:
    """Return years of loss that remain after help.

    ``none``: the whole window; ``after delay``: alone until the delay is over, then what relief
    leaves; ``agreed beforehand``: what relief leaves, from the first day.

    Parameters
    ----------
    window, delay : array
        Years.
    relief : array
        Part of the loss that help takes away.
    support : str
        One of `SUPPORT`.
    """
    if support == "none":
        return window
    alone = np.minimum(window, delay) if support == "after delay" else np.zeros_like(window)
    return np.asarray(alone + (1.0 - relief) * (window - alone))


def respond(
    stakes: Stakes,
    rungs: Sequence[Rung],
    p: Mapping[str, Array],
    mix: Array,
    bloc: Mask,
) -> StepOutcome:
    """Return responses, losses and the target's answer for every draw.

    Utilities of the sender, in points, for a step of intensity s and military degree m::

        none       0
        rhetoric   signal_rhetoric s - cost_rhetoric
        threat     rhetoric - cost_threat
        diplomatic rhetoric - cost_diplomatic
        economic   rhetoric + signal_economic s - cost_economic + c_r
                   + military_listing m [listing]
                   + harm L_r - own_cost C_r - bloc_cost [bloc] - support_cost [agreed]

    with c_r = noise ln(share of r among coded cases), L_r the target's loss in percent of a year's
    GDP and C_r the sender's own cost over the same time in percent of its GDP.

    Parameters
    ----------
    stakes : Stakes
        n targets.
    rungs : sequence of Rung
        R steps.
    p : mapping of str to (D,) array
        Draws of every assumption.
    mix : (D, 4) array
        Draws of the shares of instruments.
    bloc : (n,) array of bool
        Whether the target belongs to a bloc that can answer together.
    """
    loss, cost, weeks = _stakes_lost(stakes, p)
    talk = _talk(rungs, p)
    signal = p["signal_economic"][:, None] * intensity(rungs, p) - p["cost_economic"][:, None]
    shape = (len(talk), len(stakes.targets), len(rungs), len(SUPPORT), len(RESPONSES))
    utility = np.zeros(shape)
    utility[..., 1] = talk[:, None, :, None]
    utility[..., 2] = utility[..., 1] - _col(p["cost_threat"], 4)
    utility[..., 3] = utility[..., 1] - _col(p["cost_diplomatic"], 4)
    utility[..., FIRST:] = (talk + signal)[:, None, :, None, None]
    utility[..., FIRST:] += appeal(stakes, rungs, p, mix, bloc)
    probability = quantal_response(utility, _col(p["noise"], 4))
    harm = 100.0 * loss / stakes.gdp[:, None, None]
    hold = hold_probability(_col(p["stake"], 4), harm, _col(p["state_noise"], 4))
    economic = probability[..., FIRST:]
    held = np.einsum("dnrgk,dngk->dnrg", economic, hold) / economic.sum(axis=-1)
    return StepOutcome(probability, loss, cost, held, weeks)


def appeal(
    stakes: Stakes,
    rungs: Sequence[Rung],
    p: Mapping[str, Array],
    mix: Array,
    bloc: Mask,
) -> Array:
    """Return what speaks for each economic response beside its signal, (D, n, R, G, 4), points.

    ``c_r + military_listing m [listing] + harm L_r - own_cost C_r - bloc_cost [bloc]
    - support_cost [agreed]``; arguments as `respond`.
    """
    loss, cost, _ = _stakes_lost(stakes, p)
    window = np.stack([p["duration"]] * 4, axis=1)
    window[:, 2] = _times(p)[1][:, 0] / WEEKS
    harm = 100.0 * loss / stakes.gdp[:, None, None]
    own = 100.0 * cost * window[:, None, :] / stakes.sender_gdp
    pull = _col(p["harm"], 4) * harm - (_col(p["own_cost"], 3) * own)[:, :, None]
    pull -= _bloc_cost(p, bloc)[..., None]
    base = np.repeat(calibrated_offsets(mix, p["noise"])[:, None], len(rungs), axis=1)
    military = np.array([r.military for r in rungs])
    base[..., 2] += p["military_listing"][:, None] * military
    return np.asarray(base[:, None, :, None] + pull[:, :, None])


def _talk(rungs: Sequence[Rung], p: Mapping[str, Array]) -> Array:
    return np.asarray(
        p["signal_rhetoric"][:, None] * intensity(rungs, p) - p["cost_rhetoric"][:, None]
    )


def _stakes_lost(stakes: Stakes, p: Mapping[str, Array]) -> tuple[Array, Array, Array]:
    """Loss by support, (D, n, G, 4), cost to the sender, (D, n, 4), and weeks, (D, G)."""
    years, weeks = _times(p)
    each = [losses(stakes, p, years[:, g], weeks[:, g]) for g in range(len(SUPPORT))]
    return np.stack([e[0] for e in each], axis=2), each[0][1], weeks


def _times(p: Mapping[str, Array]) -> tuple[Array, Array]:
    """Years of bans and weeks of missing inputs net of relief, each (D, G)."""
    delay = p["delay_quarters"] / QUARTERS
    short = np.maximum(p["lead_weeks"] - p["stock_weeks"], 0.0)
    short = np.minimum(short, WEEKS * p["duration"])
    years = [effective_years(p["duration"], delay, p["relief"], g) for g in SUPPORT]
    weeks = [effective_years(short, WEEKS * delay, p["relief"], g) for g in SUPPORT]
    return np.stack(years, axis=1), np.stack(weeks, axis=1)


def _bloc_cost(p: Mapping[str, Array], bloc: Mask) -> Array:
    """Points that the sender loses when a bloc may answer, (D, n, G)."""
    agreed = np.array([g == SUPPORT[2] for g in SUPPORT])
    points = _col(p["bloc_cost"], 3) + _col(p["support_cost"], 3) * agreed
    return np.asarray(points * bloc[None, :, None])


def _col(values: Array, dimensions: int) -> Array:
    return values.reshape((-1,) + (1,) * (dimensions - 1))
