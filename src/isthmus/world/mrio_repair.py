"""Documented repairs of an inter-economy table; each leaves a note."""

from __future__ import annotations

import numpy as np

from isthmus.kernels.arrays import Array
from isthmus.world.mrio_checks import balance_limit, named
from isthmus.world.mrio_forms import DenseForm, TableForm, frozen
from isthmus.world.mrio_labels import Labels

DISCREPANCY = "DISCREPANCY"
"""Final-demand category that takes up what rows lack; booked in the selling economy itself."""


def repaired(
    labels: Labels, form: TableForm, Y: Array, v: Array, other: Array
) -> tuple[Labels, TableForm, Array, Array, Array, tuple[str, ...]]:
    """Mend imbalances, negative output or value added, and inputs of idle industries.

    Returns
    -------
    labels, form, Y, v, other
        The mended table.
    notes : tuple of str
        What was mended, and at which nodes.
    """
    notes: list[str] = []
    limit = balance_limit(form.x)
    gap = np.zeros(labels.N)
    inputs = form.column_sums()
    below_zero = form.x < 0
    if below_zero.any() and isinstance(form, DenseForm):
        form = DenseForm(form.Z, frozen(np.maximum(form.x, 0.0)), labels.n)
        notes.append(f"negative gross output counts as none: {named(labels, below_zero)}")
    idle = (form.x == 0) & ((inputs > limit) | below_zero)
    if idle.any() and isinstance(form, DenseForm):
        Z = form.Z.copy()
        gap += Z[:, idle].sum(axis=1)
        Z[:, idle] = 0.0
        form = DenseForm(frozen(Z), form.x, labels.n)
        v, other = np.where(idle, 0.0, v), np.where(idle, 0.0, other)
        notes.append(
            f"inputs of industries without output became final demand: {named(labels, idle)}"
        )
    row = form.sales().sum(axis=1) + Y.sum(axis=1)
    off = np.abs(form.x - row) > limit
    if off.any():
        gap = np.where(off, form.x - row, gap)
        share = np.abs(gap).sum() / form.x.sum()
        notes.append(
            f"final demand {DISCREPANCY} takes up {share:.2e} of world output: {named(labels, off)}"
        )
    if gap.any():
        labels, Y = _with_discrepancy(labels, Y, gap)
    below = v < -limit
    if below.any():
        other = np.where(below, other + v, other)
        v = np.where(below, 0.0, v)
        notes.append(f"negative value added became other primary input: {named(labels, below)}")
    short = form.x - form.column_sums() - v - other
    unbalanced = np.abs(short) > limit
    if unbalanced.any():
        other = other + np.where(unbalanced, short, 0.0)
        notes.append(f"column differences became other primary input: {named(labels, unbalanced)}")
    return labels, form, Y, v, other, tuple(notes)


def _with_discrepancy(labels: Labels, Y: Array, gap: Array) -> tuple[Labels, Array]:
    n, S, F = labels.n, labels.S, labels.F
    wide = np.zeros((labels.N, n, F + 1))
    wide[:, :, :F] = Y.reshape(labels.N, n, F)
    nodes = np.arange(labels.N)
    wide[nodes, nodes // S, F] = gap
    grown = Labels(labels.economies, labels.industries, (*labels.categories, DISCREPANCY))
    return grown, wide.reshape(labels.N, n * (F + 1))
