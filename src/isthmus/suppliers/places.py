"""Where a delivery stands in an inter-economy table: its economy and industries, with weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.codes import concordance
from isthmus.codes.nodes import whole_of
from isthmus.errors import InputProblem, raise_all
from isthmus.kernels.arrays import Array, Mask
from isthmus.runtime.reading import toml_values
from isthmus.world.mrio import MRIO

Ints = NDArray[np.intp]

REST = "ROW"
"""Economy of a table in which every other one is."""

NODES = "material_split"


@dataclass(frozen=True, slots=True)
class PlacedDeliveries:
    """Deliveries in a table.

    Parameters
    ----------
    economy : ndarray of int, shape (K,)
        Position of the economy, -1 where the table holds none.
    weight : ndarray, shape (K, S)
        Shares of the industries that a delivery is of; all zero where nothing says.
    notes : tuple of str
        What was assumed, and what was left out.
    """

    economy: Ints
    weight: Array
    notes: tuple[str, ...]

    @property
    def known(self) -> Mask:
        """Which deliveries stand in the table."""
        return np.asarray((self.economy >= 0) & (self.weight.sum(axis=1) > 0))


def placed(
    rows: pl.DataFrame, table: MRIO, materials: pl.DataFrame | None = None
) -> PlacedDeliveries:
    """Return where deliveries stand in a table.

    Parameters
    ----------
    rows : polars.DataFrame
        Deliveries with economy, product and industry.
    table : MRIO
        The table.
    materials : polars.DataFrame, optional
        Products of the material nodes, as the world holds them.

    Raises
    ------
    BadInput
        With every industry that the table does not hold.
    """
    at = {code: n for n, code in enumerate(table.economies)}
    rest = at.get(REST, -1)
    economy = np.array([at.get(code, rest) for code in rows["economy"]], dtype=np.intp)
    output = np.asarray(table.x, dtype=np.float64).reshape(len(table.economies), -1)
    weight = np.zeros((rows.height, len(table.industries)))
    problems: list[InputProblem] = []
    nowhere, assumed = 0, False
    nodes = _node_of(materials)
    for k, (product, industry) in enumerate(rows.select("product", "industry").iter_rows()):
        shares, chosen = _industries(product, industry, table.industries, nodes, problems)
        assumed |= chosen
        nowhere += not shares
        for code, share in shares.items():
            weight[k] += share * _spread(code, table.industries, output[economy[k]])
    raise_all("list of suppliers", problems)
    notes = []
    if nowhere:
        notes.append(f"{nowhere} deliveries without product and industry stand in no industry")
    if outside := sorted({c for c in rows["economy"] if c not in at and c != REST}):
        where = "counted in the rest of the world" if rest >= 0 else "left out"
        notes.append(f"{', '.join(outside)}: not in the table, {where}")
    if assumed:
        notes.append("assumed: chip nodes by the product's code, weighted by the seller's output")
    return PlacedDeliveries(economy, weight, tuple(notes))


def _industries(
    product: str | None,
    industry: str | None,
    known: tuple[str, ...],
    materials: dict[str, str],
    problems: list[InputProblem],
) -> tuple[dict[str, float], bool]:
    """Return shares of industries or groups of nodes, and whether chip nodes were assumed."""
    whole = {whole_of(code) for code in known}
    if industry:
        if industry in known or industry in whole:
            return {industry: 1.0}, False
        what = f"'{industry}' is no industry of the table"
        if what not in {p.what for p in problems}:
            problems.append(InputProblem(what, "column industry", "isthmus codes industries"))
        return {}, False
    if not product:
        return {}, False
    node = next((n for code, n in materials.items() if product.startswith(code)), "")
    if node in known:
        return {node: 1.0}, False
    for code, chips in _chip_nodes():
        if product.startswith(code) and set(chips) <= set(known):
            return {"+".join(chips): 1.0}, True
    return _by_heading(product), False


@cache
def _by_heading(product: str) -> dict[str, float]:
    """Return shares of industries of a code of the HS: the mean over the codes inside it."""
    links = concordance("HS2017", "ICIO2025")
    inside = [links.of(code) for code in links.links if code.startswith(product)]
    found: dict[str, float] = {}
    for link in (link for listed in inside for link in listed):
        found[link.target] = found.get(link.target, 0.0) + (link.weight or 0.0)
    total = sum(found.values())
    return {code: share / total for code, share in found.items()} if total else {}


def _spread(code: str, industries: tuple[str, ...], output: Array) -> Array:
    """Return weights of the industries that a code stands for: by output, if several."""
    named = code.split("+") if "+" in code else [code]
    members = [n for n, i in enumerate(industries) if i in named or whole_of(i) in named]
    found = np.zeros(len(industries))
    if members:
        made = output[members]
        found[members] = made / made.sum() if made.sum() > 0 else 1.0 / len(members)
    return found


def _node_of(materials: pl.DataFrame | None) -> dict[str, str]:
    """Return the material node of each product that was split."""
    if materials is None:
        return {}
    traded = materials.filter(pl.col("part") == "trade")
    pairs = traded.select(pl.col("item").str.split("@").list.last(), "node")
    return {str(code): str(node) for code, node in pairs.iter_rows()}


@cache
def _chip_nodes() -> tuple[tuple[str, tuple[str, ...]], ...]:
    text = files("isthmus.suppliers").joinpath("chip_products.toml").read_text(encoding="utf-8")
    listed = [(row["product"], tuple(row["nodes"])) for row in toml_values(text)["products"]]
    return tuple(sorted(listed, key=lambda pair: -len(pair[0])))
