"""Search over economies, products, industries, data sets, claims and figures."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import MappingProxyType

from isthmus import codes
from isthmus.codes import lookup
from isthmus.errors import CodeUnknown
from isthmus.study.shipped import shipped_studies
from isthmus.web.query import address
from isthmus.web.state import Asked, Explorer
from isthmus.web.subjects import figure_address
from isthmus.web.view import Block, Code, Field, Form, Link, LinkList, Text, View

NEAR, ALIKE = 4, 0.75
"""Words that are offered, and how much of a word they must have in common with it."""
MOST_WORDS, MOST_LETTERS = 4, 30
MOST = 25
"""Finds of one kind that are listed."""

Find = Callable[[Explorer, str], Iterable[Link]]


def search(asked: Asked) -> View:
    """Return what a text finds, by kind; what is meant where nothing is found."""
    explorer = asked.explorer
    text = " ".join(asked.query.text("q").split())
    kind = asked.query.choice("kind", tuple(KINDS), "")
    asked.query.check()
    blocks: list[Block] = [_form(explorer, text, kind)]
    meant: dict[str, None] = {}
    for name, find in KINDS.items() if text else ():
        if kind and name != kind:
            continue
        try:
            found = list(find(explorer, text))
        except CodeUnknown as error:
            found = []
            if error.hint and error.hint.startswith(("did you mean", "'")):
                meant[error.hint] = None
        if found:
            title = explorer.t(f"search.kind.{name}", count=str(len(found)))
            blocks.append(LinkList(title, tuple(found[:MOST])))
            if len(found) > MOST:
                blocks.append(Text((explorer.t("search.more", count=str(len(found) - MOST)),)))
    if text and len(blocks) == 1:
        blocks.append(Text((explorer.t("search.nothing", text=text), *meant)))
        words = [Link(word, address("/search", {"q": word})) for word in _near(explorer, text)]
        if words:
            blocks.append(LinkList(explorer.t("search.meant"), tuple(words)))
    ways = (_looked_up(explorer, text),) if text else ()
    return View(explorer.t("search.title"), tuple(blocks), ways=ways)


def _looked_up(explorer: Explorer, text: str) -> Code:
    """Return the commands that look a text up among codes; data sets and studies have lists."""
    listed = ("economies", "products", "industries")
    lines = [f"isthmus codes {name} {shlex.quote(text)}" for name in listed]
    lines += ["isthmus data list", "isthmus study list"]
    return Code(explorer.t("ways.command"), "\n".join(lines))


def _near(explorer: Explorer, text: str) -> list[str]:
    """Return words of everything that is searched that are spelt like those of a text."""
    known = explorer.answers.kept(("words",), lambda: _words(explorer))
    found: dict[str, None] = {}
    for word in text.casefold().split()[:MOST_WORDS]:
        found |= dict.fromkeys(get_close_matches(word[:MOST_LETTERS], known, NEAR, ALIKE))
    return list(found)


def _words(explorer: Explorer) -> list[str]:
    """Return the words of names, texts and titles of all kinds, once each."""
    world = explorer.world
    texts = [*codes.economy_names().values(), *codes.coalition_names().values()]
    texts += codes.product_texts().values()
    texts += [industry.name for industry in codes.industries().values()]
    if "raw_material_production" in world:
        texts += world.table("raw_material_production")["material"].unique().to_list()
    texts += [world.record(key).title for key in world.keys()]  # noqa: SIM118
    for name in shipped_studies():
        study = explorer.spoken(explorer.answers.shipped(name))
        texts += [claim.sentence for claim in study.claims]
    found = {word for text in texts for word in re.findall(r"[^\W\d_]{4,}", text.casefold())}
    return sorted(found)


def _form(explorer: Explorer, text: str, kind: str) -> Form:
    named = [(k, explorer.t(f"search.kind.{k}", count="").strip(" ()")) for k in KINDS]
    fields = (
        Field("q", explorer.t("search.label"), "search", text, help=explorer.t("search.examples")),
        Field(
            "kind",
            explorer.t("search.only"),
            "select",
            kind,
            (("", explorer.t("search.every")), *named),
        ),
    )
    return Form(explorer.t("search.title"), "/search", fields, explorer.t("search.submit"))


def _economies(explorer: Explorer, text: str) -> Iterable[Link]:
    groups = codes.coalition_names()
    named = lookup.matches(text, groups)
    yield from (Link(explorer.name(c), f"/economy/{c}", groups[c]) for c in named)
    try:
        found = codes.find_economies(text)
    except CodeUnknown:
        if not named:
            raise
        return
    for economy, used in found:
        yield Link(economy.name, f"/economy/{economy.code}", "; ".join((economy.code, *used)))


def _products(_explorer: Explorer, text: str) -> Iterable[Link]:
    texts = codes.product_texts()
    for code in codes.find_products(text):
        yield Link(f"{code} {texts[code]}", f"/product/{code}")


def _materials(explorer: Explorer, text: str) -> Iterable[Link]:
    if "raw_material_production" not in explorer.world:
        return
    names = explorer.world.table("raw_material_production")["material"].unique().sort()
    yield from (Link(n, f"/material/{n}") for n in names if text.casefold() in n.casefold())


def _industries(explorer: Explorer, text: str) -> Iterable[Link]:
    names = {code: industry.name for code, industry in codes.industries().items()}
    for code in lookup.matches(text, names):
        to = address("/table/icio_flows", {"where.industry": code})
        yield Link(f"{code} {names[code]}", to if "icio_flows" in explorer.world else "")


def _datasets(explorer: Explorer, text: str) -> Iterable[Link]:
    needle = text.casefold()
    for key in explorer.world.keys():  # noqa: SIM118
        record = explorer.world.record(key)
        held = f"{key} {record.title} {record.publisher} {record.coverage}".casefold()
        if needle in held:
            yield Link(record.title, f"/data/{key}", f"{key}; {record.publisher}")


def _claims(explorer: Explorer, text: str) -> Iterable[Link]:
    needle = text.casefold()
    for name in shipped_studies():
        study = explorer.spoken(explorer.answers.shipped(name))
        for claim in study.claims:
            if needle in f"{claim.id} {claim.sentence} {claim.note}".casefold():
                yield Link(claim.sentence, f"/claims/{name}/{claim.id}", study.title)


def _figures(explorer: Explorer, text: str) -> Iterable[Link]:
    """Figures of the studies that were answered already; no search waits for one."""
    words = text.casefold().split()
    for name in shipped_studies():
        question = explorer.answers.question_of(name)
        if not explorer.answers.ready(question):
            continue
        dossier = explorer.answers.whole(question)
        for key, finding in dossier.findings().items():
            said = dossier.methods.get(finding.method, "")
            if all(word in f"{key} {said}".casefold() for word in words):
                yield Link(said or key, figure_address(key, question.words), key)


KINDS: Mapping[str, Find] = MappingProxyType(
    {
        "economies": _economies,
        "products": _products,
        "materials": _materials,
        "industries": _industries,
        "datasets": _datasets,
        "claims": _claims,
        "figures": _figures,
    }
)
"""What is searched, in the order of the answer."""
