"""Firms that an answer to a package could list, as far as they are named in the data."""

from __future__ import annotations

import polars as pl

from isthmus import codes
from isthmus.coercion.instruments import ECONOMIC, instrument
from isthmus.cooperation.stage import Stage
from isthmus.evidence import Kind, Table
from isthmus.evidence.frames import attribute, dimension, of_rows
from isthmus.scenario.packages import Package

LISTING = ECONOMIC[2]
MEASURES, LINKS = "coercion_measures", "firm_links"
ABSENT = "not in the data"

NAMED = (
    "named in the data, no forecast: firms that were listed before, for packages of a military "
    "degree, and firms with a link that an act of the package rests on; no list of all that take "
    "part is public"
)
GROUPS = ("joint ventures", "partners", "makers", "traders", "forces")
"""Words by which a source speaks of several firms without naming one."""
BLANK = f"inputs bought from the rival and weeks of stock by firm: {ABSENT}"


def firms(stage: Stage) -> Table:
    """Return by package the firms that are named, on which ground, and what is known of them."""
    rows: list[tuple[str, ...]] = []
    for package in stage.packages:
        act = stage.act(package) if "rival" in stage.parties else None
        if act is None:
            continue
        found = _linked(stage, package)
        if act.military > 0.0:
            found += _listed(stage)
        none = (ABSENT, "", "", "no firm is named")
        rows += [(package.key, *one) for one in dict.fromkeys(found or [none])]
    columns = (
        dimension("package", "key"),
        dimension("firm", "as the source names it"),
        dimension("economy", "where it stands"),
        dimension("product", "what it makes, or was barred from"),
        attribute("ground", "why it is named"),
    )
    used = [key for key in (MEASURES, LINKS) if key in stage.world]
    text = "firms that an answer could list, as far as they are named in the data"
    return of_rows(
        "firms", rows, columns, text, kind=Kind.ASSUMED, datasets=used, notes=(NAMED, BLANK)
    )


def _sides(stage: Stage) -> set[str]:
    return {m for role in ("home", "partner") for m in codes.members(stage.parties[role])}


def _listed(stage: Stage) -> list[tuple[str, ...]]:
    """Return firms of home and partner that the rival listed before."""
    if MEASURES not in stage.world:
        return []
    rows = stage.world.table(MEASURES).filter(
        pl.col("sender") == stage.parties["rival"], pl.col("target").is_in(sorted(_sides(stage)))
    )
    out: list[tuple[str, ...]] = []
    for row in rows.sort("start", "target").to_dicts():
        kind = instrument(row["direction"], row["hs_hint"] or "", row["instrument"])
        what, of, who = (row["products"] or "").partition(" to ")
        if kind == LISTING and of:
            ground = f"listed {row['start']}: {row['trigger']}"
            out += [(name.strip(), row["target"], what, ground) for name in who.split(",")]
    return out


def _linked(stage: Stage, package: Package) -> list[tuple[str, ...]]:
    """Return firms of home and partner with a link on which an act of the package rests."""
    wanted = {word for a in stage.catalogue.members(package) for word in a.firms}
    if not wanted or LINKS not in stage.world:
        return []
    rows = stage.world.table(LINKS).filter(pl.col("product").is_in(sorted(wanted)))
    sides = _sides(stage)
    out: list[tuple[str, ...]] = []
    for row in rows.sort("product", "supplier", "customer").to_dicts():
        for side, other in (("supplier", "customer"), ("customer", "supplier")):
            named = not any(word in row[side] for word in GROUPS)
            if named and row[f"{side}_economy"] in sides:
                share, owned, _ = row["relation"].partition(" owner")
                tie = f"a stake of {share} links it" if owned else f"{row['relation']},"
                ground = f"{tie} with {row[other]} ({row['date']})"
                firm, where = row[side], row[f"{side}_economy"]
                out.append((firm, where, row["product"], ground))
    return out
