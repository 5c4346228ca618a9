"""Every modelled headline names what moves it most, or says that nothing behind it is varied."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from scipy.stats import spearmanr

from isthmus.cooperation.chance import drawn
from isthmus.cooperation.costs import cost_drivers
from isthmus.cooperation.stage import TODAY
from isthmus.evidence import Finding, Kind
from isthmus.production import closure
from isthmus.production.closure import PlantClosure, facts_of, run_closure
from isthmus.production.closure_lens import EMPTY
from isthmus.production.sampling import Sampler
from isthmus.study import Dossier, Study
from isthmus.study.ask.packages import held, staged
from isthmus.study.context import Context
from isthmus.world import World
from tools import golden

ALIKE = ("japan-korea", "usa-europe")


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def modelled(finding: Finding) -> bool:
    """Say whether a model made a figure; a count of what is coded is assumed, but is none."""
    ranged = finding.low is not None and finding.high is not None
    return finding.kind is Kind.MODELLED or (finding.kind is Kind.ASSUMED and ranged)


@pytest.mark.parametrize(
    "setting",
    [pytest.param(s, marks=pytest.mark.slow if s in ALIKE else ()) for s in golden.SETTINGS],
)
@pytest.mark.once_broken("two of nine subjects named what moves their headline")
def test_every_modelled_headline_names_its_main_driver(
    assessed: Callable[[Study], Dossier], setting: str
) -> None:
    built = assessed(golden.study_of(setting))
    for section in built.sections:
        heads = [f for note in section.headlines for f in note.sentence.findings if modelled(f)]
        said = [one.key for one in section.answer if one.key.startswith("driver.")]
        said += [one.key for one in section.answer if ".answer.driver" in one.key]
        models = {f.method for f in heads if section.key != "summary"}
        assert bool(models) == bool(said), (section.key, models, said)


def test_a_driver_is_the_strongest_rank_correlation_over_the_draws(world) -> None:
    found = closure(world, closed=["sea"], draws=200)["drivers"].frame.filter(event="LNG used up")
    sampler = Sampler(200, 0)
    course = run_closure(facts_of(world, "TWN"), PlantClosure(("sea",), 180, 180), sampler).course
    days = (course.stock[:, 0] < EMPTY).argmax(axis=0)
    by_hand = {name: spearmanr(x, days).statistic for name, x in sampler.held.items()}
    strongest = max(by_hand, key=lambda name: abs(by_hand[name]))
    assert found["number"][0] == strongest == "days held: LNG"
    assert found["value"][0] == pytest.approx(by_hand[strongest], abs=1e-12)


def test_what_a_package_costs_goes_with_a_number_of_its_actions(world) -> None:
    stage = staged(Context(golden.study_of("taiwan-europe"), world))
    for package in held(stage):
        (action, name, value), *_ = cost_drivers(stage, package, TODAY)
        assert action in stage.added(package, TODAY)
        amount = getattr(action.cost, name)
        draws = drawn(amount, f"{action.key}.cost.{name}", stage.draws, stage.seed)
        by_hand = spearmanr(draws, stage.cost(package, TODAY)).statistic
        assert value == pytest.approx(by_hand, abs=1e-12)
