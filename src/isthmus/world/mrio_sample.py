"""Made-up inter-economy tables for tests and timings; no number in them is about the world."""

from __future__ import annotations

import numpy as np

from isthmus.evidence import Kind
from isthmus.world.mrio import MRIO


def sample_table(
    n: int, S: int, *, seed: int = 0, factored: bool = True, inputs: float = 0.5, home: float = 0.7
) -> MRIO:
    """Return a balanced, productive table with random flows.

    Parameters
    ----------
    n, S : int
        Economies and industries.
    seed : int
        Seed of the random flows.
    factored : bool
        Return the factored form; the dense form holds the same flows.
    inputs : float
        Share of output that is sold to industries, in (0, 1).
    home : float
        Share of sales within the own economy, in (0, 1).
    """
    rng = np.random.default_rng(seed)
    flow = rng.gamma(0.5, 1.0, (n, n, S)) * (1 - home) / max(n - 1, 1)
    flow[np.arange(n), np.arange(n)] = rng.gamma(2.0, 0.5, (n, S)) * home
    use_dom, use_imp = rng.dirichlet(np.full(S, 0.5), (2, n, S))
    Y = (flow * rng.uniform(0.5, 1.5, (1, n, S))).transpose(0, 2, 1).reshape(n * S, n)
    Y *= flow.sum() / Y.sum() * (1 - inputs) / inputs
    column = np.einsum("ijk,jkl->jl", flow, use_imp).ravel()
    own = flow[np.arange(n), np.arange(n)]
    column += np.einsum("jk,jkl->jl", own, use_dom - use_imp).ravel()
    output = flow.sum(axis=1).ravel() + Y.sum(axis=1)
    short = np.maximum(1.25 * column - output, 0.0)
    Y[np.arange(n * S), np.arange(n * S) // S] += short
    table = MRIO.from_factors(
        flow,
        use_dom,
        use_imp,
        Y,
        economies=[f"E{i:03d}" for i in range(n)],
        industries=[f"I{k:02d}" for k in range(S)],
        kind=Kind.ASSUMED,
        notes=("random flows; says nothing about the world",),
    )
    return table if factored else table.to_dense()
