"""What the flagship study says for several settings of parties, held field by field."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from isthmus.study import Dossier, Study
from tools import golden

ALIKE = ("japan-korea", "usa-europe")
"""Settings whose pages are those of another one, for other parties."""


@pytest.mark.parametrize(
    "setting",
    [pytest.param(s, marks=pytest.mark.slow if s in ALIKE else ()) for s in golden.SETTINGS],
)
def test_dossier_is_the_kept_one(assessed: Callable[[Study], Dossier], setting: str) -> None:
    before = golden.kept(setting)
    after = golden.entries(assessed(golden.study_of(setting)))
    found = golden.differences(before, after)
    assert before
    assert not found, f"see tools/golden.py\n{golden.table(found)}"


@pytest.mark.parametrize("setting", golden.SETTINGS)
def test_kept_dossiers_stand_in_order_and_hold_findings_and_tables(setting: str) -> None:
    keys = list(golden.kept(setting))
    findings = [key for key in keys if key.startswith("finding ")]
    assert findings == sorted(findings)
    # A study of its own with four pages says less than the flagship's fourteen.
    least, tables = (19, 8) if setting == "germany-materials" else (81, 21)
    assert len(findings) >= least
    assert sum(key.startswith("table ") for key in keys) >= tables


BEFORE = {
    "finding a": {"value": 2.0, "unit": "share", "low": None},
    "row t DEU": {"value": 1.0e6},
    "row t FRA": {"value": 0.0},
}


def changed(key: str, **fields: object) -> golden.Entries:
    return BEFORE | {key: BEFORE[key] | fields}


def test_numbers_agree_to_the_ninth_digit() -> None:
    near = changed("finding a", value=2.0 * (1 + 5e-10)) | {"row t FRA": {"value": 1e-13}}
    assert golden.differences(BEFORE, near) == []
    far = golden.differences(BEFORE, changed("finding a", value=2.0 * (1 + 5e-9)))
    assert [d.key for d in far] == ["finding a · value"]


@pytest.mark.parametrize(
    ("after", "keys"),
    [
        (changed("finding a", unit="1"), ["finding a · unit"]),
        (changed("finding a", low=0.0), ["finding a · low"]),
        (changed("finding a", more="x"), ["finding a · more"]),
        ({k: v for k, v in BEFORE.items() if k != "row t DEU"}, ["row t DEU"]),
        (BEFORE | {"finding b": {"value": 1.0}}, ["finding b"]),
        (
            {k: BEFORE[k] for k in ("finding a", "row t FRA", "row t DEU")},
            ["place of row t DEU", "place of row t FRA"],
        ),
    ],
)
def test_every_other_change_is_a_difference(after: golden.Entries, keys: list[str]) -> None:
    assert [d.key for d in golden.differences(BEFORE, after)] == keys


def test_writing_keeps_the_digits_of_entries_that_agree(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(golden, "FOLDER", tmp_path)
    golden.write("toy", {}, BEFORE)
    assert golden.kept("toy") == BEFORE
    after = changed("finding a", value=2.0 + 1e-12) | {"row t DEU": {"value": 3.0}}
    golden.write("toy", BEFORE, after)
    assert golden.kept("toy") == BEFORE | {"row t DEU": {"value": 3.0}}


def test_the_table_names_key_before_and_after() -> None:
    found = golden.differences(BEFORE, changed("row t DEU", value=3.5))
    assert golden.table(found).splitlines() == [
        "key                before     after",
        "row t DEU · value  1000000.0  3.5",
    ]
