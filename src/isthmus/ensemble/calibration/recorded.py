"""The recorded backtest of the package's posterior."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from isthmus.disruption.posterior import load_posterior
from isthmus.errors import DataMissing
from isthmus.evidence import Result
from isthmus.store import Store

RECORDED: Mapping[str, Any] = {"posterior": None, "draws": 60, "seed": 0}
"""How the backtest is called whose table a dossier shows."""
PREFIX = "calibration.backtest-"


def recorded_backtest(store: Store | None = None) -> Result:
    """Return the recorded backtest of the package's posterior: see `find_backtest`."""
    return find_backtest(store)[2]


def find_backtest(store: Store | None = None) -> tuple[Store, str, Result]:
    """Return store, id and result of the recorded backtest of the package's posterior.

    Raises
    ------
    DataMissing
        When there is none, in the package or in the store; says which command makes it.
    """
    identity = load_posterior().identity
    for place in (Store.shipped(), store or Store()):
        for entry in place.runs(prefix=PREFIX):
            if entry.manifest is None or not entry.done:
                continue
            if dict(entry.manifest.parameters) == dict(RECORDED):
                result = place.result(entry.id)
                if result.provenance.parameters["posterior_hash"] == identity:
                    return place, entry.id, result
    what = "there is no recorded backtest of this posterior"
    raise DataMissing(what, where="runs", hint="isthmus study prepare STUDY")
