"""Conditional losses: levels over common draws, recorded, found again and read as arrays."""

from __future__ import annotations

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from isthmus.disruption.posterior import load_posterior
from isthmus.ensemble.losses import (
    Easing,
    Level,
    Losses,
    Question,
    Relief,
    Reserve,
    conditional,
    delivered_levels,
    duration,
    find,
    held_levels,
    joined,
    load,
    losses_of,
    missing,
    prepare,
)
from isthmus.ensemble.losses.cases import REFERENCE, around_of, drawn_of
from isthmus.ensemble.losses.duration import in_words, run_days, runs_of, seconds_needed
from isthmus.ensemble.losses.watch import NEVER, LossWatch, edges_of
from isthmus.ensemble.losses.work import WIDTH, packed, unpacked, width
from isthmus.errors import BadInput, Cancelled, CodeUnknown, DataMissing
from isthmus.runtime import ArrayCheckpoint, CancelToken
from isthmus.scenario import ExportStop, Range, Scenario
from isthmus.store import Store
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_sample import sample_table

INDUSTRIES = ("A01", "C26_LEAD", "C29", "SERV")
STOP = ExportStop(exporters="TWN", industries="C26_LEAD", duration=50, redirect=False)
EVENT = Scenario(name="stop", horizon=90, shocks=(STOP,))
CALM = Scenario(name="calm", horizon=90)


class Small:
    """A world that holds one made-up table."""

    name, edition, reference, content_hash = "small", "1", "small 1", "0" * 64

    def __init__(self, seed: int = 3) -> None:
        table = sample_table(4, 4, seed=seed)
        self.table = MRIO.from_factors(
            table.form.flow,
            table.form.use_dom,
            table.form.use_imp,
            table.final,
            economies=("DEU", "FRA", "TWN", "USA"),
            industries=INDUSTRIES,
            datasets=("flows",),
        )
        self.seed = seed

    def mrio(self, year: int, *, chips: bool = False) -> MRIO:
        return self.table

    def keys(self) -> tuple[str, ...]:
        return ("flows",)

    def record(self, key: str) -> SimpleNamespace:
        return SimpleNamespace(content_sha256=f"{self.seed:064x}")


LEVELS = (
    Level(),
    Level("stock", reserves=(Reserve(("C26_LEAD",), 60.0),)),
    Level("spared", reliefs=(Relief(("C26_LEAD",), ("DEU",), 1.0),)),
)
ROUNDING = 2e-5
"""Two shares that are each rounded to a hundred-thousandth."""
WORDS = {"draws": 6, "until": 90, "batch": 4}


@pytest.fixture(scope="module")
def world() -> Small:
    return Small()


@pytest.fixture(scope="module")
def found(world: Small) -> Losses:
    result = conditional(world, EVENT, levels=LEVELS, parties=("DEU", "TWN"), around=True, **WORDS)
    return losses_of(result)


def test_losses_have_draws_levels_economies_and_windows(found: Losses) -> None:
    assert found.lost.shape == (6, 3, 4, 2)
    assert found.levels == ("as today", "stock", "spared")
    assert found.days == (30, 90)
    assert found.lengths.tolist() == [30.0, 60.0]
    frame = found.table("losses", level="stock", economy="FRA", day=30, draw=4)
    assert frame["lost"].item() == pytest.approx(found.lost[4, 1, 1, 0])


def test_money_and_shares_add_up(found: Losses) -> None:
    money = found.money("DEU")
    assert money.shape == (6, 3, 2)
    base = found.base[found.economies.index("DEU")]
    np.testing.assert_allclose(found.share("DEU", 90), money.sum(axis=2) / (90 * base))
    with pytest.raises(DataMissing, match="counted to days 30, 90"):
        found.share("DEU", 45)


def test_what_is_done_beforehand_saves_and_nothing_more_than_the_loss(found: Losses) -> None:
    today, stock, _ = sum(found.money(code).sum(axis=2) for code in found.economies).T
    # In the mean only: who fills stocks again orders more, which others sell.
    assert stock.mean() < 0.9 * today.mean()
    today, _, spared = found.share("DEU", 90).T
    assert (today > 1e-4).all()
    # Of its own deliveries nothing is missing; what is left comes through the others.
    assert (spared <= today + ROUNDING).all()


def test_a_null_event_costs_nothing_and_nothing_is_saved(world: Small) -> None:
    calm = losses_of(conditional(world, CALM, levels=LEVELS, parties=("DEU",), **WORDS))
    assert np.abs(calm.lost).max() <= 1e-5
    parties = calm.table("parties")
    assert parties["back"].to_list() == [0] * parties.height
    assert parties["until_back"].abs().max() <= 1e-5


def test_levels_are_the_same_whatever_stands_beside_them(world: Small, found: Losses) -> None:
    alone = losses_of(conditional(world, EVENT, levels=LEVELS[1:2], **WORDS))
    np.testing.assert_allclose(alone.lost[:, 0], found.lost[:, 1], atol=ROUNDING)


def test_equal_draws_are_simulated_once_and_counted_as_often_as_drawn() -> None:
    posterior = load_posterior()
    drawn = drawn_of(posterior, EVENT, 400, 0, vary=False)
    assert len(drawn.values) < 400
    family = [posterior.names.index(name) for name in posterior.family]
    np.testing.assert_array_equal(drawn.values[drawn.of], posterior.draws(400)[:, family])


def test_ranges_of_the_event_are_drawn_once_in_every_part() -> None:
    spec = Range(path="shocks.0.duration", distribution="uniform", low=10, high=50, reason="open")
    posterior, event = load_posterior(), EVENT.model_copy(update={"ranges": (spec,)})
    drawn = drawn_of(posterior, event, 8, 1, vary=True)
    days = sorted(row["shocks.0.duration"] for row in drawn.shocks)
    edges = [10 + 5 * n for n in range(9)]
    assert all(
        low - 0.5 <= day <= high + 0.5
        for day, (low, high) in zip(days, itertools.pairwise(edges), strict=True)
    )
    assert drawn_of(posterior, event, 8, 1, vary=True).shocks == drawn.shocks


def test_the_reference_case_has_the_medians_and_the_tails_move_one_number() -> None:
    posterior = load_posterior()
    cases = dict(around_of(posterior))
    middle = cases[REFERENCE]
    psi = posterior.draws(501)[:, posterior.names.index("psi")]
    assert middle["psi"] == np.median(psi)
    moved = cases["psi high"]
    assert {name for name in middle if moved[name] != middle[name]} == {"psi"}
    assert middle["rule"] == int(middle["rule"])


def course(values: np.ndarray) -> LossWatch:
    """A watch of one party whose value added follows a path."""
    days = len(values)
    watch = object.__new__(LossWatch)
    watch.days, watch.party = days, values.reshape(days, 1, 1)
    watch.party_base = np.ones((1, 1))
    return watch


def test_a_party_is_back_from_the_day_on_which_it_stays_within_the_band() -> None:
    path = np.ones(400)
    path[10:20], path[30:35] = 0.5, 0.9
    lost, back, missing_later = (v.item() for v in course(path).returns(40))
    assert back == 35
    assert lost == pytest.approx(10 * 0.5 + 5 * 0.1)
    assert missing_later == pytest.approx(0.0)


def test_who_does_not_come_back_is_counted_to_the_end() -> None:
    path = np.ones(400)
    path[10:] = 0.97
    lost, back, missing_later = (v.item() for v in course(path).returns(40))
    assert back == NEVER
    assert lost == pytest.approx(390 * 0.03)
    assert missing_later == pytest.approx(0.03)


def test_windows_end_with_the_run() -> None:
    assert edges_of(60) == (30, 60)
    assert edges_of(545)[-2:] == (455, 545)
    assert edges_of(90) == (30, 90)


def test_runs_are_cut_into_pairs_of_batches_of_one_size() -> None:
    assert [width(runs) for runs in (1, 2, 50, 100, 5500)] == [1, 1, 32, 50, 96]
    for runs in range(2, 700):
        assert width(runs) <= WIDTH
        assert -(-runs // width(runs)) % 2 == 0


def test_what_losses_take_is_told_from_two_trials(world: Small, monkeypatch) -> None:
    clock, asked = [0.0], question()
    cost = {"call": 2.0, "day": 0.01}

    def trial(_, scenario, *, draws, until, seed, year, parties, **more) -> None:
        assert (seed, year, parties) == (asked.seed, asked.year, asked.parties)
        runs = runs_of(replace(asked, draws=draws, levels=(Level(),)))
        clock[0] += cost["call"] + cost["day"] * runs * until

    monkeypatch.setattr(duration, "conditional", trial)
    monkeypatch.setattr(duration.time, "perf_counter", lambda: clock[0])
    assert run_days(asked) == len(LEVELS) * runs_of(replace(asked, levels=(Level(),))) * 90
    small = replace(asked, levels=(Level(),))
    days = run_days(asked) + run_days(small)
    for workers in (1, 2):
        told = seconds_needed([small, asked], world, workers=workers)
        assert told == pytest.approx(days * cost["day"] / workers + 2 * cost["call"])
    runs = runs_of(small)
    batches = -(-runs // width(runs))  # more processes than batches have nothing to do
    alone = run_days(small) * cost["day"] / batches + cost["call"]
    assert seconds_needed([small], world, workers=64) == pytest.approx(alone)
    assert seconds_needed([], world) == 0.0
    assert in_words(90.0) == "about 2 min as fast as a short trial went"


def test_arrays_survive_being_kept_as_text() -> None:
    array = np.array([[1.5, np.nan], [-0.0, 1e-30]], dtype=np.float32)
    back = unpacked(packed(array))
    assert back.tobytes() == array.tobytes()


def test_a_stopped_run_goes_on_to_the_same_bits(world: Small, found: Losses, tmp_path) -> None:
    state, token = ArrayCheckpoint(tmp_path), CancelToken()

    def stop(event) -> None:
        if event.done == 2:
            token.cancel()

    words = {"levels": LEVELS, "parties": ("DEU", "TWN"), "around": True, **WORDS}
    with pytest.raises(Cancelled):
        conditional(world, EVENT, checkpoint=state, cancel=token, progress=stop, **words)
    seen = []
    result = conditional(world, EVENT, checkpoint=state, progress=seen.append, **words)
    assert seen[0].resumed == 2
    for name, table in result.tables.items():
        assert table.frame.equals(found.result[name].frame), name


def question(**more) -> Question:
    return Question(EVENT, draws=6, until=90, **{"levels": LEVELS, **more})


def test_a_recorded_loss_is_found_by_what_it_answers(world: Small, tmp_path) -> None:
    store = Store(tmp_path)
    asked = question(parties=("DEU",))
    with pytest.raises(DataMissing) as error:
        load(asked, world, store)
    assert "isthmus study prepare" in (error.value.hint or "")
    assert missing([asked], world, store) == (asked,)
    run = prepare(asked, world, store=store).run
    assert find(asked, world, store)[1] == run
    other_names = tuple(Level(f"n{i}", **vars_of(one)) for i, one in enumerate(LEVELS[1:]))
    fewer = load(question(levels=other_names), world, store)
    assert fewer.levels == ("n0", "n1")
    assert fewer.lost.shape[1] == 2
    assert missing([asked], world, store) == ()


def vars_of(level: Level) -> dict:
    return {"reserves": level.reserves, "reliefs": level.reliefs, "easings": level.easings}


def test_other_questions_data_and_levels_are_not_answered_by_it(world: Small, tmp_path) -> None:
    store = Store(tmp_path)
    prepare(question(), world, store=store)
    harder = EVENT.with_values({"shocks.0.duration": 21})
    for other, where in (
        (question(), Small(seed=4)),
        (question(parties=("DEU",)), world),
        (question(levels=(Level("x", easings=(Easing(("A01",), 0.5),)),)), world),
        (question(around=True), world),
        (question(seed=1), world),
        (Question(harder, LEVELS, draws=6, until=90), world),
    ):
        with pytest.raises(DataMissing):
            find(other, where, store)
    titled = EVENT.model_copy(update={"name": "told-otherwise", "title": "Another title"})
    assert find(Question(titled, LEVELS, draws=6, until=90), world, store)


def test_coalitions_are_kept_as_one_or_by_member(world: Small, found: Losses) -> None:
    pair = losses_of(conditional(world, EVENT, keep=("DEU", "FRA", "DEU,FRA"), **WORDS))
    np.testing.assert_allclose(
        pair.money("DEU,FRA")[:, 0],
        (found.money("DEU") + found.money("FRA"))[:, 0],
        atol=60 * ROUNDING * found.base.sum(),
    )
    with pytest.raises(CodeUnknown, match="no losses were kept of USA"):
        pair.money("USA")


def test_questions_of_one_event_are_joined() -> None:
    both = joined([question(levels=LEVELS[:2], parties=("DEU",)), question(parties=("TWN", "DEU"))])
    assert both.levels == LEVELS
    assert both.parties == ("DEU", "TWN")


def test_ready_made_levels_say_what_they_are() -> None:
    held = held_levels(["CHIPS"], [0, 60], economies=["EU27_2020"])
    assert [level.name for level in held] == ["as today", "60 more days in EU27_2020"]
    assert held[1].reserves[0].days == 60.0
    given = delivered_levels(["CHIPS"], [0, 0.5], economies=["DEU"])
    assert [level.name for level in given] == ["as today", "50% delivered in DEU"]
    both = held[1].plus(given[1], "both")
    assert both.reserves
    assert both.reliefs
    assert Level(**both.to_dict()) == both


@pytest.mark.parametrize(
    ("words", "piece"),
    [
        ({"draws": 0}, "must be 1 or more"),
        ({"until": 3}, "must be 7 or more"),
        ({"posterior_hash": "abc"}, "the draws have changed"),
        ({"parties": ("JPN",)}, "not in the table: JPN"),
        ({"levels": (Level(), Level())}, "stands twice"),
        ({"levels": (Level("x", reserves=(Reserve(("C99",), 1.0),)),)}, "no industry 'C99'"),
    ],
)
def test_what_makes_no_sense_is_refused(world: Small, words, piece) -> None:
    with pytest.raises(BadInput) as error:
        conditional(world, EVENT, **{"until": 60, "draws": 2, **words})
    assert piece in str(error.value)
