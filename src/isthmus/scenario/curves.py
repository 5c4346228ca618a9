"""Severity in time: how a shock sets in, holds and fades, as one number per day."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from isthmus.kernels.arrays import Array

RecoveryShape = Literal["linear", "convex", "convex_fast", "concave", "s"]
Profile = Literal["constant", "rising", "falling"] | tuple[tuple[float, float], ...]

FAST = 4.0


def recovery_share(elapsed: npt.ArrayLike, tau: float, shape: RecoveryShape) -> Array:
    """Return the share of the initial loss that is left after `elapsed` days of recovery.

    With e the elapsed days and u = min(e / tau, 1): linear 1 - u; convex (1 - 1/tau)^e, which
    falls fast at first and never quite ends; convex_fast (1 - 1/tau)^(4 e); concave 1 - u^2,
    which starts slowly; s 1 - 3 u^2 + 2 u^3, slow at both ends. Every curve is 1 at e = 0.

    Parameters
    ----------
    elapsed : array_like of float
        Days since the recovery began; negative values count as 0.
    tau : float
        Recovery time in days, at least 1.
    shape : {"linear", "convex", "convex_fast", "concave", "s"}
        Form of the curve.

    Returns
    -------
    ndarray of float64
        Shares in [0, 1], of the shape of `elapsed`.

    Notes
    -----
    The forms are assumptions that a user chooses between; none is fitted to data.
    """
    e = np.maximum(np.asarray(elapsed, dtype=np.float64), 0.0)
    u = np.minimum(e / tau, 1.0)
    if shape == "linear":
        return np.asarray(1.0 - u)
    if shape == "convex":
        return np.asarray((1.0 - 1.0 / tau) ** e)
    if shape == "convex_fast":
        return np.asarray((1.0 - 1.0 / tau) ** (FAST * e))
    if shape == "concave":
        return np.asarray(1.0 - u * u)
    return np.asarray(1.0 - u * u * (3.0 - 2.0 * u))


def profile_share(elapsed: npt.ArrayLike, duration: float, profile: Profile) -> Array:
    """Return the share of the full severity in force `elapsed` days after the start.

    "rising" goes linearly from 1/duration on the first day to 1 on the last, "falling" is its
    mirror image; a sequence of (day, share) points is interpolated linearly and held constant
    outside its ends.
    """
    e = np.asarray(elapsed, dtype=np.float64)
    if profile == "constant":
        return np.ones_like(e)
    if profile == "rising":
        return np.clip((e + 1.0) / duration, 0.0, 1.0)
    if profile == "falling":
        return np.clip((duration - e) / duration, 0.0, 1.0)
    days, shares = np.asarray(profile, dtype=np.float64).T
    return np.asarray(np.interp(e, days, shares))


def severity_path(
    days: int,
    *,
    start: int,
    duration: int | None,
    profile: Profile = "constant",
    recovery: tuple[float, RecoveryShape] | None = None,
) -> Array:
    """Return the share of full severity in force on days 0 .. days-1.

    The shock acts on days start <= t < start + duration with its profile; from t = start +
    duration on, what was in force on the last day is multiplied by the recovery curve at
    e = t - start - duration, or ends at once without one.

    Parameters
    ----------
    days : int
        Number of days.
    start : int
        First day of the shock.
    duration : int or None
        Days in force; None means to the end.
    profile : str or sequence of (day, share)
        Form while in force.
    recovery : tuple of (tau, shape), optional
        Recovery time in days and form of the curve.

    Returns
    -------
    ndarray of float64, shape (days,)
    """
    t = np.arange(days, dtype=np.float64)
    if duration is None:
        held = profile_share(t - start, max(days - start, 1), profile)
        return np.where(t >= start, held, 0.0)
    end = start + duration
    path = np.where((t >= start) & (t < end), profile_share(t - start, duration, profile), 0.0)
    if recovery is not None:
        last = float(profile_share(np.array([duration - 1.0]), duration, profile)[0])
        path = np.where(t >= end, last * recovery_share(t - end, *recovery), path)
    return np.asarray(path)


def profile_problems(points: Sequence[tuple[float, float]]) -> list[str]:
    """Return what is wrong with the points of a piecewise linear profile."""
    problems = []
    days = [d for d, _ in points]
    if len(points) < 2:
        problems.append("needs at least two points")
    if any(b <= a for a, b in itertools.pairwise(days)):
        problems.append("days must increase")
    if any(d < 0 for d in days):
        problems.append("days count from the start of the shock and cannot be negative")
    if any(not 0.0 <= s <= 1.0 for _, s in points):
        problems.append("shares must lie between 0 and 1")
    return problems
