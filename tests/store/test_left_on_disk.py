"""A large data set stays on disk and answers what it would answer from memory."""

from __future__ import annotations

import os
import subprocess
import sys

import polars as pl
import pytest
from store_helpers import record

from isthmus.dependence import profile, screening
from isthmus.errors import BadInput, DataCorrupted
from isthmus.evidence.content import content_hash
from isthmus.store import Store
from isthmus.store.passed import has_passed
from isthmus.world import World, contracts
from isthmus.world.adding import add_frame
from isthmus.world.manifest import Entry

KEY = "baci_hs2017"
YEARS = (2022, 2023, 2024)


@pytest.fixture
def trade() -> pl.DataFrame:
    rows = World.open("starter").table("baci_critical_materials")
    return rows.filter(pl.col("year").is_in(YEARS), pl.col("importer").is_in(["DEU", "FRA", "USA"]))


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave every data set of the store on disk, and let none be read whole."""
    monkeypatch.setattr("isthmus.world.added.MANY", 1)


def about():
    return record(KEY, columns={})


def tables(world: World) -> dict[str, str]:
    every = screening(
        world, coalitions=["EU27_2020"], years=YEARS,
        methods=("commission_2021", "commission_2023", "geodep"),
    )  # fmt: skip
    one = profile(world, "DEU", on="CHN", level="product", items=["850511"])
    found = {**every.tables, **one.tables}
    return {name: content_hash(table.frame, keep_order=True) for name, table in found.items()}


def test_answers_are_those_of_rows_in_memory(store, trade, monkeypatch):
    add_frame(about(), trade, store=store)
    whole = tables(World.open("starter", with_=[KEY], store=store))
    monkeypatch.setattr("isthmus.world.added.MANY", 1)
    world = World.open("starter", with_=[KEY], store=store)
    monkeypatch.setattr(World, "_keep", None)  # reading a data set whole would fail
    assert tables(world) == whole
    assert whole["churn"] != whole["listed"]


def test_a_set_that_is_held_already_is_not_read_anew(store, trade, left, monkeypatch):
    add_frame(about(), trade, store=store)
    world = World.open("starter", with_=[KEY], store=store)
    held = world.table(KEY)
    monkeypatch.setattr(Store, "rows", None)
    assert world.query(KEY, lambda rows: rows.select(pl.len())).item() == held.height


def test_few_rows_are_kept_whole(store, trade, monkeypatch):
    add_frame(about(), trade, store=store)
    world = World.open("starter", with_=[KEY], store=store)
    monkeypatch.setattr(Store, "rows", None)
    assert world.query(KEY, lambda rows: rows.filter(year=2023)).height


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda f: pl.concat([f, f.filter(year=2024).head(1)]), "stands 2 times"),
        (lambda f: f.with_columns(value=-pl.col("value")), "negative"),
        (lambda f: f.with_columns(exporter=pl.lit("XXX")), "XXX"),
        (lambda f: f.with_columns(year=pl.lit(None, pl.Int16)), "is empty"),
    ],
)
def test_rows_that_break_the_contract_are_named_at_the_first_question(
    store, trade, left, change, named
):
    entry = store.add(about(), change(trade))  # past the checks of the add
    world = World.open("starter", with_=[entry.reference], store=store)
    with pytest.raises(BadInput, match=named):
        world.query(KEY, lambda rows: rows.head(1))


def test_damaged_and_missing_files_are_named(store, trade, left):
    entry = add_frame(about(), trade, store=store).entry
    ask = World.open("starter", with_=[KEY], store=store)
    assert ask.query(KEY, lambda rows: rows.head(1)).height == 1
    data = entry.folder / "data.parquet"
    content = data.read_bytes()
    data.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataCorrupted, match=KEY):
        ask.query(KEY, lambda rows: rows.filter(year=2024))
    with pytest.raises(DataCorrupted, match="does not have the content"):
        World.open("starter", with_=[KEY], store=store).query(KEY, lambda rows: rows.head(1))
    data.unlink()
    with pytest.raises(DataCorrupted, match=KEY):
        ask.query(KEY, lambda rows: rows.filter(year=2024))


def test_what_has_to_be_typed_anew_is_read_whole(store, trade, left):
    store.add(about(), trade.with_columns(pl.col("year").cast(pl.Int64)))
    world = World.open("starter", with_=[KEY], store=store)
    assert world.query(KEY, lambda rows: rows.head(1)).schema["year"] == pl.Int16


def test_an_entry_without_rows_on_disk_is_asked_in_memory():
    frame = pl.DataFrame({"code": ["A", "B"]})
    world = World("w", "1", {"toy": Entry(record(columns={}), lambda: frame)})
    assert world.query("toy", lambda rows: rows.filter(code="B")).height == 1


def test_a_question_that_does_not_fit_is_no_fault_of_the_file(store, trade, left):
    add_frame(about(), trade, store=store)
    world = World.open("starter", with_=[KEY], store=store)
    with pytest.raises(pl.exceptions.ColumnNotFoundError, match="nothing"):
        world.query(KEY, lambda rows: rows.select("nothing"))


@pytest.mark.once_broken("every process held three years against their contract again: 11.5 s")
def test_what_was_held_against_its_contract_is_not_again_but_every_byte_is_hashed(
    store, trade, left, monkeypatch
):
    entry = add_frame(about(), trade, store=store).entry
    held: list[str] = []
    real = contracts.checked_by_year
    monkeypatch.setattr(contracts, "checked_by_year", lambda *w: held.append(w[0].key) or real(*w))

    def ask(rules: str = "") -> int:
        if rules:
            monkeypatch.setattr(contracts, "rules_of", lambda _: rules)
        world = World.open("starter", with_=[KEY], store=Store(store.root))
        return world.query(KEY, lambda rows: rows.select(pl.len())).item()

    assert ask() == trade.height
    assert held == []
    store.add(record("other", columns={}), pl.DataFrame({"economy": ["DEU"]}))  # a new index
    assert ask() == trade.height
    assert held == []
    assert ask("rules of another release") == trade.height
    assert held == [KEY]
    monkeypatch.undo()
    monkeypatch.setattr("isthmus.world.added.MANY", 1)
    data = entry.folder / "data.parquet"
    content = bytearray(data.read_bytes())
    content[len(content) // 2] ^= 1
    data.write_bytes(bytes(content))
    with pytest.raises(DataCorrupted, match="does not have the content"):
        ask()


def test_a_note_is_of_one_file_and_lost_with_the_index(store, trade, left):
    entry = add_frame(about(), trade, store=store).entry
    rules = contracts.rules_of(entry.manifest.record)
    assert has_passed(store, entry.reference, rules)
    assert not has_passed(store, entry.reference, "other rules")
    own = store.add(about(), trade.head(5))
    assert not has_passed(store, own.reference, contracts.rules_of(own.manifest.record))
    with store.writing():
        store.refresh(rebuild=True)
    assert not has_passed(store, entry.reference, rules)
    world = World.open("starter", with_=[entry.reference], store=store)
    assert world.query(KEY, lambda rows: rows.select(pl.len())).item() == trade.height


def test_rules_are_the_same_in_every_process():
    code = f"from isthmus.world.contracts.model import contract_of; print(contract_of({KEY!r}))"
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1
