"""A product: its text, who supplies a buyer, which criteria it meets, which member buys where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import polars as pl

from isthmus import codes, dependence
from isthmus.errors import BadInput, CodeUnknown, DataMissing
from isthmus.evidence import Table
from isthmus.evidence.description import python_call
from isthmus.study.new import FLAGSHIP
from isthmus.web.asking import parties, parties_of
from isthmus.web.cut import MOST, Cut, program
from isthmus.web.datasets import table_of
from isthmus.web.query import address
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import Block, Facts, Field, Form, Link, LinkList, Tabled, Text, View
from isthmus.web.ways import command_way, lens_way, rows_way

MATERIALS, PRODUCTION = "critical_materials_hs", "raw_material_production"
EDITION = "HS2017"


def product(asked: Asked) -> View:
    """Return the page of a product.

    Raises
    ------
    CodeUnknown
        When no edition in use has the code.
    """
    explorer, code = asked.explorer, asked.words["code"]
    found = codes.product(code, EDITION)
    usual = explorer.answers.shipped(FLAGSHIP).parties
    given = parties_of(asked.query, ("home", "rival"))
    home, other = given.get("home", usual["home"]), given.get("rival", usual.get("rival", ""))
    asked.query.check_own()
    blocks: list[Block] = [
        Facts("", tuple(_facts(explorer, code, found.text))),
        _buyer(explorer, code, home, other),
    ]
    try:
        tables = explorer.answers.kept(
            ("product", code, home, other), lambda: list(_trade(explorer, code, home, other))
        )
    except (BadInput, CodeUnknown, DataMissing) as error:
        tables = []
        gap = explorer.t("product.no_trade", what=error.what, hint=error.hint or "")
        blocks.append(Text((gap,)))
    blocks += tables
    used = {key for block in tables for key in block.table.datasets}
    rows = [Link(key, address(f"/table/{key}", {"where.product": code})) for key in _sets(explorer)]
    blocks.append(LinkList(explorer.t("product.rows"), tuple(rows)))
    asked_for = {"importer": home, "level": "product", "items": [code], "top": 10}
    call = python_call("dependence.profile", asked_for)
    return View(
        f"{code}: {found.text}",
        tuple(blocks),
        sources=explorer.records(used),
        ways=(
            command_way(explorer, "dependence", home, "--level", "product", "--item", code),
            lens_way(explorer, call),
        ),
    )


def material(asked: Asked) -> View:
    """Return the page of a raw material: world production and the products that stand for it.

    Raises
    ------
    CodeUnknown
        When the world has no such material.
    """
    explorer, name = asked.explorer, asked.words["name"]
    whole = table_of(explorer.world, PRODUCTION)
    listed = _materials(explorer)
    known = {*whole.frame["material"].unique(), *listed["material"].unique()}
    if name not in known:
        hint = codes.nearest(name, sorted(known)) or None
        raise CodeUnknown(f"unknown material {name!r}", where=PRODUCTION, hint=hint)
    rows = replace(whole, frame=whole.frame.filter(pl.col("material") == name))
    stand = listed.filter(pl.col("material") == name).select("product", "note")
    products = [
        Link(f"{code}: {_text(code)}", f"/product/{code}", note) for code, note in stand.iter_rows()
    ]
    blocks: list[Block] = [Tabled(rows, explorer.t("product.production"))]
    if rows.frame.is_empty():
        blocks = [Text((explorer.t("product.not_produced"),))]
    if products:
        blocks.append(LinkList(explorer.t("product.products"), tuple(products)))
    return View(
        name[:1].upper() + name[1:],
        tuple(blocks),
        sources=explorer.records(set(rows.datasets)),
        ways=(
            command_way(explorer, "data", "export", PRODUCTION, "--out", f"{PRODUCTION}.csv"),
            rows_way(explorer, PRODUCTION, program(Cut(where={"material": (name,)}, rows=MOST))),
        ),
    )


def _facts(explorer: Explorer, code: str, text: str) -> Iterator[tuple[str, str | Link]]:
    yield explorer.t("product.text"), text
    yield explorer.t("product.editions"), ", ".join(codes.editions_of(code))
    for link in codes.concordance(EDITION, "ICIO2025").of(code) if len(code) == 6 else ():
        yield explorer.t("product.industry"), f"{link.target} {codes.industry(link.target).name}"
    for row in _materials(explorer).filter(pl.col("product") == code).iter_rows(named=True):
        yield (
            explorer.t("product.material"),
            Link(row["material"], f"/material/{row['material']}", f"({row['note']})"),
        )


def _trade(explorer: Explorer, code: str, home: str, other: str) -> Iterator[Tabled]:
    world, one = explorer.world, [code]
    named = explorer.name(home)
    bought = dependence.profile(world, home, level="product", items=one, top=10)
    yield Tabled(bought["suppliers"], explorer.t("product.suppliers", home=named))
    judged = dependence.indicators(world, home, level="product", items=one)
    yield Tabled(judged["criteria"], explorer.t("product.criteria", home=named))
    if other and len(codes.members(home)) > 1:
        by = dependence.members(world, home, on=other, level="product", items=one)["items"]
        title = explorer.t("product.members", home=named, other=explorer.inside(other))
        yield Tabled(_largest(by), title)
    shape = dependence.network(world, level="product", items=one)["network"]
    yield Tabled(shape, explorer.t("product.network"))


def _largest(table: Table) -> Table:
    order = table.frame.sort("imports", descending=True, nulls_last=True, maintain_order=True)
    return replace(table, frame=order)


def _buyer(explorer: Explorer, code: str, home: str, other: str) -> Form:
    known = parties(explorer)
    fields = (
        Field("home", explorer.t("product.buyer"), "select", home, known),
        Field("rival", explorer.t("product.supplier"), "select", other, known),
    )
    title = explorer.t("product.choose")
    return Form(title, f"/product/{code}", fields, explorer.t("choose.submit"))


def _sets(explorer: Explorer) -> list[str]:
    return [key for edition, key in explorer.world.trade_sets() if edition == EDITION]


def _materials(explorer: Explorer) -> pl.DataFrame:
    if MATERIALS in explorer.world:
        return explorer.world.table(MATERIALS)
    return pl.DataFrame(schema=dict.fromkeys(("material", "product", "note"), pl.String))


def _text(code: str) -> str:
    return codes.product_texts(EDITION).get(code, "")
