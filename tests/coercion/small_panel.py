"""A target, a sender, another market and another origin, with one number each."""

from __future__ import annotations

import numpy as np

from isthmus.coercion.panel import Panel, TradeEpisode


def two_markets():
    flows = np.zeros((1, 4, 4, 2))
    target, sender, market, origin = range(4)
    flows[0, target, sender] = [100.0, 20.0]
    flows[0, target, market] = [50.0, 190.0]
    flows[0, origin, sender] = [10.0, 20.0]
    flows[0, origin, market] = [30.0, 60.0]
    panel = Panel(("TGT", "SND", "MKT", "ORG"), ("C26",), (2020, 2021), flows)
    return panel, TradeEpisode("X", "SND", "TGT", ("C26",), 2021, 2021, 1, "goods")
