"""Yearly probabilities of the reader's own table take the place of the printed axis."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.cooperation.small import catalogue, stage

from isthmus.cooperation import order, thresholds
from isthmus.cooperation.stated import PROBABILITIES, named, stated, written
from isthmus.cooperation.transfers import balances, transfers
from isthmus.errors import BadInput
from isthmus.evidence import Kind
from isthmus.store import Store
from isthmus.world import World
from isthmus.world.adding import add_file
from isthmus.world.manifest import Entry
from isthmus.world.templates import template_of, write_template

SCHEMA = {"hazard": pl.String, "probability": pl.Float64, "low": pl.Float64, "high": pl.Float64,
          "reason": pl.String}  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Entry:
    """The table of the template, added as a user adds it."""
    folder = tmp_path_factory.mktemp("own")
    store = Store(folder / "store")
    write_template(template_of(PROBABILITIES), folder / "mine.csv")
    entry = add_file(folder / "mine.csv", store=store).entry
    world = World.open("starter", with_=[entry.reference], store=store)
    return Entry(world.record(PROBABILITIES), lambda: world.table(PROBABILITIES))


def world(template: Entry, *rows: tuple[object, ...], **about: object) -> World:
    frame = pl.DataFrame(list(rows), schema=SCHEMA, orient="row")
    record = template.record.model_copy(update=about)
    return World.open("starter").with_entries({PROBABILITIES: Entry(record, lambda: frame)})


def test_the_template_is_read_back_for_the_shipped_hazards(template: Entry) -> None:
    from isthmus.scenario.catalogues import shipped_catalogue

    opened = World.open("starter").with_entries({PROBABILITIES: template})
    found = stated(opened, shipped_catalogue("taiwan-europe"))
    assert found == {"taiwan-chips-stop": (0.002, 0.01, 0.04), "critical-inputs-licences": (0.1,)}
    assert template.record.kind.value == "assumed"
    assert template.record.private


def test_tables_are_made_at_the_stated_probabilities(template: Entry) -> None:
    plain = stage()
    own = replace(plain, world=world(template, ("stop", 0.01, 0.0004, 0.2, "mine")))
    wanted = ["0.04%", "1.0%", "20.0%"]
    made = {
        "effect": thresholds.effect(own),
        "first": order.first(own, "stop"),
        "knowing": order.knowing(own, "stop"),
        "transfers": transfers(own, "stop"),
        "balances": balances(own, "stop"),
    }
    for name in ("effect", "first", "transfers"):
        assert made[name].frame["probability"].unique(maintain_order=True).to_list() == wanted
    # Package `with` costs 1 a year, Germany loses 500: it has to take 1 / (500 p) away.
    effect = made["effect"].frame.filter(package="with", compared="against things as they are")
    assert effect["value"].to_list() == pytest.approx([None, 0.2, 0.01])
    assert "chance of 1% a year" in made["balances"].text
    told = named(made.values(), own.stated, "stop")
    assert all(PROBABILITIES in table.datasets for table in told)
    assert all(
        t.notes == m.notes for t, m in zip(named(made.values(), {}), made.values(), strict=True)
    )


@pytest.mark.parametrize(("low", "high"), [(None, 0.2), (0.01, 0.2), (0.0004, None), (None, None)])
def test_what_is_gained_is_counted_at_the_probability_between_the_ends(
    template: Entry, low: float | None, high: float | None
) -> None:
    own = replace(stage(), world=world(template, ("stop", 0.01, low, high, "mine")))
    assert "chance of 1% a year" in balances(own, "stop").text


def test_the_printed_axis_stays_where_nothing_is_stated(template: Entry) -> None:
    held = catalogue()
    plain = stage(held)
    assert plain.stated == {}
    axis = [written(chance) for chance in thresholds.CHANCES]
    assert axis == ["0.1%", "0.5%", "1.0%", "2.0%", "5.0%"]
    found = thresholds.effect(plain).frame["probability"].unique(maintain_order=True)
    assert found.to_list() == axis
    assert np.isclose(float(written(0.00035)[:-1]), 0.035)


def test_all_faults_are_named_at_once(template: Entry) -> None:
    faulty = world(
        template,
        ("stopp", 0.01, None, None, "mine"),
        ("stop", 0.01, 0.2, 0.1, "mine"),
        ("nothing", 0.0, None, None, "mine"),
        kind=Kind.MEASURED,
    )
    with pytest.raises(BadInput) as caught:
        stated(faulty, catalogue())
    said = "\n".join(str(problem) for problem in caught.value.problems)
    for part in ("are called measured", "did you mean 'stop'", "not in order", "above 0"):
        assert part in said
    assert len(caught.value.problems) == 5


def test_damaged_cells_are_refused_at_the_add(tmp_path: Path) -> None:
    write_template(template_of(PROBABILITIES), tmp_path / "mine.csv")
    text = (tmp_path / "mine.csv").read_text(encoding="utf-8-sig")
    text = text.replace("0.01", "1.5").replace("0.1,", "often,")
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        add_file(tmp_path / "mine.csv", store=Store(tmp_path / "store"))
    said = str(caught.value)
    assert "column probability" in said
    assert "often" in said
    assert "1.5" in said
