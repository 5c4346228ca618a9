"""Names in place of roles: a study's sentences stay true when its parties are exchanged."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from isthmus.study.schema import Claim, Study

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")

TEXTS = ("sentence", "falsified_by", "note")


def spoken(study: Study, name: Callable[[str], str]) -> Study:
    """Return the study with ``{home}``, ``{partner}``, ``{rival}`` and ``{ally}`` as names.

    Parameters
    ----------
    study : Study
        The study as written.
    name : callable
        Returns the name of a party's code as it stands inside a sentence.
    """
    names = {role: name(code) for role, code in study.parties.items()}

    def say(text: str) -> str:
        said = PLACEHOLDER.sub(lambda found: names.get(found.group(1), found.group(0)), text)
        return said[:1].upper() + said[1:] if text.startswith("{") else said

    def claim(written: Claim) -> Claim:
        texts: dict[str, Any] = {key: say(getattr(written, key)) for key in TEXTS}
        texts["missing"] = tuple(say(text) for text in written.missing)
        if written.rule is not None:
            texts["rule"] = written.rule.model_copy(update={"reason": say(written.rule.reason)})
        return written.model_copy(update=texts)

    return study.model_copy(
        update={
            "title": say(study.title),
            "question": say(study.question),
            "claims": tuple(claim(written) for written in study.claims),
        }
    )
