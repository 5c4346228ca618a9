"""Emerging Technology Observatory: the advanced semiconductor supply chain data set.

The data set is under CC BY-NC 4.0: it is read from the user's own copy and never shipped.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.runtime.reading import check_regular
from isthmus.sources.numbers import parse_numbers
from isthmus.sources.text import TextTable, capped, read_text

CITATION = (
    "Center for Security and Emerging Technology, Emerging Technology Observatory, Advanced "
    "Semiconductor Supply Chain Dataset"
)
LICENCE = "CC BY-NC 4.0"
ADDRESS = "https://github.com/georgetown-cset/eto-chip-explorer"
FILES = ("providers.csv", "provision.csv", "sequence.csv")
_RELATIONS = ("goes_into", "is_type_of")


@dataclass(frozen=True, slots=True)
class EtoChips:
    """The chip chain as published.

    Parameters
    ----------
    provision : polars.DataFrame
        ``input``, ``input_name``, ``provider``, ``provider_type`` (country or organization),
        ``economy``, ``share`` (fraction; null where a provider is named without a figure,
        which is never zero).
    sequence : polars.DataFrame
        ``input``, ``input_name``, ``goes_into``, ``goes_into_name``, ``relation`` (``goes_into``
        or ``is_type_of``).
    """

    provision: pl.DataFrame
    sequence: pl.DataFrame


def read_eto(folder: Path) -> EtoChips:
    """Read ``providers.csv``, ``provision.csv`` and ``sequence.csv`` as published.

    Parameters
    ----------
    folder : Path
        Folder with the three files of one edition.

    Returns
    -------
    EtoChips

    Raises
    ------
    NotFound
        When a file is missing.
    BadInput
        With every missing column, unknown provider and share that is not a percentage, by row.
    """
    read = {name: _read(folder / name) for name in FILES}
    providers, provision, sequence = (read[name].frame for name in FILES)
    _need("providers.csv", providers, ("provider_id", "provider_name", "provider_type", "country"))
    _need("provision.csv", provision, ("provider_id", "provided_id", "provided_name"))
    _need("provision.csv", provision, ("share_provided",))
    _need("sequence.csv", sequence, ("input_id", "input_name"))
    _need("sequence.csv", sequence, tuple(f"{r}_{c}" for r in _RELATIONS for c in ("id", "name")))
    problems: list[InputProblem] = []
    share, wrong = _shares(read["provision.csv"])
    problems += wrong
    lines = read["provision.csv"].lines.alias("line")
    table = provision.with_columns(lines, share.alias("share")).join(
        providers.unique("provider_id", keep="first").select(
            "provider_id", "provider_name", "provider_type", "country"
        ),
        on="provider_id",
        how="left",
        maintain_order="left",
        suffix="_known",
    )
    unknown = table.filter(pl.col("provider_type").is_null())
    for line, provider in unknown.select("line", "provider_id").iter_rows():
        what = f"provider '{provider}' is not in providers.csv"
        problems.append(InputProblem(what, f"provision.csv, line {line}"))
    raise_all("the chip data set cannot be read", capped(problems), where=str(folder))
    name = (
        pl.coalesce("provider_name_known", "provider_name")
        if ("provider_name_known" in table.columns)
        else pl.col("provider_name")
    )
    country = pl.col("country").fill_null("")
    return EtoChips(
        table.select(
            pl.col("provided_id").alias("input"),
            pl.col("provided_name").alias("input_name"),
            name.alias("provider"),
            "provider_type",
            pl.when(pl.col("provider_type") == "country")
            .then(name)
            .otherwise(country)
            .alias("economy"),
            "share",
        ),
        _sequence(sequence),
    )


def _sequence(frame: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for relation in _RELATIONS:
        target = pl.col(f"{relation}_id")
        parts.append(
            frame.filter(target.is_not_null() & (target.str.strip_chars() != "")).select(
                pl.col("input_id").alias("input"),
                "input_name",
                target.alias("goes_into"),
                pl.col(f"{relation}_name").alias("goes_into_name"),
                pl.lit(relation).alias("relation"),
            )
        )
    return pl.concat(parts)


def _shares(table: TextTable) -> tuple[pl.Series, list[InputProblem]]:
    """Return shares as fractions, and every cell that is no percentage."""
    column = "share_provided"
    bare = pl.col(column).str.strip_suffix("%").str.strip_chars()
    read = parse_numbers(replace(table, frame=table.frame.with_columns(bare)), [column])
    share = read.frame[column] / 100.0
    outside = ((share < 0) | (share > 1) | read.wrong[column]).fill_null(False)
    problems = [
        InputProblem(f"share '{table.frame[column][row]}' is not a percentage", where)
        for row in outside.arg_true().to_list()
        for where in [table.place(row, column)]
    ]
    return share.set(outside, None), problems


def _read(path: Path) -> TextTable:
    check_regular(path, what="file of the chip data set", hint=f"download it from {ADDRESS}")
    return read_text(path, wanted=("provider_id", "provided_id", "input_id", "share_provided"))


def _need(name: str, frame: pl.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        found = ", ".join(frame.columns)
        problem = InputProblem(f"no column {', '.join(missing)}", name, f"found: {found}")
        raise BadInput("the chip data set cannot be read", [problem])
