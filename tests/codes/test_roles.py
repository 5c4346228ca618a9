"""Lists about industries and hubs that no table holds: each is data with a record and a reason."""

from __future__ import annotations

import pytest

from isthmus import codes
from isthmus.codes._files import data_path, records
from isthmus.errors import CodeUnknown
from isthmus.runtime.reading.json_values import read_json


def test_industries_of_a_role_are_codes_of_the_classification() -> None:
    known = {"O", *codes.industries("ICIO2025")}
    for row in records("industry_roles"):
        assert row["industry"] in known
        assert row["reason"]
    assert codes.industries_in("arms") == ("C25", "C26", "C301", "C302T309")
    assert codes.industries_in("defence") == ("O",)


def test_stages_come_in_their_order() -> None:
    stages = codes.stages("chips")
    assert next(iter(stages)) == "leading"
    assert list(stages)[-1] == "packaging"
    assert len(set(stages.values())) == len(stages) == 7


def test_hubs_stand_beside_the_economy_they_serve() -> None:
    assert codes.hubs_of("CHN") == ("HKG",)
    assert codes.hubs_of("DEU") == ()


def test_europe_is_one_grouping_for_every_lens() -> None:
    union = set(codes.members("EU27_2020"))
    assert set(codes.members("EUROPE")) == union | {"CHE", "GBR", "ISL", "NOR"}


def test_unknown_names_are_answered_with_what_there_is() -> None:
    with pytest.raises(CodeUnknown, match="arms"):
        codes.industries_in("arm")
    with pytest.raises(CodeUnknown, match="chip"):
        codes.stages("chip")
    with pytest.raises(CodeUnknown, match="WIOD2013"):
        codes.industries_in("arms", "WIOD2013")


@pytest.mark.parametrize("key", ["industry_roles", "industry_stages", "hubs", "coalition_members"])
def test_each_list_has_a_record_that_says_how_it_was_made(key: str) -> None:
    manifest = read_json(data_path("manifest.json"))
    record = next(r for r in manifest["datasets"] if r["key"] == key)
    assert record["steps"]
    assert record["coverage"]
    assert record["kind"] == ("assumed" if key == "industry_roles" else "measured")
