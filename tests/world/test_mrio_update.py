"""An updated table keeps the sales it is given and finds the true table where it can."""

import numpy as np
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from tools.starter.mrio_update import technology, updated_use

from isthmus.errors import BadInput
from isthmus.world.mrio_sample import sample_table
from isthmus.world.mrio_update import table_from_use

sizes = st.tuples(st.integers(2, 4), st.integers(2, 4), st.integers(0, 1000))


def bilateral(t):
    n, S = t.labels.n, t.labels.S
    return (t.sales + t.final).reshape(n, S, n).transpose(0, 2, 1)


def labels(t):
    return {"economies": t.economies, "industries": t.industries, "categories": t.categories}


@settings(max_examples=20, deadline=None)
@given(sizes)
def test_updating_to_the_same_year_returns_the_table(size):
    n, S, seed = size
    t = sample_table(n, S, seed=seed)
    # the same final-demand pattern for all origins, as in every updated table
    use = updated_use(bilateral(t), technology(t))
    first = table_from_use(bilateral(t), use.domestic, use.imported, **labels(t))
    again = updated_use(bilateral(first), technology(first))
    second = table_from_use(bilateral(first), again.domestic, again.imported, **labels(t))
    np.testing.assert_allclose(second.Z, first.Z, rtol=1e-3, atol=1e-3 * first.Z.max())
    assert again.moved < 1e-3


@settings(max_examples=20, deadline=None)
@given(sizes)
def test_sales_are_kept_and_value_added_is_met(size):
    n, S, seed = size
    t = sample_table(n, S, seed=seed)
    later = bilateral(sample_table(n, S, seed=seed + 1))
    total = later.sum(axis=(1, 2)) * np.linspace(0.35, 0.5, n)
    total[0] = np.nan
    try:
        found = updated_use(later, technology(t), added_total=total)
    except BadInput:
        # random sales may leave an economy too little to feed its industries
        reject()
    out = table_from_use(later, found.domestic, found.imported, **labels(t))
    np.testing.assert_allclose(bilateral(out), later, rtol=1e-12)
    np.testing.assert_allclose(out.x, later.sum(axis=1).ravel(), rtol=1e-12)
    added = out.v.reshape(n, S).sum(axis=1)
    np.testing.assert_allclose(added[1:], total[1:], rtol=1e-6)
    np.testing.assert_allclose(found.domestic.sum(axis=2), 1.0, rtol=1e-12)
    assert found.residual < 1e-8


def test_an_economy_that_buys_too_little_is_named():
    t = sample_table(3, 2, seed=18)
    later = bilateral(sample_table(3, 2, seed=19))
    with pytest.raises(BadInput, match="positions 0"):
        updated_use(later, technology(t))


def test_pooled_technology_adds_flows_of_its_members():
    t = technology(sample_table(3, 2))
    pooled = t.of([[0], [0, 2]])
    np.testing.assert_array_equal(pooled.domestic[0], t.domestic[0])
    np.testing.assert_allclose(pooled.imported[1], t.imported[0] + t.imported[2])
    np.testing.assert_allclose(pooled.added[1], (t.added[0] + t.added[2]) / 2)


def test_negative_sales_are_refused():
    t = sample_table(2, 2)
    sales = bilateral(t).copy()
    sales[0, 1, 1] = -1
    with pytest.raises(BadInput, match="non-negative"):
        updated_use(sales, technology(t))
