"""Losses of a batch as one table: every scenario as it would be alone, and the sums by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from isthmus.disruption.record import DailyLosses
from isthmus.disruption.tables import losses_frame

ECONOMIES = ("AAA", "BBB", "CCC")


@pytest.fixture(scope="module")
def losses() -> DailyLosses:
    draw = np.random.default_rng(3)
    added, unmet = draw.lognormal(3.0, 2.0, (2, 95, 3, 4))
    base, final = draw.lognormal(4.0, 1.0, (2, 3))
    base[1] = 0.0
    return DailyLosses(added, unmet, base, final, np.zeros((2, 3)), np.ones((2, 1)))


def test_every_scenario_of_a_batch_is_as_it_is_alone(losses: DailyLosses) -> None:
    names = ["one", "two", "three", "four"]
    whole = losses_frame(losses, ECONOMIES, names=names)
    assert whole["scenario"].unique(maintain_order=True).to_list() == names
    for b, name in enumerate(names):
        one = slice(b, b + 1)
        added, unmet = losses.value_added[:, :, one], losses.unmet[:, :, one]
        alone = losses_frame(replace(losses, value_added=added, unmet=unmet), ECONOMIES)
        assert whole.filter(scenario=name).drop("scenario").equals(alone)


def test_losses_by_hand(losses: DailyLosses) -> None:
    whole = losses_frame(losses, ECONOMIES, (30, 95), names=["a", "b", "c", "d"])
    assert whole.height == 4 * 2 * 3
    row = whole.row(
        by_predicate=(
            (pl.col("scenario") == "c") & (pl.col("economy") == "CCC") & (pl.col("horizon") == 30)
        ),
        named=True,
    )
    base, final = 30 * losses.base[2], 30 * losses.final[2]
    lost = base - sum(losses.value_added[:30, 2, 2])
    unmet = sum(losses.unmet[:30, 2, 2])
    assert row["value_added_lost"] == pytest.approx(lost, rel=1e-12)
    assert row["value_added_lost_share"] == pytest.approx(lost / base, rel=1e-12)
    assert row["unmet_final_share"] == pytest.approx(unmet / final, rel=1e-12)
    assert row["real_income_lost"] == pytest.approx(max(lost, unmet), rel=1e-12)
    assert whole.filter(economy="BBB")["value_added_lost_share"].to_list() == [0.0] * 8
