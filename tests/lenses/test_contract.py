"""What every public lens keeps: whom it is about, and what its result says about itself."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from polars.testing import assert_frame_equal
from tests.lenses.calls import LENSES

from isthmus import cascade, chains, disruption, equilibrium, production
from isthmus.cascade import synthetic_network
from isthmus.codes import Party, members
from isthmus.ensemble.lenses import lens_of
from isthmus.ensemble.rooms import ROOMS
from isthmus.evidence import IN_UNIT, SHARE, Collection, Result, dataset_keys
from isthmus.scenario import ExportStop, Scenario
from isthmus.world import World
from isthmus.world.mrio_sample import sample_table

BY_PARTY = sorted(name for name, lens in LENSES.items() if lens.party)


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def results(made: Result | Collection) -> list[Result]:
    return list(made.results.values()) if isinstance(made, Collection) else [made]


@cache
def answers(name: str, written: str = "EU27_2020") -> tuple[Result, ...]:
    """Return what a lens says about a coalition, the European Union if none is named, once."""
    return tuple(results(LENSES[name].call(World.open("starter"), written)))


def public_lenses() -> Iterator[str]:
    """Yield the dotted names of all public functions that return a result."""
    for room in ROOMS:
        if ROOMS[room].startswith("isthmus.ensemble"):
            continue
        module = importlib.import_module(f"isthmus.{room}")
        for name in module.__all__:
            found = getattr(module, name)
            if inspect.isfunction(found) and found.__annotations__.get("return") in {
                "Result",
                "Collection",
            }:
                yield f"{room}.{name}"


def test_every_public_lens_is_held_to_the_contract() -> None:
    """Lenses that read files, lists of a firm and bills of materials are held apart."""
    apart = {"cascade.from_files", *PRODUCTION, *(n for n in public_lenses() if n in OF_FIRMS)}
    assert set(public_lenses()) - apart == set(LENSES) - apart
    assert set(PRODUCTION) <= set(public_lenses())


OF_FIRMS = {"suppliers.exposure", "suppliers.second_sources", "suppliers.stops"}
"""Their data are a firm's own, and so are their years: `tests/suppliers`."""

PRODUCTION = {
    "production.allocation": lambda: production.allocation(None, days=28),
    "production.cheapest_set": lambda: production.cheapest_set(None, target=1000, days=28, draws=2),
    "production.checks": lambda: production.checks(None, draws=1),
    "production.passages": lambda: production.passages(World.open("starter"), of=["TWN"]),
    "production.package": lambda: production.package(None, changes=[], days=28, draws=2),
    "production.remedies": lambda: production.remedies(None, days=28, draws=2),
    "production.run": lambda: production.run(None, days=28, draws=2),
}


@pytest.mark.parametrize("name", sorted(PRODUCTION))
def test_a_bill_of_materials_is_known_by_its_content_and_rows_name_their_units(name: str) -> None:
    result = PRODUCTION[name]()
    assert result.provenance.lens == name
    assert re.fullmatch("[0-9a-f]{64}", result.provenance.world_hash)
    for table in result.tables.values():
        for column in (c for c in table.columns if c.role == "value"):
            assert column.unit
            if SAYS_SHARE.search(column.name) or column.text.startswith("share of"):
                assert column.unit == SHARE, (table.name, column.name)
            if column.unit == IN_UNIT:
                assert table.frame["unit"].is_not_null().all()


@pytest.mark.parametrize("name", sorted(LENSES))
def test_a_result_carries_the_world_and_the_content_of_every_data_set(
    world: World, name: str
) -> None:
    for result in answers(name):
        made = result.provenance
        assert made.world == world.reference
        assert made.world_hash == world.content_hash
        assert made.lens == (name if name != "equilibrium.solve_many" else "equilibrium.solve")
        assert dict(made.datasets) == {
            key: world.record(key).content_sha256 for key in made.datasets
        }
        assert set(dataset_keys(result.tables.values())) <= set(made.datasets)
        assert made.datasets


@pytest.mark.parametrize("name", sorted(n for n in LENSES if LENSES[n].reads == "world"))
def test_the_index_knows_the_tables_of_a_result(name: str) -> None:
    """Another call than the examples': its columns, units and data are those that are declared."""
    if name == "equilibrium.solve_many":
        name = "equilibrium.solve"
    known = lens_of(name)
    declared = {table.name: {c.name: c for c in table.columns} for table in known.tables}
    for result in answers(name):
        assert set(result.provenance.datasets) <= set(known.datasets)
        assert set(result.citations) <= set(known.citations)
        for table in result.tables.values():
            for column in table.columns:
                there = declared[table.name][column.name]
                assert (there.role, there.unit) == (column.role, column.unit)


SAYS_SHARE = re.compile(r"(^|_)share(s?)($|_)")


@pytest.mark.parametrize("name", sorted(LENSES))
def test_a_fraction_of_a_whole_has_one_unit_in_every_room(name: str) -> None:
    """Columns that are called shares, or described as a share of something, and no index."""
    for result in answers(name):
        for table in result.tables.values():
            for column in (c for c in table.columns if c.role == "value"):
                assert column.unit, (table.name, column.name)
                said = column.text.startswith("share of") or " over its base" in column.text
                if SAYS_SHARE.search(column.name) or said:
                    assert column.unit == SHARE, (table.name, column.name)
            if any(c.unit == IN_UNIT for c in table.columns):
                rows = [table.units(row) for row in table.frame.rows()]
                assert all(
                    unit
                    for units in rows
                    for unit, c in zip(units, table.columns, strict=True)
                    if c.role == "value"
                )


@pytest.mark.parametrize("name", sorted(n for n in LENSES if not n.startswith("coercion.")))
def test_every_table_knows_the_years_of_its_data(name: str) -> None:
    """As data: nothing is read out of a note."""
    for result in answers(name):
        for table in result.tables.values():
            assert table.years, table.name
            assert list(table.years) == sorted(set(table.years))
            assert all(1990 <= year <= 2100 for year in table.years)
            assert table.period.startswith(str(table.years[0]))


def plain(result: Result) -> dict[str, Any]:
    return {name: table.frame for name, table in result.tables.items()}


WRITTEN = ("NATO", "NATO@2022-12-31", "EA", "EA@2022-12-31")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        (name, written)
        for name in BY_PARTY
        for written in WRITTEN
        # tables do not list all of NATO, and a shock never cuts a coalition down
        if LENSES[name].party != "scenario" or written.startswith("EA")
    ],
)
def test_a_coalition_has_the_same_members_in_every_lens(
    world: World, name: str, written: str
) -> None:
    """A lens that is given a code answers as for the members that `resolve` gives it."""
    lens = LENSES[name]
    for by_code, by_members in zip(
        answers(name, written),
        results(lens.call(world, Party(written, members(written)))),
        strict=True,
    ):
        first, second = plain(by_code), plain(by_members)
        assert set(first) == set(second)
        for table, frame in first.items():
            if by_code[table].text.startswith("trade of each member"):
                assert set(frame["economy"]) <= set(members(written))
            assert_frame_equal(frame, second[table], rel_tol=1e-9, abs_tol=1e-9)


DATED = re.compile(r"(NATO|EA)(?!@)")


@pytest.mark.parametrize("name", sorted(n for n in BY_PARTY if LENSES[n].party == "argument"))
def test_parameters_name_the_day_of_the_members(name: str) -> None:
    """Asked again with its own parameters, a lens has the same members in any later edition."""
    for result in answers(name, "NATO"):
        text = str(dict(result.provenance.parameters))
        assert "NATO@2026-01-01" in text
        assert not DATED.search(text)


def bare() -> list[Result]:
    """Return results of lenses on a table and a network that come from no world."""
    table = sample_table(4, 3, seed=1)
    network = synthetic_network(40, seed=1)
    first, second = table.economies[:2]
    shock = ExportStop(exporters=(first,), importers=(second,), industries=("*",), severity=0.5)
    scenario = Scenario(name="stop", horizon=5, shocks=(shock,))
    return [
        chains.lookthrough(table),
        disruption.simulate(table, scenario),
        equilibrium.solve(
            table,
            scenario,
            elasticities=dict.fromkeys(table.industries, 4.0),
            coalitions=(),
            lasting=True,
        ),
        cascade.systemic_importance(network),
    ]


def test_numbers_of_no_world_are_known_by_their_content() -> None:
    """The hash is that of the numbers: the same for the same ones, another for others."""
    for one, again in zip(bare(), bare(), strict=True):
        assert re.fullmatch("[0-9a-f]{64}", one.provenance.world_hash)
        assert one.provenance == again.provenance
        assert all(one.provenance.datasets.values())
    other = chains.lookthrough(sample_table(4, 3, seed=2)).provenance
    assert other.world_hash != bare()[0].provenance.world_hash
