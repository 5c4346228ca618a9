"""The explorer's own description: its addresses, and every lens with what it takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from isthmus._version import __version__
from isthmus.evidence import Lens
from isthmus.web.lensform import CALL, needs_files, offered
from isthmus.web.query import MOVED, VIEWER
from isthmus.web.respond import START
from isthmus.web.subjects import SUBJECTS

_ROLES = ("home", "partner", "rival", "ally")
_BUILT = ("kind", "who", "whom", "what")
OWN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        START: (*_ROLES, "pick"),
        "/search": ("q", "kind"),
        "/study/{study}/whatif": (*MOVED, *_BUILT),
        "/whatif/{home}/{partner}": (*_ROLES[2:], *MOVED, *_BUILT),
        "/suppliers/{list}": ("scenario", "second", "home", "unit", "named", "saved"),
        "/production": ("line", "surge", "who", "share", "day", "stopped", "days"),
        "/package": ("title", "file", "package", "beside"),
        "/wizard": (*_ROLES, "template", "ticked"),
        "/product/{code}": ("home", "rival"),
        "/claims/{study}": ("status", "has"),
        "/claims/{study}/{claim}": ("threshold",),
        "/figure/{key}": ("study", "page", *_ROLES),
        "/runs/compare": ("first", "second"),
        **{f"/{name}/{{home}}/{{partner}}": _ROLES[2:] for name in SUBJECTS},
    }
)
"""Parameters of a page beside those of its tables."""
_WORD = re.compile(r"\{(\w+)\}")


def description(pages: Iterable[str], lenses: Iterable[Lens]) -> dict[str, Any]:
    """Return an OpenAPI description of the JSON forms.

    Parameters
    ----------
    pages : iterable of str
        Addresses of the pages, with words in braces.
    lenses : iterable of Lens
        The lenses that have a page.
    """
    paths = {f"{path}.json": {"get": _page(path)} for path in pages if path != "/"}
    for lens in lenses:
        if not needs_files(lens):
            paths[f"/lens/{lens.name}.json"] = {"get": _lens(lens)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Isthmus explorer", "version": __version__},
        "paths": paths,
    }


def _page(path: str) -> dict[str, Any]:
    words = [_parameter(name, "path", {"type": "string"}, "") for name in _WORD.findall(path)]
    own = [_parameter(name, "query", {"type": "string"}, "") for name in OWN.get(path, ())]
    return {"parameters": [*words, *own, *_viewer()], "responses": _responses()}


def _lens(lens: Lens) -> dict[str, Any]:
    given = [
        _parameter(a.name, "query", a.type, a.text, required=a.required) for a in offered(lens)
    ]
    call = _parameter(CALL, "query", {"enum": ["1"]}, "asks for a result", required=True)
    return {
        "summary": lens.title,
        "parameters": [*given, call, *_viewer()],
        "responses": _responses(),
    }


def _viewer() -> list[dict[str, Any]]:
    return [_parameter(name, "query", {"type": "string"}, "") for name in VIEWER if name != "chart"]


def _parameter(
    name: str, place: str, schema: Mapping[str, Any], text: str, *, required: bool = False
) -> dict[str, Any]:
    about = {"name": name, "in": place, "schema": dict(schema), "description": text}
    return {**about, "required": required or place == "path"}


def _responses() -> dict[str, Any]:
    told = {
        "200": "what the page shows",
        "202": "the answer takes longer: how far it is; ask again",
        "307": "the same address without a slash at its end",
        "400": "a parameter cannot be used",
        "403": "no session",
        "404": "there is no such thing",
        "422": "the question cannot be answered",
        "503": "too many ask at once",
    }
    answers: dict[str, Any] = {status: {"description": text} for status, text in told.items()}
    later = {"description": "seconds after which to ask again", "schema": {"type": "integer"}}
    answers["503"]["headers"] = {"Retry-After": later}
    return answers
