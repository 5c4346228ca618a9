"""Small random worlds for the equilibrium kernel."""

from __future__ import annotations

import numpy as np

from isthmus.kernels.equilibrium import TradeModel
from isthmus.kernels.equilibrium_base import model_from_flows, rebase


def random_model(
    seed: int, economies: int = 4, sectors: int = 3, *, tariffs: bool = True
) -> TradeModel:
    """Return a consistent random base with input-output links.

    Every economy buys final goods, and no surplus takes more than a third of value added, so that
    what random shocks leave an economy to earn still exceeds its surplus.
    """
    rng = np.random.default_rng(seed)
    flows = rng.lognormal(0.0, 1.0, (economies, economies, sectors))
    here = np.arange(economies)
    flows[here, here] *= 6.0
    inputs = rng.uniform(0.1, 1.0, (economies, sectors, sectors))
    inputs *= rng.uniform(0.2, 0.6, (economies, 1, sectors)) / inputs.sum(axis=1, keepdims=True)
    tariff = rng.uniform(0.0, 0.3, (sectors, economies, economies)) * tariffs
    tariff[:, here, here] = 0.0
    bought = flows.sum(axis=0) + np.einsum("jni,inj->nj", tariff, flows)
    used = np.einsum("nkj,nj->n", inputs, flows.sum(axis=1))
    inputs *= np.minimum(1.0, 0.75 * bought.sum(axis=1) / used)[:, None, None]
    theta = rng.uniform(1.0, 9.0, sectors)
    reported = model_from_flows(flows, inputs, theta=theta, tariff=tariff)
    surplus = (-reported.deficit / reported.value_added).max()
    return rebase(reported, deficit=reported.deficit * min(1.0, 1.0 / (3.0 * surplus)))
