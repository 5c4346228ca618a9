"""The chip chain by stage as a diagram: who holds how much of each node, and what chips go into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import polars as pl

from isthmus import codes
from isthmus.evidence import Kind
from isthmus.evidence.digits import DIGITS, percent
from isthmus.runtime.reading import toml_values
from isthmus.web.answers import PageQuestion
from isthmus.web.diagram import Bar, Box, Chain, ChainStage
from isthmus.web.query import address
from isthmus.web.state import Explorer

FACTS, USES = "chip_facts", "chip_end_use"


def chip_chain(explorer: Explorer, question: PageQuestion) -> Iterator[Chain]:
    """Yield the diagram of the chip chain; nothing where the world holds no facts about it."""
    if FACTS not in explorer.world or USES not in explorer.world:
        return
    facts = explorer.world.chip_facts().filter(~pl.col("projection"))
    named = {code for party in question.roles.values() for code in codes.members(party)}
    stages = [
        ChainStage(
            explorer.t(f"chain.{stage['key']}"),
            tuple(box for node in stage["nodes"] for box in _box(explorer, facts, node, named)),
        )
        for stage in _stages()
    ]
    stages.append(ChainStage(explorer.t("chain.use"), (_uses(explorer),)))
    shown = tuple(stage for stage in stages if stage.boxes)
    yield Chain(explorer.t("chain.title"), explorer.t("chain.lead"), shown)


@cache
def _stages() -> list[dict[str, Any]]:
    text = (resources.files("isthmus.web") / "chain.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = toml_values(text)["stages"]
    return found


def _box(explorer: Explorer, facts: pl.DataFrame, node: str, named: set[str]) -> Iterator[Box]:
    """Yield a node with its latest shares, the largest first; what is left over comes last."""
    of = facts.filter(pl.col("node") == node)
    if of.is_empty():
        return
    latest = of.filter(pl.col("year") == of["year"].max())
    rows = latest.sort(
        pl.col("economy") == "OTH", "share", "economy", descending=[False, True, False]
    )
    bars = tuple(
        _bar(explorer, _holder(explorer, row["economy"]), row, row["economy"] in named)
        for row in rows.iter_rows(named=True)
    )
    first = rows.row(0, named=True)
    note = explorer.t("chain.note", year=str(first["year"]), basis=first["basis"])
    yield Box(node, note, address(f"/table/{FACTS}", {"where.node": node}), bars)


def _holder(explorer: Explorer, code: str) -> str:
    known = {"OTH": "chain.others", "EUR": "chain.europe"}
    return explorer.t(known[code]) if code in known else explorer.name(code)


def _bar(explorer: Explorer, text: str, row: Mapping[str, Any], party: bool = False) -> Bar:
    mark = explorer.catalogue.text(f"kind_mark.{row['kind']}")
    kind = Kind(row["kind"])
    shown = f"{percent(row['share'], DIGITS[kind])}{explorer.catalogue.units['percent']}"
    return Bar(text, row["share"], shown, mark, party)


def _uses(explorer: Explorer) -> Box:
    """Return what chips go into, in the latest year."""
    uses = explorer.world.table(USES)
    latest = uses.filter(pl.col("year") == uses["year"].max()).sort("share", descending=True)
    bars = tuple(_bar(explorer, row["end_use"], row) for row in latest.iter_rows(named=True))
    note = explorer.t("chain.note", year=str(latest["year"][0]), basis=explorer.t("chain.sales"))
    return Box(explorer.t("chain.end_use"), note, f"/table/{USES}", bars)
