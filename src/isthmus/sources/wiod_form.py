"""What the arrays of a converted world table must be, told before they are loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from isthmus.errors import InputProblem
from isthmus.runtime.reading import Unreadable, json_values
from isthmus.runtime.reading.arrays import ArrayForm

REQUIRED = ("Z", "Y", "x", "va", "countries", "industries", "fd_categories")
READ = (*REQUIRED, "taxes", "margins", "other_rows", "rounding", "industry_names", "meta")
TEXTS = ("countries", "industries", "fd_categories", "industry_names", "meta")
Shape = tuple[int | None, ...]


def form_problems(forms: Mapping[str, ArrayForm]) -> list[InputProblem]:
    """Return what is wrong with types and shapes, before anything is loaded."""
    hint = "a converted WIOD table holds it"
    problems = [
        InputProblem("array is missing", name, hint) for name in REQUIRED if name not in forms
    ]
    problems += [
        InputProblem(f"holds {forms[name].dtype}, not text", name)
        for name in TEXTS
        if name in forms and not forms[name].text
    ]
    if problems:
        return problems
    sizes = [forms[name].size for name in ("countries", "industries", "fd_categories")]
    return [
        problem
        for name, shape in _shapes(*sizes).items()
        if name in forms
        for problem in _array_problems(name, forms[name], shape)
    ]


def _shapes(n: int, S: int, F: int) -> dict[str, Shape]:
    """Return the shape of every array for n economies, S industries and F categories."""
    N = n * S
    vectors = dict.fromkeys(("x", "va", "taxes", "margins", "rounding"), (N,))
    labels = {"countries": (n,), "industries": (S,), "industry_names": (S,), "fd_categories": (F,)}
    return {"Z": (N, N), "Y": (N, n * F), **vectors, "other_rows": (None, N), **labels, "meta": ()}


def _array_problems(name: str, form: ArrayForm, shape: Shape) -> Iterator[InputProblem]:
    if name not in TEXTS and not form.numbers:
        yield InputProblem(f"holds {form.dtype}, not real numbers", name)
    fits = len(form.shape) == len(shape) and all(
        wanted in (None, found) for wanted, found in zip(shape, form.shape, strict=True)
    )
    if not fits:
        shown = ", ".join("any" if size is None else str(size) for size in shape)
        yield InputProblem(f"has shape {form.shape}, not ({shown})", name)


def number_problems(arrays: Mapping[str, NDArray[Any]]) -> list[InputProblem]:
    """Return which arrays hold NaN or infinity."""
    return [
        InputProblem("holds numbers that are not finite", name, "0 where there is no flow")
        for name, array in arrays.items()
        if array.dtype.kind == "f" and not np.isfinite(array).all()
    ]


def read_meta(array: NDArray[Any] | None) -> tuple[int, str, list[InputProblem]]:
    """Return year and source from the JSON text of a table, and what is wrong with it."""
    unnamed = "World Input-Output Database"
    if array is None:
        return 0, unnamed, []
    try:
        meta = json_values(str(array), wide=False)
    except Unreadable as error:
        return 0, "", [InputProblem(error.problems[0].what, "meta", "write a JSON object")]
    if not isinstance(meta, dict):
        return 0, "", [InputProblem("is not a JSON object", "meta", '{"year": 2014}')]
    year = meta.get("year", 0)
    if isinstance(year, bool) or not isinstance(year, int) or not 0 <= year <= 9999:
        return 0, "", [InputProblem(f"the year is {year!r}", "meta", "a whole number")]
    return year, str(meta.get("source", unnamed)), []
