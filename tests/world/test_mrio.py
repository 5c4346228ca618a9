"""The table's two forms agree, its identities hold, and bad tables are refused by name."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import BadInput, CodeUnknown, DidNotConverge, IdentityViolated, NotProductive
from isthmus.evidence import Kind
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_aggregate import pooled
from isthmus.world.mrio_forms import FactoredForm
from isthmus.world.mrio_sample import sample_table

TIGHT = 1e-11
small = st.tuples(st.integers(2, 5), st.integers(1, 4), st.integers(0, 10_000))


def two_by_two(**changes):
    Z = np.array([[10.0, 5, 2, 1], [3, 20, 1, 4], [1, 2, 15, 6], [2, 1, 5, 30]])
    given = {"Z": Z, "Y": np.array([[20.0, 2], [10, 3], [1, 25], [2, 40]])} | changes
    return MRIO.from_dense(
        given.pop("Z"), given.pop("Y"), economies=("A", "B"), industries=("g", "s"), **given
    )


def test_solve_matches_a_hand_inverted_two_node_table():
    # A = [[.2, .3], [.4, .1]], det(I - A) = .8 * .9 - .3 * .4 = .6
    Z = np.array([[20.0, 30], [40, 10]])
    table = MRIO.from_dense(
        Z, np.array([[50.0, 0], [0, 50]]), economies=("A", "B"), industries=("g",)
    )
    L = np.array([[0.9, 0.3], [0.4, 0.8]]) / 0.6
    np.testing.assert_allclose(table.solve(np.eye(2)).X, L, rtol=TIGHT)
    np.testing.assert_allclose(table.solve(np.eye(2), transposed=True).X, L.T, rtol=TIGHT)


@settings(max_examples=25, deadline=None)
@given(small)
def test_forms_agree_in_products_solves_and_sums(size):
    n, S, seed = size
    f = sample_table(n, S, seed=seed)
    d = f.to_dense()
    X = np.random.default_rng(seed).random((n * S, 3))
    for name in ("product", "product_t"):
        np.testing.assert_allclose(getattr(f, name)(X), getattr(d, name)(X), rtol=TIGHT)
    for transposed in (False, True):
        one = f.solve(X, transposed=transposed).X
        for method in ("direct", "iterative"):
            other = d.solve(X, transposed=transposed, method=method)
            np.testing.assert_allclose(one, other.X, rtol=1e-10)
            assert other.method == method
    np.testing.assert_allclose(f.sales, d.sales, rtol=TIGHT)
    np.testing.assert_allclose(f.use(), d.use(), rtol=TIGHT)
    np.testing.assert_allclose(f.exports, d.exports, rtol=1e-10, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(small, st.floats(1e-6, 1e6))
def test_solution_does_not_depend_on_the_unit(size, unit):
    n, S, seed = size
    t = sample_table(n, S, seed=seed, factored=False)
    scaled = MRIO.from_dense(t.Z * unit, t.Y * unit, economies=t.economies, industries=t.industries)
    X = np.eye(n * S)
    np.testing.assert_allclose(t.solve(X).X, scaled.solve(X).X, rtol=1e-10, atol=1e-14)


@settings(max_examples=25, deadline=None)
@given(small, st.integers(0, 99))
def test_solution_follows_a_permutation_of_economies(size, shuffle):
    n, S, seed = size
    t = sample_table(n, S, seed=seed)
    order = np.random.default_rng(shuffle).permutation(n)
    form = t.form
    Y = t.Y.reshape(n, S, n)[order][:, :, order].reshape(n * S, n)
    moved = MRIO.from_factors(
        form.flow[np.ix_(order, order)],
        form.use_dom[order],
        form.use_imp[order],
        Y,
        economies=[t.economies[i] for i in order],
        industries=t.industries,
    )
    node = (order[:, None] * S + np.arange(S)).ravel()
    f = t.final.sum(axis=1)
    np.testing.assert_allclose(moved.solve(f[node]).X, t.solve(f).X[node], rtol=1e-10)


@settings(max_examples=25, deadline=None)
@given(small)
def test_demand_gives_output_and_value_added_gives_demand(size):
    n, S, seed = size
    t = sample_table(n, S, seed=seed)
    f = t.final.sum(axis=1)
    np.testing.assert_allclose(t.solve(f).X, t.x, rtol=1e-10)
    np.testing.assert_allclose(t.v.sum(), f.sum(), rtol=1e-10)
    ones = t.solve(t.coefficients(t.primary), transposed=True).X
    np.testing.assert_allclose(ones, 1.0, rtol=1e-10)


@settings(max_examples=25, deadline=None)
@given(small)
def test_aggregation_keeps_totals_and_agrees_between_forms(size):
    n, S, seed = size
    t = sample_table(n, S, seed=seed)
    groups = {e: ("club" if p % 2 else "rest") for p, e in enumerate(t.economies)}
    goods = {t.industries[0]: "first"} | dict.fromkeys(t.industries[1:], "others")
    a = t.aggregate(economies=groups, industries=goods)
    b = t.to_dense().aggregate(economies=groups, industries=goods)
    np.testing.assert_allclose(a.Z, b.Z, rtol=1e-10, atol=1e-13)
    for name in ("Z", "Y", "x", "v"):
        np.testing.assert_allclose(getattr(a, name).sum(), getattr(t, name).sum(), rtol=1e-10)
    S2 = len(a.industries)
    assert a.identities().row_total < 1e-12
    # a club's purchases of the first product, added up by hand
    club = [i for i, e in enumerate(t.economies) if groups[e] == "club"]
    Z4 = t.Z.reshape(n, S, n, S)
    hand = Z4[np.ix_(club, [0], club, list(range(S)))].sum()
    c = a.economies.index("club")
    assert a.Z[c * S2, c * S2 : (c + 1) * S2].sum() == pytest.approx(hand, rel=1e-10)


def test_what_is_added_up_or_pooled_keeps_its_currency():
    table = two_by_two(unit="million EUR", year=2020)
    assert table.aggregate(economies={"A": "W", "B": "W"}).unit == "million EUR"
    assert pooled(table).unit == "million EUR"


def test_aggregation_without_groups_keeps_the_form():
    t = sample_table(3, 2)
    assert t.aggregate() is t
    assert not t.aggregate(economies={"E000": "X", "E001": "X"}).factored
    with pytest.raises(CodeUnknown, match="E999"):
        t.aggregate(economies={"E999": "X"})


def test_a_factorisation_is_made_once():
    t = sample_table(3, 3, factored=False)
    t.solve(np.eye(9), method="direct")
    first = t.form.factors()
    t.solve(np.eye(9), transposed=True)
    assert t.form.factors() is first


def test_single_precision_factors_are_refined_to_double_precision():
    t = sample_table(6, 8, seed=3, factored=False)
    assert t.form.factors().lu.dtype == np.float32
    solution = t.solve(np.eye(48), method="direct")
    assert solution.residual < 1e-12
    np.testing.assert_allclose(
        solution.X, np.linalg.inv(np.eye(48) - t.Z / t.x), rtol=1e-9, atol=1e-12
    )


def test_all_problems_are_reported_at_once():
    with pytest.raises(BadInput) as caught:
        MRIO.from_dense(
            np.full((3, 4), np.nan), np.ones((4, 2)), economies=("A", "A"), industries=("g", "s")
        )
    text = str(caught.value)
    assert "'A' appears twice" in text
    assert "shape (3, 4)" in text


def test_missing_label_is_explained():
    with pytest.raises(BadInput, match="a label may be missing"):
        MRIO.from_dense(np.eye(4), np.ones((4, 2)), economies=("A", "B"), industries=("g",))


def test_negative_flow_names_the_seller():
    Z = np.eye(4)
    Z[2, 1] = -1
    with pytest.raises(BadInput, match="B:g"):
        two_by_two(Z=Z)


def test_unbalanced_rows_name_the_industry_and_can_be_repaired():
    good = two_by_two()
    x = good.x + np.array([0, 0, 7, 0])
    with pytest.raises(IdentityViolated, match=r"rows off by up to 7|B:g") as caught:
        two_by_two(x=x, v=good.v + np.array([0, 0, 7, 0]))
    assert "B:g" in str(caught.value)
    mended = two_by_two(x=x, v=good.v + np.array([0, 0, 7, 0]), repair=True)
    assert mended.categories == ("final", "DISCREPANCY")
    assert mended.identities().row_max == 0
    assert "B:g" in mended.notes[0]
    np.testing.assert_allclose(mended.final.sum(axis=1), mended.x - mended.Z.sum(axis=1))


def test_unbalanced_columns_name_the_industry_and_can_be_repaired():
    v = two_by_two().v + np.array([0, 3, 0, 0])
    with pytest.raises(IdentityViolated, match="A:s"):
        two_by_two(v=v)
    mended = two_by_two(v=v, repair=True)
    np.testing.assert_allclose(mended.other, [0, -3, 0, 0], atol=1e-9)


def test_negative_value_added_names_the_industry_and_can_be_repaired():
    Z = two_by_two().Z.copy()
    Z[1, 0] += 40
    Y = np.array([[40.0, 2], [10, 3], [1, 25], [2, 40]])
    x = Z.sum(1) + Y.sum(1)
    assert x[0] < Z[:, 0].sum() + 10
    Z[1, 0] += 20
    with pytest.raises(BadInput, match="negative value added: A:g"):
        two_by_two(Z=Z, Y=Y)
    mended = two_by_two(Z=Z, Y=Y, repair=True)
    assert mended.v[0] == 0
    assert mended.other[0] < 0
    assert mended.identities().column_max < 1e-9


def test_idle_industry_with_inputs_is_named_and_can_be_repaired():
    Z = two_by_two().Z.copy()
    Z[3] = 0
    Y = np.array([[20.0, 2], [10, 3], [1, 25], [0, 0]])
    with pytest.raises(BadInput, match=r"inputs but no output.*B:s"):
        two_by_two(Z=Z, Y=Y, v=Z.sum(1) + Y.sum(1) - Z.sum(0))
    mended = two_by_two(Z=Z, Y=Y, repair=True)
    assert mended.Z[:, 3].sum() == 0
    assert mended.x[3] == 0
    assert mended.identities().row_max < 1e-12
    assert np.isfinite(mended.solve(np.ones(4)).X).all()


def test_an_idle_industry_without_flows_is_harmless():
    Z = two_by_two().Z.copy()
    Z[3] = 0
    Z[:, 3] = 0
    t = two_by_two(Z=Z, Y=np.array([[20.0, 2], [10, 3], [1, 25], [0, 0]]))
    np.testing.assert_allclose(t.solve(t.final.sum(1)).X, t.x)


@pytest.mark.parametrize("factored", [True, False])
def test_unproductive_table_is_refused_with_its_industries(factored):
    # every industry needs 1.2 of itself per unit: no finite output meets any demand
    flow = np.zeros((2, 2, 1))
    flow[0, 0], flow[1, 1], flow[0, 1], flow[1, 0] = 12.0, 12.0, 1.0, 1.0
    one = np.ones((2, 1, 1))
    t = MRIO.from_factors(
        flow,
        one,
        one,
        np.array([[-3.0, 0], [0, -3]]),
        economies=("A", "B"),
        industries=("g",),
        v=np.zeros(2),
        other=np.array([-3.0, -3.0]),
    )
    t = t if factored else t.to_dense()
    with pytest.raises(NotProductive, match="A:g"):
        t.check_productive()


@pytest.mark.parametrize("scale", [3.0, 30.0])
@pytest.mark.parametrize("transposed", [True, False])
def test_a_factored_table_that_is_not_productive_is_not_solved(scale, transposed):
    t = sample_table(4, 5)
    f = t.form
    form = FactoredForm(f.flow * scale, f.use_dom, f.use_imp, f.x)
    with pytest.raises(NotProductive, match="spectral radius"):
        replace(t, form=form).solve(t.final, transposed=transposed)


def test_a_residual_above_tolerance_is_raised():
    t = sample_table(3, 2, factored=False)
    with pytest.raises(DidNotConverge, match="residual"):
        t.solve(np.ones(6), tol=1e-30)


def test_positions_refuse_unknown_names_with_a_suggestion():
    t = sample_table(3, 2)
    assert list(t.node_positions("E001")) == [2, 3]
    assert list(t.node_positions(["E000", "E002"], "I01")) == [1, 5]
    with pytest.raises(CodeUnknown, match="E01") as caught:
        t.node_positions("E01")
    assert "did you mean" in str(caught.value)


def test_arrays_cannot_be_changed():
    t = sample_table(2, 2)
    with pytest.raises(ValueError, match="read-only"):
        t.x[0] = 1


def test_a_kind_is_known_by_its_name() -> None:
    flows, final = np.ones((2, 2)), np.ones((2, 2))
    about = {"economies": ["A", "B"], "industries": ["X"], "categories": ["F"]}
    assert MRIO.from_dense(flows, final, **about, kind="assumed").kind is Kind.ASSUMED
    with pytest.raises(BadInput, match="no kind of numbers is called 'guessed'"):
        MRIO.from_dense(flows, final, **about, kind="guessed")
