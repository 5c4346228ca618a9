"""What a line makes of a package: hand cases, degrees of delivery, what is refused."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus.errors import BadInput
from isthmus.production import Amount, bill_from_toml, change, load_bill, package, package_runs
from isthmus.production.lens import setting_of, told_of
from isthmus.production.packages import WEEKS_A_MONTH

LINE = """
schema_version = 1
name = "line"
title = "a line of two stages"
start = "2025-01-06"

[[items]]
name = "round"
title = "round"
unit = "piece"
stage = "product"
inputs = [{ item = "powder", quantity = { value = 2, unit = "kg", reason = "x" } }]

[[items]]
name = "powder"
title = "powder"
unit = "kg"

[[suppliers]]
name = "filling"
item = "round"
economy = "DEU"
capacity = { value = 10, unit = "piece per week", reason = "x" }

[[suppliers]]
name = "mill"
item = "powder"
economy = "FRA"
capacity = { value = 24, unit = "kg per week", reason = "x" }

[[demands]]
item = "round"
buyer = "state"
quantity = { value = 30, unit = "piece per week", reason = "x" }
"""


def amount(value, unit, low=None, high=None):
    return Amount(value=value, low=low, high=high, unit=unit, reason="x")


def runs(*changes, days=70, draws=1, **more):
    bill = bill_from_toml(LINE, where="line")
    setting = setting_of(bill, (), 1.0, 0.0, days, draws, 0)
    return package_runs(bill, setting, changes, "round", **more)


def test_more_of_the_last_stage_makes_what_the_powder_lets_through():
    # Ten rounds a week as it is; ten more filled, and powder for two of them.
    found = runs(change("output", "round", amount(10, "piece per week")))
    assert found.levels == (0.0, 0.5, 1.0)
    np.testing.assert_allclose(found.made[:, -1, 0], [10, 12, 12])
    np.testing.assert_allclose(found.stated[:, 0], 10)


def test_stage_and_input_together_make_what_is_stated():
    both = (
        change("output", "round", amount(10, "piece per week")),
        change("capacity", "powder", amount(20, "kg per week")),
    )
    found = runs(*both)
    np.testing.assert_allclose(found.made[:, -1, 0], [10, 15, 20])


def test_a_lead_time_and_a_ramp_delay_what_is_stated():
    lead, ramp = amount(2, "weeks"), amount(4, "weeks")
    found = runs(change("output", "round", amount(2, "piece per week"), lead=lead, ramp=ramp))
    gained = found.made[2, :, 0] - found.made[0, :, 0]
    np.testing.assert_allclose(gained[:7], [0, 0, 0.5, 1, 1.5, 2, 2], atol=1e-9)
    np.testing.assert_allclose(found.stated[:, 0], gained, atol=1e-9)


def test_months_to_a_target_by_hand():
    found = runs(change("output", "round", amount(2, "piece per week")))
    months = found.months_to(60.0)[:, 0]
    np.testing.assert_allclose(months * WEEKS_A_MONTH, [6, 60 / 11, 5])
    assert np.isinf(found.months_to(1e6)).all()


def test_a_stock_helps_only_while_the_input_is_short():
    bill = bill_from_toml(LINE.replace("value = 24, ", "value = 12, "), where="line")
    setting = setting_of(bill, (), 1.0, 0.0, 70, 1, 0)
    held = change("stock", "powder", amount(1, "weeks"), lead=amount(2, "weeks"))
    found = package_runs(bill, setting, [held], "round")
    # A week of normal use is 60 kg: thirty rounds more, four a week.
    gained = (found.made - found.made[0]).sum(axis=1)[:, 0]
    np.testing.assert_allclose(gained, [0, 15, 30])


def test_adding_to_an_item_that_is_never_short_changes_nothing():
    bill = load_bill("shell-155")
    setting = setting_of(bill, (), 2.0, 0.0, 364, 20, 0)
    more = change("output", "shell-155", amount(50_000, "piece per month"), economy="TWN")
    found = package_runs(bill, setting, [more], "shell-155")
    np.testing.assert_array_equal(found.made[2], found.made[0])
    assert found.stated[-1].min() > 0


def test_delivered_in_full_is_the_remedy_and_never_less_than_in_part():
    bill = load_bill("shell-155")
    setting = setting_of(bill, (), 2.0, 0.0, 728, 30, 1)
    powder = change("capacity", "powder", amount(400, "t per month", 200, 800), economy="TWN")
    found = package_runs(bill, setting, [powder], "shell-155")
    alone = told_of(bill, setting, [powder])
    np.testing.assert_array_equal(found.made[2], alone.course.made[:, alone.place("shell-155")])
    total = found.made.sum(axis=1)
    assert (np.diff(total, axis=0) >= -1e-6 * total[:-1]).all()


def test_tables_say_degree_gain_and_what_binds():
    found = package(
        None,
        changes=[change("capacity", "explosive", amount(500, "t per month"), economy="TWN")],
        surge=2,
        days=364,
        draws=20,
        target=1.0e6,
    )
    output = found["package_output"].frame
    assert output["level"].unique().sort().to_list() == [0.0, 0.5, 1.0]
    assert output.filter(level=0.0)["gained_high"].max() == 0
    assert output.filter(level=1.0)["stated"].max() == 0  # it adds no last stage
    binding = found["package_binding"].frame.group_by("level").agg(pl.col("value").sum())
    assert binding["value"].to_list() == pytest.approx([1, 1, 1])
    months = found["months"].frame.sort("level")
    assert (months["reached"].diff().drop_nulls() >= 0).all()


def test_every_bad_change_is_told_at_once():
    with pytest.raises(BadInput) as caught:
        runs(
            change("output", "rounds", amount(10, "piece per week")),
            change("capacity", "powder", amount(10, "piece per week")),
            change("capacity", "powder", amount(1, "kg per week"), economy="Taiwan", name="more"),
            levels=(1.5,),
        )
    told = " ".join(str(p) for p in caught.value.problems)
    for words in ("no item 'rounds'", "cannot be read as kg per week", "'Taiwan'", "levels"):
        assert words in told
    with pytest.raises(BadInput, match=r"changes\.0"):
        package(None, changes=[{"name": "x", "kind": "gift"}])
    with pytest.raises(BadInput, match="no product"):
        package(None, changes=[], product="nothing")
