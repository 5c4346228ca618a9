from __future__ import annotations

from importlib.resources import files

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.coercion import Step, retaliation
from isthmus.coercion.retaliation import RESPONSES, read_preset
from isthmus.errors import BadInput
from isthmus.kernels.quantal import quantal_response

QUIET, LOUD = Step(0.1, 0.0, 0.0), Step(1.0, 1.0, 1.0)


def test_quantal_response_by_hand():
    got = quantal_response(np.array([0.0, np.log(3.0)]), 1.0)
    assert got == pytest.approx([0.25, 0.75])
    assert quantal_response(np.array([0.0, 1.0]), 1e-3)[1] == pytest.approx(1.0)
    assert quantal_response(np.array([0.0, 1.0]), 1e9) == pytest.approx([0.5, 0.5])
    with pytest.raises(BadInput):
        quantal_response(np.array([0.0]), 0.0)


@given(st.lists(st.floats(-50, 50), min_size=2, max_size=6), st.floats(0.1, 10), st.floats(-9, 9))
def test_quantal_response_is_a_distribution_that_ignores_the_level(u, noise, shift):
    a = quantal_response(np.array(u), noise)
    assert a.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(a, quantal_response(np.array(u) + shift, noise), atol=1e-9)


def probability(result, response):
    return result["responses"].frame.filter(pl.col("response") == response)["probability"][0]


def test_a_louder_step_makes_nothing_and_words_less_likely(small):
    quiet, loud = (retaliation(small, "CHN", s, targets=["DEU"], draws=10) for s in (QUIET, LOUD))
    assert probability(loud, "none") < probability(quiet, "none")
    assert probability(loud, "targeted import ban") > probability(quiet, "targeted import ban")
    expected = [r["targets"].frame["expected_loss"][0] for r in (quiet, loud)]
    assert expected[0] < expected[1]


def test_probabilities_add_up_and_the_expected_loss_is_their_sum(small):
    result = retaliation(small, "CHN", LOUD, targets=["DEU", "LTU"], draws=10)
    for target in ("DEU", "LTU"):
        rows = result["responses"].frame.filter(pl.col("target") == target)
        assert rows["response"].to_list() == list(RESPONSES)
        assert rows["probability"].sum() == pytest.approx(1.0)
        want = (rows["probability"] * rows["loss"]).sum()
        got = result["targets"].frame.filter(pl.col("target") == target)["expected_loss"][0]
        assert got == pytest.approx(want)


def test_support_by_hand(small):
    row = retaliation(small, "CHN", LOUD, targets=["DEU"], draws=10)["targets"].frame.row(
        0, named=True
    )
    assert row["with_support"] == pytest.approx(row["expected_loss"] * 0.6)
    # three quarters alone, one with relief of 0.4
    assert row["with_instrument"] == pytest.approx(row["expected_loss"] * (0.75 + 0.25 * 0.6))
    agreed = retaliation(
        small, "CHN", Step(1, 1, 1, support_agreed=True), targets=["DEU"], draws=10
    )
    assert agreed["targets"].frame["hold"][0] >= row["hold"]


def test_a_bloc_is_met_with_fewer_broad_bans(small):
    inside = retaliation(small, "CHN", LOUD, targets=["DEU"], draws=10)
    alone = retaliation(small, "CHN", LOUD, targets=["DEU"], bloc=False, draws=10)
    assert probability(inside, "broad ban") < probability(alone, "broad ban")


def test_every_assumption_has_a_range_and_a_reason(small):
    frame = retaliation(small, "CHN", QUIET, targets=["DEU"], draws=10)["assumptions"].frame
    assert (frame["low"] <= frame["value"]).all()
    assert (frame["value"] <= frame["high"]).all()
    assert (frame["reason"].str.len_chars() > 20).all()
    assert set(frame["kind"]) == {"assumed"}


def test_the_listings_over_taiwan_take_no_part(small):
    whole = retaliation(small, "CHN", LOUD, targets=["DEU"], draws=10)
    coded = small.base.coercion()
    kept = coded.measures.filter(~pl.col("case").is_in(["TWN-2025", "EU-2026"]))

    class Without(type(coded)):
        pass

    small.coercion = lambda: Without(kept, coded.effects, coded.outcomes, coded.sources)
    part = retaliation(small, "CHN", LOUD, targets=["DEU"], draws=10)
    assert whole["responses"].frame.equals(part["responses"].frame)


def test_an_edited_preset_reports_every_fault(tmp_path):
    text = files("isthmus.coercion").joinpath("presets/retaliation.toml").read_text("utf-8")
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("[relief]", "[releif]").replace("high = 2.0", "high = 0.1", 1))
    with pytest.raises(BadInput) as caught:
        read_preset(path)
    assert len(caught.value.problems) == 3
    with pytest.raises(BadInput):
        Step(2.0, -1.0, 0.0)


def test_the_command_answers_with_its_assumptions(capsys):
    import json

    from isthmus.cli.root import main

    words = ["coercion", "retaliation", "CHN", "DEU", "LTU", "--visible", "1", "--draws", "5"]
    assert main([*words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [row[1] for row in document["tables"]["targets"]["rows"]] == ["DEU", "LTU"]
    assert document["tables"]["assumptions"]["rows"]
    assert main(["coercion", "retaliation", "CHN", "DEU", "--visible", "3"]) == 3
