from __future__ import annotations

import numpy as np
import pytest

from isthmus.errors import BadInput
from isthmus.kernels.fragility import clustering, strength_dispersion


def _clustering_literal(W):
    """Mean over economies of weighted triangles in all directions over possible ones."""
    n, V = len(W), np.cbrt(W / W.max())
    out = []
    for i in range(n):
        weight = possible = 0.0
        neighbours = [(j, k) for j in range(n) for k in range(n) if len({i, j, k}) == 3]
        for j, k in neighbours:
            weight += (V[i, j] + V[j, i]) * (V[j, k] + V[k, j]) * (V[k, i] + V[i, k])
            possible += ((W[i, j] > 0) * 1 + (W[j, i] > 0)) * ((W[i, k] > 0) * 1 + (W[k, i] > 0))
        out.append(weight / (2 * possible) if possible else 0.0)
    return float(np.mean(out))


def test_clustering_equals_the_literal_sum_over_triples():
    rng = np.random.default_rng(5)
    W = rng.lognormal(0, 1, (7, 7)) * (rng.random((7, 7)) < 0.5)
    np.fill_diagonal(W, 0.0)
    assert clustering(W) == pytest.approx(_clustering_literal(W), rel=1e-12)


def test_complete_equal_network_clusters_fully():
    assert clustering(np.ones((4, 4))) == pytest.approx(1.0)


def test_star_has_no_clusters_and_one_exporter():
    W = np.zeros((4, 4))
    W[0, 1:] = 5.0
    assert clustering(W) == 0.0
    assert strength_dispersion(W) == pytest.approx(1.0)


def test_equal_exporters_have_no_dispersion():
    assert strength_dispersion(np.ones((5, 5))) == pytest.approx(0.0)
    assert strength_dispersion(np.zeros((5, 5))) == 0.0


def test_dispersion_by_hand():
    # exports 3, 1, 2: mean 2, population sd sqrt(2/3); over mean and sqrt(2)
    W = np.array([[0.0, 3, 0], [1, 0, 0], [0, 2, 0]])
    assert strength_dispersion(W) == pytest.approx(np.sqrt(2 / 3) / 2 / np.sqrt(2))


def test_bad_networks_are_refused():
    with pytest.raises(BadInput):
        clustering(np.array([[0.0, -1.0], [1.0, 0.0]]))
    with pytest.raises(BadInput):
        strength_dispersion(np.zeros((1, 1)))
