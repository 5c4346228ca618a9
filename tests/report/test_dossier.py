"""The flagship dossier: what it says, that it is the same every time, and what it rests on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import polars as pl
import pytest
from markupsafe import escape

from isthmus.errors import DataMissing
from isthmus.evidence import Kind
from isthmus.report import render_html, render_json, render_markdown
from isthmus.runtime.visible import visible
from isthmus.study import Study, assess, load_study, open_study
from isthmus.study.dossier import Dossier
from isthmus.study.shipped import study_text
from isthmus.study.verdict import Status
from isthmus.world import World

DIRECT = {"dependence", "exposure", "materials", "concentration", "arms", "alignment", "coercion"}
"""Sections that measure exposure and model nothing."""


def value(dossier: Dossier, key: str) -> float:
    found = dossier.findings()[key].value
    assert found is not None
    return found


def test_figures_equal_those_of_the_readmes(dossier: Dossier) -> None:
    """Rounded as the data's READMEs print them; tolerance is half of the last digit."""
    assert value(dossier, "materials.import_share.magnets.CHN.EU27_2020") == pytest.approx(
        0.886, abs=0.0005
    )
    assert value(dossier, "materials.import_share.magnesium.CHN.EU27_2020") == pytest.approx(
        0.800, abs=0.0005
    )
    assert value(dossier, "arms.share.USA.TWN") == pytest.approx(0.978, abs=0.0005)
    assert value(dossier, "chips.capacity.TWN.leading-edge logic (<10 nm)") == 0.69
    assert value(dossier, "trade.share_of_imports.TWN.EU27_2020.C26.2022") == pytest.approx(
        0.050, abs=0.0005
    )
    assert value(dossier, "coercion.coded.CHN") == 54


def test_shares_are_those_of_the_flows_themselves(dossier: Dossier, world: World) -> None:
    flows = world.flows()
    cube = flows.values(2022)
    names = list(flows.economies)
    members = [n for n, e in enumerate(names) if e in _eu(world)]
    outside = [n for n in range(len(names)) if n not in members]
    goods = [n for n, i in enumerate(flows.industries) if i != "SERV"]
    bought = cube[:, members][:, :, goods].sum(axis=(1, 2))
    expected = bought[names.index("TWN")] / bought[outside].sum()
    key = "trade.share_of_imports.TWN.EU27_2020.goods.2022"
    assert value(dossier, key) == pytest.approx(expected, rel=1e-12)


def _eu(world: World) -> tuple[str, ...]:
    from isthmus import codes

    return codes.members("EU27_2020")


@pytest.mark.slow
def test_two_runs_give_the_same_bytes(dossier: Dossier) -> None:
    again = assess(open_study("taiwan-europe"), World.open("starter"))
    assert render_json(again) == render_json(dossier)
    assert render_markdown(again) == render_markdown(dossier)


def test_json_has_its_version_no_clock_and_no_odd_number(dossier: Dossier) -> None:
    plain = json.loads(render_json(dossier))
    assert plain["schema_version"] == 1
    assert len(plain["summary"]["headlines"]) in range(5, 8)
    assert len(plain["summary"]["counters"]) == 2

    def walk(value: object) -> None:
        if isinstance(value, dict):
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)
        elif isinstance(value, float):
            assert math.isfinite(value)

    walk(plain)


def test_every_finding_is_complete_and_every_data_set_has_its_record(dossier: Dossier) -> None:
    known = {r.key for r in dossier.sources}
    for finding in dossier.findings().values():
        assert finding.kind in Kind
        assert finding.year
        assert finding.datasets or finding.sources
        assert set(finding.datasets) <= known
        assert dossier.methods[finding.method]
        assert (finding.low is None and finding.high is None) or finding.interval
    for section in dossier.sections:
        for table in (*section.tables, *(c.table for c in section.charts)):
            assert set(table.datasets) <= known
            assert table.text
            values = [c for c in table.columns if c.role == "value"]
            assert all(c.unit for c in values), table.name


def test_the_list_of_concentrated_products_is_that_of_its_own_table(dossier: Dossier) -> None:
    section = next(s for s in dossier.sections if s.key == "concentration")
    years = section.tables[0].frame["years_listed"]
    listed = value(dossier, "concentration.listed.EU27_2020")
    assert listed == (years >= 2).sum()
    assert 0 < listed < len(years)


def test_every_row_of_the_brief_has_a_claim_with_a_verdict_that_follows(dossier: Dossier) -> None:
    for assessed in dossier.claims:
        status, claim = assessed.verdict.status, assessed.claim
        if claim.kind == "intent":
            assert status is Status.NOT_TESTABLE
        elif claim.kind == "unmeasured":
            assert status is Status.NOT_MEASURABLE
            assert all(m in assessed.reason.text for m in claim.missing)
        else:
            assert assessed.finding is not None
        assert (assessed.finding is None) == (claim.kind != "fact")


def test_exposure_is_never_called_loss(dossier: Dossier) -> None:
    for section in (s for s in dossier.sections if s.key in DIRECT):
        for sentence in (*section.answer, *(c.title for c in section.charts)):
            assert "loss" not in sentence.text.lower()
            assert "loses" not in sentence.text.lower()


def test_each_profile_of_the_rival_says_what_goods_trade_leaves_out(dossier: Dossier) -> None:
    for section in dossier.sections:
        if section.key in {"dependence", "exposure"}:
            said = " ".join(note.text for note in section.notes)
            assert all(word in said for word in ("affiliates", "finance", "tourism"))


def test_charts_state_a_number_and_have_an_alternative(dossier: Dossier) -> None:
    charts = [c for s in dossier.sections for c in s.charts]
    assert {c.spec.form for c in charts} >= {"bars", "dots", "lines", "map"}
    for chart in charts:
        assert chart.title.findings, chart.key
        assert len(chart.alt.text) > 40
        assert chart.table.frame.height > 0


def pair(home: str, partner: str) -> str:
    text = study_text("taiwan-europe")
    text = text.replace('home = "EU27_2020"', f'home = "{home}"')
    return text.replace('partner = "TWN"', f'partner = "{partner}"')


@pytest.mark.slow
@pytest.mark.parametrize(
    ("home", "partner"),
    [
        ("EU27_2020", "JPN"),
        ("JPN", "EU27_2020"),
        ("JPN", "KOR"),
        ("GBR", "TWN"),
        ("G7@2024-12-31", "TWN"),
    ],
)
def test_another_pair_works_with_the_starter_world(
    assessed: Callable[[Study], Dossier], home: str, partner: str
) -> None:
    dossier = assessed(load_study(pair(home, partner)))
    text = render_markdown(dossier)
    if "TWN" not in {home, partner}:
        # The claims keep the words of the study file; the sections must not.
        sections = " ".join(
            sentence.text
            for section in dossier.sections
            if section.key in DIRECT
            for sentence in (*section.answer, section.question)
        )
        assert "Taiwan" not in sections
    assert "None" not in text
    assert "nan" not in text.split()


@pytest.mark.slow
def test_parties_without_data_are_said_and_not_invented(world: World) -> None:
    text = pair("EU27_2020", "FJI").replace('ally = "USA"', 'ally = "PLW"')
    dossier = assess(load_study(text), world)
    assert any("Fiji" in gap.text for s in dossier.sections for gap in s.gaps)
    assert Status.SUPPORTED not in {
        a.verdict.status for a in dossier.claims if "partner" in a.claim.args.values()
    }


def test_a_world_without_anything_gives_a_dossier_of_gaps(world: World) -> None:
    class Empty(World):
        def __contains__(self, key: object) -> bool:
            return False

        def table(self, key: str) -> pl.DataFrame:
            raise DataMissing(f"no {key}")

        def flows(self):
            raise DataMissing("no flows")

    dossier = assess(open_study("taiwan-europe"), Empty("empty", "0", {}))
    assert {a.verdict.status for a in dossier.claims} <= {
        Status.NOT_MEASURABLE,
        Status.NOT_TESTABLE,
    }
    assert dossier.findings() == {}
    assert all(s.gaps for s in dossier.sections)


def test_without_a_renderer_the_text_of_a_chart_takes_its_place(short, monkeypatch) -> None:
    monkeypatch.setattr("isthmus.charts.render.find_spec", lambda _name: None)
    page = render_html(short)
    assert '<svg class="chart"' not in page
    assert short.charts
    for chart in short.charts.values():
        assert str(escape(visible(chart.alt.text))) in page
