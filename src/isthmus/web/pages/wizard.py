"""A study of one's own: parties, pages and claims ticked, the file shown, the dossier written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from isthmus.ensemble.recording import Recorded
from isthmus.report.html import render_html
from isthmus.runtime import canonical_hash
from isthmus.study.assessment import assess
from isthmus.study.dossier import Dossier
from isthmus.study.new import draft_study, templates
from isthmus.study.record import LENS, assess_and_record
from isthmus.study.schema import ROLES, Study
from isthmus.study.toml import study_toml
from isthmus.web.answers import PageQuestion, name_of
from isthmus.web.asking import NEEDED, parties_of, party_fields
from isthmus.web.query import Query, address
from isthmus.web.state import Asked, Explorer
from isthmus.web.view import Block, Code, Field, Form, Link, LinkList, Text, View
from isthmus.web.waiting import by_page
from isthmus.web.ways import study_ways

PAGE, CLAIM = "page.", "claim."
TICKED = "ticked"
"""Parameter that says that ticks were set by the reader; before, all are."""
USUAL = "pair"


@dataclass(frozen=True)
class Drafting:
    """A study under way.

    Parameters
    ----------
    whole : Study
        With every page and claim of the template.
    chosen : Study
        With those that are ticked.
    left_out : mapping of str to str
        What the study lacks for each claim that cannot be asked, by id.
    words : mapping of str to str
        The state as parameters of an address.
    """

    whole: Study
    chosen: Study
    left_out: Mapping[str, str]
    words: Mapping[str, str]


def wizard(asked: Asked) -> View:
    """Return the page on which a study is put together."""
    explorer, t = asked.explorer, asked.explorer.t
    roles, template = _asked_for(asked.query)
    ready = all(role in roles for role in NEEDED)
    found = _draft(explorer, asked.query, roles, template) if ready else None
    asked.query.check_own()
    blocks: list[Block] = [
        Text((t("wizard.lead"),), lead=True),
        _pickers(explorer, roles, template),
    ]
    if found is not None:
        blocks.append(_ticks(explorer, found))
        if found.left_out:
            items = tuple(Link(f"{name}: {why}", "") for name, why in found.left_out.items())
            blocks.append(LinkList(t("wizard.left_out"), items))
        blocks.append(
            Code(t("ways.toml", name=f"{found.chosen.name}.toml"), study_toml(found.chosen))
        )
        hidden = tuple(Field(n, "", "hidden", v) for n, v in found.words.items())
        blocks.append(Form(t("wizard.answer"), "/wizard/run", hidden, t("wizard.run"), post=True))
    ways = () if found is None else study_ways(explorer, PageQuestion(roles), found.chosen)
    return View(t("wizard.title"), tuple(blocks), ways=ways, here="studies")


def run(asked: Asked) -> str:
    """Start writing the dossier, and return the address of its job."""
    explorer = asked.explorer
    found = _ready(asked)
    asked.query.check()
    study = found.chosen

    def work(controls: Mapping[str, Any]) -> Recorded:
        language = explorer.catalogue.language
        dossier, recorded = assess_and_record(
            study, explorer.world, language=language, progress=by_page(controls)
        )
        explorer.answers.kept(_key(study), lambda: dossier)
        return recorded

    told = {"study": study.name, **study.parties}
    back = address("/wizard/dossier", found.words)
    return f"/job/{explorer.jobs.start(LENS, told, work, back).id}"


def dossier(asked: Asked) -> str:
    """Return the dossier of a study that was put together, as one document."""
    explorer = asked.explorer
    study = _ready(asked).chosen
    asked.query.check()

    def made() -> Dossier:
        return assess(study, explorer.world, language=explorer.catalogue.language)

    return render_html(explorer.answers.kept(_key(study), made))


def _key(study: Study) -> tuple[str, str]:
    return "wizard", canonical_hash(study.model_dump(mode="json"))


def _ready(asked: Asked) -> Drafting:
    """Return the study that an address names.

    Raises
    ------
    BadInput
        When home or partner are missing.
    """
    query = asked.query
    roles, template = _asked_for(query)
    missing = [role for role in NEEDED if role not in roles]
    for role in missing:
        query.problem(role, "is missing", asked.explorer.t(f"role_text.{role}"))
    if missing:
        query.check_own()
    return _draft(asked.explorer, query, roles, template)


def _asked_for(query: Query) -> tuple[dict[str, str], str]:
    """Return parties and template; ticks that were set stay known without parties."""
    query.text(TICKED)
    for prefix in (PAGE, CLAIM):
        query.prefixed(prefix)
    return parties_of(query, ROLES), query.choice("template", tuple(templates()), USUAL)


def _draft(explorer: Explorer, query: Query, roles: dict[str, str], template: str) -> Drafting:
    key = ("wizard", template, tuple(sorted(roles.items())))
    name = name_of(roles)
    drafted = explorer.answers.kept(
        key, lambda: draft_study(name, explorer.world, roles, template=template)
    )
    whole = drafted.study
    ticked = query.choice(TICKED, ("1",), "") == "1"
    pages, claims = query.prefixed(PAGE), query.prefixed(CLAIM)
    _known(query, PAGE, pages, [choice.page for choice in whole.pages])
    _known(query, CLAIM, claims, [claim.id for claim in whole.claims])
    if ticked and not pages:
        query.problem(PAGE.rstrip("."), "none is ticked")
    update = {
        "pages": tuple(p for p in whole.pages if not ticked or p.page in pages),
        "claims": tuple(c for c in whole.claims if not ticked or c.id in claims),
    }
    words = {**roles, "template": template}
    if ticked:
        words |= {TICKED: "1", **{f"{PAGE}{n}": "true" for n in pages}}
        words |= {f"{CLAIM}{n}": "true" for n in claims}
    chosen = whole.model_copy(update=update)
    return Drafting(whole, chosen, drafted.left_out, words)


def _known(query: Query, prefix: str, given: Mapping[str, str], known: list[str]) -> None:
    for name in given:
        if name not in known:
            query.problem(f"{prefix}{name}", "is not part of this template")


def _pickers(explorer: Explorer, roles: Mapping[str, str], template: str) -> Form:
    t = explorer.t
    named = tuple((name, t(f"wizard.template.{name}")) for name in templates())
    about = Field("template", t("wizard.about"), "select", template, named)
    fields = (*party_fields(explorer, roles), about)
    return Form(t("wizard.who"), "/wizard", fields, t("wizard.next"))


def _ticks(explorer: Explorer, found: Drafting) -> Form:
    t = explorer.t
    pages = {choice.page for choice in found.chosen.pages}
    claims = {claim.id for claim in found.chosen.claims}
    shown = explorer.spoken(found.whole)
    kept = {n: v for n, v in found.words.items() if not n.startswith((PAGE, CLAIM))}
    label = explorer.catalogue.get
    fields = [Field(n, "", "hidden", v) for n, v in {**kept, TICKED: "1"}.items()]
    for choice in found.whole.pages:
        text = t("wizard.page", name=label(f"nav.{choice.page}", choice.page))
        on = "true" if choice.page in pages else ""
        fields.append(Field(f"{PAGE}{choice.page}", text, "check", on))
    for claim in shown.claims:
        on = "true" if claim.id in claims else ""
        fields.append(Field(f"{CLAIM}{claim.id}", claim.sentence, "check", on))
    return Form(t("wizard.what"), "/wizard", tuple(fields), t("wizard.take"))
