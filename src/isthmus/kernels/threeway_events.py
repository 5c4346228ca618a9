"""Events pooled over items: estimates, and one-step values for placebos, of a three-way PPML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.errors import DidNotConverge
from isthmus.kernels.arrays import Array, over
from isthmus.kernels.threeway import (
    LOG_STEP,
    TOLERANCE,
    Cells,
    Factor,
    ThreeWayFit,
    factorise,
    margin_gap,
    solve_effects,
    solve_gradient,
)

# an event is one cell of a world total: its own gradient may be larger relative to its flow
EVENT_SLACK = 1e-3
MOST_STEPS = 300
SLOW = 0.7  # a step that leaves more of the gradient than this asks for new factors


@dataclass(frozen=True)
class EventFit:
    """Effects of events, pooled over items.

    Parameters
    ----------
    coef : array, shape (H,)
        Log effect of each event.
    fitted : tuple of array, shape (n, n, T) each
        Expected values by item.
    iterations : int
        Steps taken.
    gap : float
        Largest remaining gradient, relative to the totals.
    """

    coef: Array
    fitted: tuple[Array, ...]
    iterations: int
    gap: float


def at_cells(effects: tuple[Array, ...], cells: Cells) -> Array:
    """Sum of the effects at given cells, shape (cells, R)."""
    alpha, beta, gamma = effects
    i, j, t = cells
    return np.asarray(alpha[i, j] + beta[i, t] + gamma[j, t])


def cell_projection(factor: Factor, cells: Cells) -> tuple[Array, ...]:
    """Effects that best explain dummies of single cells, one column per cell.

    Parameters
    ----------
    factor : Factor
        Normal equations of the item.
    cells : tuple of int array, shape (R,) each
        Exporter, importer and year of each dummy.

    Returns
    -------
    tuple of array
        As in `solve_effects`, R columns.
    """
    i, j, t = cells
    n, _, T = factor.weights.shape
    R = len(i)
    column = np.arange(R)
    w = factor.weights[i, j, t]
    pair, exporter, importer = np.zeros((n, n, R)), np.zeros((n, T, R)), np.zeros((n, T, R))
    pair[i, j, column] = w
    exporter[i, t, column] = w
    importer[j, t, column] = w
    return solve_effects(factor, pair, exporter, importer)


def one_step(bases: Sequence[ThreeWayFit], flows: Sequence[Array], cells: Cells) -> Array:
    """Approximate every event's effect: one Newton step of the fixed effects, events then exact.

    Where one event is worth many times its flow, as after a ban, the Newton step of the event
    itself is far off; given the step of the fixed effects, the event's own equation has the
    closed form ``log(flow / expected)`` over all items.

    Parameters
    ----------
    bases : sequence of ThreeWayFit
        Fits with effects alone, by item.
    flows : sequence of array, shape (n, n, T)
        Flows by item.
    cells : tuple of int array, shape (P, H) each
        Exporter, importer and year of event h of pair p; effects of one pair are joint, items are
        pooled.

    Returns
    -------
    array, shape (P, H)
        Log effects; 0 where no item has weight, minus infinity where an event has no flow.
    """
    i, j, t = cells
    P, H = i.shape
    gram, score = np.zeros((P, H, H)), np.zeros((P, H))
    explained, flow = [], np.zeros((P, H))
    for base, X in zip(bases, flows, strict=True):
        mu = base.fitted[i, j, t]
        flow += np.where(mu > 0, X[i, j, t], 0.0)
        score += np.where(mu > 0, X[i, j, t] - mu, 0.0)
        explained.append(_explained_by_own(base.factor, (i, j, t)))
        gram += mu[:, :, None] * (np.eye(H) - explained[-1])
    step = np.zeros((P, H))
    for p in range(P):
        usable = np.diag(gram[p]) > 0
        if usable.any():
            at_p = np.ix_(usable, usable)
            step[p, usable] = np.linalg.lstsq(gram[p][at_p], score[p, usable], rcond=None)[0]
    step = np.clip(step, -LOG_STEP, LOG_STEP)
    expected = np.zeros((P, H))
    for base, taken in zip(bases, explained, strict=True):
        expected += base.fitted[i, j, t] * np.exp(-np.einsum("pgh,ph->pg", taken, step))
    with np.errstate(divide="ignore"):
        return np.where(expected > 0, np.log(flow / np.where(expected > 0, expected, 1.0)), 0.0)


def estimate_events(
    bases: Sequence[ThreeWayFit],
    flows: Sequence[Array],
    cells: Cells,
    *,
    tolerance: float = TOLERANCE,
) -> EventFit:
    """Estimate the effects of events, pooled over items, together with all fixed effects.

    Parameters
    ----------
    bases : sequence of ThreeWayFit
        Fits with effects alone, by item; their factors are used again.
    flows : sequence of array, shape (n, n, T)
        Flows by item.
    cells : tuple of int array, shape (H,) each
        Exporter, importer and year of each event.
    tolerance : float
        Largest gradient relative to the totals.

    Returns
    -------
    EventFit

    Raises
    ------
    DidNotConverge
        When the tolerance is not reached, as for an event whose flows are all zero (its effect
        is minus infinity).
    """
    H = len(cells[0])
    data = [np.where(b.fitted > 0, X, 0.0) for b, X in zip(bases, flows, strict=True)]
    if not all(sum(d[cells[0][h], cells[1][h], cells[2][h]] for d in data) > 0 for h in range(H)):
        raise DidNotConverge(
            "an event has no flow in any item: its effect has no finite estimate", where="cells"
        )
    totals = [max(float(d.sum()), 1e-300) for d in data]
    factors = [b.factor for b in bases]
    projections = [cell_projection(f, cells) for f in factors]
    mus = [b.fitted.copy() for b in bases]
    b_hat, gap = np.zeros(H), np.inf
    scale = max(float(sum(d[cells].sum() for d in data)), 1e-300)
    for step in range(1, MOST_STEPS + 1):
        gradients = [d - mu for d, mu in zip(data, mus, strict=True)]
        event_score = np.sum([g[cells] for g in gradients], axis=0)
        gaps = [margin_gap(g, total) for g, total in zip(gradients, totals, strict=True)]
        before, gap = gap, max(EVENT_SLACK * float(np.abs(event_score).max()) / scale, *gaps)
        if gap <= tolerance:
            return EventFit(b_hat, tuple(mus), step, gap)
        if gap > SLOW * before:
            factors = [factorise(mu) for mu in mus]
            projections = [cell_projection(f, cells) for f in factors]
            before = np.inf
        solved = [solve_gradient(f, g) for f, g in zip(factors, gradients, strict=True)]
        move_b = _event_step(mus, solved, projections, cells, event_score)
        b_hat = b_hat + move_b
        for k, (mu, s, p) in enumerate(zip(mus, solved, projections, strict=True)):
            alpha, beta, gamma = (
                own[..., 0] - part @ move_b for own, part in zip(s, p, strict=True)
            )
            move = alpha[:, :, None] + beta[:, None, :] + gamma[None, :, :]
            move[cells] += move_b
            mus[k] = mu * np.exp(np.clip(move, -LOG_STEP, LOG_STEP))
    raise DidNotConverge(f"gradient of {gap:.1e} is left", where="threeway.estimate_events")


def _event_step(
    mus: Sequence[Array],
    solved: Sequence[tuple[Array, ...]],
    projections: Sequence[tuple[Array, ...]],
    cells: Cells,
    event_score: Array,
) -> Array:
    """Newton step of the events after the effects have taken what they explain, shape (H,)."""
    H = len(event_score)
    gram, score = np.zeros((H, H)), event_score.copy()
    for mu, s, p in zip(mus, solved, projections, strict=True):
        at = mu[cells]
        gram += at[:, None] * (np.eye(H) - at_cells(p, cells))
        score -= at * at_cells(s, cells)[:, 0]
    return np.clip(np.linalg.solve(gram, score), -LOG_STEP, LOG_STEP)


def _explained_by_own(factor: Factor, cells: Cells) -> Array:
    """What the effects explain of each event's dummy at the cells of its own pair.

    The right-hand sides have entries for one exporter and one importer only, and of the pair
    effects only the pair's own is needed, so nothing of shape (n, n) is formed.

    Parameters
    ----------
    factor : Factor
        Normal equations of the item.
    cells : tuple of int array, shape (P, H) each
        Exporter, importer and year; each row is one pair.

    Returns
    -------
    array, shape (P, H, H)
        Entry [p, g, h]: fitted value at event g of the dummy of event h.
    """
    from scipy.linalg import cho_solve

    i, j, t = cells
    P, H = i.shape
    n, _, T = factor.weights.shape
    R, rows = P * H, np.arange(P * H)
    a, b, year = i.ravel(), j.ravel(), t.ravel()
    own = factor.weights[a, b]
    whole = factor.pair[a, b]
    part = over(own[rows, year], whole)
    side = -own * part[:, None]
    side[rows, year] += own[rows, year]
    rhs_i = np.zeros((n, T, R))
    rhs_i[b, :, rows] = side
    first = np.zeros((n, T, R))
    first[a, :, rows] = np.einsum("rts,rs->rt", factor.inverse[a], side)
    cross = factor.cross.reshape(n * T, n * T)
    gamma = cho_solve(
        factor.schur,
        rhs_i.reshape(n * T, R) - cross.T @ first.reshape(n * T, R),
        check_finite=False,
    )
    back = (cross @ gamma).reshape(n, T, R)[a, :, rows]
    beta = first[a, :, rows] - np.einsum("rts,rs->rt", factor.inverse[a], back)
    both = beta + gamma.reshape(n, T, R)[b, :, rows]
    used = over((own * both).sum(axis=1), whole)
    fitted = both + (part - used)[:, None]
    at = np.repeat(t[:, None, :], H, axis=1).reshape(R, H)
    return np.take_along_axis(fitted, at, axis=1).reshape(P, H, H).transpose(0, 2, 1)
