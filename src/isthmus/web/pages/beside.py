"""Tables of lenses and data sets that stand beside the sections of a subject."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from isthmus import chains, dependence
from isthmus.study.ask.trade import FLOWS
from isthmus.study.context import Context
from isthmus.study.subjects.disruption.listed import draws_table
from isthmus.web.answers import PageQuestion
from isthmus.web.datasets import rows_of
from isthmus.web.state import Explorer
from isthmus.web.view import Tabled

PRICED = {"ladder": ("ladder_members",), "leverage": ("leverage_members", "leverage_answers")}
"""Tables by member of other pages, which stand with the members too."""
MONEY = "coercion_in_money"
Beside = Callable[[Explorer, PageQuestion], Iterable[Tabled]]


def _pair(explorer: Explorer, question: PageQuestion) -> Iterable[Tabled]:
    """Direct trade both ways over the years, look-through both ways, and customs figures."""
    world = explorer.world
    if FLOWS not in world:
        return
    home, partner = question.roles["home"], question.roles["partner"]
    both = dependence.mutual(world, home, partner)
    yield Tabled(both["totals"], explorer.t("table.mutual_totals"))
    for of, on in ((home, partner), (partner, home)):
        found = chains.lookthrough(world, of, on=on, by="industry")["lookthrough"]
        named = explorer.t("table.lookthrough", of=explorer.name(of), on=explorer.inside(on))
        yield Tabled(replace(found, name=f"lookthrough.{of}"), named)
    if "customs_figures" in world:
        parties = {"reporter": (home, partner), "partner": (home, partner)}
        yield Tabled(rows_of(world, "customs_figures", parties), explorer.t("table.customs"))


def _chips(explorer: Explorer, question: PageQuestion) -> Iterable[Tabled]:
    for key in ("chip_facts", "chip_mirror"):
        if key in explorer.world:
            yield Tabled(rows_of(explorer.world, key), explorer.t(f"table.{key}"))


def _disruption(explorer: Explorer, question: PageQuestion) -> Iterable[Tabled]:
    """What home loses in every recorded draw of the posterior, by event and days."""
    study, home = explorer.answers.study(question), question.roles["home"]
    found = draws_table(Context(study, explorer.world, explorer.catalogue), home)
    if found is not None:
        yield Tabled(found, explorer.t("table.draws", home=explorer.name(home)))


def _members(explorer: Explorer, question: PageQuestion) -> Iterable[Tabled]:
    """What an answer of the rival could touch in each member, and the price of a step there."""
    for page, names in PRICED.items():
        if question.lacks(page):
            continue
        for section in explorer.answers.page(question, page).sections:
            yield from (Tabled(table) for table in section.tables if table.name in names)


def _coercion(explorer: Explorer, _question: PageQuestion) -> Iterable[Tabled]:
    """What economic pressure did in past cases, in money, as it was published."""
    if MONEY in explorer.world:
        table = rows_of(explorer.world, MONEY)
        yield Tabled(table, explorer.t("table.coercion_in_money"))


def beside(subject: str, explorer: Explorer, question: PageQuestion) -> Iterable[Tabled]:
    """Return the tables that stand beside the sections of a subject."""
    if subject not in BESIDE:
        return []
    return explorer.answers.kept(
        ("beside", subject, question.key), lambda: list(BESIDE[subject](explorer, question))
    )


BESIDE: Mapping[str, Beside] = MappingProxyType(
    {
        "pair": _pair,
        "members": _members,
        "chips": _chips,
        "disruption": _disruption,
        "coercion": _coercion,
    }
)
"""What stands beside the sections of a subject, by its name."""
