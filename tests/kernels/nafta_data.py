"""The NAFTA tables of Caliendo and Parro (2015) as arrays of the kernel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from isthmus.kernels.equilibrium import TradeModel
from isthmus.kernels.equilibrium_base import model_from_flows

# fmt: off
ECONOMIES = [
    "ARG", "AUS", "AUT", "BRA", "CAN", "CHL", "CHN", "DNK", "FIN", "FRA", "DEU", "GRC", "HUN",
    "IND", "IDN", "IRL", "ITA", "JPN", "KOR", "MEX", "NLD", "NZL", "NOR", "PRT", "ZAF", "ESP",
    "SWE", "TUR", "GBR", "USA", "ROW",
]
# fmt: on
MEMBERS = [ECONOMIES.index(code) for code in ("MEX", "CAN", "USA")]
TRADABLE, SECTORS = 20, 40
THETA_SERVICES = 8.22


def nafta_model(folder: Path) -> tuple[TradeModel, NDArray[np.float64]]:
    """Return the reported base of 1993 and the tariffs of 2005 (J, importer, exporter)."""
    n = len(ECONOMIES)
    bilateral = np.zeros((SECTORS, n, n))
    bilateral[:TRADABLE] = np.loadtxt(folder / "xbilat1993.txt").reshape(TRADABLE, n, n) * 1000.0
    beta = np.loadtxt(folder / "B.txt").T
    exports = bilateral.sum(axis=1).T
    output = np.maximum(np.loadtxt(folder / "GO.txt").T, exports)
    here = np.arange(n)
    bilateral[:, here, here] = (output - exports).T
    uses = np.loadtxt(folder / "IO.txt").reshape(n, SECTORS, SECTORS)
    uses = np.maximum(uses, 0.0)  # one cell, an input of Canada, is -0.0008
    # Printed with seven to eight digits: renormalised, or the money lost would bound the residual.
    total = uses.sum(axis=1, keepdims=True)
    uses = np.divide(uses, total, out=np.zeros_like(uses), where=total > 0)
    theta = np.concatenate(
        [np.loadtxt(folder / "T.txt"), np.full(SECTORS - TRADABLE, THETA_SERVICES)]
    )
    model = model_from_flows(
        bilateral.transpose(2, 1, 0),
        uses * (1.0 - beta)[:, None, :],
        theta=theta,
        tariff=_tariffs(folder / "tariffs1993.txt"),
    )
    return model, _tariffs(folder / "tariffs2005.txt")


def nafta_tariffs(old: NDArray[np.float64], new: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `old` with the tariffs among the three members taken from `new`."""
    tariff = old.copy()
    for importer in MEMBERS:
        for exporter in MEMBERS:
            tariff[:, importer, exporter] = new[:, importer, exporter]
    return tariff


def _tariffs(path: Path) -> NDArray[np.float64]:
    n = len(ECONOMIES)
    tariff = np.zeros((SECTORS, n, n))
    tariff[:TRADABLE] = np.loadtxt(path).reshape(TRADABLE, n, n) / 100.0
    tariff[:, np.arange(n), np.arange(n)] = 0.0
    return tariff
