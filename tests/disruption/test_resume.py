"""Single runs that are stopped, killed, gone on with, and streamed day by day."""

import json
import tracemalloc

import numpy as np
import polars as pl
import pytest

from isthmus.disruption import resume as resume_module
from isthmus.disruption import simulate
from isthmus.disruption.daily import COLUMNS, MANIFEST
from isthmus.errors import BadInput, Cancelled, SchemaVersionUnsupported, TargetExists
from isthmus.runtime import ArrayCheckpoint, CancelToken
from isthmus.scenario import CapacityLoss, DemandSurge, ExportStop, Recovery, Scenario
from isthmus.world.mrio_sample import sample_table

DAYS = 75
SHOCKS = (
    ExportStop(exporters="E000", importers=["E001", "E002"], industries="I01", duration=40,
               profile="rising", redirect=True),
    ExportStop(exporters="E003", importers="E002", industries="I00", start=20, redirect=False),
    CapacityLoss(economies="E003", severity=0.3, duration=9, recovery=Recovery(days=20)),
    DemandSurge(economies="E004", severity=0.2, start=5, duration=50),
    CapacityLoss(economies="E001", industries="I02", capital=1.0, rebuild_sectors={"I00": 1.0},
                 duration=5),
)  # fmt: skip
CASE = Scenario(name="case", horizon=DAYS, shocks=SHOCKS)


@pytest.fixture(scope="module")
def table():
    return sample_table(5, 4, seed=3)


class Killed(BaseException):
    """The process ends here."""


def stop_after(days, token=None):
    """Kill the run, or cancel it, once so many days are told."""

    def told(event):
        if event.done >= days:
            if token is None:
                raise Killed
            token.cancel("enough")

    return told


def same(one, other):
    return all(one[name].frame.equals(other[name].frame) for name in one.tables)


@pytest.mark.parametrize("form", ["factored", "dense"])
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
@pytest.mark.parametrize("rule", ["alt", "noalt"])
@pytest.mark.parametrize("ending", ["cancel", "kill"])
def test_a_stopped_run_goes_on_to_the_same_last_bit(table, tmp_path, form, engine, rule, ending):
    if engine == "compiled":
        pytest.importorskip("numba")
    used = table if form == "factored" else table.to_dense()
    words = {"engine": engine, "rule": rule, "stock_days": 9.0}
    whole = simulate(used, CASE, daily=tmp_path / "whole", **words)
    place = ArrayCheckpoint(tmp_path / "state", run="a-run")
    token = CancelToken() if ending == "cancel" else None
    with pytest.raises(Cancelled if token else Killed):
        simulate(
            used, CASE, checkpoint=place, daily=tmp_path / "daily", cancel=token,
            progress=stop_after(40, token), **words,
        )  # fmt: skip
    assert not (tmp_path / "daily").exists()
    assert place.load()[0]["day"] == (40 if token else 30)
    told = []
    again = simulate(used, CASE, checkpoint=place, progress=told.append, **words)
    assert (told[0].done, told[0].resumed) == ((40, 40) if token else (30, 30))
    assert same(whole, again)
    assert again.provenance == whole.provenance
    parts = sorted(p.name for p in (tmp_path / "whole").glob("part-*"))
    for part in parts:
        assert (tmp_path / "whole" / part).read_bytes() == (tmp_path / "daily" / part).read_bytes()
    about = json.loads((tmp_path / "daily" / MANIFEST).read_text())
    assert about["run"] == "a-run"
    assert [f["name"] for f in about["files"]] == parts


def test_a_state_of_another_question_or_table_is_not_used(table, tmp_path):
    place = ArrayCheckpoint(tmp_path / "state")
    with pytest.raises(Killed):
        simulate(table, CASE, checkpoint=place, progress=stop_after(40))
    told = []
    simulate(table, CASE, checkpoint=place, psi=0.7, until=40, progress=told.append)
    assert told[0].done == 10
    other = sample_table(5, 4, seed=4)
    fresh = simulate(other, CASE)
    assert same(fresh, simulate(other, CASE, checkpoint=place))


def test_a_damaged_state_is_begun_again_and_a_newer_one_refused(table, tmp_path, monkeypatch):
    place = ArrayCheckpoint(tmp_path / "state")
    with pytest.raises(Killed):
        simulate(table, CASE, checkpoint=place, progress=stop_after(40))
    whole = place.path.read_bytes()
    place.path.write_bytes(whole[: len(whole) // 2])
    assert place.load() is None
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 255
    place.path.write_bytes(flipped)
    assert place.load() is None
    assert same(simulate(table, CASE, checkpoint=place), simulate(table, CASE))
    monkeypatch.setattr("isthmus.runtime.arrays.SCHEMA_VERSION", 2)
    with pytest.raises(SchemaVersionUnsupported):
        place.load()


def test_arrays_come_back_with_their_layout_and_nothing_is_unpickled(tmp_path):
    place = ArrayCheckpoint(tmp_path / "state")
    given = np.arange(24.0).reshape(2, 3, 4).transpose(1, 0, 2)
    place.save({"a": 1}, {"x": given, "flag": np.array([True]), "half": np.float32([[1.5]])})
    about, arrays = place.load()
    assert about == {"a": 1}
    assert np.array_equal(arrays["x"], given)
    assert arrays["x"].strides == given.strides
    assert arrays["half"].dtype == np.float32
    with pytest.raises(TypeError, match="numbers"):
        place.save({}, {"x": np.array([object()])})
    place.clear()
    assert place.load() is None


def test_daily_rows_add_up_to_the_tables(table, tmp_path):
    result = simulate(table, CASE, stock_days=9.0, daily=tmp_path / "daily")
    rows = pl.scan_parquet(tmp_path / "daily" / "*.parquet").collect()
    assert rows.columns == [c.name for c in COLUMNS]
    assert rows.height == DAYS * 20
    days = rows.group_by("day", "economy", maintain_order=True).agg(
        pl.col("value_added", "unmet_final", "output").sum()
    )
    paths = result["paths"].frame
    np.testing.assert_allclose(days["unmet_final"], paths["unmet_final"], rtol=1e-9, atol=1e-9)
    losses = result["losses"].frame.filter(pl.col("horizon") == DAYS)
    base = (table.x - table.form.column_sums()).reshape(5, 4).sum(axis=1) * DAYS / 365
    made = days.group_by("economy", maintain_order=True).agg(pl.col("value_added").sum())
    np.testing.assert_allclose(base - made["value_added"], losses["value_added_lost"], atol=1e-6)
    last = rows.filter(pl.col("day") == DAYS - 1)
    assert last["stock_held"].sum() == pytest.approx(last["stock_of_product"].sum())
    # Orders and final demand that are met are output; what is not met, is not made.
    unmet = rows["demand"] - rows["output"]
    assert ((rows["unmet_orders"] <= unmet + 1e-9) | (unmet < 1e-9)).all()
    assert min(rows[c].min() for c in ("output", "unmet_orders", "unmet_final", "stock_held")) >= 0


def test_a_folder_that_holds_something_is_refused_before_the_run(table, tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(TargetExists):
        simulate(table, CASE, daily=tmp_path, progress=stop_after(1))
    assert [p.name for p in tmp_path.iterdir()] == ["note.txt"]


def test_a_failed_run_leaves_no_daily_folder(table, tmp_path):
    with pytest.raises(Killed):
        simulate(table, CASE, daily=tmp_path / "daily", progress=stop_after(10))
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_days_times_industries(tmp_path, monkeypatch):
    monkeypatch.setattr("isthmus.disruption.daily.ROWS", 2_000)
    used = sample_table(4, 40, seed=5)
    peaks = {}
    for days in (10, 40, 440):
        case = Scenario(name="long", horizon=days, shocks=(CapacityLoss(
            economies="E001", severity=0.4, duration=9),))  # fmt: skip
        tracemalloc.start()
        simulate(used, case, daily=tmp_path / str(days), engine="numpy", horizons=[days])
        peaks[days] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    one_value = 400 * 160 * 8
    assert peaks[440] - peaks[40] < one_value / 2
    rows = pl.scan_parquet(tmp_path / "440" / "*.parquet").select(pl.len()).collect().item()
    assert rows == 440 * 160


def test_checkpoints_are_kept_every_month(table, tmp_path, monkeypatch):
    saved = []
    place = ArrayCheckpoint(tmp_path / "state")
    keep = ArrayCheckpoint.save
    monkeypatch.setattr(
        ArrayCheckpoint, "save", lambda self, about, arrays: (
            saved.append(about["day"]), keep(self, about, arrays)),
    )  # fmt: skip
    simulate(table, CASE, checkpoint=place)
    assert saved == [30, 60]
    assert resume_module.EVERY == 30


@pytest.mark.parametrize("horizons", [[0], [DAYS + 1], [], [1.5], [True]])
def test_horizons_outside_the_run_are_refused(table, horizons):
    with pytest.raises(BadInput, match="horizons"):
        simulate(table, CASE, horizons=horizons)
