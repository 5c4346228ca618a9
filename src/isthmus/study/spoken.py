"""Names in place of roles: a study's sentences stay true when its parties are exchanged."""

from __future__ import annotations

import re
from typing import Any

from isthmus.study.inflection import inflected, possessive
from isthmus.study.schema import Claim, Study
from isthmus.study.wording import TextCatalogue

PLACEHOLDER = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")

TEXTS = ("sentence", "falsified_by", "note")


def placeholders(text: str) -> set[str]:
    """Return the roles that a text names in braces."""
    return {found.group(1) for found in PLACEHOLDER.finditer(text)}


def spoken(study: Study, catalogue: TextCatalogue | None = None) -> Study:
    """Return the study with ``{home}``, ``{partner}``, ``{rival}`` and ``{ally}`` as names.

    Its texts are in the language of the catalogue as far as that has them.

    Parameters
    ----------
    study : Study
        The study as written.
    catalogue : TextCatalogue, optional
        Texts of the reader's language; English by default.
    """
    catalogue = catalogue or TextCatalogue.load()
    names = {role: catalogue.party(code) for role, code in study.parties.items()}

    def filled(found: re.Match[str]) -> str:
        role, form = found.groups()
        if role not in names:
            return found.group(0)
        return inflected(names[role], form or "", catalogue.texts, catalogue.several)

    def say(text: str) -> str:
        text = catalogue.said(text)
        said = possessive(PLACEHOLDER.sub(filled, text))
        return said[:1].upper() + said[1:] if text.startswith("{") else said

    def claim(written: Claim) -> Claim:
        texts: dict[str, Any] = {key: say(getattr(written, key)) for key in TEXTS}
        texts["row"] = catalogue.said(written.row)
        texts["missing"] = tuple(say(text) for text in written.missing)
        if written.rule is not None:
            texts["rule"] = written.rule.model_copy(update={"reason": say(written.rule.reason)})
        return written.model_copy(update=texts)

    return study.model_copy(
        update={
            "title": say(study.title),
            "question": say(study.question),
            "claims": tuple(claim(written) for written in study.claims),
            "baskets": {
                key: basket.model_copy(update={"title": catalogue.said(basket.title)})
                for key, basket in study.baskets.items()
            },
            "events": tuple(
                event.model_copy(update={"title": catalogue.said(event.title)})
                for event in study.events
            ),
        }
    )
