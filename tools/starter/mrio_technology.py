"""Technology of 2014 in the industries of the table of 2022."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from tools.starter.mrio_update import Technology, technology
from tools.starter.mrio_wiod import from_wiod

from isthmus.evidence import Kind
from isthmus.kernels.mrio_dense import reciprocal
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_starter import SERVICES

PARENT = {
    **dict.fromkeys(("B05", "B06", "B07", "B08", "B09"), "B"),
    "C10T12": "C10-C12",
    "C13T15": "C13-C15",
    "C17_18": "C17_18",
    **dict.fromkeys(("C24A", "C24B"), "C24"),
    **dict.fromkeys(("C301", "C302T309"), "C30"),
}
"""Industry of the older table whose technology an industry takes, where the codes differ."""

GROUPS = {
    "D_E": ("D35", "E36", "E37-E39"),
    "F": ("F",),
    "G": ("G45", "G46", "G47"),
    "H": ("H49", "H50", "H51", "H52", "H53"),
    "J": ("J58", "J59_J60", "J61", "J62_J63"),
    "K_L": ("K64", "K65+K66", "L68"),
    "M_N": ("M69_M70", "M71+M73+M74_M75", "M72", "N"),
    "O": ("O84",),
    "I_P_T": ("I", "P85", "Q", "R_S+T+U"),
    "C17_18": ("C17", "C18"),
}
ROUTES = {
    "B05": ("B05", "C19", "C23", "C24A", "D_E"),
    "B06": ("B06", "C19", "C20", "D_E"),
    "B07": ("B07", "C20", "C24A", "C24B"),
    "B08": ("A01", "B08", "C20", "C23", "F"),
    "B09": ("B05", "B06", "B07", "B08", "B09"),
    "C301": ("C301", "H", "O"),
    "C302T309": ("C302T309", "H", "O"),
}
"""Assumed main users of products that the older table shows only together with their sisters;
other users keep a twentieth of the parent's pattern. Reason: coal is burnt and coked, oil and gas
refined, cracked and burnt, ores smelted, stone and sand used in building materials and
construction, mining support bought by mining, ships not built into aircraft."""

OTHER_USERS = 0.05
FINAL = {"HFCE": 0, "NPISH": 0, "GGFC": 1, "GFCF": 2, "INVNT": 2, "DISCREPANCY": 2}


@dataclass(frozen=True, slots=True)
class Old:
    """Technology for all economies, value added of 2014 by economy, and who has an own table."""

    technology: Technology
    primary_2014: dict[str, float]
    own: tuple[bool, ...]


def old_table(shared: Path) -> MRIO:
    """Return the table of 2014 with repair (C33) moved from machinery to other manufacturing."""
    table = from_wiod(shared / "mrio" / "wiod16_2014_rebuilt.npz", kind=Kind.ESTIMATED)
    accounts = pl.read_parquet(shared / "mrio" / "wiod16_accounts_2000_2014.parquet").filter(
        pl.col("year") == 2014, pl.col("industry").cast(pl.String).is_in(["C28", "C33"])
    )
    output = {
        (str(c), str(i)): float(x)
        for c, i, x in accounts.select("country", "industry", "gross_output").iter_rows()
    }
    lb = table.labels
    S = lb.S + 1
    m = lb.industries.index("C28+C33")
    share = np.zeros(lb.n)
    for i, e in enumerate(lb.economies):
        both = output.get((e, "C28"), 0.0) + output.get((e, "C33"), 0.0)
        share[i] = output.get((e, "C33"), 0.0) / both if both > 0 else 0.2
    parts = np.zeros((lb.n, lb.S, S))
    parts[:, np.arange(lb.S), np.arange(lb.S)] = 1.0
    parts[:, m, m], parts[:, m, lb.S] = 1 - share, share
    Z = np.einsum("ikjl,ika->iajl", table.Z.reshape(lb.n, lb.S, lb.n, lb.S), parts, optimize=True)
    Z = np.einsum("iajl,jlb->iajb", Z, parts, optimize=True)
    Y = np.einsum("ikc,ika->iac", table.Y.reshape(lb.n, lb.S, -1), parts)
    x, primary = (
        np.einsum("ik,ika->ia", a.reshape(lb.n, lb.S), parts).ravel()
        for a in (table.x, table.primary)
    )
    N = lb.n * S
    names = tuple("C28" if i == "C28+C33" else i for i in lb.industries)
    return MRIO.from_dense(
        Z.reshape(N, N),
        Y.reshape(N, -1),
        economies=lb.economies,
        industries=(*names, "C33"),
        categories=lb.categories,
        x=x,
        v=primary,
        repair=True,
        year=table.year,
        kind=table.kind,
    )


def grouped(table: MRIO) -> MRIO:
    """Return the older table with services, paper and other manufacturing in this table's parts."""
    merged = {old: new for new, olds in GROUPS.items() for old in olds}
    merged |= {"C31_C32": "C31T33", "C33": "C31T33"}
    return table.aggregate(industries=merged)


def mapped_technology(
    shared: Path, economies: tuple[str, ...], names: tuple[str, ...], sales: np.ndarray
) -> Old:
    """Return the technology of 2014 for `economies` and the industries `names`.

    Parameters
    ----------
    sales : (n, n, S) array
        Sales of the new year; columns of the priors are scaled to its output, which balancing
        undoes, so that the share moved by balancing can be read.
    """
    table = grouped(old_table(shared))
    lb = table.labels
    old = technology(table)
    industry = [lb.industries.index(PARENT.get(name, name)) for name in names]
    known = {e: i for i, e in enumerate(lb.economies) if e != "ROW"}
    pool = list(known.values())
    members = [[known[e]] if e in known else pool for e in economies]
    route = _routes(names, len(set(FINAL.values())))
    fold = np.zeros((lb.F, len(set(FINAL.values()))))
    for c, category in enumerate(lb.categories):
        fold[c, FINAL[category]] = 1.0
    new_x = sales.sum(axis=1)
    per_old = (table.x.reshape(lb.n, lb.S))[:, industry]
    parts = []
    for part in (old.domestic, old.imported):
        use = part[:, industry][:, :, [*industry]] * reciprocal(per_old)[:, None, :]
        weight = np.concatenate([use, part[:, industry, lb.S :] @ fold], axis=2)
        parts.append(weight * route)
    mapped = Technology(parts[0], parts[1], old.added[:, industry]).of(members)
    S = len(names)
    scaled = [
        np.concatenate([part[:, :, :S] * new_x[:, None, :], part[:, :, S:]], axis=2)
        for part in (mapped.domestic, mapped.imported)
    ]
    primary = table.primary.reshape(lb.n, lb.S).sum(axis=1)
    return Old(
        Technology(scaled[0], scaled[1], mapped.added),
        {e: float(primary[i]) for e, i in known.items()},
        tuple(e in known for e in economies),
    )


def _routes(names: tuple[str, ...], categories: int) -> np.ndarray:
    route = np.ones((len(names), len(names) + categories))
    for product, users in ROUTES.items():
        row = names.index(product)
        route[row, : len(names)] = OTHER_USERS
        route[row, [names.index(user) for user in users]] = 1.0
    return route


def service_shares(shared: Path, economies: tuple[str, ...]) -> np.ndarray:
    """Return shares of the parts of services for each pair, (n, n, parts), 32-bit."""
    table = grouped(old_table(shared))
    lb = table.labels
    sales = (table.sales + table.final).reshape(lb.n, lb.S, lb.n).transpose(0, 2, 1)
    parts = np.maximum(sales[:, :, [lb.industries.index(s) for s in SERVICES]], 0.0)
    known = {e: i for i, e in enumerate(lb.economies) if e != "ROW"}
    own = np.arange(lb.n)
    at_home = parts[own, own].sum(axis=0)
    abroad = parts.copy()
    abroad[own, own] = 0.0
    sold, bought, world = abroad.sum(axis=1), abroad.sum(axis=0), abroad.sum(axis=(0, 1))
    shares = np.empty((len(economies), len(economies), len(SERVICES)))
    for a, i in enumerate(economies):
        for b, j in enumerate(economies):
            if i in known and j in known:
                found = parts[known[i], known[j]]
            elif i == j:
                found = at_home
            elif i in known:
                found = sold[known[i]]
            elif j in known:
                found = bought[known[j]]
            else:
                found = world
            total = found.sum()
            shares[a, b] = found / total if total > 0 else world / world.sum()
    return shares.astype(np.float32)
