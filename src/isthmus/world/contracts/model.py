"""Contracts of the known data sets: their columns, types, and what tells rows apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from isthmus.runtime.reading import toml_values

DTYPES: Mapping[str, pl.DataType] = MappingProxyType(
    {
        "year": pl.Int16(),
        "int16": pl.Int16(),
        "int32": pl.Int32(),
        "int64": pl.Int64(),
        "number": pl.Float64(),
        "amount": pl.Float64(),
        "share": pl.Float64(),
        "longitude": pl.Float64(),
        "latitude": pl.Float64(),
        "single": pl.Float32(),
        "truth": pl.Boolean(),
        "economy": pl.String(),
        "area": pl.String(),
        "product": pl.String(),
        "heading": pl.String(),
        "date": pl.String(),
        "kind": pl.String(),
        "text": pl.String(),
    }
)
"""Type of a column in the store, by its type in a contract.

An ``area`` may be an aggregate (``ROW``), an ``economy`` may not; a ``heading`` is a product of
any length, a ``product`` one of six digits; ``single`` is an amount of single precision.
"""

LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "amount": (0.0, float("inf")),
        "single": (0.0, float(np.finfo(np.float32).max)),
        "share": (0.0, 1.0),
        "longitude": (-180.0, 180.0),
        "latitude": (-90.0, 90.0),
        "year": (1000, 2200),
        "int16": (-(2**15), 2**15 - 1),
        "int32": (-(2**31), 2**31 - 1),
        "int64": (-(2**53), 2**53),
    }
)
"""Least and greatest value of a number, by its type in a contract."""


ALSO: Mapping[str, tuple[str, ...]] = {
    "year": ("time", "period", "refyear", "timeperiod"),
    "exporter": ("origin", "exportercode", "exporteriso3", "isoo", "exportereconomy"),
    "importer": ("destination", "importercode", "importeriso3", "isod", "importereconomy"),
    "economy": ("country", "countrycode", "iso3", "iso3code", "economycode", "refarea"),
    "product": ("hs6", "hscode", "hs", "productcode", "commodity", "commoditycode", "cmdcode"),
    "value": ("tradevalue", "obsvalue", "amount"),
    "quantity": ("qty", "weight", "netweight"),
}
"""Other names of columns, without case and marks; taken where the column's own is not there."""


@dataclass(frozen=True, slots=True)
class ContractColumn:
    """A column of a known data set.

    Parameters
    ----------
    name, type : str
        Its name, and its type: a key of `DTYPES`.
    empty : bool
        Whether cells may be empty.
    one_of : tuple of str
        The only texts that are known; all when empty.
    """

    name: str
    type: str
    empty: bool = False
    one_of: tuple[str, ...] = ()

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return DTYPES[self.type].is_numeric()


@dataclass(frozen=True, slots=True)
class Contract:
    """What a known data set must look like.

    Parameters
    ----------
    columns : mapping of str to ContractColumn
        By name, in the order of the table.
    unique : tuple of str
        Columns that tell rows apart.
    unit : str
        Unit of the amounts; empty when rows or columns have units of their own.
    money : tuple of str
        Columns in that unit that are converted from other powers of ten.
    apart : tuple of str
        Two columns that name different economies: an economy's trade with itself is left out.
    complete : tuple of str
        Two columns that name the same parties; every combination of `unique` has a row.
    absent : mapping of str to str
        What fills a column that is not there; an empty text leaves it empty.
    closed : bool
        The data set is computed with the world and cannot be replaced alone.
    own : bool
        The data set is never part of a world that ships: users write it from a template.
    classification : str
        Edition of the Harmonized System of its products.
    """

    columns: Mapping[str, ContractColumn] = field(default_factory=dict)
    unique: tuple[str, ...] = ()
    unit: str = ""
    money: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    complete: tuple[str, ...] = ()
    absent: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    own: bool = False
    classification: str = "HS2017"


def contract_of(key: str) -> Contract | None:
    """Return the contract of a data set, or None when nothing reads a data set of this key."""
    for pattern, contract in _contracts():
        if pattern.fullmatch(key):
            edition = re.search(r"_hs(\d{4})$", key)
            return replace(contract, classification=f"HS{edition[1]}") if edition else contract
    return None


def known_keys(*, own: bool = False) -> tuple[str, ...]:
    """Return the key, or the pattern of the keys, of every contract.

    Parameters
    ----------
    own : bool
        Those of data sets that users write, in place of those of a world.
    """
    return tuple(pattern.pattern for pattern, c in _contracts() if c.own == own)


@cache
def _contracts() -> tuple[tuple[re.Pattern[str], Contract], ...]:
    text = files("isthmus.world.contracts").joinpath("known.toml").read_text(encoding="utf-8")
    return tuple(
        (re.compile(given.pop("pattern", name)), _contract(given))
        for name, given in toml_values(text).items()
    )


def _contract(given: dict[str, Any]) -> Contract:
    columns = {name: _column(name, said) for name, said in given.pop("columns", {}).items()}
    told: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in given.items()}
    return Contract(columns=MappingProxyType(columns), **told)


def _column(name: str, said: str) -> ContractColumn:
    kind, _, texts = said.partition(" = ")
    one_of = tuple(texts.split("|")) if texts else ()
    return ContractColumn(name, kind.removesuffix("?"), kind.endswith("?"), one_of)
