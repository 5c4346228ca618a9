"""The production kernel: by hand, in steady state, conserved, monotone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.kernels import production_together
from isthmus.kernels.production import NONE, simulate
from isthmus.kernels.production_chain import ProductionChain, capacity, explode
from isthmus.kernels.production_measures import stop_day, taken_by

EXACT = 1e-9
"""Sums of some hundred terms of order ten."""


def chain(
    *,
    weeks=40,
    lead=(1, 0),
    hold=(25.0, 0.0),
    edges=((1, 0, 1.0),),
    plants=((0, 10.0, -np.inf, 0.0), (1, 12.0, -np.inf, 0.0)),
    stops=(),
    wishes=((1, 10.0),),
    waits=None,
    priority=None,
    draws=1,
):
    def wide(values):
        return np.repeat(np.array(values, dtype=np.float64)[:, None], draws, axis=1)

    running = np.ones((weeks, len(plants)))
    for plant, first, end in stops:
        running[first:end, plant] = 0.0
    rate = wide([w[1] for w in wishes])
    return ProductionChain(
        lead=wide(lead).astype(np.int64),
        hold=wide(hold),
        stock=wide(hold),
        user=np.array([e[0] for e in edges], dtype=np.int64),
        used=np.array([e[1] for e in edges], dtype=np.int64),
        need=wide([e[2] for e in edges]).reshape(len(edges), draws),
        plant_item=np.array([p[0] for p in plants], dtype=np.int64),
        size=wide([p[1] for p in plants]),
        opens=wide([p[2] for p in plants]),
        ramp=wide([p[3] for p in plants]),
        running=running,
        wish_item=np.array([w[0] for w in wishes], dtype=np.int64),
        wish=np.repeat(rate[None], weeks, axis=0),
        waits=np.ones(len(wishes), bool) if waits is None else np.array(waits),
        priority=np.full(len(wishes), 2) if priority is None else np.array(priority),
    )


def two_stages():
    """A component with a stock of 2.5 weeks and a week under way; its maker stops in weeks 2 to 9.

    A second source makes half as much from week 6 on.
    """
    plants = ((0, 10.0, -np.inf, 0.0), (1, 12.0, -np.inf, 0.0), (0, 5.0, 6.0, 0.0))
    return chain(plants=plants, stops=((0, 2, 10),))


def test_two_stages_by_hand():
    course = simulate(two_stages())
    made = course.made[:, 0, 0]
    # What was begun in week 1 arrives in week 2; 25 units last for weeks 3, 4 and half of 5.
    by_hand = [10, 10, 10, 10, 10, 5, 0, 5, 5, 5, 5, *[12] * 17]
    np.testing.assert_allclose(made[:28], by_hand, atol=EXACT)
    backlog = np.cumsum(10.0 - np.array(by_hand))
    np.testing.assert_allclose(course.open[:28, 0, 0], backlog, atol=EXACT)
    assert backlog[10] == 35
    # 35 units at two a week beyond demand: half of the eighteenth week of recovery is enough.
    np.testing.assert_allclose(made[28:30], [11, 10], atol=EXACT)
    assert course.open[28, 0, 0] == 0
    assert stop_day(made[:, None], np.full((40, 1), 10.0), 0.5)[0] == pytest.approx(5.5 * 7)


def test_what_binds_is_followed_to_where_it_begins():
    cause = simulate(two_stages()).cause[:, 0, 0]
    assert set(cause[:5]) == {NONE}
    assert set(cause[5:11]) == {0}
    assert set(cause[11:28]) == {1}
    assert set(cause[29:]) == {NONE}


def test_new_demand_waits_for_the_lead_time():
    line = chain(hold=(0.0, 0.0), plants=(), lead=(3, 0))
    wish = line.wish.copy()
    wish[5:] *= 2
    course = simulate(replace(line, wish=wish))
    np.testing.assert_allclose(course.made[:12, 0, 0], [10] * 8 + [50] + [20] * 3, atol=EXACT)
    assert list(course.cause[5:8, 0, 0]) == [2, 2, 2]


def test_what_is_under_way_when_a_stop_or_a_surge_begins_is_normal():
    line = chain(lead=(2, 0), hold=(5.0, 0.0), stops=((0, 0, 8),))
    made = simulate(line).made[:4, 0, 0]
    np.testing.assert_allclose(made, [10, 10, 5, 0], atol=EXACT)
    double = replace(chain(lead=(2, 0), hold=(0.0, 0.0), plants=()), before=np.full((1, 1), 10.0))
    double = replace(double, wish=2 * double.wish)
    np.testing.assert_allclose(simulate(double).made[:4, 0, 0], [10, 10, 40, 20], atol=EXACT)


def test_a_plant_opens_in_the_middle_of_a_week_and_ramps_up():
    line = chain(plants=((0, 10.0, 1.5, 0.0), (1, 10.0, 2.0, 4.0)))
    found = np.array([capacity(line, t)[:, 0] for t in range(7)])
    np.testing.assert_allclose(found[:, 0], [0, 5, 10, 10, 10, 10, 10])
    np.testing.assert_allclose(found[:, 1], [0, 0, 2.5, 5, 7.5, 10, 10])


def test_priority_then_proportion():
    line = chain(
        weeks=1,
        lead=(0,),
        hold=(0.0,),
        edges=(),
        plants=((0, 10.0, -np.inf, 0.0),),
        wishes=((0, 4.0), (0, 12.0), (0, 6.0)),
        priority=(1, 2, 2),
    )
    course = simulate(line)
    np.testing.assert_allclose(course.delivered[0, :, 0], [4, 4, 2])
    np.testing.assert_allclose(course.open[0, :, 0], [0, 8, 4])


def test_what_one_family_cannot_use_goes_to_the_other():
    # Item 0 is shared; the second family has half of what it wants of item 1.
    line = chain(
        weeks=1,
        lead=(0, 0, 0, 0),
        hold=(0.0,) * 4,
        edges=((2, 0, 1.0), (3, 0, 1.0), (3, 1, 1.0)),
        plants=((0, 12.0, -np.inf, 0.0), (1, 2.0, -np.inf, 0.0)),
        wishes=((2, 10.0), (3, 10.0)),
    )
    course = simulate(line)
    np.testing.assert_allclose(course.delivered[0, :, 0], [10, 2], rtol=1e-6)
    taken, asked = taken_by(line, course, 0)
    np.testing.assert_allclose(taken[:, 0], [10, 0, 10, 0], rtol=1e-6)
    np.testing.assert_allclose(asked[:, 0], [10, 0, 10, 0])


def test_a_stock_that_is_built_is_held_and_used_when_short():
    line = two_stages()
    gift = np.zeros((2, 1))
    gift[0] = 10.0
    course = simulate(replace(line, gifts={1: gift}))
    np.testing.assert_allclose(course.made[:9, 0, 0], [10] * 6 + [5, 5, 5], atol=EXACT)
    assert course.balance < EXACT


@st.composite
def lines(draw, draws=3):
    """A random chain of up to six items with plants, stops and wishes."""
    items = draw(st.integers(2, 6))
    weeks = 30
    positive = st.floats(0.1, 3.0)
    edges = []
    for user in range(1, items):
        inputs = draw(st.sets(st.integers(0, user - 1), max_size=3))
        edges += [(user, used, draw(positive)) for used in sorted(inputs)]
    return chain(
        weeks=weeks,
        lead=[draw(st.integers(0, 4)) for _ in range(items)],
        hold=[draw(st.floats(0.0, 30.0)) for _ in range(items)],
        edges=edges,
        plants=[
            (i, draw(st.floats(1.0, 60.0)), draw(st.sampled_from([-np.inf, 5.0])), draw(positive))
            for i in range(items)
            if draw(st.booleans())
        ],
        stops=(),
        wishes=[(items - 1, 10.0), (draw(st.integers(0, items - 1)), 5.0)],
        waits=(True, draw(st.booleans())),
        priority=(2, draw(st.integers(1, 3))),
        draws=draws,
    )


@settings(max_examples=15, deadline=None)
@given(lines())
def test_goods_are_conserved_and_nothing_is_negative(line):
    course = simulate(line)
    assert course.balance < EXACT
    scale = max(1.0, float(line.wish.max()), float(line.hold.max()))
    assert course.stock.min() > -1e-6 * scale
    assert course.made.min() >= 0
    total = course.delivered.sum(axis=0) + course.open[-1]
    np.testing.assert_allclose(
        total[line.waits], line.wish.sum(axis=0)[line.waits], rtol=1e-6, atol=1e-6
    )


@settings(max_examples=15, deadline=None)
@given(lines())
def test_enough_of_everything_is_a_steady_state(line):
    enough = 2 * explode(line, line.wish[0]) + 1
    size = np.array([enough[i] for i in line.plant_item]).reshape(line.size.shape)
    course = simulate(replace(line, size=size, opens=np.full(size.shape, -np.inf)))
    np.testing.assert_allclose(course.delivered, line.wish, rtol=1e-6)
    assert (course.cause == NONE).all()


def serial(data, stages):
    """A line of stages one after another, the first of which stops for a while."""
    first = data.draw(st.integers(1, 8))
    return chain(
        weeks=35,
        lead=[data.draw(st.integers(0, 3)) for _ in range(stages)],
        hold=[*(data.draw(st.floats(0, 40)) for _ in range(stages - 1)), 0.0],
        edges=[(i + 1, i, data.draw(st.floats(0.2, 2.0))) for i in range(stages - 1)],
        plants=[(i, data.draw(st.floats(5.0, 60.0)), -np.inf, 0.0) for i in range(stages)],
        stops=((0, first, first + data.draw(st.integers(1, 20))),),
        wishes=((stages - 1, 10.0),),
    )


@settings(max_examples=15, deadline=None)
@given(st.data(), st.integers(2, 4))
def test_more_stock_never_stops_earlier(data, stages):
    line = serial(data, stages)
    more = line.hold.copy()
    more[data.draw(st.integers(0, stages - 2))] += data.draw(st.floats(0.1, 30.0))
    less, rich = (simulate(replace(line, hold=s, stock=s)) for s in (line.hold, more))
    assert (np.cumsum(rich.made, axis=0) - np.cumsum(less.made, axis=0)).min() >= -1e-6
    wide = np.full(line.size.shape, 200.0)
    days = []
    for stock in (line.hold, more):
        course = simulate(replace(line, size=wide, hold=stock, stock=stock))
        days.append(stop_day(course.made[:, 0], course.planned[:, 0], 0.5)[0])
    assert days[1] >= days[0] - 1e-6


@settings(max_examples=15, deadline=None)
@given(st.data(), st.integers(2, 4))
def test_more_capacity_never_makes_less_on_a_line_that_meets_its_wishes(data, stages):
    line = serial(data, stages)
    line = replace(line, size=np.maximum(line.size, explode(line, line.wish[0])))
    size = line.size.copy()
    size[data.draw(st.integers(0, stages - 1))] *= data.draw(st.floats(1.01, 3.0))
    less, more = simulate(line), simulate(replace(line, size=size))
    gained = np.cumsum(more.made, axis=0) - np.cumsum(less.made, axis=0)
    assert gained.min() >= -1e-6


def test_a_line_that_falls_behind_orders_ahead_and_can_outlast_one_with_more_capacity():
    """By hand: inputs for 20 are under way; what waits adds inputs for 2 before the stop."""
    behind = chain(
        weeks=12,
        lead=[0, 0, 1, 1],
        hold=[0.0, 0.0, 0.0, 0.0],
        edges=[(1, 0, 1.0), (2, 1, 1.0), (3, 2, 0.25)],
        plants=[(0, 5.0, -np.inf, 0.0), (1, 5.0, -np.inf, 0.0), (2, 5.0, -np.inf, 0.0),
                (3, 6.0, -np.inf, 0.0)],
        stops=((0, 1, 3),),
        wishes=((3, 10.0),),
    )  # fmt: skip
    wide = behind.size.copy()
    wide[3] *= 2
    less, more = simulate(behind), simulate(replace(behind, size=wide))
    np.testing.assert_allclose(less.made[:5, 0, 0], [6, 6, 6, 4, 6])
    np.testing.assert_allclose(more.made[:5, 0, 0], [10, 10, 0, 0, 12])


def test_draws_do_not_touch_each_other():
    one = two_stages()
    rng = np.random.default_rng(1)
    size = one.size * rng.uniform(0.5, 1.5, (3, 4))
    wide = {
        f: np.repeat(getattr(one, f), 4, axis=-1)
        for f in ("lead", "hold", "stock", "need", "opens", "ramp", "wish")
    }
    course = simulate(replace(one, size=size, **wide))
    for d in range(4):
        alone = simulate(replace(one, size=size[:, d : d + 1]))
        np.testing.assert_allclose(course.made[..., d], alone.made[..., 0], atol=EXACT)


@pytest.mark.parametrize(
    ("shares", "day"),
    [
        ([1, 1, 1, 0.4, 0, 0], 7 * 3.4),
        ([1, 1, 1, 0.7, 0, 0], 7 * 3.7),
        ([1, 1, 0, 0], 14),
        ([1, 1, 0.2, 1, 1], 7 * 2.2),
        ([1, 1, 0.3, 0.3, 0.3], 14),
        ([1, 0.65, 0.3, 0.3], 7 * 1.5),
        ([0.6, 0.6, 0.3, 0, 0], 7 * 2.5),
        ([1, 0.9, 0.8, 0.6], np.inf),
    ],
)
def test_the_day_of_a_stop_lies_inside_a_week(shares, day):
    made = 10.0 * np.array(shares, dtype=np.float64)[:, None]
    assert stop_day(made, np.full_like(made, 10.0), 0.5)[0] == pytest.approx(day)


DIFFERENT = (
    two_stages(),
    chain(lead=(2, 0), hold=(5.0, 1.0), stops=((0, 3, 9),), draws=2),
    chain(plants=((1, 12.0, -np.inf, 0.0),)),
    chain(plants=((0, 5.0, 3.0, 4.0), (0, 5.0, -np.inf, 0.0), (0, 1.0, 8.0, 2.0)), draws=3),
    replace(chain(), gifts={4: np.array([[30.0], [0.0]])}),
    replace(chain(), before=np.full((1, 1), 4.0)),
    chain(weeks=12),
    chain(wishes=((1, 7.0), (0, 3.0)), priority=(1, 2)),
    chain(edges=((1, 0, 2.0),)),
)
"""Lines that differ in plants, stops, stocks, gifts, draws; three also in weeks or wishes."""


@pytest.mark.parametrize("most", [1, 3, 4096])
def test_lines_side_by_side_go_as_they_go_alone(most, monkeypatch):
    monkeypatch.setattr(production_together, "MOST", most)
    together = production_together.simulate_all(DIFFERENT)
    for line, course in zip(DIFFERENT, together, strict=True):
        alone = simulate(line)
        for part in ("made", "planned", "delivered", "open", "stock"):
            np.testing.assert_allclose(
                getattr(course, part), getattr(alone, part), atol=EXACT, err_msg=part
            )
        np.testing.assert_array_equal(course.cause, alone.cause)
        assert course.balance < EXACT


def test_lines_of_one_shape_walk_once(monkeypatch):
    walks = []
    monkeypatch.setattr(
        production_together, "simulate", lambda c, **k: walks.append(c) or simulate(c, **k)
    )
    production_together.simulate_all(DIFFERENT)
    assert [c.shape[2] for c in walks] == [10, 1, 1]
    assert production_together.simulate_all([]) == []
