"""Ranks of what was hit, by case and over cases: shared by industries and products."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import polars as pl

from isthmus.evidence import Column, Kind, Table
from isthmus.evidence.frames import attribute, dimension, number, table
from isthmus.kernels.arrays import Array, Mask


def case_columns(items: str, *, year: str, hit: str, traded: str) -> tuple[Column, ...]:
    """Return the columns of ranks by case and method; `items` is what was ranked."""
    return (
        dimension("case"),
        dimension("method"),
        attribute("year", year),
        attribute(items, traded),
        attribute("hit", hit),
        attribute("ranks", "their ranks, 1 first"),
        number("n_hit", items, f"number of {items} hit"),
        number("best_rank", "1", "best rank of what was hit"),
        number("mean_rank", "1", "mean rank of what was hit"),
        number("hits", items, f"{items} hit among the first k ranks"),
        number("chance", items, "hits that a random order would give on average"),
        attribute("kind"),
    )


def method_columns(items: str) -> tuple[Column, ...]:
    """Return the columns of each method over all cases."""
    return (
        dimension("method"),
        number("cases", "cases", "n"),
        number("hits", items, "over all cases"),
        number("chance", items, "hits that a random order would give on average"),
        number("missed_cases", "cases", "cases without a single hit among the first k ranks"),
        number("mean_percentile", "share", f"mean rank over the number of {items}; 0.5 is chance"),
        attribute("kind"),
    )


def ranking_tables(
    names: tuple[str, str],
    rows: Sequence[Mapping[str, object]],
    items: str,
    methods: Mapping[str, str],
    columns: Sequence[Column],
    *,
    datasets: Sequence[str],
    text: str,
    notes: Sequence[str],
) -> dict[str, Table]:
    """Return the tables of ranks by case and method, and of each method over all cases."""
    cases = pl.DataFrame(rows, infer_schema_length=None)
    n = cases["case"].n_unique()
    said = [f"n = {n} cases", *notes, *(f"{name}: {told}" for name, told in methods.items())]
    whole = over_cases(cases, methods, items)
    made = {
        names[0]: (cases, columns, text),
        names[1]: (whole, method_columns(items), "each method over all cases"),
    }
    return {
        name: table(
            name, frame, shown, kind=Kind.MODELLED, datasets=datasets, text=told, notes=said
        )
        for name, (frame, shown, told) in made.items()
    }


def ranked(
    names: Sequence[str], traded: Mask, scores: Mapping[str, Array]
) -> dict[str, dict[str, int]]:
    """Return the rank of each item that is traded, by method; the highest score is first."""
    out = {}
    kept = [name for name, there in zip(names, traded, strict=True) if there]
    for method, score in scores.items():
        order = np.argsort(-score[traded], kind="stable")
        out[method] = {kept[place]: rank for rank, place in enumerate(order, 1)}
    return out


def case_row(
    case: str,
    method: str,
    year: int,
    ranks: dict[str, int],
    hit: tuple[str, ...],
    top: int,
    items: str = "industries",
) -> dict[str, object]:
    """Return the ranks of what was hit in one case by one method."""
    found = [ranks[k] for k in hit if k in ranks]
    gone = [k for k in hit if k not in ranks]
    # an industry that was hit without any recorded export counts as last
    full = found + [len(ranks) + 1] * len(gone)
    return {
        "case": case,
        "method": method,
        "year": year,
        items: len(ranks),
        "hit": ", ".join(hit),
        "ranks": ", ".join(map(str, full)),
        "n_hit": len(hit),
        "best_rank": min(full),
        "mean_rank": float(np.mean(full)),
        "hits": sum(r <= top for r in full),
        "chance": len(hit) * min(top, len(ranks)) / max(len(ranks), 1),
    }


def over_cases(cases: pl.DataFrame, methods: Iterable[str], items: str) -> pl.DataFrame:
    """Return each method over all cases; `items` counts what was ranked in each."""
    rows = []
    for method in methods:
        part = cases.filter(pl.col("method") == method)
        share = part["mean_rank"].to_numpy() / part[items].to_numpy()
        rows.append(
            {
                "method": method,
                "cases": part.height,
                "hits": int(part["hits"].sum()),
                "chance": float(part["chance"].to_numpy().sum()),
                "missed_cases": int((part["hits"] == 0).sum()),
                "mean_percentile": float(share.mean()),
            }
        )
    return pl.DataFrame(rows)
