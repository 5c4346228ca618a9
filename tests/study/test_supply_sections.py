"""Pages on arms with queues, on munitions and drones, on the physical island; their claims."""

from __future__ import annotations

import polars as pl
import pytest

from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Kind
from isthmus.study import Study, open_study
from isthmus.study.claims import assess_claim
from isthmus.study.context import Context
from isthmus.study.dossier import Section
from isthmus.study.schema import Claim
from isthmus.study.spoken import spoken
from isthmus.study.subjects import measures
from isthmus.study.subjects.munitions.partner import named_period
from isthmus.study.subjects.munitions.runs import stopped, suppliers_in
from isthmus.study.verdict import Status
from isthmus.study.writing import written
from isthmus.world import World

FLAGSHIP, OTHERS = "taiwan-europe", {"home": "DEU", "partner": "JPN", "rival": None, "ally": None}


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def asked(world: World, study: Study) -> Context:
    context = Context(study, world)
    context.study = spoken(study)
    return context


@pytest.fixture(scope="module")
def context(world: World) -> Context:
    return asked(world, open_study(FLAGSHIP))


@pytest.fixture(scope="module")
def pages(context: Context) -> dict[str, Section]:
    return {name: written(context, name) for name in ("arms", "munitions", "island")}


def value(section: Section, key: str) -> float:
    (found,) = (f for f in section.findings if f.key == key)
    assert found.value is not None
    return found.value


def test_the_share_by_volume_stands_beside_the_median(pages: dict[str, Section]) -> None:
    """The median of 27 % hides 55 % by volume, as worked out from the register."""
    assert value(pages["arms"], "arms.median_share.USA.EU27_2020") == pytest.approx(0.27, abs=0.005)
    assert value(pages["arms"], "arms.weighted_share.USA.EU27_2020") == pytest.approx(
        0.55, abs=0.01
    )


def test_the_queue_is_said_in_orders_money_months_and_years(pages: dict[str, Section]) -> None:
    arms = pages["arms"]
    assert value(arms, "arms.orders_open.TWN") == 25
    assert value(arms, "arms.backlog.TWN") == 32640
    (years,) = (f for f in arms.findings if f.key == "arms.backlog_years.TWN")
    assert years.value is None
    assert years.low == pytest.approx(6.3, abs=0.1)
    assert years.high == pytest.approx(31.9, abs=0.1)
    # One of the orders with a plan has a value that no page gives.
    assert years.kind is Kind.ASSUMED
    (told,) = (a.text for a in arms.answer if a.key == "arms.answer.backlog")
    assert "at most 33 billion USD" in told
    names = {t.name for t in (*arms.tables, *(c.table for c in arms.charts))}
    assert {"arms_orders", "arms_waits", "arms_backlog", "arms_second"} <= names


def test_munitions_say_what_binds_with_range_and_who_can_help(pages: dict[str, Section]) -> None:
    page = pages["munitions"]
    for finding in page.findings:
        if finding.key.startswith("munitions.held."):
            assert finding.kind is Kind.ASSUMED
            assert finding.low is not None
            assert finding.high is not None
            # Ends that are tenfold apart leave no central figure.
            assert (finding.value is None) == (finding.high >= 10 * finding.low)
    tables = {t.name: t for t in (*page.tables, *(c.table for c in page.charts))}
    reliance = tables["munitions_reliance"].frame
    # No supplier of shells in the rival is held, which is not the same as no reliance.
    shells = reliance.filter((pl.col("sender") == "China") & (pl.col("family") == "155 mm shells"))
    assert shells["items"].to_list() == [""]
    assert shells["median"].to_list() == [None]
    exports = tables["munitions_drones"].frame
    assert exports.filter(pl.col("period") == "2025-01 to 2025-10")["value"].sum() == (
        pytest.approx(21.5 + 17.9 + 8.7)
    )
    assert value(page, "munitions.drones.TWN.EU27_2020") == pytest.approx((21.5 + 17.9) / 54.75)
    assert value(page, "munitions.magnets.CHN.EU27_2020") == pytest.approx(0.886, abs=0.0005)
    said = {a.key for a in page.answer if a.key.startswith("munitions.answer.held")}
    assert said == {"munitions.answer.held_open"}


def test_days_of_a_stop_count_from_the_stop(context: Context, pages: dict[str, Section]) -> None:
    run = stopped(context, "small-drone", "CHN")["stops"].frame.row(0, named=True)
    days = value(pages["munitions"], "munitions.stop.small-drone.CHN")
    assert days == pytest.approx(run["stop_median"] - 28)


def test_what_a_coalition_makes_is_not_said_of_each_member() -> None:
    assert suppliers_in("shell-155", "EU27_2020") == ("explosive", "powder", "shell-body")
    assert suppliers_in("shell-155", "DEU") == ("powder",)
    assert suppliers_in("shell-155", "JPN") == ()


def test_a_destination_that_is_not_named_is_not_one_without_exports(world: World) -> None:
    rows = world.table("taiwan_drone_exports")
    periods = {
        home: named_period(rows, pl.col("importer") == home) for home in ("POL", "DEU", "JPN")
    }
    assert periods == {"POL": "2025-01 to 2025-10", "DEU": "2025-H1", "JPN": ""}


def test_the_island_says_days_and_holds_the_strait_against_a_cut_at_once(
    pages: dict[str, Section],
) -> None:
    page = pages["island"]
    gas = value(page, "island.sea.TWN.LNG used up")
    shared = value(page, "island.sea.TWN.chip output below 90 %.shared")
    first = value(page, "island.sea.TWN.chip output below 90 %.served first")
    assert gas <= shared < first
    assert value(page, "island.cut_at_once.TWN") > 0.1
    names = {t.name for t in page.tables}
    assert {"island_days", "island_checks", "island_hormuz", "island_passages"} <= names


VERDICTS = {
    "second-source": Status.SUPPORTED,
    "second-source-wait": Status.SUPPORTED,
    "complementary-industries": Status.SUPPORTED,
    "complementary-all-goods": Status.CONTRADICTED,
    "munitions-constrained": Status.SUPPORTED,
    "munitions-money": Status.SUPPORTED,
    "dual-use-offer": Status.SUPPORTED,
    "second-sources-named": Status.SUPPORTED,
}


def claim(name: str) -> Claim:
    (found,) = (c for c in open_study(FLAGSHIP).claims if c.id == name)
    return found


@pytest.mark.parametrize("name", sorted(VERDICTS))
def test_claims_get_verdicts_with_ranges_and_say_that_figures_were_seen(
    context: Context, name: str
) -> None:
    assessed = assess_claim(context, next(c for c in context.study.claims if c.id == name))
    assert assessed.verdict.status is VERDICTS[name]
    assert assessed.finding is not None
    if name != "complementary-all-goods":
        assert assessed.finding.low is not None
        assert assessed.finding.high is not None
    assert "had been seen" in claim(name).note


def test_complementarity_is_that_of_the_published_calculation(context: Context) -> None:
    run = measures()["munitions.complementary"].run
    near = run(context, scope="headings near defence", a="TWN", b="EU27_2020")
    assert near.value == pytest.approx(52 / 34.8)
    assert near.low == pytest.approx(0.644 / 0.591)
    everything = run(context, scope="all goods", a="EU27_2020", b="TWN")
    assert everything.value == pytest.approx(0.627 / 0.707)


def test_parties_without_data_are_told_so(world: World) -> None:
    other = asked(world, open_study(FLAGSHIP).with_parties(**OTHERS))
    island = written(other, "island")
    assert not island.answer
    assert len(island.gaps) == 1
    munitions = written(other, "munitions")
    assert munitions.answer
    assert not any("None" in a.text or "rival" in a.text for a in munitions.answer)
    for name in ("second-source", "complementary-industries", "dual-use-offer"):
        found = assess_claim(other, next(c for c in other.study.claims if c.id == name))
        assert found.verdict.status is Status.NOT_MEASURABLE
        assert not any(code in found.reason.text for code in ("DEU", "JPN"))
    constrained = next(c for c in other.study.claims if c.id == "munitions-constrained")
    assert assess_claim(other, constrained).verdict.status is Status.NOT_APPLICABLE


def test_measures_refuse_what_is_not_there(context: Context) -> None:
    # Links of Europe as a whole are no links of a coalition elsewhere.
    with pytest.raises(DataMissing, match="no supply links"):
        measures()["munitions.second_sources"].run(context, home="ASEAN")
    with pytest.raises(DataMissing, match="with quantities"):
        measures()["munitions.held_by_inputs"].run(context, family="magnet-motor")
    with pytest.raises(BadInput, match="cannot be closed"):
        measures()["island.days"].run(context, economy="TWN", closed="land", event="LNG used up")
    with pytest.raises(DataMissing, match="no event"):
        measures()["island.days"].run(context, economy="TWN", event="nothing")
