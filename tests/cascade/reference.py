"""The published cascade written out literally: dense, slow, one shock, one sum at a time."""

from __future__ import annotations

import numpy as np


def cascade(
    weights, sector, kinds, psi, *, market=None, eps=1e-2, revenue=None, costs=None, most=500
):
    """Return index, downstream part, upstream part, steps, and both production levels.

    `weights` (n, n) sales of row to column, `kinds` (n, n) in {2, 1, 0}, `psi` (n,).
    """
    n = len(sector)
    sales = weights.sum(axis=1)
    bought = weights.sum(axis=0)
    share = np.zeros((n, n))
    order = np.zeros((n, n))
    base = sales if revenue is None else revenue
    for i in range(n):
        for j in range(n):
            if weights[i, j] == 0:
                continue
            if kinds[i, j] == 2:
                share[i, j] = weights[i, j] / weights[sector == sector[i], j].sum()
            elif kinds[i, j] == 1:
                share[i, j] = weights[i, j] / bought[j]
            if costs is not None:
                share[i, j] *= bought[j] / costs[j]
            order[i, j] = weights[i, j] / base[i]
    down = 1.0 - psi
    up = 1.0 - psi
    steps = 0
    while True:
        steps += 1
        sigma = np.ones(n)
        if market is not None:
            for i in range(n):
                left = sum(down[f] * sales[f] for f in range(n) if market[f] == market[i])
                sigma[i] = min(1.0, sales[i] / (1.0 if left < 1e-10 else left))
        loss = sigma * (1.0 - down)
        new_down = np.empty(n)
        new_up = np.empty(n)
        for j in range(n):
            essential = 1.0
            for k in set(sector):
                mine = (sector == k) & (kinds[:, j] == 2)
                essential = min(essential, 1.0 - (share[mine, j] * loss[mine]).sum())
            other = kinds[:, j] == 1
            linear = 1.0 - (share[other, j] * loss[other]).sum()
            new_down[j] = max(0.0, min(1.0 - psi[j], essential, linear))
        for i in range(n):
            new_up[i] = max(0.0, min(1.0 - psi[i], 1.0 - (order[i] * (1.0 - up)).sum()))
        change = max(np.abs(new_down - down).max(), np.abs(new_up - up).max())
        down, up = new_down, new_up
        if change <= eps or steps == most:
            break
    part = sales / sales.sum()
    parts = (1.0 - np.minimum(down, up), 1.0 - down, 1.0 - up)
    return *(float(part @ p) for p in parts), steps, down, up
