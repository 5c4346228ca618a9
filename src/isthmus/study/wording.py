"""Sentences from the catalogue, with their numbers kept as findings."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Any

from isthmus import codes
from isthmus.errors import IsthmusError, NotFound, did_you_mean
from isthmus.evidence import Finding
from isthmus.runtime.reading import toml_values
from isthmus.study.inflection import ALONE, inflected, possessive
from isthmus.study.numbers import marked, show

ENGLISH = "en"
"""The language in which every text is written first."""
_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_SPAN = re.compile(r"(\d{4}-\d{2}(?:-\d{2})?) to (\d{4}-\d{2}(?:-\d{2})?)")
_UNTIL = re.compile(r"until (\d{4}-\d{2}-\d{2})")
_AMOUNT = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER = re.compile(r"[-+]?\d{1,3}(?:,\d{3})*(?:\.\d+)?(?: %)?")
_YEARS = re.compile(r"(\d{4})-(\d{4})")


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
class TextCatalogue:
    """All reader-facing texts of one language, flat by dotted key.

    Parameters
    ----------
    language : str
        Code of the language.
    texts : mapping of str to str
        Sentences, titles and words by dotted key.
    units : mapping of str to str
        Words and marks of numbers.
    translated : mapping of str to str
        What stands in English in studies, packages and tables of data, in this language.
    """

    language: str
    texts: Mapping[str, str]
    units: Mapping[str, str]
    translated: Mapping[str, str] = field(default_factory=dict, repr=False)

    @staticmethod
    @cache
    def load(language: str = ENGLISH) -> TextCatalogue:
        """Read the texts of a language from the package: shared, of the member sheet, of subjects.

        A text that a language lacks stands in English; a test names those of the package.

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
        if language != ENGLISH:
            flat = {**TextCatalogue.load(ENGLISH).texts, **flat}
        units = {k.removeprefix("unit."): v for k, v in flat.items() if k.startswith("unit.")}
        return TextCatalogue(language, flat, units, translations(language))

    def with_texts(self, folder: Traversable) -> TextCatalogue:
        """Return the catalogue with a face's own texts, from the file of its language there.

        Raises
        ------
        IsthmusError
            When the file gives a text that is there already.
        """
        own: dict[str, str] = {}
        for language in dict.fromkeys((ENGLISH, self.language)):
            file = folder.joinpath(f"{language}.toml")
            own |= _texts_of(file, self.texts) if file.is_file() else {}
        return replace(self, texts={**self.texts, **own})

    def said(self, text: str) -> str:
        """Return a text of a study or of a table of data in this language, where it has it.

        Numbers in it may be others than in the pair; the parts of a list are looked up one by one.
        """
        if not self.translated or text in self.translated:
            return self.translated.get(text, text)
        numbers = _AMOUNT.findall(text)
        if numbers and (pattern := self.translated.get(_AMOUNT.sub("#", text))):
            left = iter(numbers)
            return re.sub("#", lambda _: self.written(next(left)), pattern)
        if "; " in text:
            return "; ".join(self._parts(text.split("; ")))
        parts = text.split(", ")
        if len(parts) > 1 and all(part in self.translated for part in parts):
            return ", ".join(self.translated[part] for part in parts)
        return text

    def _parts(self, parts: Sequence[str]) -> Iterator[str]:
        """Yield the parts of a list in this language; a text of the longest run comes first."""
        place = 0
        while place < len(parts):
            for end in range(len(parts), place, -1):
                found = self.translated.get("; ".join(parts[place:end]))
                if found is not None or end == place + 1:
                    yield parts[place] if found is None else found
                    place = end
                    break

    def party(self, code: str) -> str:
        """Return the name of a party as it stands inside a sentence."""
        plain = code.partition("@")[0]
        named = codes.economy_names().get(code) or codes.coalition_names().get(plain, code)
        return self.get(f"party.{plain}") or self.said(named)

    def several(self, name: str) -> bool:
        """Tell whether a name, as it stands inside a sentence, is that of a coalition."""
        named = {self.get(f"party.{c}") or self.said(n) for c, n in codes.coalition_names().items()}
        return name in named | {inflected(one, ALONE, self.texts) for one in named}

    def alone(self, name: str) -> str:
        """Return a name in this language as it stands in a table, without its article."""
        return inflected(self.said(name), ALONE, self.texts)

    def inside(self, title: str, *, whole: bool = False) -> str:
        """Return a title as it stands inside a sentence.

        Parameters
        ----------
        title : str
            As it stands alone.
        whole : bool
            Every letter is small where the language has small titles, not only the first.
        """
        said = self.said(title)
        if self.get("word.inside") != "lower":
            return said
        return said.lower() if whole else said[:1].lower() + said[1:]

    def unit(self, name: str) -> str:
        """Return the name of a unit in this language."""
        return self.units.get(name) or self.units.get(name.replace(" ", "_")) or self.said(name)

    def written(self, number: str) -> str:
        """Return a number that was formatted as in English with the marks of this language."""
        return marked(number, self.units)

    def figure(self, text: str) -> str:
        """Return a day or a number that stands as text in this language's marks; else the text."""
        return self.written(text) if _NUMBER.fullmatch(text) else self.dated(text)

    def dated(self, text: str) -> str:
        """Return a day, a month or years as this language writes them; another text as it is."""
        if found := _SPAN.fullmatch(text):
            first, last = (self.dated(part) for part in found.groups())
            return self.get("date.span", text).format(first=first, last=last)
        if found := _UNTIL.fullmatch(text):
            return self.get("date.until", text).format(day=self.dated(found[1]))
        if found := _DAY.fullmatch(text):
            year, month, day = found.groups()
            form = self.get("date.day" if day else "date.month", text)
            return form.format(year=year, month=month, day=day)
        if found := _YEARS.fullmatch(text):
            return self.get("date.years", text).format(first=found[1], last=found[2])
        return text

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

        A field can name the form of a name that stands there, as ``{home:dat}``; see
        `isthmus.study.inflection`.

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
        for literal, name, form, _ in string.Formatter().parse(self.texts[key]):
            if literal:
                parts.append(literal)
            if name is None:
                continue
            if name not in fields:
                raise IsthmusError(f"sentence {key!r} needs the field {name!r}")
            value = fields[name]
            if not isinstance(value, Finding):
                name = self.dated(self.said(str(value)))
                value = inflected(name, form or "", self.texts, self.several)
            parts.append(value)
        return Sentence(key, tuple(_joined(parts)), self.units)


def languages() -> tuple[str, ...]:
    """Return the languages in which the package can write a dossier."""
    folder = resources.files("isthmus.study").joinpath("catalogue")
    names = [entry.name for entry in folder.iterdir()]
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def read_texts(file: Traversable) -> dict[str, Any]:
    """Return the texts of a file of the package, nested as they stand."""
    return toml_values(file.read_text(encoding="utf-8"))


@cache
def translations(language: str) -> Mapping[str, str]:
    """Return texts of studies, packages and tables by how they stand there, in English.

    Raises
    ------
    IsthmusError
        When two files translate the same text.
    """
    folder = resources.files("isthmus.study").joinpath("translations", language)
    found: dict[str, str] = {}
    if folder.is_dir():
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            found |= _texts_of(file, found)
    return MappingProxyType(found)


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
                yield possessive(text)
            text = ""
            yield part
        else:
            text += part
    if text:
        yield possessive(text)


def _flatten(raw: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, str]]:
    for key, value in raw.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{key}.")
        elif isinstance(value, str):
            yield f"{prefix}{key}", value
