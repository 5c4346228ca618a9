"""The contracts fit what ships, and what a lens reads has one."""

from __future__ import annotations

import re

import polars as pl
import pytest

from isthmus.errors import BadInput
from isthmus.evidence import DatasetRecord
from isthmus.world import World
from isthmus.world.adding import add_frame
from isthmus.world.contracts import checked, conform_frame, contract_of, known_keys
from isthmus.world.contracts.model import DTYPES
from isthmus.world.money import money

WORLD = World.open()
KEYS = WORLD.keys()
OPEN = [key for key in KEYS if (found := contract_of(key)) and not found.closed]
TWICE = "political_stability"
"""Its source holds two values a year under one code, of which one is another economy's."""


def record(key: str, **fields: object) -> DatasetRecord:
    about = {
        "key": key,
        "title": "t",
        "publisher": "p",
        "edition": "1",
        "unit": "million USD",
        "kind": "measured",
        "licence": "CC0-1.0",
        "attribution": "a",
        "redistribution": "allowed",
    }
    return DatasetRecord.model_validate({**about, **fields})


def test_every_data_set_of_the_world_has_a_contract() -> None:
    assert [key for key in KEYS if contract_of(key) is None] == []
    assert contract_of("my_own_table") is None


def test_every_pattern_of_a_contract_fits_a_key_of_the_world_or_a_template() -> None:
    for pattern in known_keys():
        assert any(re.fullmatch(pattern, key) for key in KEYS), pattern


@pytest.mark.parametrize("key", OPEN)
def test_what_ships_follows_its_contract_unchanged(key: str) -> None:
    frame = WORLD.table(key)
    found = conform_frame(WORLD.record(key), frame)
    assert found.notes == ()
    assert found.frame.columns == frame.columns
    assert found.record == WORLD.record(key)
    for name, dtype in frame.schema.items():
        assert found.frame[name].dtype == (pl.String if dtype == pl.Enum else dtype)
    assert checked(WORLD.record(key), frame).height == frame.height


def test_a_contract_finds_rows_that_stand_twice() -> None:
    held = WORLD.table(TWICE)
    twice = pl.concat([held, held.filter(pl.col("year") == 2022).head(1)])
    with pytest.raises(BadInput) as caught:
        conform_frame(WORLD.record(TWICE), twice)
    assert [p.what for p in caught.value.problems] == ["2022, ABW stands 2 times"]


def test_what_a_source_gives_two_values_for_is_left_out_and_said() -> None:
    assert WORLD.table(TWICE).filter(pl.col("economy") == "GUY").is_empty()
    assert any("GUY" in fault for fault in WORLD.record(TWICE).faults)


@pytest.mark.parametrize("key", OPEN)
def test_types_and_unique_columns_of_a_contract_are_known(key: str) -> None:
    contract = contract_of(key)
    assert contract is not None
    assert {c.type for c in contract.columns.values()} <= set(DTYPES)
    assert set(contract.unique) | set(contract.money) | set(contract.absent) <= set(
        contract.columns
    )


FLOW = {
    "year": [2022],
    "exporter": ["CHN"],
    "importer": ["DEU"],
    "product": ["010121"],
    "value": [90.0],
}


def test_a_frame_with_numbers_for_codes_gets_its_zero_back() -> None:
    frame = pl.DataFrame({**FLOW, "product": [10121], "exporter": [156], "year": [2022.0]})
    found = conform_frame(record("baci_hs2017"), frame)
    assert found.frame.row(0) == (2022, "CHN", "DEU", "010121", 90.0, None, "full")
    assert found.record.years == (2022,)


@pytest.mark.once_broken("a table of nothing but zeros gave shares of nought without a word")
@pytest.mark.parametrize(("amount", "said"), [(0.0, True), (1e-9, False)])
def test_a_table_of_zeros_says_so(amount: float, said: bool) -> None:
    found = conform_frame(record("baci_hs2017"), pl.DataFrame({**FLOW, "value": [amount]}))
    assert any("no amount is more than zero" in fault for fault in found.record.faults) is said


def test_what_was_added_past_the_contract_is_refused_when_it_is_opened(tmp_path) -> None:
    from isthmus.store import Store

    store = Store(tmp_path / "store")
    frame = pl.DataFrame({**FLOW, "exporter": ["CN"], "quantity": [1.0], "coverage": ["full"]})
    store.add(record("baci_hs2017"), frame)
    world = World.open(with_=["baci_hs2017"], store=store)
    with pytest.raises(BadInput, match="does not follow its contract"):
        world.trade()
    add_frame(record("baci_hs2017"), frame, store=store)
    assert World.open(with_=["baci_hs2017"], store=store).trade()["exporter"].to_list() == ["CHN"]


@pytest.mark.parametrize(
    ("name", "cell", "words"),
    [
        ("value", float("inf"), "is not finite"),
        ("value", -1.0, "is negative"),
        ("year", 20222, "above 2200"),
        ("exporter", "XXX", "no economy"),
        ("exporter", "TW{", "'TW{' is no economy"),
        ("product", "010199", "no product"),
        ("product", None, "is empty"),
    ],
)
def test_typed_frames_go_through_the_same_contract(name: str, cell: object, words: str) -> None:
    frame = pl.DataFrame({**FLOW, name: [cell]})
    with pytest.raises(BadInput) as caught:
        conform_frame(record("baci_hs2017"), frame)
    assert words in str(caught.value)
    assert "row 1" in str(caught.value)


@pytest.mark.parametrize(
    ("unit", "read"),
    [
        ("million USD, FOB; tonnes", (1.0, "USD", ", FOB; tonnes")),
        ("USD", (1e-6, "USD", "")),
        ("thousand US$", (1e-3, "USD", "")),
        ("million current US$", (1.0, "USD", "")),
        ("EUR million", (1.0, "EUR", "")),
        ("Mio. EUR", (1.0, "EUR", "")),
        ("billions of USD", (1e3, "USD", "")),
        ("tonnes", None),
        ("ton", None),
        ("million", None),
        ("hundred USD", None),
        ("1000 USD", (1e-3, "USD", "")),
        ("'000 US$", (1e-3, "USD", "")),
        ("Mill USD", (1.0, "USD", "")),
        ("M.EUR", (1.0, "EUR", "")),
        ("Mio €", (1.0, "EUR", "")),
        ("kEUR", (1e-3, "EUR", "")),
        ("TJ", None),
    ],
)
def test_units_of_money(unit: str, read: tuple[float, str, str] | None) -> None:
    assert money(unit) == read
