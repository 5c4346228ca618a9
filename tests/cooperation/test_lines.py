"""What packages do to lines: what is stated, what the rest of the line lets through."""

from __future__ import annotations

import numpy as np
import pytest
from tests.cooperation.small import ACTION, HAZARD, PACKAGES

from isthmus.cooperation import lines, stage_of
from isthmus.cooperation.stage import TODAY
from isthmus.scenario.catalogues import parse_catalogue, shipped_catalogue
from isthmus.world import World

PARTIES = {"home": "EU27_2020", "partner": "TWN"}
LINE = """
[[actions.effects]]
channel = "output"
line = "shell-155"
{item}
units = {{ low = {units}, high = {units}, reason = "chosen" }}
unit = "{unit}"
"""


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


def rows_of(world, a="", b=""):
    common = {"fit": 1.0, "military": 0.0, "rung": "", "once": 0, "yearly": 1, "lead": 6}
    text = ACTION.format(key="a", **common) + a + ACTION.format(key="b", **common) + b
    held = parse_catalogue([text + PACKAGES + HAZARD])
    return lines.outputs(stage_of(world, held, PARTIES, losses={})).frame


def test_assembly_alone_gains_nothing_where_inputs_bind(world):
    more = LINE.format(item="", units=50_000, unit="piece per month")
    frame = rows_of(world, b=more).filter(compared=TODAY)
    assert frame["package"].to_list() == ["with"]
    row = frame.row(0, named=True)
    assert row["stated"] == pytest.approx(50_000)
    # The last stage of this line has room: what binds lies before it.
    assert row["value"] == pytest.approx(0.0, abs=1.0)
    assert not row["binds"].startswith("shell-155")
    assert row["wanted"] == pytest.approx(2_000_000)
    assert row["months"] == pytest.approx(row["months_before"])


def test_an_item_that_binds_lets_more_through_and_sooner_reached(world):
    inputs = (
        ("powder", 5000, "t per month"),
        ("explosive", 5000, "t per month"),
        ("nitrocellulose", 5000, "t per month"),
        ("shell-body", 200_000, "piece per month"),
    )
    both = "".join(
        LINE.format(item=f'item = "{item}"', units=units, unit=unit) for item, units, unit in inputs
    )
    row = rows_of(world, b=both).filter(compared=TODAY).row(0, named=True)
    assert row["value"] > 0.0
    assert row["low"] <= row["value"] <= row["high"]
    assert row["months"] <= row["months_before"]


def test_what_both_hold_is_no_gain_of_the_package(world):
    more = LINE.format(item='item = "powder"', units=5000, unit="t per month")
    frame = rows_of(world, a=more)
    assert frame["package"].to_list() == ["alone"]


def test_a_package_without_output_has_no_row(world):
    assert rows_of(world).is_empty()


def test_acts_that_printed_no_engine_print_figures(world):
    held = shipped_catalogue("taiwan-europe")
    frame = lines.outputs(stage_of(world, held, PARTIES, losses={})).frame
    assert set(frame["package"]) == {"alone", "structured"}
    assert np.isfinite(frame["value"].to_numpy()).all()
    assert (frame["before"] > 0.0).all()
