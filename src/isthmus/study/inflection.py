"""Forms of names inside sentences, for languages in which names change with their place.

A field of a text says after a colon which form of the name stands there. Forms are texts of the
language, below ``form``; English has none, so that a name is the same everywhere.

==================  =============================================================================
``{home:dat}``      the form ``form.dat.<name>``, else ``form.dat.other``, else the name itself
``{home:alone}``    the form ``form.alone.<name>``, else the name without its article
``{home:ist/sind}`` the first word for one, the second for a name below ``form.many``
``{home:all|one}``  the first words for a coalition, the second for one economy
``{home:}``         the name itself
==================  =============================================================================

``form.<form>.other`` is a rule for names without an entry, with ``{name}`` in it;
``form.<form>.hissing`` the one for names that end in a letter of ``form.hissing``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

GROUP = "form"
"""Group of the texts with forms: what one language needs and another has no use for."""


GROUPS_APART = "|"
"""What parts the words for a coalition from those for one economy."""

_AFTER_S = re.compile(r"(?<=s)'s\b")

ALONE = "alone"
"""The form of a name in a table, a legend or on an axis: without its article."""


def possessive(text: str) -> str:
    """Return a text in which a name that ends in s takes the apostrophe alone."""
    return _AFTER_S.sub("'", text)


def inflected(
    name: str, form: str, texts: Mapping[str, str], several: Callable[[str], bool] | None = None
) -> str:
    """Return a name in a form.

    Parameters
    ----------
    name : str
        As it stands as a subject, with its article.
    form : str
        Name of the form, or two words with a slash between them, or with a bar.
    texts : mapping of str to str
        Texts of the language.
    several : callable, optional
        Tells whether a name is that of a coalition; needed for words with a bar between them.
    """
    if GROUPS_APART in form:
        group, single = form.split(GROUPS_APART, 1)
        return group if several is not None and several(name) else single
    if "/" in form:
        one, many = form.split("/", 1)
        return many if f"{GROUP}.many.{name}" in texts else one
    if not form:
        return name
    own = texts.get(f"{GROUP}.{form}.{name}")
    if own is not None:
        return own
    if form == ALONE:
        return name.removeprefix(texts.get("word.article", ""))
    hissing = name[-1:] in tuple(texts.get(f"{GROUP}.hissing", ""))
    rule = texts.get(f"{GROUP}.{form}.hissing" if hissing else f"{GROUP}.{form}.other", "{name}")
    return rule.replace("{name}", name)
