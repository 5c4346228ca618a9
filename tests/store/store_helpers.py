"""Small data sets, results and broken disks for the tests of the store."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import polars as pl

from isthmus.evidence import Column, DatasetRecord, Kind, Provenance, Result, Table
from isthmus.store import RunManifest, WorldUsed
from isthmus.store.runs import plan_run

COLUMNS = {"exporter": "code", "value": "million USD"}


def record(key: str = "toy", **changes: object) -> DatasetRecord:
    values = {
        "key": key,
        "title": "A toy",
        "publisher": "Nobody",
        "edition": "1",
        "unit": "million USD",
        "kind": "measured",
        "licence": "CC0-1.0",
        "attribution": "none needed",
        "redistribution": "allowed",
        "columns": COLUMNS,
    }
    return DatasetRecord.model_validate({**values, **changes})


def rows(*values: float) -> pl.DataFrame:
    names = [f"A{n:02d}" for n in range(len(values))]
    return pl.DataFrame({"exporter": names, "value": list(values)})


def result(*values: float) -> Result:
    frame = rows(*values)
    columns = (Column("exporter", "dimension"), Column("value", "value", "million USD", "a value"))
    table = Table("answer", frame, columns, Kind.MODELLED, ("toy",), "an answer")
    provenance = Provenance("toy.lens", {"k": 1}, "starter", "0" * 64)
    return Result({"answer": table}, provenance, ("A paper (2000).",))


def plan(**parameters: object) -> RunManifest:
    world = WorldUsed(name="starter", edition="1", content_hash="0" * 64)
    return plan_run("toy.lens", world, parameters=parameters)


def failing(step: int, code: int) -> Callable[[str, str], None]:
    """Return a watcher that refuses the step of that number, as a broken disk does."""
    count = iter(range(100_000))

    def watcher(operation: str, place: str) -> None:
        if next(count) == step and operation not in {"unlink", "rmdir"}:
            raise OSError(code, os.strerror(code), place)

    return watcher


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }
