"""One act, one answer: what a sender may do about a step of several members that acts as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.codes import PartySpec, resolve
from isthmus.coercion.assumptions import DRAWS, ResponseAssumptions, Rung, preset
from isthmus.coercion.engine import SUPPORT, respond
from isthmus.coercion.instruments import FIRST, instrument_mix
from isthmus.coercion.record import AMERICAN, UNSELECTED, Rate, state_rate, steps_towards
from isthmus.coercion.stakes import read_stakes
from isthmus.errors import BadInput, DataMissing
from isthmus.kernels.arrays import Array, Ints, Mask
from isthmus.world import World

MOST_HIT = 5
"""Members that one answer touches at most: past answers singled out one or a few."""
ARMS = 0.75
"""Military degree from which the American rate of arms sales stands beside the European one."""


@dataclass(frozen=True, slots=True)
class ActAnswer:
    """What may answer one act.

    Parameters
    ----------
    members : tuple of str
        Economies that can be hit.
    model : (W,) array
        Probability of an economic answer, by the response model.
    record : (W,) array or None
        Probability of an act of the state against trade or firms, European record; None where no
        European step towards the partner is coded.
    upper : (W,) array or None
        American record of arms sales; None below `ARMS`, or where none is coded.
    loss : (W, 3) array
        Value added lost by all that are hit, given an economic answer, by support, million USD.
    hit : (W, n) array of bool
        Who is hit.
    by_member : (W, n, 3) array
        The loss by who bears it, before any help is paid for by others.
    """

    members: tuple[str, ...]
    model: Array
    record: Array | None
    upper: Array | None
    loss: Array
    hit: Mask
    by_member: Array

    @property
    def chance_hit(self) -> Array:
        """Share of draws in which each member is hit, given an answer, (n,)."""
        return np.asarray(self.hit.mean(axis=0))


def answer_to(
    world: World,
    target: PartySpec,
    rung: Rung,
    *,
    sender: str,
    partner: str,
    bloc: PartySpec = "EU27_2020",
    actors: Sequence[str] = (),
    assumptions: ResponseAssumptions | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> ActAnswer:
    """Return what may answer one act of a coalition, its members or firms.

    The act is answered once: on one to five members, drawn by their exposure (value added in goods
    sold to the sender) and, with a range of nought to one, by how even the answer is; with one
    instrument, drawn as the response model has it. The sum over members acting alone is not the
    answer to an act of all.

    Parameters
    ----------
    world : World
        Holds flows, coded cases and coded steps.
    target : str or Party
        Economy or coalition that acts.
    rung : Rung
        The act's degrees.
    sender, partner : str
        Who may answer, and towards whom the step is taken.
    bloc : str or Party
        Coalition whose members can answer together.
    actors : sequence of str
        Members that act, where not all do.
    assumptions : ResponseAssumptions, optional
        The preset by default.
    draws, seed : int
        Number of draws and seed.

    Raises
    ------
    BadInput
        When the sender is among the targets.
    DataMissing
        When no case of the sender is coded.
    """
    listed = world.flows().economies
    group = resolve(bloc, known=listed, where="bloc").listed(listed) if bloc else ()
    members = tuple(actors) or resolve(target, known=listed, where="target").listed(listed)
    if sender in members:
        raise BadInput(f"{sender} cannot be sender and target", where="target")
    stakes = read_stakes(world, sender, members, group)
    inside = np.array([m in group for m in members])
    p = (assumptions or preset()).draws(draws, seed)
    mix = instrument_mix(world, sender).draws(draws, seed)
    found = respond(stakes, [rung], p, mix, inside)
    rng = np.random.default_rng([seed, 20_000])
    hit = _hit(stakes.value_added, draws, rng)
    chance = found.probability[:, :, 0, :, FIRST:]
    base = int(inside.any())
    used = _instrument(chance[:, :, base].mean(axis=1), rng)
    each = np.stack(
        [found.loss[np.arange(draws), :, g, used] * hit for g in range(len(SUPPORT))], axis=2
    )
    model = (found.economic[:, :, 0, base] * hit).sum(axis=1) / hit.sum(axis=1)
    record, upper = _record(world, partner, sender, rung, draws, seed)
    return ActAnswer(members, np.asarray(model), record, upper, each.sum(axis=1), hit, each)


def _hit(exposure: Array, draws: int, rng: np.random.Generator) -> Mask:
    """Draw who is hit: one to five, by exposure to a power between 0 (evenly) and 1."""
    count = len(exposure)
    size = rng.integers(1, min(MOST_HIT, count) + 1, draws)
    power = rng.random(draws)[:, None]
    share = np.maximum(exposure / exposure.sum(), 1e-12)
    key = power * np.log(share) + rng.gumbel(size=(draws, count))
    rank = (-key).argsort(axis=1).argsort(axis=1)
    return np.asarray(rank < size[:, None])


def _instrument(chance: Array, rng: np.random.Generator) -> Ints:
    """Draw one instrument for each draw from its shares, (W, 4)."""
    ends = np.cumsum(chance / chance.sum(axis=1, keepdims=True), axis=1)
    return np.asarray((rng.random(len(chance))[:, None] > ends[:, :-1]).sum(axis=1))


def _record(
    world: World, partner: str, sender: str, rung: Rung, draws: int, seed: int
) -> tuple[Array | None, Array | None]:
    """Draw the rates of the record, where there is one of this partner."""
    try:
        steps = steps_towards(world, partner, sender)
    except DataMissing:
        return None, None
    rng = np.random.default_rng([seed, 30_000])
    record = _rates(state_rate(steps, UNSELECTED), rng.permutation(draws))
    upper = _rates(state_rate(steps, AMERICAN), rng.permutation(draws))
    return record, upper if rung.military >= ARMS else None


def _rates(rate: Rate, order: Ints) -> Array | None:
    """Return the middles of equal parts of the posterior of a rate, in an order, (W,).

    So the quantiles of the draws are those of the posterior. None where nothing was counted: the
    prior alone is no record.
    """
    from scipy.special import betaincinv

    if not rate.steps:
        return None
    return np.asarray(betaincinv(*rate.shapes, (order + 0.5) / len(order)))
