"""Every call of a lens is a run that can be done again; only lenses can be called by name."""

from __future__ import annotations

import json

import pytest
import toy_lens

from isthmus.cli.recording import recorded
from isthmus.ensemble import lenses
from isthmus.ensemble.lenses import call_lens, find_lens, lens_names, register_lens
from isthmus.ensemble.recording import repeat_lens_run, run_lens
from isthmus.errors import BadInput, NotFound, ShockNotRepresentable
from isthmus.runtime.disk import watched
from isthmus.scenario import CapacityLoss, Scenario
from isthmus.store import Store, runs
from isthmus.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "store")


def test_a_call_is_a_run_with_all_it_rests_on(world, store):
    done = run_lens("toy.line", world, parameters={"slope": 2.0, "seed": 7}, store=store)
    entry = store.run(done.run)
    manifest = entry.manifest
    assert manifest is not None
    assert manifest.lens == "toy.line"
    assert manifest.parameters == {"slope": 2.0, "seed": 7}
    assert manifest.seed == 7
    assert manifest.world.content_hash == world.content_hash
    assert manifest.world.datasets == {k: world.record(k).content_sha256 for k in world.keys()}  # noqa: SIM118
    # numba is an extra: with it large work takes other loops, whose last bits may differ
    assert {"isthmus", "numpy", "numba", "polars", "python", "processor"} <= set(manifest.versions)
    timing = json.loads((entry.folder / "timing.json").read_text())
    assert set(timing) == {"started", "seconds"}


def test_a_shipped_lens_is_recorded_and_reproduced(world, store):
    done = run_lens(
        "dependence.profile", world, parameters={"importer": "DEU", "on": "TWN"}, store=store
    )
    again = repeat_lens_run(store, done.run, world)
    assert again.same
    assert again.circumstances == []
    assert again.result.to_dict() == done.result.to_dict()


def test_rerun_says_what_differs(world, store, monkeypatch):
    done = run_lens("toy.line", world, parameters={"slope": 2.0}, store=store)
    original = toy_lens.line

    def changed(world, *, slope: float = 1.0, seed: int = 0):
        return original(world, slope=slope * (1 + 1e-12), seed=seed)

    monkeypatch.setitem(lenses._own, "toy.line", changed)
    monkeypatch.setattr("isthmus.store.runs.__version__", "9.9.9")
    again = repeat_lens_run(store, done.run, world)
    assert not again.same
    assert again.content[0].where == "tables.line.value: 1 cells differ, most in row 1"
    assert [d.where for d in again.circumstances] == ["versions.isthmus"]


def test_a_scenario_is_part_of_the_run(world, store):
    shock = CapacityLoss(economies=("TWN",), severity=0.5)
    scenario = Scenario(name="test", shocks=(shock,), params={"psi": 0.8})
    done = run_lens("toy.shocked", world, scenario, store=store)
    assert done.result["loss"].frame["value"][0] == pytest.approx(0.4)
    manifest = store.run(done.run).manifest
    assert manifest is not None
    assert manifest.scenario_hash == scenario.identity
    assert repeat_lens_run(store, done.run, world).same
    with pytest.raises(ShockNotRepresentable):
        run_lens("toy.line", world, scenario, store=store)


def test_a_store_that_cannot_be_written_does_not_stop_the_call(world, store):
    def refuse(operation: str, place: str) -> None:
        raise OSError(30, "Read-only file system", place)

    with watched(refuse):
        done = run_lens("toy.line", world, store=store)
    assert done.run == ""
    assert "cannot be written" in done.reason
    assert done.result["line"].frame.height == 2


def test_the_line_for_commands_keeps_the_run_in_the_home_folder(
    world, capsys, monkeypatch, tmp_path
):
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path))
    result = recorded("toy.line", world, slope=3.0)
    assert result["line"].frame["value"].to_list() == [0.0, 3.0]
    (entry,) = Store().runs()
    captured = capsys.readouterr()
    assert captured.err == f"run {entry.id}\n"
    assert captured.out == ""


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "cascade.chip_network",
        "builtins.exec",
        "dependence.Party",
        "dependence.METHODS",
        "dependence.__doc__",
        "dependence.nothing",
        "runtime.atomic_write",
        "toy.missing",
        "",
        "dependence",
        "a.b.c",
    ],
)
def test_only_lenses_can_be_called_by_name(name):
    with pytest.raises(NotFound):
        find_lens(name)


def test_names_are_suggested():
    with pytest.raises(NotFound, match=r"did you mean 'dependence\.profile'"):
        find_lens("dependence.profil")
    assert "dependence.profile" in lens_names("dependence")


def test_own_lenses_must_be_functions_of_a_world():
    with pytest.raises(ValueError, match="own lens"):
        register_lens("dependence.profile", toy_lens.line)
    with pytest.raises(ValueError, match="function of a world"):
        register_lens("my.lens", len)
    with pytest.raises(ValueError, match="function of a world"):
        register_lens("my.lens", lambda world: None)


def test_wrong_parameters_are_all_named(world, store):
    with pytest.raises(BadInput) as caught:
        call_lens("dependence.profile", world, None, {"exporter": "TWN", "levl": "product"})
    assert [(p.where, p.what) for p in caught.value.problems] == [
        ("exporter", "is not a parameter of the lens"),
        ("levl", "is not a parameter of the lens"),
        ("importer", "is missing"),
    ]
    with pytest.raises(BadInput, match="which a run cannot keep"):
        run_lens("toy.line", world, parameters={"slope": object()}, store=store)
    with pytest.raises(BadInput, match="cannot keep"):
        run_lens("toy.line", world, parameters={"slope": float("nan")}, store=store)


def test_a_library_that_is_not_there_is_a_circumstance(monkeypatch):
    def version(name: str) -> str:
        if name == "numba":
            raise runs.metadata.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(runs.metadata, "version", version)
    runs._found_versions.cache_clear()
    try:
        assert runs.library_versions()["numba"] == "not installed"
    finally:
        runs._found_versions.cache_clear()
