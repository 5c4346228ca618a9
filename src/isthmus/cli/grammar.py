"""One grammar: how the parameters of a lens are written on every command line.

What is known of a parameter is the JSON schema of `isthmus.ensemble.rooms.plain_lenses`. Lists are
written word by word (``--industry C26 C29``), numbers by code as ``CHN=0.5``, the other party of a
question as ``--on``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.runtime.reading.values import natural

OTHER = frozenset({"b", "over", "partner"})
"""Parameters that name the other party of a question."""

ONE_OF: Mapping[str, str] = {
    "industries": "industry",
    "products": "product",
    "items": "industry",
    "stops": "stop",
    "remedies": "remedy",
    "episodes": "episode",
    "methods": "method",
    "second_sources": "second_source",
}
"""Lists whose option names one item, as it is repeated for each."""

Value = Callable[[Any], Any]
Schema = Mapping[str, Any]

MANY = {"negative": "", "consume_multiple": True}
_SCALARS: Mapping[str, type] = {"integer": int, "number": float, "string": str, "boolean": bool}


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command: its type for the parser, and what its value stands for."""

    name: str
    annotation: Any
    default: Any
    value: Value
    required: bool = False

    @property
    def flag(self) -> str:
        """As it is written."""
        return flag(self.name)


def flag(name: str) -> str:
    """Return an option as it is written."""
    return f"--{name.replace('_', '-')}"


def spelled(name: str, schema: Schema | None = None) -> str:
    """Return the name of the option of a parameter."""
    if name in OTHER:
        return "on"
    return ONE_OF.get(name, name) if schema is None or _many(schema) else name


def option(name: str, schema: Schema, *, required: bool = False) -> Option:
    """Return the option of a parameter, from its JSON schema with default and text."""
    annotation, value = _type(schema, flag(name))
    default = _default(schema)
    text = schema["description"]
    if "scenario" in (schema.get("format"), schema.get("items", {}).get("format")):
        text = f"Name of a preset, or a TOML file. {text}"
    about: dict[str, Any] = {"help": text}
    if _many(schema):
        about |= {**MANY, "show_default": _shown if default else False}
    elif schema.get("type") == "boolean" and not default:
        about["negative"] = ""
    if default is None and not required:
        annotation |= None
    if default == () and schema.get("default") is None:
        value = _or_none(value)
    return Option(name, Annotated[annotation, Parameter(**about)], default, value, required)


def _or_none(value: Value) -> Value:
    return lambda words: value(words) if words else None


def _shown(words: Sequence[Any]) -> str:
    """Return a list as it is written."""
    return " ".join(map(str, words))


def _many(schema: Schema) -> bool:
    """Return whether several words may be given."""
    alternatives = schema.get("anyOf", [schema])
    return any(one.get("type") in ("array", "object") for one in alternatives)


def _default(schema: Schema) -> Any:
    given = schema.get("default")
    if not _many(schema):
        return given
    if given is None:
        return ()
    if isinstance(given, Mapping):
        return tuple(f"{key}={held:g}" for key, held in given.items())
    words = given if isinstance(given, list) else [given]
    return tuple(f"{word:g}" if isinstance(word, float) else str(word) for word in words)


def _type(schema: Schema, where: str) -> tuple[Any, Value]:
    """Return the type of an option, and how its value becomes that of the parameter."""
    if "enum" in schema:
        return Literal[tuple(schema["enum"])], _same
    if "anyOf" in schema:
        return _either(schema["anyOf"], where)
    if schema["type"] == "array":
        return _list(schema["items"], where)
    if schema["type"] == "object":
        return tuple[str, ...], lambda words: _pairs(words, where)
    if schema.get("format") == "path":
        return Path, file_of
    if schema.get("format") == "scenario":
        return str, scenario_of
    return _SCALARS[schema["type"]], _same


def _list(items: Schema, where: str) -> tuple[Any, Value]:
    if where == "--years":
        return tuple[str, ...], lambda words: years_of(words, where)
    if items.get("type") == "array":
        return tuple[str, ...], list
    if items.get("type") in ("integer", "number"):
        return tuple[str, ...], lambda words: _numbers(
            words, where, whole=items["type"] == "integer"
        )
    inner: Any
    inner, value = _type(items, where)
    apart = _same if items.get("format") == "party" else lambda word: _one_word(word, where)
    many: Any = tuple.__class_getitem__((inner, ...))
    return many, lambda words: [value(apart(word)) for word in words]


def _either(alternatives: Sequence[Schema], where: str) -> tuple[Any, Value]:
    """Return the type of one or the other: the first that the words fit, files last."""
    words_of = {str(one.get("type") or "enum"): one for one in alternatives}
    known = [choice for one in alternatives for choice in one.get("enum", ())]
    files = any(one.get("format") == "path" for one in alternatives)
    if not any(_many(one) for one in alternatives):
        return str, lambda word: _word(word, known, words_of, files=files)

    def value(words: Sequence[str]) -> Any:
        if "object" in words_of and any("=" in word for word in words):
            return _pairs(words, where)
        if len(words) == 1:
            held = _word(words[0], known, words_of, files=files)
            if held is not words[0] or held in known or "string" in words_of:
                return held
        if "array" not in words_of:
            raise BadInput(
                f"cannot read {' '.join(words)!r}", where=where, hint="write CODE=NUMBER"
            )
        return [_one_word(word, where) for word in words]

    return tuple[str, ...], value


def _word(word: Any, known: Sequence[str], kinds: Mapping[str, Schema], *, files: bool) -> Any:
    if word is None or word in known:
        return word
    if "number" in kinds:
        number = _real(word)
        if number is not None:
            return number
    return file_of(Path(word)) if files else word


def _same(value: Any) -> Any:
    return value


def _one_word(word: Any, where: str) -> Any:
    if isinstance(word, str) and "," in word:
        apart = " ".join(part.strip() for part in word.split(","))
        raise BadInput(f"{word!r} is one word", where=where, hint=f"write {where} {apart}")
    return word


def _numbers(words: Sequence[str], where: str, *, whole: bool) -> list[float] | list[int]:
    """Return the numbers of words, all mistakes at once.

    Raises
    ------
    BadInput
        With every word that is no number.
    """
    read = natural if whole else _real
    found = [read(_one_word(word, where)) for word in words]
    what = "a whole number" if whole else "a number"
    bad = [word for word, number in zip(words, found, strict=True) if number is None]
    raise_all(where, [InputProblem(f"'{word}' is not {what}", where) for word in bad])
    return [number for number in found if number is not None]


def _real(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _pairs(words: Sequence[str], where: str) -> dict[str, float]:
    """Return numbers by code from ``CHN=0.5`` words.

    Raises
    ------
    BadInput
        When a word is not of this form.
    """
    found = {}
    for word in words:
        code, _, text = word.rpartition("=")
        number = _real(text)
        if number is None or not code.strip():
            raise BadInput(f"cannot read {word!r}", where=where, hint="write CODE=NUMBER")
        found[code.strip()] = number
    return found


def years_of(words: Sequence[str], where: str = "--years") -> list[int]:
    """Return the years of words such as ``2015-2022`` and ``2024``.

    Raises
    ------
    BadInput
        When a word is none of these.
    """
    years: list[int] = []
    for word in words:
        start, dash, stop = _one_word(word, where).strip().partition("-")
        first, last = natural(start), natural(stop if dash else start)
        if first is None or last is None or max(first, last) > 9999:
            hint = "write 2022, 2015-2022 or 2018 2020"
            raise BadInput(f"cannot read years from {word!r}", where=where, hint=hint)
        if first > last:
            hint = "the first year comes first"
            raise BadInput(f"{word!r} holds no year", where=where, hint=hint)
        years.extend(range(first, last + 1))
    return years


def file_of(path: Path | None) -> Any:
    """Return a file as a run remembers it; a folder by its path."""
    from isthmus.ensemble.inputs import input_file

    if path is None:
        return None
    return str(path) if path.is_dir() else input_file(path)


def scenario_of(word: str) -> Any:
    """Return the preset of a name, or read a file."""
    from isthmus.scenario import load

    return load(word)


def for_terminal(text: str, known: Collection[str] = ()) -> str:
    """Return a text of Python as the command line says it; `known` are written as options."""

    def written(found: re.Match[str]) -> str:
        return flag(spelled(found[1])) if found[1] in known else found[1]

    text = re.sub(r"``\"?([^`\"]*)\"?``", r"\1", text)
    text = re.sub(r"`([\w.]+)`", written, text)
    text = re.sub(r" Defaults? \S+?\.(?= |$)", "", text)
    text = re.sub(r"\b(when|where|if) None\b", r"\1 not given", text)
    return re.sub(r"\bNone means\b", "not given means", text)
