"""Packages by threshold: one hazard and two actions by hand, and what changes no result."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.cooperation.small import MONEY, Written, catalogue, losses, stage

from isthmus.coercion.record import AMERICAN, UNSELECTED, state_rate, steps_towards
from isthmus.cooperation import order, thresholds
from isthmus.cooperation.beside import (
    NO_RECORD,
    answers,
    indicators,
    not_measured,
    support,
    timing,
)
from isthmus.cooperation.contribution import contribution
from isthmus.cooperation.cut import within
from isthmus.cooperation.evaluate import evaluate, most_exposed, tables_of
from isthmus.cooperation.own import roles_of
from isthmus.cooperation.stage import ALONE, TODAY
from isthmus.errors import BadInput, CodeUnknown
from isthmus.scenario.actions import Action, ActionIndicator
from isthmus.scenario.catalogues import shipped_catalogue, template
from isthmus.world import World

HALF = "DEU"
"""Half of the loss of home falls on it: 500 of 1,000."""


def amount(low, high):
    return {"low": low, "high": high, "reason": "chosen"}


def row(table, **where):
    found = table.frame.filter(**where)
    assert found.height == 1, found
    return found.row(0, named=True)


def test_savings_by_hand():
    table = thresholds.savings(stage(), [HALF])
    today = row(table, package="with", compared=TODAY)
    assert today["value"] == pytest.approx(0.2)
    assert today["money"] == pytest.approx(100.0)
    assert today["loss"] == pytest.approx(500.0)
    nested = row(table, package="with", compared=ALONE)
    assert nested["value"] == pytest.approx(75 / 350)
    assert nested["money"] == pytest.approx(75.0)


def test_little_delivered_takes_nothing_from_what_stands_beside_it():
    made = stage(catalogue(fit=0.2))
    package = made.catalogue.package("with")
    reach = made._reach("stop", ("b",))
    assert (reach < 1.0).any()
    # At the degree of the package alone: 1000, 900, 700 with a; 1000, 800, 550 with both.
    without = np.interp(reach, (0.0, 0.5, 1.0), MONEY["a",])
    with_it = np.interp(reach, (0.0, 0.5, 1.0), MONEY["a", "b"])
    share = made.saved_share("stop", package, HALF, ALONE)
    assert share == pytest.approx(1.0 - with_it / without)
    assert (share >= 0.0).all()
    left = made.left("stop", made.catalogue.package("alone"), HALF)
    assert made.beside("stop", package, HALF, ALONE) == pytest.approx(left * (1.0 - share))


def test_costs_by_hand():
    table = thresholds.costs(stage())
    assert row(table, package="alone", compared=TODAY)["value"] == pytest.approx(20.0)
    assert row(table, package="with", compared=TODAY)["value"] == pytest.approx(1.0)
    assert row(table, package="with", compared=ALONE)["value"] == pytest.approx(1.0)
    assert row(table, package="alone", compared=TODAY)["once"] == pytest.approx(100.0)


def test_break_evens_by_hand():
    table = thresholds.break_even(stage())
    assert row(table, package="alone", compared=TODAY)["value"] == pytest.approx(20 / 150)
    assert row(table, package="alone", compared=TODAY)["never"] == 1.0
    assert row(table, package="with", compared=ALONE)["value"] == pytest.approx(1 / 75)
    assert row(table, package="with", compared=ALONE)["never"] == 0.0
    needed = row(thresholds.effect(stage()), package="with", compared=TODAY, probability="1.0%")
    assert needed["value"] == pytest.approx(1 / (0.01 * 500))
    assert needed["impossible"] == 0.0


def test_no_probability_above_certainty_and_no_share_above_the_whole_is_told():
    found = thresholds.within_one(np.array([0.2, 1.0, 1.5, np.inf]))
    assert found.tolist() == [0.2, 1.0, np.inf, np.inf]
    needed = row(thresholds.effect(stage()), package="alone", compared=TODAY, probability="0.1%")
    assert (needed["value"], needed["impossible"]) == (None, 1.0)


def test_beside_home_alone_the_effect_is_a_share_of_what_is_left():
    """At 1 % a year the package's 1 is held to 3.5 of 350 left beside alone, to 5 of 500 today."""
    frame = thresholds.effect(stage()).frame.filter(package="with", probability="1.0%")
    told = dict(frame.select("compared", "value").rows())
    assert told == pytest.approx({ALONE: 1.0 / 3.5, TODAY: 0.2})


def test_no_reading_of_a_record_that_has_no_rate_of_the_partner():
    coded = stage(rival="CHN")
    other = replace(coded, parties={**coded.parties, "partner": "JPN"})
    for found, readings, note in (
        (coded, ["record", "model"], order.UPPER),
        (other, ["model"], NO_RECORD),
    ):
        table = order.first(found, "stop")
        assert table.frame["reading"].unique(maintain_order=True).to_list() == readings
        assert note in table.notes
    priced = order.knowing(other, "stop").frame["number"]
    assert "answer: with" in priced.to_list()
    assert "answer, record" not in order.front(other, "stop").notes[0]


def test_half_of_an_effect_is_read_between_levels():
    """The fit is drawn from 0.5 to 1: every draw stands between half and full delivery."""
    found = stage(catalogue(fit=0.5))
    money = found.saved("stop", found.catalogue.package("with"), HALF, TODAY)
    assert ((money >= 50.0 - 1e-9) & (money <= 100.0 + 1e-9)).all()
    assert np.ptp(money) > 0.0


def test_a_package_of_no_actions_changes_nothing():
    table = thresholds.savings(stage(), [HALF])
    nothing = row(table, package="nothing", compared=TODAY)
    assert (nothing["value"], nothing["money"]) == (0.0, 0.0)
    assert row(thresholds.costs(stage()), package="nothing", compared=TODAY)["value"] == 0.0
    assert row(thresholds.break_even(stage()), package="nothing", compared=TODAY)["value"] == 0.0


def test_what_alone_is_compared_with_is_never_itself():
    compared = thresholds.costs(stage()).frame.filter(pl.col("package") == "alone")["compared"]
    assert compared.to_list() == [TODAY]


def test_removing_answers_reproduces_the_plain_evaluation():
    plain, rival = stage(), stage(rival="CHN")
    for table in (thresholds.costs, thresholds.break_even, thresholds.effect):
        assert table(plain).frame.equals(table(rival).frame)
    package = plain.catalogue.package("with")
    assert (plain.net(package, "stop", 0.01, "record") == 0.01 * 100.0 - 1.0).all()
    priced = rival.net(package, "stop", 0.01, "record")
    assert (priced <= plain.net(package, "stop", 0.01, "record")).all()
    assert (priced < 0.0).any()


def test_a_study_without_rival_has_no_answers_and_says_so():
    table = answers(stage())
    assert table.frame.is_empty()
    assert "names no rival" in table.notes[0]


def test_a_package_without_a_step_is_not_answered():
    found = stage(catalogue(rung=""), rival="CHN")
    assert found.answers == {}


def test_the_order_of_actions_means_nothing():
    held = catalogue()
    turned = held.model_copy(
        update={"actions": held.actions[::-1], "packages": held.packages[::-1]}
    )
    one, other = stage(held, rival="CHN"), stage(turned, rival="CHN")
    for made, again in zip(tables_of(one), tables_of(other), strict=True):
        keys = [c.name for c in made.columns if c.role == "dimension"]
        assert made.frame.sort(keys).equals(again.frame.sort(keys)), made.name


def test_an_entry_more_leaves_the_draws_of_others_alone():
    extra = '[[packages]]\nkey = "both"\ntitle = "Both"\nactions = ["a", "b"]\n'
    one, more = stage(catalogue(fit=0.3)), stage(catalogue(fit=0.3, extra=extra))
    for key in ("alone", "with"):
        package = one.catalogue.package(key)
        assert (
            one.saved("stop", package, HALF, TODAY) == more.saved("stop", package, HALF, TODAY)
        ).all()


def test_first_by_probability_by_hand():
    """At 1 %: nothing 0, alone 1.5 - 20, with 1 - 1 = 0; at 5 %: nothing 0, with 5 - 1 = 4."""
    table = order.first(stage(), "stop")
    at = {
        p: dict(
            table.frame.filter(probability=p, reading="record").select("package", "value").rows()
        )
        for p in ("0.1%", "1.0%", "5.0%")
    }
    assert at["0.1%"] == pytest.approx({"nothing": 1.0, "alone": 0.0, "with": 0.0})
    assert at["1.0%"] == pytest.approx({"nothing": 0.5, "alone": 0.0, "with": 0.5})
    assert at["5.0%"] == pytest.approx({"nothing": 0.0, "alone": 0.0, "with": 1.0})


def test_knowing_a_number_changes_nothing_where_it_does_not_vary():
    assert order.knowing(stage(), "stop").frame.is_empty()


def test_what_is_not_dominated_by_hand():
    """Alone saves most, with costs less for less, nothing costs nothing: none is dominated."""
    frame = order.front(stage(), "stop").frame
    told = {"nothing": 1.0, "alone": 1.0, "with": 1.0}
    assert dict(frame.select("package", "value").rows()) == pytest.approx(told)
    assert frame["kept"].unique().to_list() == ["none"]
    worse = {**MONEY, ("a",): (1000.0, 1000.0, 850.0)}
    frame = order.front(stage(money=worse), "stop").frame
    assert dict(frame.select("package", "value").rows())["alone"] == 0.0
    assert frame["money"].to_list() == frame["value"].to_list()


def test_an_indicator_of_its_own_keeps_a_package_and_is_named():
    held = catalogue()
    mark = ActionIndicator(
        quantity="rounds a month",
        unit="rounds",
        better="higher",
        start=amount(0, 0),
        goal=amount(10, 10),
    )
    dear = held.action("b").model_copy(update={"indicator": mark})
    actions = tuple(dear if a.key == "b" else a for a in held.actions)
    worse = {**MONEY, ("b",): (1000.0, 1000.0, 1000.0), ("a", "b"): MONEY["a",]}
    found = stage(held.model_copy(update={"actions": actions}), money=worse)
    told = row(order.front(found, "stop"), package="with")
    assert (told["value"], told["money"], told["kept"]) == (1.0, 0.0, "rounds a month")


def test_hazards_without_a_run_are_named():
    world = World.open("starter")
    held = catalogue()
    bare = {(): MONEY[()]}
    found = stage(held, money=bare)
    assert thresholds.savings(found, [HALF]).frame["package"].to_list() == ["nothing"]
    assert losses(world, held, bare).levels == ("as today",)
    with pytest.raises(BadInput, match="no package"):
        order.first(stage(held, money=bare, packages=("with",)), "stop")


def test_timing_by_hand():
    table = timing(stage())
    assert table.frame["package"].to_list() == ["alone", "with"]
    told = row(table, package="with")
    assert (told["first"], told["full_high"], told["undo"]) == (12.0, 12.0, 2.0)
    assert told["vote"] == "qualified majority"


def test_cost_per_unit_of_an_indicator_by_hand():
    """TNT: net 8 to 89 million EUR over 15 to 25 years for 1,000 to 4,500 t a year."""
    world = World.open("starter")
    from isthmus.cooperation.evaluate import stage_of

    held = shipped_catalogue("taiwan-europe")
    found = stage_of(world, held, {"home": "EU27_2020", "partner": "TWN"}, ["alone"], losses={})
    told = row(indicators(found), action="tnt-plant")
    assert (told["goal_low"], told["goal_high"], told["unit"]) == (1000.0, 4500.0, "t a year")
    assert 0 < told["low"] < told["value"] < told["high"]
    cost = found.cost_of(held.action("M18"))
    assert told["high"] == pytest.approx(np.quantile(cost, 0.9, method="nearest") / 1000.0)


def test_the_flagship_names_what_it_does_not_measure():
    world = World.open("starter")
    result = evaluate(world, draws=30)
    named = result["not_measured"].frame
    assert {"plant-aid", "taiwan-chips-stop"} & set(named["name"]) <= set(named["name"])
    assert "ally-late" in set(named["name"])
    assert not any("no engine yet" in word for line in named.rows() for word in line)
    held = shipped_catalogue("taiwan-europe")
    members = {a.key for p in held.packages for a in held.members(p) if a.not_measured}
    assert members <= set(named["name"])
    assert all(t.kind.value == "assumed" for t in result.tables.values())


def test_the_file_that_the_template_prints_can_be_evaluated(tmp_path):
    """Its package cannot stand beside what home can do alone: it is compared with today."""
    mine = tmp_path / "mine.toml"
    mine.write_text(template(), encoding="utf-8")
    found = evaluate(World.open("starter"), packages=["my-package"], file=mine, draws=20)
    assert found["costs"].frame["compared"].to_list() == [TODAY]
    assert "my-stop" in set(found["not_measured"].frame["name"])


def test_codes_that_the_table_does_not_hold_are_named_at_once_before_anything_is_run(tmp_path):
    mine = tmp_path / "mine.toml"
    text = template().replace('"C26_DAO"', '"C26_DAOO"').replace('"CHIPS"', '"CHIPZ"')
    mine.write_text(text.replace('economies = ["home"]', 'economies = ["hme"]'), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        evaluate(World.open("starter"), packages=["my-package"], file=mine, draws=20)
    assert [(p.where, p.what.split(":")[0]) for p in caught.value.problems] == [
        ("hazard 'my-stop'", "shocks.0.industries"),
        ("action 'my-stock'", "effects.0.inputs"),
        ("action 'my-stock'", "effects.0.economies"),
    ]


def test_each_role_has_a_party_of_its_own_and_a_draw_is_needed():
    with pytest.raises(BadInput, match="parties: 2 problems") as caught:
        roles_of("TWN", "TWN", "TWN")
    assert [p.where for p in caught.value.problems] == ["partner", "rival"]
    with pytest.raises(BadInput, match="at least one draw"):
        evaluate(World.open("starter"), packages=["quiet"], draws=0)


def test_costs_of_the_catalogue_of_other_parties_say_whose_they_are():
    held = stage(catalogue().model_copy(update={"home": "FRA", "partner": "TWN"}))
    told = [thresholds.costs(one).notes[-1] for one in (stage(), held)]
    assert ["whose catalogue" in note for note in told] == [False, True]


def test_an_action_with_units_alone_is_named_as_such():
    held = catalogue()
    output = {"channel": "output", "line": "shell-155", "units": amount(1, 2)}
    base = held.action("b").model_dump()
    action = Action(**{**base, "effects": [{**output, "hazards": ["stop"]}]})
    made = held.model_copy(update={"actions": (held.action("a"), action)})
    found = stage(made, money={(): MONEY[()], ("a",): MONEY["a",]})
    told = row(not_measured(found), name="b")
    assert told["status"] == "units of a line only"
    package = found.catalogue.package("with")
    assert (found.saved("stop", package, HALF, TODAY) == 0.0).all()


def test_costs_name_the_rate_that_was_asked_for():
    for rate, words in ((0.0, "at 0 % a year"), (0.05, "at 5 % a year")):
        assert words in " ".join(thresholds.costs(stage(rate=rate)).notes)


def test_the_answer_by_the_record_is_the_posterior_of_the_record():
    found = evaluate(World.open("starter"), packages=["structured"], draws=100)["answers"].frame
    steps = steps_towards(World.open("starter"), "TWN", "CHN")
    for reading, rows in (("record, European", UNSELECTED), ("record, American arms", AMERICAN)):
        told = found.row(by_predicate=pl.col("reading") == reading, named=True)
        rate = state_rate(steps, rows)
        for name, u in (("value", 0.5), ("low", 0.1), ("high", 0.9)):
            # a quantile of a hundred draws is one of them: the nearest, a hundredth off at most
            assert rate.quantile(u - 0.01) <= told[name] <= rate.quantile(u + 0.01)


def test_a_partner_has_to_be_named():
    with pytest.raises(CodeUnknown):
        evaluate(World.open("starter"), partner="", draws=20)


def test_the_sum_over_members_is_not_the_answer_of_the_union():
    world = World.open("starter")
    from isthmus.coercion.ladder import price_ladder

    table = evaluate(world, packages=["structured"], draws=60)["answers"].frame
    once = table.filter(pl.col("reading") == "response model")["loss"][0]
    every = price_ladder(world, "EU27_2020", rung="structured-cooperation", draws=60)["losses"]
    whole = (
        every.frame.filter(pl.col("support") == "after delay")
        .group_by("response")
        .agg(pl.col("value").sum())
    )
    assert once < whole["value"].max()
    readings = set(table["reading"])
    assert readings == {"record, European", "record, American arms", "response model"}


def test_the_most_exposed_stand_beside_home_and_partner():
    assert most_exposed(stage()) == ("DEU",)


def test_losses_of_different_draws_are_refused():
    world = World.open("starter")
    held = catalogue()
    from isthmus.cooperation.stage import Stage

    two = {"stop": losses(world, held), "other": losses(world, held, draws=5)}
    with pytest.raises(BadInput, match="4 and 5 draws"):
        Stage(world, held, held.packages, {"home": "DEU", "partner": "TWN"}, two)


def test_contribution_by_hand():
    row_ = row(contribution(stage()), package="with")
    # Alone 0.3, the package 0.2, both 0.45 of the loss: first 0.2, last 0.15, on average 0.175.
    assert row_["by_itself"] == pytest.approx(0.2)
    assert row_["last"] == pytest.approx(0.15)
    assert row_["value"] == pytest.approx(0.175)
    assert row_["part"] == pytest.approx(0.175 / 0.45)


def test_a_set_of_packages_reads_losses_once_and_keeps_answers():
    whole = stage(rival="CHN")
    assert whole.answers
    few = whole.only([whole.catalogue.package("with")])
    assert set(few.answers) == {"with"}
    assert few.answers["with"] is whole.answers["with"]
    assert few._kept is whole._kept


class Misfit(Written):
    """Written losses with a misfit."""

    @property
    def misfit(self) -> float:
        """A factor of four, as a standard deviation in logarithms."""
        return float(np.log(4.0))


def test_no_economy_loses_more_than_it_makes():
    held = catalogue()
    money = {keys: tuple(0.08 * v for v in values) for keys, values in MONEY.items()}
    plain = losses(World.open("starter"), held, money, draws=64)
    run = Misfit(**{name: getattr(plain, name) for name in Written.__dataclass_fields__})
    found = replace(stage(held), losses={"stop": run})
    # As things are each member loses 40 of the 100 that it makes: a factor ends at 2.5.
    drawn, factor = found.misfit("stop"), found.wide("stop", HALF)
    assert (drawn > 2.5).any()
    assert (drawn < 2.5).any()
    np.testing.assert_allclose(factor, np.minimum(drawn, 2.5))
    package = found.catalogue.package("with")
    np.testing.assert_allclose(found.saved_share("stop", package, HALF, TODAY), 0.2)
    told = row(thresholds.savings(found, [HALF]), package="with", compared=TODAY)
    assert told["loss_high"] == told["made"] == 100.0
    assert told["bounded"] == pytest.approx((drawn > 2.5).mean())


def test_a_gain_is_never_cut():
    held = catalogue()
    gains = {keys: tuple(-v for v in values) for keys, values in MONEY.items()}
    run = losses(World.open("starter"), held, gains)
    factor = np.array([0.5, 1.0, 10.0, 100.0])
    np.testing.assert_array_equal(within(run, HALF, factor), factor)


def test_support_within_home_is_mostly_a_transfer():
    member = stage(catalogue(), rival="CHN", draws=20)
    assert (member.diverted == 1.0).all()
    union = replace(member, parties={**member.parties, "home": "EU27_2020"})
    vars(union)["draws"] = 20
    package = union.catalogue.package("with")
    lost = union.answers["with"].loss
    for found in (member, union):
        helped = found.answers["with"].loss[:, 1]
        none = found.answers["with"].loss[:, 0]
        kept = none - found.diverted * (none - helped)
        np.testing.assert_allclose(found.answer_loss(package), kept)
    assert (union.diverted <= 0.2).all()
    table = support(union).frame.filter(package="with")
    none, _, agreed = table.to_dicts()
    assert (none["diverted"], none["moved"]) == (0.0, 0.0)
    taken = np.quantile(lost[:, 0] - lost[:, 2], 0.5, method="nearest")
    assert 0.0 < agreed["diverted"] < 0.2 * taken * 1.5 < agreed["moved"]
    own = support(member).frame.filter(package="with")
    assert own["moved"].max() == 0.0
