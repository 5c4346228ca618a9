"""The daily disruption model written out with full order matrices, slowly: an oracle for tests."""

import numpy as np


def literal_run(Z, Y, x0, sectors, *, days, loss, stop, stop_redirect, inv, tau_inv, psi, rule):
    """Return outputs (days, n), unmet final demand (days,), stocks at the end (S, n).

    Z [n, n], Y [n, R] daily; loss (days, n) share of capacity lost; stop (days + 1, n, R) share of
    deliveries of each supplier to each economy that is stopped.
    """
    n, S = len(x0), sectors
    R = n // S
    home = np.arange(n) // S
    kind = np.arange(n) % S
    pool = np.zeros((S, n))
    for i in range(n):
        pool[kind[i]] += Z[i]
    tech = pool / x0
    stock = x0 * tech * inv
    limiting = pool > 0

    def split(weights, t):
        passing = 1 - stop[min(t, days - 1)][:, home]
        base = Z * weights[:, None] * (passing if stop_redirect else 1.0)
        total = np.zeros((S, n))
        for i in range(n):
            total[kind[i]] += base[i]
        share = np.zeros((n, n))
        for i in range(n):
            ok = total[kind[i]] > 0
            share[i, ok] = base[i, ok] / total[kind[i], ok]
        return share if stop_redirect else share * passing

    def final_demand(t):
        passing = 1 - stop[min(t, days - 1)]
        kept = Y * passing
        if stop_redirect:
            for j in range(R):
                for p in range(S):
                    rows = kind == p
                    left = kept[rows, j].sum()
                    if left > 0:
                        kept[rows, j] *= Y[rows, j].sum() / left
        return kept

    orders = split(np.ones(n), 0) * pool[kind]
    a = np.ones(n)
    outputs, unmet = [], []
    last = x0
    for t in range(days):
        final = final_demand(t)
        D = orders.sum(1) + final.sum(1)
        if t > 1:
            scarcity = np.where(D > 0, (D - last) / np.where(D > 0, D, 1), 0)
            calm = np.abs(scarcity) <= 1e-9
            a = np.maximum(a + np.where(calm, (1 - a) / 365, (1.25 - a) * scarcity / 365), 1)
        cap = x0 * (1 - loss[t]) * a
        opt = np.minimum(D, cap)
        need = opt * tech * psi * inv
        fill = np.where(limiting & (need > 0), stock / np.where(need > 0, need, 1), 1)
        x = opt * np.minimum(fill, 1).min(axis=0)
        phi = np.where(D > 0, x / np.where(D > 0, D, 1), 0)
        delivered = orders * phi[:, None]
        received = np.zeros((S, n))
        for i in range(n):
            received[kind[i]] += delivered[i]
        stock = stock + received - x * tech
        unmet.append(Y.sum() - (final * phi[:, None]).sum())
        goal = opt * tech * inv
        wanted = np.maximum(goal - stock, 0) / tau_inv + x * tech
        orders = split(cap / x0 if rule == "alt" else np.ones(n), t + 1) * wanted[kind]
        outputs.append(x)
        last = x
    return np.array(outputs), np.array(unmet), stock
