"""Tables of packages on pages: parties by name, inside texts as well."""

from __future__ import annotations

import polars as pl
import pytest

from isthmus.study import open_study
from isthmus.study.ask.packages import spelled
from isthmus.study.context import Context
from isthmus.study.wording import Catalogue
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
    }
)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("Lithuania", "Germany 105, France 74.1", "Italy 20 %", "Austria, Germany")),
        ("de", ("Litauen", "Deutschland 105, Frankreich 74.1", "Italien 20 %",
                "Österreich, Deutschland")),
    ],
)  # fmt: skip
def test_parties_stand_by_name(language, told):
    context = Context(open_study("taiwan-europe"), World.open("starter"), Catalogue.load(language))
    row = spelled(context, ROWS).row(0, named=True)
    assert (row["economy"], row["most"], row["hit"], row["group"]) == told
    assert (row["payers"], row["members"], row["unit"]) == ("none", 2.0, "TNT, million EUR")
