"""The compiled loops against the array form."""

import ast
import inspect

import numpy as np
import pytest

from isthmus.kernels.disruption_drivers import CapacityShock, Drivers
from isthmus.kernels.disruption_terms import Behaviour, reading_need
from isthmus.kernels.disruption_whole import LINE, aligned, laid

from .disruption_tables import capacity, drivers, engine, factored_table, finished, run, stop

DAYS, R, S = 50, 5, 4
N = R * S
# The same sums in another order, over 50 days of feedback.
AGREE = 1e-11

pytest.importorskip("numba")


@pytest.fixture(scope="module")
def table():
    return factored_table(R, S, 11)


def imposed(batch=1, redirect=True):
    scale = np.linspace(1.0, 0.3, batch)[None, :]
    hits = (capacity(N, 4, 0.7, 3, 10, DAYS), capacity(N, 7, 0.4, 5, 30, DAYS))
    stops = (
        stop(1, [0], [1, 3], 1.0, 2, 25, DAYS, redirect=redirect),
        stop(1, [2], [4], 0.7, 9, 25, DAYS, redirect=not redirect),
        stop(2, [2, 3], [0], 0.5, 10, 10, DAYS, redirect=redirect),
    )
    return Drivers(
        DAYS,
        batch,
        tuple(CapacityShock(c.weight, c.path * scale) for c in hits),
        tuple(
            type(c)(c.sector, c.exporters, c.importers, c.path * scale, c.redirect) for c in stops
        ),
    )


def fast(table, imposed, *, threads=1, precision="float64", **words):
    from isthmus.kernels.disruption_fast import FastRun

    more = {"threads": threads, "precision": precision}
    return finished(engine(table, imposed, kind=FastRun, more=more, **words))


def varied(batch, seed=5):
    """Choices that differ between scenarios in every way they can."""
    rng = np.random.default_rng(seed)
    cells, rows = (S, S, batch), (S, batch)
    take = rng.choice
    return {
        "days": rng.uniform(2, 20, cells),
        "spot": rng.uniform(0, 5, cells),
        "psi": rng.uniform(0.5, 1, rows),
        "rise": rng.uniform(0, 0.2, rows),
        "fall": rng.uniform(0, 1, rows),
        "need": np.where(rng.random(cells) < 0.3, 0.0, rng.random(cells)),
        "sigma": np.where(rng.random(rows) < 0.5, 0.0, rng.uniform(0.02, 2, rows)),
        "defer": rng.random(cells),
        "catch_up": rng.random(batch),
        "defer_days": rng.uniform(1, 40, batch),
        "orders": take(["plan", "output", "demand"], batch),
        "order_share": rng.random(batch),
        "rule": take(["alt", "noalt"], batch),
        "rationing": take(["proportional", "final_first", "orders_first"], batch),
        "over_max": rng.uniform(1, 1.5, batch),
        "over_tau": rng.uniform(5, 365, batch),
    }


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize("kept", [(), ("defer", "catch_up"), ("orders",), ("rule", "rationing")])
def test_compiled_steps_of_a_day_do_not_change_a_bit(table, precision, kept):
    from isthmus.kernels.disruption_fast import FastRun
    from isthmus.kernels.disruption_run import BatchRun

    class Stepwise(FastRun):
        _day = BatchRun._day

    words = {k: v for k, v in varied(3).items() if k not in kept}
    more = {"threads": 2, "precision": precision}
    one, other = (
        finished(engine(table, imposed(3), kind=kind, more=more, **words))
        for kind in (FastRun, Stepwise)
    )
    for found, expected in zip(one[1], other[1], strict=True):
        for name in found.__dataclass_fields__:
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), name)
    for name in ("orders", "weight", "factor", "backlog", "waiting"):
        np.testing.assert_array_equal(
            getattr(one[2].state, name), getattr(other[2].state, name), name
        )


@pytest.mark.parametrize("form", ["dense", "factored"])
@pytest.mark.parametrize("batch", [1, 3, 20])
@pytest.mark.parametrize("seed", [5, 6])
def test_compiled_equals_array_form_with_all_choices_varied(table, form, batch, seed):
    used = table.dense() if form == "dense" else table
    words = varied(batch, seed)
    one, days, made = run(used, imposed(batch), **words)
    other, others, quick = fast(used, imposed(batch), threads=2, **words)
    assert one.min(axis=(0, 2)).min() < 0.9 * used.output.min()
    np.testing.assert_allclose(other, one, rtol=AGREE)
    for name in ("used", "late", "met_orders"):
        found, expected = (getattr(last[-1], name) for last in (others, days))
        np.testing.assert_allclose(found, expected, rtol=AGREE, atol=AGREE)
    np.testing.assert_allclose(quick.state.backlog, made.state.backlog, rtol=AGREE, atol=AGREE)


@pytest.mark.parametrize("form", ["dense", "factored"])
def test_a_batch_with_all_choices_varied_equals_its_single_runs(table, form):
    used = table.dense() if form == "dense" else table
    words, whole = varied(3), imposed(3)
    together, _, _ = fast(used, whole, **words)
    for b in range(3):
        own = {k: v[..., b : b + 1] for k, v in words.items()}
        alone, _, _ = run(used, one_of(whole, b), **own)
        np.testing.assert_allclose(together[:, :, b], alone[:, :, 0], rtol=AGREE)


def one_of(whole, b):
    """The drivers of one scenario of a batch."""
    return Drivers(
        DAYS,
        1,
        tuple(CapacityShock(c.weight, c.path[:, b : b + 1]) for c in whole.capacity),
        tuple(
            type(c)(c.sector, c.exporters, c.importers, c.path[:, b : b + 1], c.redirect)
            for c in whole.stops
        ),
    )


@pytest.mark.parametrize("form", ["dense", "factored"])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("reading", ["leontief", "strong", "half", "weak", "linear"])
def test_compiled_readings_equal_the_array_form(table, form, batch, reading):
    used = table.dense() if form == "dense" else table
    rules = Behaviour(
        limit="sum" if reading == "linear" else "min", from_start=True, whole_stock=True
    )
    need = reading_need(reading, np.array([1.0, 0.5, 0.0, 1.0])[:, None, None])
    words = {"reading": reading, "need": need, "behaviour": rules, "days": 5.0, "orders": "demand"}
    one, _, _ = run(used, imposed(batch), **words)
    other, _, _ = fast(used, imposed(batch), **words)
    np.testing.assert_allclose(other, one, rtol=AGREE)


@pytest.mark.parametrize("form", ["dense", "factored"])
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("rule", ["alt", "noalt"])
def test_compiled_equals_array_form(table, form, batch, threads, rule):
    used = table.dense() if form == "dense" else table
    words = {
        "days": 10 * np.linspace(1, 2, batch),
        "psi": 0.8 * np.linspace(1, 0.6, batch),
        "rise": np.linspace(1, 3, batch) / 30,
        "rule": rule,
    }
    one, days, _ = run(used, imposed(batch), **words)
    other, others, _ = fast(used, imposed(batch), threads=threads, **words)
    np.testing.assert_allclose(other, one, rtol=AGREE)
    np.testing.assert_allclose(others[-1].used, days[-1].used, rtol=AGREE)


@pytest.mark.parametrize("form", ["dense", "factored"])
@pytest.mark.parametrize("batch", [1, 20])
def test_threads_do_not_change_a_bit(table, form, batch):
    used = table.dense() if form == "dense" else table
    one, days, _ = fast(used, imposed(batch), threads=1)
    other, others, _ = fast(used, imposed(batch), threads=3)
    assert np.array_equal(one, other)
    assert np.array_equal(days[-1].used, others[-1].used)


@pytest.mark.parametrize("width", [1, 3, 1000])
def test_blocks_of_industries_do_not_change_the_answer(table, monkeypatch, width):
    from isthmus.kernels import disruption_fast as module

    whole, _, _ = fast(table.dense(), imposed())
    many, _, _ = fast(table.dense(), imposed(20))
    monkeypatch.setattr(module, "BLOCK", width * S)
    monkeypatch.setattr(module, "ROWS", width)
    cut, _, _ = fast(table.dense(), imposed())
    some, _, _ = fast(table.dense(), imposed(20))
    np.testing.assert_allclose(cut, whole, rtol=AGREE)
    np.testing.assert_allclose(some, many, rtol=AGREE)


def test_no_number_in_the_loops_widens_single_precision():
    """A literal such as 0.0 would turn single precision into double, at twice the time."""
    from isthmus.kernels import disruption_day as day
    from isthmus.kernels import disruption_loops as loops

    narrow = [one for one in (*loops.LOOPS, *day.STEPS) if one is not day.plan_day]
    for loop in narrow:  # a day is planned with losses of capacity in double precision
        tree = ast.parse(inspect.getsource(loop))
        numbers = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
        assert not any(isinstance(n, float) for n in numbers)


@pytest.mark.parametrize("form", ["dense", "factored"])
def test_compiled_runs_do_not_drift_and_lose_nothing(table, form):
    used = table.dense() if form == "dense" else table
    output, _, _ = fast(used, drivers(365))
    assert np.max(np.abs(output[:, :, 0] / table.output - 1)) < 1e-12


def test_single_precision_has_a_known_error(table):
    exact, _, _ = fast(table.dense(), imposed())
    short, _, _ = fast(table.dense(), imposed(), precision="float32")
    assert short.dtype == np.float32
    assert np.max(np.abs(short - exact) / table.output[None, :, None]) < 1e-3


def test_what_the_loops_do_not_know_is_refused(table):
    with pytest.raises(ValueError, match="skip small"):
        fast(table, imposed(), behaviour=Behaviour(skip_small=True))


def test_the_cache_on_disk_tells_apart_what_called_loops_say(monkeypatch):
    from isthmus.kernels import disruption_day as day
    from isthmus.kernels import disruption_loops as loops

    made = loops._linked(day.before_deliveries)
    assert made.__code__ is day.before_deliveries.__code__
    assert made.__globals__["share_day"] is loops.compiled("share_day")
    assert loops._linked(day.before_deliveries).__qualname__ == made.__qualname__
    step = loops._linked(day.aim_day).__qualname__
    monkeypatch.setitem(loops._CALLED, "share_day", lambda: None)
    assert loops._linked(day.before_deliveries).__qualname__ != made.__qualname__
    assert loops._linked(day.aim_day).__qualname__ == step
    monkeypatch.setattr(day, "TUPLES", day.TUPLES[1:])
    assert loops._linked(day.aim_day).__qualname__ != step
    assert loops._linked(loops.bind) is loops.bind


def test_a_cache_that_cannot_be_written_is_done_without(monkeypatch):
    import numba

    from isthmus.kernels import disruption_loops as loops

    def refuse(*_, cache=False, **options):
        if cache:
            raise RuntimeError("no locator available")
        return lambda function: ("compiled", function.__name__)

    monkeypatch.setattr(numba, "njit", refuse)
    loops.compiled.cache_clear()
    assert loops.compiled("sweep_dense") == ("compiled", "sweep_dense")
    loops.compiled.cache_clear()


@pytest.mark.parametrize("kind", ["float64", "float32"])
def test_arrays_of_the_loops_begin_with_a_line_of_the_cache(kind):
    for shape in ((3,), (5, 16), (2, 3, 17)):
        made = aligned(shape, kind)
        assert made.shape == shape
        assert made.dtype == kind
        assert made.flags.c_contiguous
        assert made.flags.writeable
        assert made.ctypes.data % LINE == 0
    given = np.arange(12.0).reshape(3, 4)
    kept = laid(given.T, kind)
    assert kept.flags.c_contiguous
    np.testing.assert_array_equal(kept, given.T)
    assert not np.shares_memory(kept, given)
