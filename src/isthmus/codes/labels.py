"""What the codes and names of other sources mean: ISO, UN, Eurostat, OECD and older names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from isthmus.codes import lookup
from isthmus.codes._files import data_path
from isthmus.codes.economies import economies
from isthmus.errors import InputProblem, raise_all

SCHEMES: Mapping[str, str] = MappingProxyType(
    {
        "iso3": "ISO 3166-1 alpha-3",
        "iso2": "ISO 3166-1 alpha-2",
        "numeric": "ISO 3166-1 numeric and UN M49",
        "comtrade": "UN Comtrade and BACI",
        "m49": "UN M49 regions",
        "eurostat": "Eurostat",
        "icio": "OECD ICIO",
        "figaro": "FIGARO",
        "sdmx": "SDMX code lists",
        "wiod": "WIOD",
        "exiobase": "EXIOBASE",
        "worldbank": "World Bank",
        "wto": "World Trade Organization",
        "iso_former": "ISO 3166, withdrawn",
        "ioc": "International Olympic Committee",
        "name": "name",
    }
)
"""Who uses a label, by key, in the order in which a label of several is read."""

SIDES = re.compile(r"((?:EU|EA)\w*)_(EXTRA|INTRA)|(EXT|INT)(?:RA)?_((?:EU|EA)\w*)")
"""Partners outside or inside a union as Eurostat writes them: ``EU27_2020_EXTRA``, ``EXT_EA20``."""

_IGNORED = frozenset({"the", "of", "and"})
_COMMON = frozenset({"iso3", "iso2", "numeric", "name"})
_SHORT = {
    "st": "saint",
    "rep": "republic",
    "dem": "democratic",
    "fed": "federal",
    "isds": "islands",
    "isd": "island",
    "is": "islands",
    "terr": "territory",
    "br": "british",
}


@dataclass(frozen=True, slots=True)
class Label:
    """A code or name of one source and the economy that it stands for.

    Parameters
    ----------
    scheme : str
        One of `SCHEMES`.
    label : str
        Code or name as the source writes it.
    economy : str
        Code of the economy or aggregate; empty where no single one stands for the label.
    note : str
        What the label covers where that differs from the economy.
    """

    scheme: str
    label: str
    economy: str
    note: str = ""

    def __str__(self) -> str:
        note = f" ({self.note})" if self.note else ""
        return f"{SCHEMES[self.scheme]}{note}"


def meanings(text: str) -> tuple[Label, ...]:
    """Return every meaning of a code or name, that of the most usual source first.

    Case, accents, punctuation and the order of words do not matter, nor do zeros in front of a
    number. A valid ISO 3166-1 alpha-3 code has that meaning alone. A label of several economies
    (``Congo``) has several meanings; one that no single economy continues (``YUG``) has one with
    an empty economy; a text that is no label at all has none.
    """
    if not isinstance(text, str) or not text.strip():
        return ()
    key = _code_key(text)
    if key in economies():
        return (Label("iso3", key, key),)
    return _by_code().get(key, ()) or _union(key) or _by_name().get(_name_key(text), ())


def _union(key: str) -> tuple[Label, ...]:
    """Return the meaning of a code of all partners outside or inside a union."""
    side = SIDES.fullmatch(key)
    if side is None:
        return ()
    inside = "INT" in (side[2] or side[3])
    note = f"all partners {'inside' if inside else 'outside'} a union together"
    return (Label("eurostat", key, "", note),)


def economy_of(text: str, scheme: str | None = None) -> str | None:
    """Return the one economy or aggregate that a label stands for, or None.

    Parameters
    ----------
    text : str
        Code or name.
    scheme : str, optional
        Whose label it is; its own meaning goes before that of ISO 3166 (``WF`` of EXIOBASE).
    """
    found = meanings(text)
    if scheme is not None and (own := [m for m in found if m.scheme == scheme]):
        found = tuple(own)
    if not found:
        return None
    first = found[0].scheme
    meant = {m.economy for m in found if m.scheme == first}
    return meant.pop() or None if len(meant) == 1 else None


def scheme_of(labels: Iterable[str]) -> str | None:
    """Return the one source whose labels those are that ISO 3166 and names do not explain."""
    used = [{m.scheme for m in meanings(label)} for label in labels]
    own = [schemes for schemes in used if schemes and not schemes & _COMMON]
    shared = set.intersection(*own) if own else set()
    return shared.pop() if len(shared) == 1 else None


def economies_of(
    labels: Iterable[str], scheme: str | None = None, *, what: str = "economies"
) -> dict[str, str]:
    """Return the economy of every label, each once; report all that have none at once.

    Raises
    ------
    BadInput
        With one problem per label that is unknown, or that no single economy stands for.
    """
    found = {label: economy_of(label, scheme) for label in dict.fromkeys(labels)}
    problems = [
        InputProblem(f"{label!r} is no economy", hint=hint(label) or "")
        for label, code in found.items()
        if code is None
    ]
    raise_all(what, problems)
    return {label: code for label, code in found.items() if code is not None}


def hint(text: str) -> str:
    """Return a sentence on what a label of another source means; empty when it is none."""
    found = meanings(text)
    meant = {m.economy: m for m in reversed(found) if m.economy}
    if not meant:
        return f"{text!r}: {found[0].note}" if found else ""
    names = {code: economies()[code].name for code in meant}
    sentence = lookup.spell(reversed(meant), names)
    listed = [m for m in meant.values() if m.scheme not in {"iso3", "name"}]
    used = [f"'{m.label}' is {m.economy} in {m}" for m in reversed(listed)]
    return " ".join(filter(None, [sentence, ", ".join([*used, *of_none(text)])]))


def of_none(text: str) -> list[str]:
    """Return in words whose label of no single economy a text is as well."""
    return [f"in {m} it is no single economy" for m in meanings(text) if not m.economy]


def same(text: str, known: Iterable[str]) -> list[str]:
    """Return those of the `known` labels that stand for the same economy as `text`."""
    meant = {m.economy for m in meanings(text)} - {""}
    return [k for k in known if meant & {m.economy for m in meanings(k)}]


def names_of(known: Iterable[str]) -> dict[str, str]:
    """Return those of the `known` labels by every name, of any language, of their economies."""
    held = {code: label for label in known if (code := economy_of(label))}
    return {m.label: held[m.economy] for m in _listed() if m.scheme == "name" and m.economy in held}


@cache
def _listed() -> tuple[Label, ...]:
    import polars as pl

    frame = pl.read_parquet(data_path("economy_labels.parquet"), glob=False)
    columns = ("scheme", "label", pl.col("economy").fill_null(""), "note")
    stored = [Label(*row) for row in frame.select(columns).rows()]
    own = [
        Label(scheme, code, e.code)
        for e in economies().values()
        for scheme, code in (("iso2", e.iso2), ("numeric", e.numeric), ("name", e.name))
        if code
    ]
    order = list(SCHEMES)
    return tuple(sorted([*own, *stored], key=lambda m: order.index(m.scheme)))


@cache
def _by_code() -> Mapping[str, tuple[Label, ...]]:
    return _grouped((_code_key(m.label), m) for m in _listed() if m.scheme != "name")


@cache
def _by_name() -> Mapping[str, tuple[Label, ...]]:
    return _grouped((_name_key(m.label), m) for m in _listed() if m.scheme == "name")


def _grouped(keyed: Iterable[tuple[str, Label]]) -> Mapping[str, tuple[Label, ...]]:
    found: dict[str, dict[tuple[str, str], Label]] = {}
    for key, label in keyed:
        found.setdefault(key, {}).setdefault((label.scheme, label.economy), label)
    return MappingProxyType({key: tuple(by.values()) for key, by in found.items()})


def _code_key(text: str) -> str:
    code = lookup.unfloated(text).upper()
    return code.lstrip("0") or "0" if code.isascii() and code.isdigit() else code


@cache
def _name_key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold().replace("n.e.s", "nes")
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"[a-z0-9]+", letters.replace("'", "").replace("\u2019", ""))
    return " ".join(sorted(_SHORT.get(w, w) for w in words if w not in _IGNORED))
