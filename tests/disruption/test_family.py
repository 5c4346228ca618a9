"""The family of models: what each number is in the engine's parameters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.disruption.checks import check
from isthmus.disruption.family import (
    PARAMETERS,
    RATIONING,
    RULES,
    kind_of,
    settings_of_draw,
)
from isthmus.errors import BadInput

CODES = (
    "A01", "B06", "C20", "C24A", "C25", "C26_LEAD", "C26_LOGIC", "C26_DAO", "C26_REST", "C28",
    "C29", "C301", "D_E", "F", "H", "K_L",
)  # fmt: skip


def need(**values):
    made = settings_of_draw(values, CODES)
    matrix = np.asarray(made.need)
    return lambda supplier, user: matrix[CODES.index(supplier), CODES.index(user)]


def test_chips_have_their_own_users():
    share = need(
        need_chips_cars=0.9,
        need_chips_makers=0.8,
        need_chips_electronics=0.7,
        need_chips_others=0.2,
        need_leading=0.05,
    )
    assert share("C26_DAO", "C29") == 0.9
    assert share("C26_LOGIC", "C28") == share("C26_LOGIC", "C301") == 0.8
    assert share("C26_LOGIC", "C26_REST") == share("C26_LEAD", "C26_DAO") == 0.7
    assert share("C26_DAO", "H") == 0.2
    assert share("C26_LEAD", "C29") == share("C26_LEAD", "H") == 0.05
    assert share("C26_LEAD", "C26_REST") == 0.7


def test_other_inputs_follow_their_criticality():
    share = need(
        need_critical=0.6, need_important=0.3, need_others=0.1, need_services=0.4,
        need_electronics=0.5,
    )  # fmt: skip
    assert share("C24A", "C25") == 0.6  # metals in parts
    assert share("B06", "C29") == 0.3  # energy in machines
    assert share("A01", "C29") == 0.1
    assert share("H", "C28") == pytest.approx(0.5 * 0.4)  # transport is important to machines
    assert share("K_L", "C29") == 0.0
    assert share("C26_REST", "C29") == 0.5
    assert share("C26_REST", "H") == 0.1


def test_stocks_elasticities_and_deferral_by_class():
    made = settings_of_draw(
        {
            "days_chips": 30.0, "days_parts": 5.0, "days_goods": 50.0, "sigma": 0.2,
            "defer_cars": 0.1, "defer_makers": 0.9, "defer_others": 0.4, "psi": 0.5,
            "rule": 1.0, "rationing": 2.0,
        },
        CODES,
    )  # fmt: skip
    days, sigma, defer = made.stock_days, made.elasticity, made.defer
    assert (days["C26_DAO"], days["C26_REST"], days["C29"], days["C20"]) == (30.0, 5.0, 5.0, 50.0)
    assert (sigma["C20"], sigma["B06"], sigma["C26_DAO"], sigma["C25"]) == (0.2, 0.2, 0.0, 0.0)
    assert (defer["C29"], defer["C28"], defer["C26_REST"], defer["H"]) == (0.1, 0.9, 0.9, 0.4)
    assert (made.rule, made.rationing) == (RULES[1], RATIONING[2])


def test_stocks_last_for_a_step_whatever_is_drawn():
    made = settings_of_draw({"days_parts": 1.0, "psi": 0.3}, CODES)
    assert min(made.stock_days.values()) == pytest.approx(1 / 0.3)


@given(st.lists(st.floats(0, 1), min_size=len(PARAMETERS), max_size=len(PARAMETERS)))
def test_every_member_of_the_family_is_one_the_engine_takes(places):
    values = {
        name: p.low + u * (min(p.high, 90.0) - p.low)
        for u, (name, p) in zip(places, PARAMETERS.items(), strict=True)
    }
    values["psi"] = max(values["psi"], 0.05)
    made = settings_of_draw(values, CODES)
    check(made, CODES)
    assert 0.0 <= np.min(made.need) <= np.max(made.need) <= 1.0


def test_defaults_lie_inside_their_bounds():
    assert all(p.low <= p.default <= p.high for p in PARAMETERS.values())
    check(settings_of_draw({}, CODES), CODES)


def test_unknown_names_and_numbers_out_of_bounds_are_named():
    with pytest.raises(BadInput) as caught:
        settings_of_draw({"psy": 0.5, "psi": 1.5, "order_share": float("nan")}, CODES)
    assert {p.where for p in caught.value.problems} == {"psy", "psi", "order_share"}


def test_industries_of_a_coarse_table_are_classed_by_their_first():
    coarse = ["B05-and-1", "C301-and-1", "C26_LEAD", "C29"]
    made = settings_of_draw({"need_chips_makers": 0.8, "need_leading": 0.05, "sigma": 0.2}, coarse)
    assert made.elasticity["B05-and-1"] == 0.2
    assert np.asarray(made.need)[2, 1] == 0.05
    assert kind_of("C301") == kind_of("C302T309")
    assert kind_of("C20") != kind_of("C24A")
