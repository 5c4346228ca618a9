"""Codes that a table does not hold are named together, with their places."""

from __future__ import annotations

import pytest

from isthmus.errors import BadInput, CodesUnknown, CodeUnknown
from isthmus.scenario import CapacityLoss, ExportStop, Scenario, check_codes

ECONOMIES = ("DEU", "FRA", "TWN")
INDUSTRIES = ("C26", "C29", "D")


def scenario(**loss: tuple[str, ...]) -> Scenario:
    stop = ExportStop(exporters=("TWX",), importers=("DEU",), industries=("C26", "C25"))
    shock = CapacityLoss(**{"economies": ("DEV",), "industries": ("*",), "severity": 0.5, **loss})
    return Scenario(name="test", shocks=(stop, shock))


def test_every_code_is_named_with_its_place() -> None:
    with pytest.raises(CodesUnknown) as caught:
        check_codes(scenario(), ECONOMIES, INDUSTRIES)
    assert [p.where for p in caught.value.problems] == [
        "shocks.0.exporters",
        "shocks.0.industries",
        "shocks.1.economies",
    ]
    assert caught.value.exit_code == CodeUnknown.exit_code == 4
    assert isinstance(caught.value, BadInput)
    assert "did you mean 'DEU'" in caught.value.problems[2].hint


def test_one_code_is_an_error_of_its_own() -> None:
    one = Scenario(name="one", shocks=(CapacityLoss(economies=("DEV",), severity=0.5),))
    with pytest.raises(CodeUnknown, match="no economy 'DEV'") as caught:
        check_codes(one, ECONOMIES, INDUSTRIES)
    assert caught.value.where == "shocks.0.economies"
    assert not isinstance(caught.value, CodesUnknown)


def test_labels_and_groups_are_held() -> None:
    held = Scenario(
        name="held",
        shocks=(CapacityLoss(economies=("DEU",), industries=("MANUFACTURING",), severity=0.5),),
    )
    check_codes(held, ECONOMIES, INDUSTRIES)
