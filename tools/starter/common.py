"""What every data set's builder needs: its type, its reader, and the shared wording."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl

from isthmus.evidence import DatasetRecord, Kind

Built = list[tuple[DatasetRecord, pl.DataFrame]]
Builder = Callable[[Path], Built]

OWN = "Apache-2.0 (own compilation of facts; the cited works keep their own terms)"
OWN_CREDIT = "The Isthmus developers; each row names its source"


def own(**about: Any) -> DatasetRecord:
    """Return the record of an own compilation of published facts, with what is said of it."""
    given: dict[str, Any] = {
        "publisher": "The Isthmus developers",
        "edition": "own compilation 2026",
        "kind": Kind.ESTIMATED,
        "licence": OWN,
        "attribution": OWN_CREDIT,
        "redistribution": "allowed",
        "steps": ("published figures quoted with their source",),
    }
    return DatasetRecord(**(given | about))


def csv(path: Path, **types: type[pl.DataType]) -> pl.DataFrame:
    """Read a CSV file as text, with the given columns as other types; empty cells are null."""
    frame = pl.read_csv(path, infer_schema=False)
    return frame.with_columns(
        pl.col(name).str.strip_chars().cast(kind) for name, kind in types.items()
    )


def resolve_idem(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    """Write out ``idem`` as the entry above it, so that every row stands alone."""
    filled = pl.when(pl.col(column) == "idem").then(None).otherwise(pl.col(column))
    said = pl.col(column).is_not_null()
    return frame.with_columns(pl.when(said).then(filled.forward_fill()).alias(column))
