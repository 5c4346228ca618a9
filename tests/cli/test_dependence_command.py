"""The command of the dependence room."""

from __future__ import annotations

import json

import pytest

from isthmus.cli.grammar import years_of
from isthmus.cli.root import main
from isthmus.errors import BadInput


def document(capsys, *words):
    assert main(["dependence", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def rows(doc, table):
    names = [c["name"] for c in doc["tables"][table]["columns"]]
    return [dict(zip(names, row, strict=True)) for row in doc["tables"][table]["rows"]]


def test_share_of_one_supplier(capsys):
    doc = document(capsys, "EU27_2020", "--on", "TWN", "--industry", "C26", "--years", "2022")
    (row,) = rows(doc, "suppliers")
    assert round(row["share"] * 100, 1) == 5.0
    assert doc["provenance"]["lens"] == "dependence.profile"


@pytest.mark.parametrize(
    ("view", "extra", "table"),
    [
        ("indicators", ["--industry", "C26", "--distance", "ideal_point"], "assumptions"),
        ("series", ["--industry", "C26", "--indicator", "hhi"], "series"),
        ("churn", [], "churn"),
        ("mutual", ["--on", "TWN"], "flows"),
        ("members", ["--on", "CHN"], "members"),
        ("leverage", ["--on", "CHN", "--elasticity", "5"], "leverage"),
        ("complementarity", ["--on", "TWN"], "indices"),
        ("chips", [], "totals"),
        ("network", ["--product", "850511"], "network"),
    ],
)
def test_every_view_answers(capsys, view, extra, table):
    party = [] if view == "network" else ["EU27_2020"]
    doc = document(capsys, view, *party, *extra)
    assert rows(doc, table)


def test_thresholds_are_printed_with_every_yes_and_no(capsys):
    words = ["indicators", "EU27_2020", "--product", "850511", "--hhi", "0.9"]
    (row,) = rows(document(capsys, *words), "dependent")
    assert row["dependent"] is False
    assert "hhi > 0.9" in row["rule"]


def test_the_same_question_gives_the_same_bytes(capsys):
    words = ["dependence", "leverage", "EU27_2020", "--on", "CHN", "--json"]
    assert main(words) == 0
    first = capsys.readouterr().out
    assert main(words) == 0
    assert capsys.readouterr().out == first


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["EU27"], 4),
        (["EU27_2020", "--industry", "C2"], 4),
        (["EU27_2020", "--years", "1990"], 4),
        (["EU27_2020", "--years", "soon"], 3),
        (["EU27_2020", "--on", "DEU"], 3),
        (["EU27_2020", "--industry", "C26", "--product", "850511"], 3),
        (["mutual", "EU27_2020"], 2),
        (["leverage", "EU27_2020", "--on", "CHN", "--level", "product"], 2),
        (["leverage", "EU27_2020", "--on", "CHN", "--elasticity", "1"], 3),
        (["series", "EU27_2020", "--indicator", "hhj"], 3),
        (["indicators", "EU27_2020", "--hhi", "7"], 3),
        (["bogus", "EU27_2020"], 2),
        (["EU27_2020", "--view", "churn"], 2),
        (["EU27_2020", "--years", "2018,2020"], 3),
    ],
)
def test_bad_questions_are_named(capsys, words, code):
    assert main(["dependence", *words]) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err


def test_years():
    assert years_of(["2015-2017"]) == [2015, 2016, 2017]
    assert years_of(["2018", "2020"]) == [2018, 2020]
    with pytest.raises(BadInput):
        years_of(["2022-2015"])
    with pytest.raises(BadInput) as caught:
        years_of(["2018, 2020"])
    assert caught.value.hint == "write --years 2018 2020"
