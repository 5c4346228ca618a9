"""The answer page and the decision pages: sentences from figures, nine items for a package."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.study.test_packages_section import HAZARD, PARTIES, recorded

from isthmus.cooperation import stage_of
from isthmus.cooperation.stage import ALONE
from isthmus.evidence import Kind
from isthmus.report import render_html, render_markdown
from isthmus.scenario.catalogues import shipped_catalogue
from isthmus.scenario.hazards import NEVER
from isthmus.study import assess
from isthmus.study.ask import packages
from isthmus.study.ask.coercion import price, standing
from isthmus.study.ask.events import events
from isthmus.study.ask.trade import link_finding
from isthmus.study.context import Context
from isthmus.study.schema import PageChoice
from isthmus.study.shipped import open_study
from isthmus.study.subjects.answer.sure import mark_of
from isthmus.study.writing import written, written_of
from isthmus.world import World


@pytest.fixture(scope="module")
def world():
    return World.open("starter")


@pytest.fixture
def context(world):
    return Context(open_study("taiwan-europe"), world)


@pytest.fixture
def prepared(world, context, monkeypatch):
    held = shipped_catalogue("taiwan-europe")
    stage = stage_of(world, held, PARTIES, losses={HAZARD: recorded(world, held)})
    monkeypatch.setattr(packages, "stage_of", lambda *_, **__: stage)
    return context, stage


def said(section):
    return {s.key: s for s in section.answer}


def test_the_bottom_line_is_made_of_figures(prepared):
    context, stage = prepared
    built = written(context, "answer")
    told = said(built)
    first, second = (
        next(s for k, s in told.items() if k.startswith(f"answer.answer.{name}"))
        for name in ("alone", "added")
    )
    assert {f.key.split(".")[1] for f in first.findings} == {
        "cost",
        "saved",
        "even",
        "never",
    }
    assert len(second.findings) == 4
    # The lowest threshold is named, and no other package with the partner lies below it.
    others = [p for p in packages.held(stage) if not p.alone]
    found = {p.title: packages.even(context, p.key, HAZARD).value for p in others}
    assert min(found, key=found.get)[1:] in second.text
    assert "answer.answer.unpriced" in told


def test_a_sentence_says_that_nothing_pays_where_nothing_is_saved(prepared, monkeypatch):
    context, stage = prepared
    monkeypatch.setattr(type(stage), "saved", lambda self, *_: np.zeros(self.draws))
    told = said(written(context, "answer"))
    assert {"answer.answer.alone_never", "answer.answer.added_never"} <= set(told)
    assert "answer.answer.added" not in told


def test_the_table_of_packages_holds_threshold_and_share_of_draws(prepared):
    context, stage = prepared
    table = next(t for t in written(context, "answer").tables if t.name == "answer_packages")
    row = table.frame.row(1, named=True)
    package = packages.held(stage)[1]
    assert row["package"] == package.title
    draws = context.samples[packages.even(context, package.key, HAZARD, compared=ALONE).key]
    assert row["never"] == pytest.approx(float((draws > NEVER).mean()))
    assert row["even_low"] <= row["even"] <= row["even_high"]


def test_without_recorded_losses_it_says_what_it_can(world, context, monkeypatch):
    stage = stage_of(world, shipped_catalogue("taiwan-europe"), PARTIES, losses={})
    monkeypatch.setattr(packages, "stage_of", lambda *_, **__: stage)
    built = written(context, "answer")
    told = said(built)
    assert {"answer.answer.alone_unrecorded", "answer.answer.added_unrecorded"} <= set(told)
    names = {t.name for t in built.tables}
    assert names >= {f"answer_{n}" for n in ("prices", "returns", "last_time", "lines", "unknown")}
    assert "answer_packages" not in names


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("alone", "nothing of it answered"),
        ("quiet", "its answer paid by the record"),
        ("structured", "its answer paid by the American record of arms sales"),
    ],
)
def test_a_threshold_says_what_of_an_answer_it_pays(prepared, key, words):
    context, _ = prepared
    told = said(written(context, "package", key=key))
    text = next(s.text for k, s in told.items() if k.startswith("package.answer.pays"))
    assert words in text


def test_an_answer_without_a_record_is_not_said_to_be_paid(prepared):
    context, stage = prepared
    kept = {k: replace(a, record=None, upper=None) for k, a in stage.answers.items()}
    vars(stage)["answers"] = kept
    for name, key in (("answer", {}), ("package", {"key": "quiet"})):
        texts = " ".join(s.text for s in written(context, name, **key).answer)
        assert "no answer priced" in texts
        assert "answer paid" not in texts
    charts = [c.key for c in written(context, "packages").charts]
    assert "packages-first.model" in charts
    assert "packages-first.record" not in charts


def test_pressure_by_another_is_not_printed_as_that_of_the_rival(world):
    study = open_study("lithuania-taiwan")
    roles = {**study.roles, "rival": study.roles["rival"].model_copy(update={"party": "RUS"})}
    for chosen, told in ((study, True), (study.model_copy(update={"roles": roles}), False)):
        names = {t.name for t in written(Context(chosen, world), "answer").tables}
        assert ("answer_last_time" in names) is told


def test_numbers_of_packages_bear_their_titles(prepared):
    context, _ = prepared
    tables = written(context, "packages").tables
    frame = next(t for t in tables if t.name == "packages_knowing").frame
    assert "cost: quiet supply-chain partnership" in frame["number"].to_list()
    assert not {p.key for p in packages.staged(context).packages} & set(frame["usual"])


def test_votes_need_no_rival(world, context, monkeypatch):
    held = shipped_catalogue("taiwan-europe")
    parties = {"home": "EU27_2020", "partner": "TWN"}
    stage = stage_of(world, held, parties, losses={HAZARD: recorded(world, held)})
    monkeypatch.setattr(packages, "stage_of", lambda *_, **__: stage)
    built = written(context, "answer")
    assert "answer_votes" in {t.name for t in built.tables}
    assert "answer_exposed" not in {t.name for t in built.tables}
    assert "no answer priced" in said(built)["answer.answer.added"].text
    charts = {c.key: c.title.text for c in written(context, "packages").charts}
    assert "left out" in charts["packages-first.record"]
    assert "packages-first.model" not in charts


def test_wording_has_a_source_and_a_limit(context):
    lines = next(t for t in written(context, "answer").tables if t.name == "answer_lines").frame
    assert lines["line"].str.contains("One China").any()
    assert (lines["limit"].str.len_chars() > 0).all()
    assert lines["source"].str.contains("E-9-2022-002702").all()


def test_a_study_without_packages_says_so(world):
    built = written(Context(open_study("germany-materials"), world), "answer")
    assert built.opens
    assert [s.key for s in built.answer] == ["answer.answer.plain", "answer.answer.plain_claims"]
    (told,) = (table for table in built.tables if table.name == "answer_claims")
    assert set(told.frame["verdict"]) <= {"supported", "contradicted", "depends on records"}
    assert told.frame["why"].str.len_chars().min() > 10


def test_a_study_without_packages_opens_with_what_is_known_without_them(world):
    context = Context(open_study("lithuania-taiwan"), world)
    built = written(context, "answer")
    tables = {table.name: table.frame for table in built.tables}
    assert tables["answer_ties"]["economy"].to_list()[:2] == ["Taiwan", "China"]
    bought = link_finding(context, "LTU", "CHN", "share_of_imports").value
    assert tables["answer_ties"]["bought"][1] == bought
    losses, worst = tables["answer_losses"], said(built)["answer.answer.plain_loss"].text
    assert losses.height == len(events(context)) == 7
    (row,) = losses.filter(pl.col("quarter") == losses["quarter"].max()).to_dicts()
    assert row["event"] in worst
    assert row["quarter_low"] < row["quarter"] < row["quarter_high"]
    steps, dearest = tables["answer_steps"], said(built)["answer.answer.plain_step"].text
    title = steps.sort("price")["rung"][-1]
    assert title[1:] in dearest
    found = price(context, "trade-promotion", "LTU", standing(context))
    assert steps["price"][0] == found.value


@pytest.mark.parametrize(
    ("kind", "factor", "mark"),
    [
        (Kind.MEASURED, 1.2, "high"),
        (Kind.MEASURED, 3.0, "medium"),
        (Kind.ESTIMATED, 1.2, "medium"),
        (Kind.ESTIMATED, 20.0, "low"),
        (Kind.MODELLED, 1.1, "low"),
        (Kind.ASSUMED, 1.1, "low"),
        (Kind.MEASURED, None, "low"),
    ],
)
def test_marks_follow_kind_and_width(kind, factor, mark):
    assert mark_of(kind, factor) == mark


def test_every_package_has_a_page_with_what_a_decision_needs(prepared):
    context, stage = prepared
    pages = written_of(context, PageChoice(page="package"))
    assert [p.key for p in pages] == [f"package-{p.key}" for p in packages.held(stage)]
    structured = next(p for p in pages if p.key == "package-structured")
    names = {t.name for t in structured.tables}
    wanted = (
        "savings",
        "costs",
        "payers",
        "answers",
        "support",
        "break_even",
        "effect",
        "deterrence",
        "indicators",
        "outputs",
        "timing",
        "acts",
        "returns",
        "dates",
        "firms",
        "transfers",
    )
    assert names == {f"package_{n}.structured" for n in wanted}
    assert {"package.answer.lower", "package.answer.counter"} <= set(said(structured))
    assert all("structured" not in t.frame.columns for t in structured.tables)


def test_what_holds_no_step_is_answered_by_nobody(context):
    alone = written(context, "package", key="alone")
    assert "package.answer.no_step" in said(alone)
    assert "package.answer.unanswered" not in said(alone)


def test_the_document_opens_on_the_answer(world):
    study = open_study("taiwan-europe")
    some = tuple(PageChoice(page=name) for name in ("answer", "dependence"))
    dossier = assess(study.model_copy(update={"pages": some, "claims": ()}), world)
    text = render_markdown(dossier)
    opening, inner = (s.question.text for s in dossier.sections)
    summary = f"## {dossier.catalogue.text('ui.summary')}"
    assert text.index(opening) < text.index(summary) < text.index(inner)
    page = render_html(dossier)
    assert page.index('id="answer"') < page.index('id="summary"') < page.index('id="dependence"')
    assert "<details" not in page[page.index('id="answer"') : page.index('id="summary"')]


@pytest.mark.parametrize("name", ["japan-europe", "lithuania-taiwan"])
def test_other_studies_open_on_what_they_can_say(world, name):
    context = Context(open_study(name), world)
    built = written(context, "answer")
    assert built.opens
    assert built.answer
    assert "gap.unanswered" not in {gap.key for gap in built.gaps}
    pages = written_of(context, PageChoice(page="package"))
    assert bool(pages) == bool(packages.catalogue_of(context))
    assert all("gap.unanswered" not in {g.key for g in p.gaps} for p in pages)


def test_thresholds_of_the_flagship_ship(context):
    told = said(written(context, "answer"))
    assert {"answer.answer.alone", "answer.answer.added"} <= set(told)


def test_what_does_not_recover_is_counted(context):
    told = next(t for t in written(context, "answer").tables if t.name == "answer_unknown").frame
    row = told.filter(figure=context.catalogue.text("answer.figure.loss")).row(0, named=True)
    assert "not back within 2 %" in row["why"]
    assert row["mark"] == "low"
