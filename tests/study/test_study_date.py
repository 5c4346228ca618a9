"""The day of a study: one for all its sections, in every code that goes to a lens."""

from __future__ import annotations

import pytest

from isthmus.codes import members
from isthmus.errors import BadInput
from isthmus.study import load_study, open_study
from isthmus.study.context import Context
from isthmus.study.shipped import study_text
from isthmus.world import World


def study(date: str | None, home: str = "NATO"):
    asked = open_study("taiwan-europe").with_parties(home=home, ally="JPN")
    options = asked.options.model_copy(update={"date": date})
    return asked.model_copy(update={"options": options})


@pytest.mark.parametrize(
    ("home", "date", "code", "count"),
    [
        ("NATO", "2022-12-31", "NATO@2022-12-31", 30),
        ("NATO", "2023", "NATO@2023-12-31", 31),
        ("NATO", None, "NATO", 32),
        ("EA@2022", "2026-01-01", "EA@2022", 19),
        ("EU27_2020", "2022", "EU27_2020", 27),
        ("DEU", "2022", "DEU", 1),
    ],
)
def test_parties_carry_the_day_of_the_study(home, date, code, count) -> None:
    asked = study(date, home)
    context = Context(asked, World.open("starter"))
    assert context.home == asked.parties["home"] == code
    assert len(context.members("home")) == len(context.members(home)) == count
    assert context.role(context.home) == "home"
    assert "@" not in context.label(context.home)


def test_a_coalition_named_in_a_claim_has_the_day_too() -> None:
    assert study("2022").party("EA") == "EA@2022-12-31"
    context = Context(study("2022"), World.open("starter"))
    assert context.members("EA") == members("EA", on=2022)


def test_what_is_no_day_is_refused_with_its_place() -> None:
    text = f'{study_text("taiwan-europe")}\n[options]\ndate = "soon"\n'
    with pytest.raises(BadInput) as caught:
        load_study(text)
    (problem,) = caught.value.problems
    assert "options.date" in str(problem.where)
    assert "'soon'" in problem.what
