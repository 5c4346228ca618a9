"""From horizons to elasticities."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.equilibrium import ElasticityPath, at_horizon, parse_horizon, source_theta, sources
from isthmus.errors import BadInput, NotFound


def test_the_path_has_its_published_ends() -> None:
    path = ElasticityPath()
    assert path.elasticity(1.0) == pytest.approx(-0.76)
    assert path.elasticity(1e6) == pytest.approx(-2.0)
    assert path.elasticity(4.0) == pytest.approx(-2.0 + 1.24 * math.exp(-1.0))


@given(st.floats(2.5, 3.5), st.floats(-2.25, -1.75), st.floats(7.0, 10.0))
def test_seven_to_ten_years_lie_near_the_published_band(
    years: float, long_run: float, horizon: float
) -> None:
    """0.25 beyond the band: with T = 3.5 a fifth of the way is left after seven years."""
    eps = ElasticityPath(long_run=long_run, years=years).elasticity(horizon)
    assert -2.25 <= eps <= -1.75 + 0.25


@given(st.floats(1.0, 30.0), st.floats(1.0, 30.0))
def test_the_response_grows_with_time(one: float, other: float) -> None:
    path = ElasticityPath()
    early, late = sorted((one, other))
    assert path.elasticity(late) <= path.elasticity(early)


def test_readings_differ_by_one_and_the_exact_one_has_no_first_year() -> None:
    path = ElasticityPath()
    gap = path.theta(10.0) - path.theta(10.0, reading="tariff_exclusive")
    assert gap == pytest.approx(1.0)
    with pytest.raises(BadInput, match="theta"):
        path.theta(1.0, reading="tariff_exclusive")


@pytest.mark.parametrize(("text", "years"), [("1y", 1.0), ("10y", 10.0), ("2.5", 2.5), (7, 7.0)])
def test_horizons_are_read(text: str | float, years: float) -> None:
    assert parse_horizon(text) == years


@pytest.mark.parametrize("bad", ["0.5", "6m", 0.0, float("nan"), "soon"])
def test_short_or_unreadable_horizons_are_refused(bad: str | float) -> None:
    with pytest.raises(BadInput):
        parse_horizon(bad)


def test_a_short_horizon_points_to_the_other_lens() -> None:
    with pytest.raises(BadInput, match="below one year") as caught:
        parse_horizon(0.25)
    assert "disruption" in (caught.value.hint or "")


def test_a_path_that_is_no_response_is_refused() -> None:
    with pytest.raises(BadInput) as caught:
        ElasticityPath(first_year=0.0, long_run=1.0, years=0.0)
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("name", list(sources()))
def test_every_source_covers_every_industry(name: str) -> None:
    values = sources()[name].theta
    assert len(values) == 28
    assert all(value > 0 for value in values.values())


def test_the_median_is_the_middle_of_the_sources() -> None:
    published = [s.theta["C26"] for k, s in sources().items() if k not in ("median", "uniform")]
    assert len(published) == 6
    assert sources()["median"].theta["C26"] == pytest.approx(np.median(published))


def test_other_classifications_take_the_mean_of_their_goods() -> None:
    """WIOD 2013 27t28 spans basic metals (twice) and metal products; 70 is services."""
    known = sources()["caliendo_parro"].theta
    table = ("27t28", "70")
    expected = [(known["C24A"] + known["C24B"] + known["C25"]) / 3, known["SERV"]]
    assert source_theta("caliendo_parro", table) == pytest.approx(expected)


def test_unknown_sources_and_industries_are_named() -> None:
    with pytest.raises(NotFound, match="caliendo"):
        source_theta("caliendo", ("C26",))
    with pytest.raises(BadInput, match="XX"):
        source_theta("median", ("C26", "XX"))


@given(st.floats(1.0, 20.0))
def test_the_weighted_mean_follows_the_path(horizon: float) -> None:
    theta, weights = np.array([2.0, 4.0, 9.0]), np.array([1.0, 3.0, 0.5])
    path = ElasticityPath()
    got = at_horizon(theta, weights, horizon, path=path)
    assert (got * weights).sum() / weights.sum() == pytest.approx(path.theta(horizon))
    assert got / got[0] == pytest.approx(theta / theta[0])


def test_a_sources_own_level_holds_after_ten_years() -> None:
    theta = np.array([2.0, 4.0])
    path = ElasticityPath()
    assert at_horizon(theta, theta, 10.0, path=path, level="source") == pytest.approx(theta)
    first = at_horizon(theta, theta, 1.0, path=path, level="source")
    assert first == pytest.approx(theta * 0.76 / path.theta(10.0))


@pytest.mark.source
def test_carried_values_equal_the_compilation(shared_data) -> None:
    """The compilation prints four significant digits here; vehicles differ by their note."""
    with np.load(shared_data / "mrio" / "icio25_bilateral_2011_2022.npz") as data:
        names = [str(k) for k in data["elasticity_sources"]]
        values = data["elasticity"]
    keys = {
        "BSY": "bagwell_staiger_yurukoglu",
        "CP": "caliendo_parro",
        "FGO": "fontagne_guimbard_orefice",
        "GYY": "giri_yi_yilmazkuday",
        "LL": "lashkaripour_lugovskyy",
        "Shap": "shapiro",
    }
    for short, key in keys.items():
        carried = np.array(list(sources()[key].theta.values()))
        assert carried == pytest.approx(values[names.index(short)], rel=1e-3), key
    authors = np.loadtxt(shared_data / "caliendo_parro" / "T.txt")
    cp = sources()["caliendo_parro"].theta
    assert (cp["A01"], cp["B05"], cp["C10T12"], cp["C19"], cp["C28"]) == tuple(
        authors[[0, 1, 2, 6, 12]]
    )
