"""Value-chain accounting: published values of the leather table, identities, invariances."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus import chains
from isthmus.chains.position import downstreamness, upstreamness
from isthmus.errors import BadInput, CodeUnknown, ShockNotRepresentable
from isthmus.evidence import Kind
from isthmus.scenario import CapacityLoss, Embargo, ExportStop, Scenario
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_sample import sample_table

EXACT = 1e-9
LEATHER = Path(__file__).parents[1] / "data" / "leather"
sizes = st.tuples(st.integers(2, 5), st.integers(1, 4), st.integers(0, 5000), st.booleans())


def read(name):
    return np.loadtxt(LEATHER / f"leather_{name}.csv", delimiter=",", skiprows=1, ndmin=2)


@pytest.fixture(scope="module")
def leather():
    """Argentina, Turkey, Germany x agriculture, textile and leather, transport equipment."""
    return MRIO.from_dense(
        read("Z")[:, 1:],
        read("Y")[:, 1:],
        economies=("ARG", "TUR", "DEU"),
        industries=("agriculture", "leather", "transport"),
        x=read("x").ravel(),
    )


def rows(result, name=None, **where):
    table = result[name] if name else next(iter(result.tables.values()))
    frame = table.frame
    for column, value in where.items():
        frame = frame.filter(pl.col(column) == value)
    return frame.to_dicts()


def table_of(size):
    n, S, seed, factored = size
    return sample_table(n, S, seed=seed, factored=factored)


def inverse(t):
    return np.linalg.inv(np.eye(t.labels.N) - t.Z / t.x)


def test_leather_value_added_in_exports_is_the_published_one(leather):
    # the figure distributed with the example (R package decompr): v_s L_ss e_s for the industry
    L = leather.solve(np.eye(9)[:, 0] * leather.exports[0]).X
    added = leather.coefficients(leather.v)[0] * L[0]
    assert added == pytest.approx(28.52278, abs=5e-6)


def test_leather_parts_add_up_to_exports(leather):
    for by in ("total", "industry"):
        frame = chains.decompose(leather, by=by)["decomposition"].frame
        parts = frame["dva"] + frame["fva"] + frame["ddc"] + frame["fdc"]
        np.testing.assert_allclose(parts, frame["exports"], rtol=EXACT)


def test_leather_decomposition_matches_explicit_inverses(leather):
    A = leather.Z / leather.x
    L = np.linalg.inv(np.eye(9) - A)
    v = leather.coefficients(leather.v)
    for s, name in enumerate(leather.economies):
        own = slice(3 * s, 3 * s + 3)
        inside = np.zeros(9, bool)
        inside[own] = True
        e = np.where(inside, leather.exports, 0.0)
        alone = A.copy()
        alone[np.ix_(inside, ~inside)] = 0.0
        B = np.linalg.inv(np.eye(9) - alone)
        back = np.where(inside, A[:, ~inside] @ (L @ e)[~inside], 0.0)
        row = rows(chains.decompose(leather, name), "decomposition")[0]
        local = np.linalg.inv(np.eye(3) - A[own, own])
        assert row["dva"] == pytest.approx(v[own] @ local @ e[own], rel=EXACT)
        assert row["fva"] == pytest.approx(v[~inside] @ (B @ e)[~inside], rel=EXACT)
        assert row["ddc"] == pytest.approx(v[own] @ local @ back[own], rel=EXACT)
        assert row["fdc"] == pytest.approx(v[~inside] @ (B @ back)[~inside], rel=EXACT)


@settings(max_examples=25, deadline=None)
@given(sizes)
def test_extracting_all_exports_loses_exactly_domestic_value_added(size):
    t = table_of(size)
    name = t.economies[1]
    dva = rows(chains.decompose(t, name), "decomposition")[0]["dva"]
    stake = rows(chains.extract(t, [chains.Links(name)]), "stakes", economy=name)[0]
    assert stake["value"] == pytest.approx(dva, rel=EXACT, abs=1e-12 * t.x.sum())


@settings(max_examples=25, deadline=None)
@given(sizes)
def test_weighted_upstreamness_is_output_over_gdp(size):
    t = table_of(size)
    weighted = (t.primary * upstreamness(t)).sum() / t.primary.sum()
    assert weighted == pytest.approx(t.x.sum() / t.primary.sum(), rel=EXACT)
    final = t.final.sum(axis=1)
    assert (final * downstreamness(t)).sum() / final.sum() == pytest.approx(weighted, rel=EXACT)


@settings(max_examples=25, deadline=None)
@given(sizes)
def test_look_through_matches_the_inverse(size):
    t = table_of(size)
    n, S = t.labels.n, t.labels.S
    L = inverse(t)
    total = ((L - np.eye(n * S)) * t.x).reshape(n, S, n, S).sum(axis=1)
    direct = t.Z.reshape(n, S, n, S).sum(axis=1)
    added = (t.coefficients(t.v)[:, None] * L * t.x).reshape(n, S, n, S).sum(axis=1)
    frame = chains.lookthrough(t, by="node")["lookthrough"].frame
    for column, values in (("look_through", total), ("face_value", direct), ("value_added", added)):
        shares = np.moveaxis(values / values.sum(axis=0), 0, 2).ravel()
        np.testing.assert_allclose(frame[column], shares, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(frame["hidden"], frame["look_through"] - frame["face_value"])


@settings(max_examples=25, deadline=None)
@given(sizes)
def test_forward_look_through_matches_the_ghosh_inverse(size):
    t = table_of(size)
    n, S = t.labels.n, t.labels.S
    G = np.linalg.inv(np.eye(n * S) - t.Z / t.x[:, None])
    total = ((G - np.eye(n * S)) * t.x[:, None]).reshape(n, S, n, S).sum(axis=3)
    frame = chains.lookthrough(t, by="node", direction="forward")["lookthrough"].frame
    shares = (total / total.sum(axis=2, keepdims=True)).ravel()
    np.testing.assert_allclose(frame["look_through"], shares, rtol=1e-8, atol=1e-12)


@settings(max_examples=15, deadline=None)
@given(sizes)
def test_value_added_absorbed_adds_up_to_all_value_added(size):
    t = table_of(size)
    frame = chains.foreign_demand(t)["foreign_demand"].frame
    np.testing.assert_allclose(frame["value"].sum(), t.v.sum(), rtol=EXACT)
    by = frame.group_by("economy", maintain_order=True).agg(pl.col("share").sum())
    np.testing.assert_allclose(by["share"], 1.0, rtol=EXACT)
    split = chains.foreign_demand(t, by_industry=True)["foreign_demand"].frame
    assert split["value"].sum() == pytest.approx(frame["value"].sum(), rel=EXACT)


@settings(max_examples=15, deadline=None)
@given(sizes, st.floats(1e-3, 1e3))
def test_shares_do_not_depend_on_the_currency_unit(size, unit):
    t = table_of((*size[:3], False))
    scaled = MRIO.from_dense(t.Z * unit, t.Y * unit, economies=t.economies, industries=t.industries)
    one, other = (chains.lookthrough(table)["lookthrough"].frame for table in (t, scaled))
    np.testing.assert_allclose(one["look_through"], other["look_through"], rtol=1e-9, atol=1e-14)
    dva, more = (chains.decompose(table)["decomposition"].frame for table in (t, scaled))
    np.testing.assert_allclose(dva["dva"] * unit, more["dva"], rtol=1e-8)


def test_identical_members_make_a_coalition_exact():
    """With members of the same technology adding up loses nothing: totals agree exactly."""
    half = np.array([[10.0, 4], [6, 20]])
    row = np.array([[2.0, 1], [3, 2]])
    back = np.array([[4.0, 2], [6, 4]])
    rest = np.array([[30.0, 10], [15, 60]])
    Z = np.block([[half, half / 4, row], [half / 4, half, row], [back / 2, back / 2, rest]])
    Y = np.array([[20, 2, 5], [30, 3, 6], [2, 20, 5], [3, 30, 6], [5, 5, 80], [8, 8, 90.0]])
    t = MRIO.from_dense(Z, Y, economies=("BEL", "NLD", "USA"), industries=("g", "s"), year=2020)
    whole = t.aggregate(economies={"BEL": "C", "NLD": "C"})
    one = rows(chains.decompose(whole, "C"), "decomposition")[0]
    two = rows(chains.decompose(t, "BEL,NLD"), "decomposition")[0]
    for part in ("exports", "dva", "fva", "ddc", "fdc"):
        assert two[part] == pytest.approx(one[part], rel=EXACT)
    base = chains.lookthrough(whole, "C", on="USA")["lookthrough"].frame["look_through"][0]
    eu = chains.lookthrough(t, "BEL,NLD", on="USA")["lookthrough"].frame["look_through"][0]
    assert eu == pytest.approx(base, rel=EXACT)


@settings(max_examples=15, deadline=None)
@given(sizes)
def test_extraction_matches_an_explicit_solution(size):
    t = table_of(size)
    n, S = t.labels.n, t.labels.S
    kept = np.ones((n, S, n))
    kept[0, 0, 1:] = 0.4
    A = (t.Z / t.x).reshape(n, S, n, S) * kept[:, :, :, None]
    f = (t.final.reshape(n, S, n) * kept).reshape(n * S, n).sum(axis=1)
    x = np.linalg.solve(np.eye(n * S) - A.reshape(n * S, n * S), f)
    lost = (t.coefficients(t.primary) * (t.x - x)).reshape(n, S).sum(axis=1)
    link = chains.Links(t.economies[0], industries=t.industries[0], severity=0.6)
    frame = chains.extract(t, [link])["stakes"].frame
    np.testing.assert_allclose(frame["value"], lost, rtol=1e-8, atol=1e-10 * t.x.sum())


def test_extraction_for_named_users_leaves_final_demand_and_other_users():
    t = sample_table(3, 3, seed=4)
    n = S = 3
    A = (t.Z / t.x).reshape(n, S, n, S).copy()
    A[1, :, [0, 2], 2] = 0.0
    x = np.linalg.solve(np.eye(9) - A.reshape(9, 9), t.final.sum(axis=1))
    lost = t.coefficients(t.primary) * (t.x - x)
    link = chains.Links(t.economies[1], users=t.industries[2])
    frame = chains.extract(t, [link])["stakes_by_industry"].frame
    np.testing.assert_allclose(frame["value"], lost, rtol=1e-8, atol=1e-10)


def test_scenarios_that_stop_links_are_read_and_others_refused():
    t = sample_table(3, 2, seed=2)
    t = MRIO.from_dense(
        t.Z, t.Y, economies=("TWN", "CHN", "DEU"), industries=t.industries, year=2022
    )
    embargo = Scenario(name="e", shocks=(Embargo(economies="TWN", partners="DEU"),))
    both = chains.extract(t, [chains.Links("TWN", "DEU"), chains.Links("DEU", "TWN")])
    frame = chains.run(t, embargo)["stakes"].frame
    np.testing.assert_allclose(frame["value"], both["stakes"].frame["value"], rtol=1e-10)
    stop = Scenario(name="s", shocks=(ExportStop(exporters="CHN", severity=0.5),))
    result = chains.run(t, stop)
    assert result["stakes"].kind is Kind.MODELLED
    assert result.provenance.scenario == stop.identity
    loss = Scenario(name="c", shocks=(CapacityLoss(economies="CHN", severity=0.5),))
    with pytest.raises(ShockNotRepresentable, match="CapacityLoss"):
        chains.run(t, loss)


def test_unknown_parties_and_industries_are_refused():
    t = sample_table(3, 2)
    with pytest.raises(CodeUnknown):
        chains.lookthrough(t, "NOWHERE")
    with pytest.raises(CodeUnknown, match="I99"):
        chains.lookthrough(t, industries="I99")
    with pytest.raises(CodeUnknown, match="hold no 'DEU'"):
        chains.decompose(t, "DEU")


def test_foreign_content_by_origin_adds_up():
    t = sample_table(4, 3, seed=9)
    result = chains.decompose(t, "E002")
    origins = result["origins"].frame
    assert "E002" not in origins["partner"].to_list()
    fva = result["decomposition"].frame["fva"][0]
    assert origins["value"].sum() == pytest.approx(fva, rel=EXACT)


def test_a_table_in_codes_of_another_source_is_answered_with_its_label() -> None:
    table = MRIO.from_dense(
        np.full((2, 2), 10.0),
        np.full((2, 2), 40.0),
        economies=("DE", "TW"),
        industries=("C26",),
        categories=("HFCE",),
        year=2019,
    )
    for owner, on in (("DEU", "TW"), ("DE", "TWN")):
        with pytest.raises(CodeUnknown) as caught:
            chains.lookthrough(table, owner, on=on)
        assert "did you mean" in (caught.value.hint or "")
        assert "ROW" not in (caught.value.hint or "")
    with pytest.raises(CodeUnknown) as caught:
        chains.lookthrough(table, "FRA", on="DE")
    assert caught.value.hint == "the table has no rest of the world; it lists DE, TW"


@pytest.mark.once_broken("an empty list of parties was a fault of numpy")
def test_nobody_exports_nothing_that_could_be_split(leather):
    with pytest.raises(BadInput, match="no party is named"):
        chains.decompose(leather, [])
