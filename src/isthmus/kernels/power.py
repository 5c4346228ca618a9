"""Fuel and the power made of it, day by day, for many draws at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from isthmus.kernels.arrays import Array


@dataclass(frozen=True, slots=True)
class Fuels:
    """Fuels of a power system, each an (F, D) array over fuels and draws.

    Attributes
    ----------
    stock : array
        Days of normal use that are held.
    share : array
        Share of all power that the fuel makes in normal times.
    for_power : array
        Share of the fuel's normal use that goes to power.
    spared : array
        Share of the rest of its use that stops while less arrives than is used.
    reserve : array
        Power that idle plants can add on it, as a share of all power in normal times.
    """

    stock: Array
    share: Array
    for_power: Array
    spared: Array
    reserve: Array


@dataclass(frozen=True, slots=True)
class PowerCourse:
    """What happened.

    Attributes
    ----------
    power : (T, D) array
        Power over normal power.
    stock : (T, F, D) array
        Days of normal use held at the end of each day.
    burnt : (T, F, D) array
        Days of normal use burnt on each day.
    """

    power: Array
    stock: Array
    burnt: Array


def run_power(fuels: Fuels, arriving: Array) -> PowerCourse:
    """Run a power system on what is held and what arrives.

    A fuel is burnt as in normal times while there is some. What it can no longer make, idle plants
    of the other fuels make as far as they and their fuel go. What needs no fuel goes on.

    Parameters
    ----------
    fuels : Fuels
        The system.
    arriving : (T, F, D) array
        Days of normal use that arrive each day; 1 in normal times.
    """
    free = 1.0 - fuels.share.sum(axis=0)
    need = fuels.for_power / np.maximum(fuels.share, 1e-12)
    stock = fuels.stock.copy()
    power, held, burnt = np.zeros(arriving[:, 0].shape), np.zeros(arriving.shape), []
    for day, came in enumerate(arriving):
        there = stock + came
        other = (1.0 - fuels.for_power) * np.where(came < 1.0, 1.0 - fuels.spared, 1.0)
        usual = fuels.for_power + other
        part = np.minimum(there / np.maximum(usual, 1e-12), 1.0)
        more, left = _more(fuels, need, part, np.maximum(there - part * usual, 0.0))
        power[day] = free + (fuels.share * part + more).sum(axis=0)
        held[day] = stock = left
        burnt.append(there - left)
    return PowerCourse(power, held, np.array(burnt))


def _more(fuels: Fuels, need: Array, part: Array, left: Array) -> tuple[Array, Array]:
    """Return what idle plants add by fuel, and what is left of each fuel after it, (F, D)."""
    missing = (fuels.share * (1.0 - part)).sum(axis=0)
    more = np.zeros_like(part)
    for f in range(len(part)):
        able = np.minimum(fuels.reserve[f], left[f] / np.maximum(need[f], 1e-12))
        more[f] = np.where(fuels.share[f] > 0.0, np.minimum(able, missing), 0.0)
        missing = np.maximum(missing - more[f], 0.0)
        left[f] = np.maximum(left[f] - more[f] * need[f], 0.0)
    return more, left


def first_day(path: Array, below: float) -> Array:
    """Return the first day on which a path of (T, D) is below a level, (D,); infinite: never."""
    low = path < below * (1 - 1e-9)
    return np.where(low.any(axis=0), low.argmax(axis=0).astype(np.float64), np.inf)
