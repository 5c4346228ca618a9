"""A study file read and checked: every mistake at once, with its line and a hint."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from isthmus.errors import BadInput, InputProblem, SchemaVersionUnsupported, did_you_mean
from isthmus.runtime.reading import LineIndex, load_toml, read_text
from isthmus.runtime.reading.toml_lines import get
from isthmus.runtime.reading.toml_values import dotted
from isthmus.runtime.reading.values import Place as KeyPath
from isthmus.study.check import semantic_problems
from isthmus.study.ensemble import declared
from isthmus.study.schema import (
    SCHEMA_VERSION,
    Basket,
    Claim,
    EventChoice,
    Options,
    PageChoice,
    Role,
    Rule,
    Sampling,
    Study,
)

MOST = 100
"""Problems of a kind that are worked out; a file with more has one cause."""

_FORM = "lower-case letters, digits and hyphens in names; two to six digits in product codes"
_MODELS: dict[str, type[BaseModel]] = {
    "roles": Role,
    "pages": PageChoice,
    "events": EventChoice,
    "options": Options,
    "baskets": Basket,
    "claims": Claim,
    "rule": Rule,
    "ensemble": Sampling,
}


def read_study(path: Path) -> Study:
    """Read a study file.

    Raises
    ------
    NotFound
        When there is no such file.
    BadInput
        With every mistake in the file.
    SchemaVersionUnsupported
        When the file was written for another release.
    """
    hint = "`isthmus study list` shows the studies that ship with the package"
    return load_study(read_text(path, what="study file", hint=hint), where=str(path))


def load_study(text: str, *, where: str = "study") -> Study:
    """Check the text of a study file and return the study.

    Parameters
    ----------
    text : str
        TOML.
    where : str
        Name of the file, for messages.

    Raises
    ------
    BadInput
        With one problem per mistake, in the order of the file.
    SchemaVersionUnsupported
        When the file names a schema version that this release does not read.
    """
    data = load_toml(text, what="study file", where=where)
    version = data.get("schema_version")
    if isinstance(version, int) and not isinstance(version, bool) and version != SCHEMA_VERSION:
        raise SchemaVersionUnsupported(
            f"the study has schema version {version}; this release reads {SCHEMA_VERSION}",
            where=where,
            hint=f"isthmus study migrate {where}" if version == 1 else "use a newer release",
        )
    found: list[tuple[KeyPath, str, str]] = []
    study: Study | None = None
    more = 0
    try:
        study = _formed(data)
    except ValidationError as error:
        listed = error.errors(include_url=False)
        found += [_schema_problem(data, dict(e)) for e in listed[:MOST]]
        more = len(listed) - len(found)
    found += semantic_problems(data, most=MOST)
    if found:
        index = LineIndex(text)
        unique = dict.fromkeys(found)
        ordered = sorted(unique, key=lambda p: index.line(p[0]))
        problems = [InputProblem(w, f"line {index.line(p)}, {dotted(p)}", h) for p, w, h in ordered]
        count = _count(len(problems), more)
        raise BadInput(f"study file: {count}", problems, where=where)
    if study is None:
        raise BadInput("study file cannot be used", where=where)
    return study


def formed_study(text: str) -> Study:
    """Return a study whose text was checked before: its form alone is read.

    Claims are not held against the measures and pages of this release, whose modules therefore
    need not be imported.
    """
    return _formed(load_toml(text, what="study file", where="study"))


def _formed(data: dict[str, Any]) -> Study:
    return Study.model_validate(_tuples({**data, **declared(data)}))


def _count(shown: int, more: int) -> str:
    if shown < MOST:
        return f"{shown} {'problem' if shown == 1 else 'problems'}"
    return f"{shown + more:,} or more problems"


def _tuples(value: Any) -> Any:
    """Lists as tuples: strict models take them as they are."""
    if isinstance(value, dict):
        return {k: _tuples(v) for k, v in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(v) for v in value)
    return value


def _schema_problem(data: Any, error: dict[str, Any]) -> tuple[KeyPath, str, str]:
    path: KeyPath = tuple(p for p in error["loc"] if p != "[key]")
    kind, value = error["type"], get(data, path)
    last = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        fields = _fields_at(path)
        hint = did_you_mean(last, fields) or f"known here: {', '.join(fields)}"
        return path, f"unknown key {last!r}", hint
    if kind == "missing":
        return path, f"the key {last!r} is missing", _purpose(path)
    if kind.endswith("_type"):
        wanted = {"string": "text", "tuple": "a list", "float": "a number", "int": "a whole number"}
        name = kind.removesuffix("_type")
        return path, f"must be {wanted.get(name, 'a table')}, got {_shown(value)}", _purpose(path)
    if kind == "literal_error":
        expected = str(error["ctx"]["expected"])
        known = re.findall(r"'([^']+)'", expected)
        hint = did_you_mean(str(value), known) or f"one of {expected}"
        return path, f"{_shown(value)} is not allowed", hint
    if kind == "string_pattern_mismatch":
        return path, f"{_shown(value)} does not have the right form", f"{_purpose(path)}; {_FORM}"
    return path, f"{_shown(value)}: {error['msg'][:1].lower()}{error['msg'][1:]}", _purpose(path)


def _fields_at(path: KeyPath) -> tuple[str, ...]:
    names = [p for p in path[:-1] if isinstance(p, str)]
    place = "rule" if "rule" in names else (names[0] if names else "")
    return tuple(_MODELS.get(place, Study).model_fields)


def _purpose(path: KeyPath) -> str:
    names = [p for p in path if isinstance(p, str)]
    model = _MODELS.get(next((n for n in reversed(names[:-1]) if n in _MODELS), ""), Study)
    field = model.model_fields.get(names[-1]) if names else None
    return str(field.description or "") if field is not None else ""


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
