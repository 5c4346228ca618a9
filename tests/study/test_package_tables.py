"""Tables of packages on pages: parties by name, inside texts as well."""

from __future__ import annotations

import polars as pl
import pytest

from isthmus.cooperation.stage import ALONE
from isthmus.study import open_study
from isthmus.study.ask.packages import delivers, spelled
from isthmus.study.context import Context
from isthmus.study.wording import TextCatalogue
from isthmus.world import World

ROWS = pl.DataFrame(
    {
        "economy": ["LTU"],
        "most": ["DEU 105, FRA 74.1"],
        "payers": ["none"],
        "hit": ["ITA 20 %"],
        "group": ["AUT DEU"],
        "members": [2.0],
        "unit": ["TNT, million EUR"],
        "payer": ["both, home"],
        "compared": [ALONE],
        "probability": ["0.5%"],
    }
)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("Lithuania", "Germany 105, France 74.1", "Italy 20 %", "Austria, Germany")),
        (
            "de",
            (
                "Litauen",
                "Deutschland 105, Frankreich 74.1",
                "Italien 20 %",
                "Österreich, Deutschland",
            ),
        ),
    ],
)
def test_parties_stand_by_name(language, told):
    context = Context(
        open_study("taiwan-europe"), World.open("starter"), TextCatalogue.load(language)
    )
    row = spelled(context, ROWS).row(0, named=True)
    assert (row["economy"], row["most"], row["hit"], row["group"]) == told
    assert (row["payers"], row["members"], row["unit"]) == ("none", 2.0, "TNT, million EUR")


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("EU and Taiwan; EU", "added to what the EU can do alone", "0.5 %")),
        (
            "de",
            ("EU und Taiwan; EU", "zusätzlich zu dem, was für die EU allein möglich ist", "0,5 %"),
        ),
    ],
)
def test_roles_stand_by_name_and_shares_in_the_marks_of_the_language(language, told):
    context = Context(
        open_study("taiwan-europe"), World.open("starter"), TextCatalogue.load(language)
    )
    row = spelled(context, ROWS).row(0, named=True)
    assert (row["payer"], row["compared"], row["probability"]) == told


def test_who_delivers_stands_by_name_in_the_language() -> None:
    context = Context(open_study("taiwan-europe"), World.open("starter"), TextCatalogue.load("de"))
    assert delivers(context, "partner: makers of chips") == "Taiwan: Chiphersteller"
    assert delivers(context, "anybody") == "anybody"
