"""Sentences from the catalogue, with their numbers kept as findings."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from isthmus.errors import IsthmusError, NotFound, did_you_mean
from isthmus.evidence import Finding
from isthmus.runtime.reading import toml_values
from isthmus.study.numbers import show


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence from the catalogue with its fields filled in.

    Parameters
    ----------
    key : str
        Key in the catalogue; empty for text that stands in the study file.
    parts : tuple of str or Finding
        The sentence in pieces; a finding is printed as its number, with its mark.
    units : mapping of str to str
        Words and marks of numbers in the language of the sentence.
    """

    key: str
    parts: tuple[str | Finding, ...]
    units: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings quoted in the sentence, in order."""
        return tuple(p for p in self.parts if isinstance(p, Finding))

    @property
    def text(self) -> str:
        """The sentence as plain text."""
        return "".join(show(p, self.units) if isinstance(p, Finding) else p for p in self.parts)

    def to_dict(self) -> dict[str, Any]:
        """Return key, text and the keys of the findings it quotes."""
        return {"key": self.key, "text": self.text, "findings": [f.key for f in self.findings]}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All reader-facing texts of one language, flat by dotted key."""

    language: str
    texts: Mapping[str, str]
    units: Mapping[str, str]

    @staticmethod
    @cache
    def load(language: str = "en") -> Catalogue:
        """Read the texts of a language from the package: shared, of the member sheet, of subjects.

        Raises
        ------
        NotFound
            When there are no texts of this language.
        IsthmusError
            When two files give the same text.
        """
        known = languages()
        if language not in known:
            hint = did_you_mean(language, known) or f"one of {', '.join(known)}"
            raise NotFound(f"no texts in the language {language!r}", where="language", hint=hint)
        study = resources.files("isthmus.study")
        subjects = sorted(study.joinpath("subjects").iterdir(), key=lambda entry: entry.name)
        flat: dict[str, str] = {}
        for folder in (study.joinpath("catalogue"), study.joinpath("sheet"), *subjects):
            file = folder.joinpath(f"{language}.toml")
            if not file.is_file():
                continue
            flat |= _texts_of(file, flat)
        units = {k.removeprefix("unit."): v for k, v in flat.items() if k.startswith("unit.")}
        return Catalogue(language, flat, units)

    def with_texts(self, folder: Traversable) -> Catalogue:
        """Return the catalogue with a face's own texts, from the file of its language there.

        Raises
        ------
        IsthmusError
            When the file gives a text that is there already.
        """
        own = _texts_of(folder.joinpath(f"{self.language}.toml"), self.texts)
        return Catalogue(self.language, {**self.texts, **own}, self.units)

    def text(self, key: str, **fields: str) -> str:
        """Return a text without findings.

        Raises
        ------
        IsthmusError
            When the catalogue has no such key.
        """
        return self.say(key, **fields).text

    def get(self, key: str, default: str = "") -> str:
        """Return the raw text of `key`, or `default`."""
        return self.texts.get(key, default)

    def heading(self, table: str, column: str) -> str:
        """Return the key of a column's heading: that of the table, where it has one of its own."""
        own = f"column.{table.partition('.')[0]}.{column}"
        return own if own in self.texts else f"column.{column}"

    def opening(self, key: str, **fields: str | int | Finding) -> Sentence:
        """Fill the fields of a sentence, and let it start with a capital letter."""
        sentence = self.say(key, **fields)
        if sentence.parts and isinstance(sentence.parts[0], str):
            head = sentence.parts[0]
            parts = (head[:1].upper() + head[1:], *sentence.parts[1:])
            return Sentence(sentence.key, parts, sentence.units)
        return sentence

    def say(self, key: str, **fields: str | int | Finding) -> Sentence:
        """Fill the fields of a sentence.

        Raises
        ------
        IsthmusError
            When the key is not in the catalogue or a field is not given.
        """
        if key not in self.texts:
            raise IsthmusError(
                f"no sentence {key!r} in the catalogue",
                where=f"texts of language {self.language}",
                hint=did_you_mean(key, self.texts),
            )
        parts: list[str | Finding] = []
        for literal, name, _, _ in string.Formatter().parse(self.texts[key]):
            if literal:
                parts.append(literal)
            if name is None:
                continue
            if name not in fields:
                raise IsthmusError(f"sentence {key!r} needs the field {name!r}")
            value = fields[name]
            parts.append(value if isinstance(value, Finding) else str(value))
        return Sentence(key, tuple(_joined(parts)), self.units)


def languages() -> tuple[str, ...]:
    """Return the languages in which the package can write a dossier."""
    folder = resources.files("isthmus.study").joinpath("catalogue")
    names = [entry.name for entry in folder.iterdir()]
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def read_texts(file: Traversable) -> dict[str, Any]:
    """Return the texts of a file of the package, nested as they stand."""
    return toml_values(file.read_text(encoding="utf-8"))


def _texts_of(file: Traversable, before: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a file by dotted key; none may stand in `before`."""
    found = dict(_flatten(read_texts(file), ""))
    if twice := before.keys() & found.keys():
        raise IsthmusError(f"texts given twice: {', '.join(sorted(twice))}", where=str(file))
    return found


def plain(text: str) -> Sentence:
    """Return text that stands in the study file or a data record as a sentence."""
    return Sentence("", (text,))


def _joined(parts: Iterable[str | Finding]) -> Iterable[str | Finding]:
    text = ""
    for part in parts:
        if isinstance(part, Finding):
            if text:
                yield text
            text = ""
            yield part
        else:
            text += part
    if text:
        yield text


def _flatten(raw: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, str]]:
    for key, value in raw.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            yield f"{prefix}{key}", value
