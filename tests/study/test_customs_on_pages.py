"""Pages set customs beside balanced flows for any parties, or say that there are none."""

from __future__ import annotations

import pytest

from isthmus.study import Section, open_study
from isthmus.study.ask.trade import link_finding
from isthmus.study.context import Context
from isthmus.study.subjects.dependence.measures import export_share_ratio
from isthmus.study.writing import written
from isthmus.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def page(world: World, key: str, study: str = "taiwan-europe", **parties: str) -> Section:
    return written(Context(open_study(study).with_parties(**parties), world), key)


def said(section: Section) -> str:
    return " ".join(s.text for s in (*section.answer, *section.notes))


def test_the_unions_purchases_have_a_range_and_three_definitions(world: World) -> None:
    section = page(world, "dependence")
    text = said(section)
    assert "27 billion EUR (27 billion EUR to 49 billion EUR)" in text
    assert "27 billion EUR in the balanced table, 34 billion EUR by the customs of Taiwan" in text
    assert "25.3 % of its goods exports in 2022 without Hong Kong and 38.8 % with it" in text
    assert "39.9 % (25.3 % to 39.9 %)" in text
    assert "China with Hong Kong took 26.6 % of its goods exports in 2025" in text
    assert "the United States took 30.9 % of its goods exports in 2025" in text
    table = next(t for t in section.tables if t.name == "dependence_records")
    rows = table.frame.filter(importer="EU", exporter="Taiwan", year=2022)
    assert rows["valuation"].to_list() == ["basic prices", "FOB", "CIF"]
    assert set(rows["age"]) == {3}
    assert rows["definition"].str.len_chars().min() > 20
    finding = next(f for f in section.findings if f.key == "trade.value.TWN.EU27_2020.goods.2022")
    assert finding.kind == "estimated"
    assert (round(finding.low / 1e3), round(finding.high / 1e3)) == (27, 49)


@pytest.mark.parametrize("key", ["exposure", "leverage", "ladder"])
def test_pages_that_take_losses_from_flows_name_the_span_of_records(world: World, key: str) -> None:
    text = said(page(world, key))
    assert "are balanced by their publisher and are no customs figures" in text
    assert "billion EUR to " in text


def test_parties_without_a_second_record_are_named(world: World) -> None:
    text = said(page(world, "dependence", "japan-europe"))
    assert "have no second record" in text
    assert "Japan" in text.partition("no second record: ")[2]


def test_single_members_have_their_own_figures(world: World) -> None:
    text = said(page(world, "dependence", home="DEU", partner="TWN"))
    assert "by the customs of Taiwan, Germany took 1.9 % of its goods exports in 2023" in text


def test_a_ratio_of_markets_spans_the_ratios_of_the_records(world: World) -> None:
    context = Context(open_study("taiwan-europe").with_parties(home="DEU", partner="TWN"), world)
    found = export_share_ratio(context, a="TWN", b="DEU")
    ours = link_finding(context, "DEU", "TWN", "share_of_exports")
    theirs = link_finding(context, "TWN", "DEU", "share_of_exports")
    assert found.value == pytest.approx(ours.value / theirs.value)
    assert found.low == pytest.approx(ours.low / theirs.value)
    assert (found.high, theirs.low) == (pytest.approx(ours.high / theirs.value), None)
    assert found.interval
