"""What an event costs one party: ranges, extremes, stocks, first stops and the way back."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.ensemble.losses.test_losses import EVENT, Small

from isthmus.ensemble.calibration.misfit import misfit_share
from isthmus.ensemble.losses import halving, outlook
from isthmus.ensemble.losses.outlook import SAYS, spread
from isthmus.ensemble.losses.watch import MISSING_AFTER, middle_return
from isthmus.evidence import Result


@pytest.fixture(scope="module")
def found() -> Result:
    return outlook(Small(), EVENT, party="DEU", draws=4, until=90, more_days=(30.0, 60.0))


def test_ranges_stand_in_order_and_misfit_widens_them(found: Result) -> None:
    frame = found["predicted"].frame
    assert frame["day"].to_list() == [30, 90]
    for row in frame.iter_rows(named=True):
        inside = [row[k] for k in ("low_95", "low_80", "median", "high_80", "high_95")]
        assert inside == sorted(inside)
        assert row["low_80_misfit"] < row["low_80"]
        assert row["high_80_misfit"] > row["high_80"]
        assert 0 < row["misfit_share"] < 1


def test_misfit_is_a_part_of_the_spread_in_closed_form() -> None:
    values = np.exp([-1.0, 1.0])
    assert misfit_share(values, 1.0) == pytest.approx(0.5)
    assert misfit_share(values, 0.0) == 0.0
    assert misfit_share(np.array([0.1, 0.0]), 1.0) is None
    assert spread(np.array([0.1] * 9))[2] == pytest.approx(0.1)


def test_extremes_are_labelled_with_what_episodes_say(found: Result) -> None:
    frame = found["extremes"].frame
    assert set(frame["case"]) == set(SAYS)
    assert frame["episodes"].str.len_chars().min() > 20


def test_stock_is_held_against_the_same_draws(found: Result) -> None:
    table = found["by_stock"]
    assert table.frame["more_days"].to_list() == [0.0, 30.0, 60.0]
    assert table.frame["saved"][0] == 0.0
    assert "halve" in table.notes[0]
    assert halving([0.0, 10.0], [1.0, 0.4]) == pytest.approx(10 * 5 / 6)


def test_stops_and_the_way_back_are_shares_of_draws(found: Result) -> None:
    stops = found["first_stops"].frame
    assert stops.height == 0 or stops["stops"].is_between(0, 1).all()
    row = found["returns"].frame.row(0, named=True)
    assert 0 <= row["never"] <= 1
    # The run ends 40 days after the event: nothing is said of half a year later.
    assert (row["returned"], row["missing"]) == (None, None)


def test_half_a_year_later_is_told_where_the_run_reaches_it() -> None:
    last = EVENT.shocks[0].duration + MISSING_AFTER
    row = outlook(Small(), EVENT, party="DEU", draws=2, until=last, more_days=())["returns"].frame
    assert 0 <= row["returned"].item() <= 1
    assert row["missing"].item() < 0.5


@pytest.mark.parametrize(
    ("back", "day"),
    [([9, 3, 5], 5.0), ([3, None, 5], 5.0), ([3, None], 3.0), ([3, None, None], None), ([], None)],
)
def test_a_draw_that_is_not_back_counts_as_later_than_the_run(back, day) -> None:
    assert middle_return(pl.Series(back, dtype=pl.Int16)) == day
