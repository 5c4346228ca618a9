"""An economy or coalition: who supplies it, directly and through all suppliers, and its record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from isthmus import chains, codes, dependence
from isthmus.errors import CodeUnknown, DataMissing
from isthmus.evidence import Table
from isthmus.evidence.description import python_call
from isthmus.study.ask.trade import FLOWS
from isthmus.web.asking import parties
from isthmus.web.datasets import rows_of
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import Block, Facts, Field, Form, Link, Tabled, Text, View
from isthmus.web.ways import command_way, lens_way

RECORDS = (
    ("coercion_measures", "target", "economy.targeted"),
    ("coercion_measures", "sender", "economy.sent"),
    ("arms_suppliers", "economy", "economy.arms"),
    ("raw_material_production", "economy", "economy.production"),
    ("eu_crm_top_suppliers", "economy", "economy.largest"),
)
"""Data sets with rows about an economy: key, column, text of the heading."""


def economy(asked: Asked) -> View:
    """Return the page of an economy or a coalition.

    Raises
    ------
    CodeUnknown
        When the code is neither.
    """
    explorer, code = asked.explorer, asked.words["code"]
    party = codes.resolve(code, where="economy")
    asked.query.check_own()
    tables = explorer.answers.kept(
        ("economy", code), lambda: [*_trade(explorer, code), *_records(explorer, code)]
    )
    blocks: list[Block] = [Facts("", tuple(_facts(explorer, party))), *tables]
    if not tables:
        blocks.append(Text((explorer.t("economy.nothing"),)))
    blocks.append(_pair_form(explorer, code))
    used = {key for block in tables for key in block.table.datasets}
    call = python_call("dependence.profile", {"importer": code, "top": 10})
    return View(
        explorer.name(code),
        tuple(blocks),
        sources=explorer.records(used),
        ways=(
            command_way(explorer, "dependence", code),
            lens_way(explorer, call),
        ),
    )


def _facts(explorer: Explorer, party: codes.Party) -> Iterator[tuple[str, str | Link]]:
    yield explorer.t("economy.code"), party.code
    if party.code in codes.economies():
        known = codes.economies()[party.code]
        yield explorer.t("economy.region"), known.subregion or known.region or "\u2013"
        for name in codes.coalition_names():
            if party.code in codes.members(name):
                yield explorer.t("economy.member_of"), Link(explorer.name(name), f"/economy/{name}")
        return
    if party.on is not None:
        yield explorer.t("economy.day"), party.on.isoformat()
    for member in party.members:
        yield explorer.t("economy.member"), Link(explorer.name(member), f"/economy/{member}")


def _trade(explorer: Explorer, code: str) -> Iterator[Tabled]:
    world = explorer.world
    if FLOWS not in world:
        return
    try:
        found = dependence.profile(world, code, top=10)
        behind = chains.lookthrough(world, code)["lookthrough"]
    except (CodeUnknown, DataMissing):
        return
    yield Tabled(found["totals"], explorer.t("economy.suppliers"))
    yield Tabled(_largest(behind, "look_through"), explorer.t("economy.behind"))
    yield Tabled(found["suppliers"], explorer.t("economy.items"))


def _largest(table: Table, column: str) -> Table:
    order = table.frame.sort(column, descending=True, nulls_last=True, maintain_order=True)
    return replace(table, frame=order)


def _records(explorer: Explorer, code: str) -> Iterator[Tabled]:
    for key, column, title in RECORDS:
        if key in explorer.world:
            table = rows_of(explorer.world, key, {column: (code,)})
            if table.frame.height:
                yield Tabled(replace(table, name=f"{key}.{column}"), explorer.t(title))


def _pair_form(explorer: Explorer, code: str) -> Form:
    fields = (
        Field("subject", "", "hidden", "pair"),
        Field("home", "", "hidden", code),
        Field(
            "partner",
            explorer.t("role.partner"),
            "select",
            "",
            (("", explorer.t("choose.none")), *parties(explorer)),
            required=True,
        ),
    )
    return Form(explorer.t("economy.pair"), "/go", fields, explorer.t("choose.submit"))
