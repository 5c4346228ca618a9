"""Designs: where in the unit cube the samples lie, on disk and mapped, whatever their number."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from isthmus.ensemble.blocks import BLOCKED, Blocked, blocked_rows
from isthmus.errors import BadInput, InputProblem
from isthmus.kernels.arrays import Array, Ints
from isthmus.runtime import atomic_write_bytes
from isthmus.runtime.streams import task_generator
from isthmus.scenario import Correlation

Design = Literal["latin_hypercube", "sobol", "random"]
DESIGNS: tuple[Design, ...] = ("latin_hypercube", "sobol", "random")
_BLOCK = 4096
_EDGE = 2.0**-53
_ROUNDS = 12
_CLOSE = 1e-4


def check_design(design: str, samples: int) -> list[InputProblem]:
    """Return what is wrong with a design of so many samples."""
    problems = []
    if design not in (*DESIGNS, *BLOCKED):
        problems.append(InputProblem(f"unknown design '{design}'", "design", ", ".join(DESIGNS)))
    if samples < 1:
        problems.append(InputProblem(f"{samples} samples", "samples", "give 1 or more"))
    elif design == "sobol" and samples & (samples - 1):
        below = 1 << (samples.bit_length() - 1)
        hint = f"a Sobol sequence is balanced at powers of two: take {below} or {2 * below}"
        problems.append(InputProblem(f"{samples} samples", "samples", hint))
    return problems


def write_design(
    path: Path,
    design: Design | Blocked,
    shape: tuple[int, int],
    *,
    seed: int,
    mixing: Array | None = None,
    first: int = 0,
) -> None:
    """Write the unit design to an array file; one that is there already is kept.

    At most a few columns, or a few thousand rows, are in memory at a time.

    Parameters
    ----------
    path : Path
        The ``.npy`` file to make: float64[n, d] in [0, 1).
    design : {"latin_hypercube", "sobol", "random", "saltelli", "morris", "one_at_a_time"}
        Latin hypercube (McKay, Beckman, Conover 1979), scrambled Sobol sequence (Owen 1998),
        independent draws, or one in blocks (`isthmus.ensemble.blocks`).
    shape : tuple of int
        Samples n and dimensions d.
    seed : int
        Dimension j of a Latin hypercube uses stream j of this seed, so that adding a dimension
        leaves the others as they are.
    mixing : float64[d, d], optional
        From `mixing_matrix`. A Latin hypercube is reordered by ranks (Iman, Conover 1982) until
        these have the correlations, which keeps every margin stratified; the other designs are
        mapped through a Gaussian copula.

    Raises
    ------
    StorageFull, StorageReadOnly
        When the file cannot be written.

    References
    ----------
    McKay, Beckman, Conover (1979), Technometrics 21; Owen (1998), J. Complexity 14;
    Iman, Conover (1982), Communications in Statistics B 11.
    """
    if path.exists():
        return
    by_column = design == "latin_hypercube"
    if design in BLOCKED:
        rows = blocked_rows(design, shape, seed, first)
    else:
        rows = (_hypercube_columns if by_column else _blocks(design))(shape, seed, mixing)
    header = {"descr": "<f8", "fortran_order": by_column, "shape": shape}
    with atomic_write_bytes(path) as handle:
        np.lib.format.write_array_header_1_0(handle, header)
        for block in rows:
            handle.write(np.ascontiguousarray(block, dtype="<f8").tobytes())


def open_design(path: Path) -> Array:
    """Map the design read-only; its pages are shared by all workers."""
    rows: Array = np.load(path, mmap_mode="r", allow_pickle=False)
    return rows


def _hypercube_columns(shape: tuple[int, int], seed: int, mixing: Array | None) -> Iterator[Array]:
    """Yield the columns; mixed ones in the order that gives their rank correlations."""
    n, d = shape
    rows = np.eye(d) if mixing is None else mixing
    mixed = {j for j in range(d) if np.flatnonzero(rows[j]).tolist() != [j]}
    used = sorted(mixed | {int(k) for j in mixed for k in np.flatnonzero(rows[j])})
    scores = [_normal_score(_hypercube_column(n, seed, k)) for k in used]
    r = rows[used] @ rows[used].T
    ranks = dict(zip(used, _ranks_with(r, _uncorrelated(scores)), strict=True))
    for j in range(d):
        column = _hypercube_column(n, seed, j)
        yield np.sort(column)[ranks[j]] if j in ranks else column


def _uncorrelated(scores: Sequence[Array]) -> list[Array]:
    """Take chance correlations out of scores, and give each the length 1.

    Column by column, what the earlier ones explain is subtracted: the same as multiplying with the
    inverse Cholesky factor of the correlations of the sample, as Iman and Conover (1982) do. A
    column that earlier ones explain whole (too few samples) stays as it is.
    """
    out: list[Array] = []
    for score in scores:
        centred = score - score.mean()
        rest = centred
        for other in out:
            rest = rest - np.sum(centred * other) * other
        norm, whole = np.sqrt(np.sum(rest**2)), np.sqrt(np.sum(centred**2))
        if norm <= 1e-6 * whole:
            rest, norm = centred, whole
        out.append(rest / norm if norm > 0.0 else rest)
    return out


def _ranks_with(r: Array, scores: Sequence[Array]) -> list[Ints]:
    """Return ranks whose correlations are those that belong to the normal correlations `r`.

    The correlations of mixed scores are exact, those of their ranks scatter around what is wanted.
    `r` is moved by what is missing, and the closest of a few rounds is taken.
    """
    wanted, given = _rank_correlation(r), r
    best: list[Ints] = []
    least = np.inf
    for _ in range(_ROUNDS):
        mixing = _root(given)
        mixed = [sum(m * score for m, score in zip(row, scores, strict=True)) for row in mixing]
        ranks = [np.argsort(np.argsort(column, kind="stable")) for column in mixed]
        found = np.array([[_spearman(one, two) for two in ranks] for one in ranks])
        gap = float(np.abs(wanted - found).max(initial=0.0))
        if gap < least:
            best, least = ranks, gap
        if gap < _CLOSE:
            break
        given = _nearest(given + _normal_correlation(wanted) - _normal_correlation(found))
    return best


def _spearman(one: Ints, two: Ints) -> float:
    n = len(one)
    return 1.0 - 6.0 * float(np.sum((one - two) ** 2)) / max(n * (n * n - 1.0), 1.0)


def _normal_correlation(s: Any) -> Any:
    """Return the correlation of a normal pair whose rank correlation is `s` (Pearson 1907)."""
    return 2.0 * np.sin(np.pi * s / 6.0)


def _rank_correlation(r: Array) -> Array:
    ranks: Array = 6.0 / np.pi * np.arcsin(np.clip(r, -1.0, 1.0) / 2.0)
    return ranks


def _nearest(r: Array) -> Array:
    """Return `r` without negative eigenvalues, with ones on the diagonal."""
    values, vectors = np.linalg.eigh(r)
    if values[0] < 0.0:
        r = (vectors * np.maximum(values, 0.0)) @ vectors.T
    length = np.sqrt(np.diag(r))
    scaled: Array = r / np.outer(length, length)
    return scaled


def _hypercube_column(n: int, seed: int, j: int) -> Array:
    draw = task_generator(seed, j)
    column: Array = (draw.permutation(n) + draw.random(n)) / n
    return column


def _blocks(design: str) -> Callable[..., Iterator[Array]]:
    """Return the source of rows of a design, mapped through the Gaussian copula."""
    rows_of = {"sobol": _sobol_rows, "random": _random_rows}[design]

    def mapped(shape: tuple[int, int], seed: int, mixing: Array | None) -> Iterator[Array]:
        from scipy.special import ndtr

        for rows in rows_of(shape, seed):
            yield rows if mixing is None else ndtr(_normal_score(rows) @ mixing.T)

    return mapped


def _random_rows(shape: tuple[int, int], seed: int) -> Iterator[Array]:
    n, d = shape
    for number, start in enumerate(range(0, n, _BLOCK)):
        yield task_generator(seed, number).random((min(_BLOCK, n - start), d))


def _sobol_rows(shape: tuple[int, int], seed: int) -> Iterator[Array]:
    n, d = shape
    sequence = sobol_sequence(d, seed)
    for start in range(0, n, _BLOCK):
        yield sequence.random(min(_BLOCK, n - start))


def sobol_sequence(d: int, seed: int) -> Any:
    """Return a scrambled Sobol sequence of d dimensions (Owen 1998), at its beginning."""
    from scipy.stats import qmc

    word = "rng" if "rng" in inspect.signature(qmc.Sobol).parameters else "seed"
    words: dict[str, Any] = {word: np.random.default_rng(seed)}
    return qmc.Sobol(d, scramble=True, **words)


def _normal_score(u: Array) -> Array:
    from scipy.special import ndtri

    score: Array = ndtri(np.clip(u, _EDGE, 1.0 - _EDGE))
    return score


def mixing_matrix(paths: Sequence[str], correlations: Sequence[Correlation]) -> Array | None:
    """Return M with M M' = R, the normal correlations of the wanted rank correlations.

    For a bivariate normal pair Spearman's rank correlation s belongs to the correlation
    r = 2 sin(pi s / 6) (Pearson 1907).

    Parameters
    ----------
    paths : sequence of str
        The d parameters, in the order of the design.
    correlations : sequence of Correlation
        Rank correlations between pairs; all others are 0.

    Returns
    -------
    float64[d, d] or None
        None where there are no correlations.

    Raises
    ------
    BadInput
        When the correlations contradict each other (R has a negative eigenvalue).
    """
    if not correlations:
        return None
    r = np.eye(len(paths))
    for item in correlations:
        i, j = (paths.index(path) for path in item.paths)
        r[i, j] = r[j, i] = _normal_correlation(item.value)
    if (least := float(np.linalg.eigvalsh(r)[0])) < -1e-9:
        names = ", ".join(sorted({p for item in correlations for p in item.paths}))
        hint = f"smallest eigenvalue {least:.3g}; weaken one of them"
        problem = InputProblem("contradict each other", f"correlations of {names}", hint)
        raise BadInput("the correlations cannot hold together", [problem])
    return _root(r)


def _root(r: Array) -> Array:
    """Return M with M M' = R; lower triangular where R has no eigenvalue of 0."""
    values, vectors = np.linalg.eigh(r)
    if values.min(initial=1.0) > 1e-9:
        return np.asarray(np.linalg.cholesky(r), dtype=np.float64)
    root: Array = vectors * np.sqrt(np.maximum(values, 0.0))
    return root
