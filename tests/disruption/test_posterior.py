"""Posteriors on disk: what is written comes back, and what is wrong is named."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from isthmus.disruption.posterior import Posterior, load_posterior, save_posterior
from isthmus.errors import (
    BadInput,
    DataCorrupted,
    NotFound,
    SchemaVersionUnsupported,
    TargetExists,
)


@pytest.fixture
def posterior():
    rng = np.random.default_rng(1)
    weight = rng.random(20)
    values = np.column_stack([rng.uniform(0.3, 0.9, 20), rng.uniform(0.1, 0.2, 20)])
    names = ("psi", "chips_2021.shocks.0.severity")
    return Posterior(names, values, weight / weight.sum(), {"engine": "abc", "misfit": 0.4})


def test_what_is_written_comes_back(posterior, tmp_path):
    save_posterior(posterior, tmp_path / "mine")
    again = load_posterior(tmp_path / "mine")
    assert load_posterior(tmp_path / "mine") is again
    with pytest.raises(ValueError, match="read-only"):
        again.values[0, 0] = 0.0
    assert (again.names, dict(again.about)) == (posterior.names, dict(posterior.about))
    np.testing.assert_array_equal(again.values, posterior.values)
    np.testing.assert_array_equal(again.weight, posterior.weight)
    assert again.identity == posterior.identity
    assert again.family == ("psi",)
    with pytest.raises(TargetExists):
        save_posterior(posterior, tmp_path / "mine")


def test_draws_of_equal_weight_follow_the_weights(posterior):
    drawn = posterior.draws(10_000, seed=3)
    mean = posterior.weight @ posterior.values
    np.testing.assert_allclose(drawn.mean(axis=0), mean, rtol=2e-3)
    np.testing.assert_array_equal(drawn, posterior.draws(10_000, seed=3))
    for row, weight in zip(posterior.values, posterior.weight, strict=True):
        count = int((drawn == row).all(axis=1).sum())
        assert abs(count - 10_000 * weight) <= 1.0


def test_draws_that_are_no_numbers_are_named(posterior, tmp_path):
    place = tmp_path / "mine"
    save_posterior(posterior, place)
    frame = posterior.frame.with_columns(answer=pl.lit(float("nan"))).rename({"answer": "a/b"})
    frame.write_parquet(place / "draws.parquet")
    with pytest.raises(DataCorrupted, match="no number"):
        load_posterior(place)


def test_other_draws_than_the_record_says_are_refused(posterior, tmp_path):
    place = tmp_path / "mine"
    save_posterior(posterior, place)
    record = json.loads((place / "posterior.json").read_text())
    for change, error in (
        ({"content_sha256": "0" * 64}, DataCorrupted),
        ({"schema_version": 9}, SchemaVersionUnsupported),
        ({"what": "run"}, DataCorrupted),
    ):
        (place / "posterior.json").write_text(json.dumps(record | change))
        with pytest.raises(error):
            load_posterior(place)
    (place / "posterior.json").write_text("{")
    with pytest.raises(DataCorrupted):
        load_posterior(place)
    (place / "posterior.json").write_text(json.dumps(record))
    (place / "draws.parquet").write_bytes(b"no")
    with pytest.raises(DataCorrupted):
        load_posterior(place)
    with pytest.raises(NotFound, match="no such posterior"):
        load_posterior(tmp_path / "none")
    (place / "draws.parquet").unlink()
    (place / "draws.parquet").mkdir()
    with pytest.raises(BadInput, match="is a folder"):
        load_posterior(place / "posterior.json")


def test_numbers_that_make_no_sense_are_refused():
    fine = np.array([[0.5], [0.6]])
    half = np.array([0.5, 0.5])
    for names, values, weight, piece in (
        (("psi",), fine[:1], half, "shape"),
        (("psi",), fine + 5.0, half, "psi"),
        (("psi",), fine * np.nan, half, "finite"),
        (("psi",), fine, half * 3, "sum to 1"),
    ):
        with pytest.raises(BadInput) as caught:
            Posterior(names, values, weight, {})
        assert any(piece in f"{p.where} {p.what}" for p in caught.value.problems)
