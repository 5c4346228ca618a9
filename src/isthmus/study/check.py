"""What a study file means: codes, measures and arguments, checked against what is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isthmus import codes
from isthmus.errors import CodeUnknown, did_you_mean
from isthmus.study.ensemble import declared_problems, named_parties
from isthmus.study.locate import Path
from isthmus.study.measures import Measure
from isthmus.study.schema import ROLES, ROWS
from isthmus.study.spoken import PLACEHOLDER, TEXTS
from isthmus.study.subjects import measures

Found = tuple[Path, str, str]

_NUMBERS = {"year", "number"}


def semantic_problems(data: dict[str, Any]) -> list[Found]:
    """Return every wrong code, measure and argument: where, what, hint.

    Works on the raw values and skips what has the wrong type, which the schema reports, so that
    no mistake hides another.
    """
    return [
        *_parties(data),
        *_industries(data),
        *_baskets(data),
        *_claims(data),
        *_basket_names(data),
        *wording_problems(data),
        *ensemble_problems(data),
    ]


def _parties(data: dict[str, Any]) -> Iterator[Found]:
    parties = data.get("parties")
    if not isinstance(parties, dict):
        return
    seen: dict[str, str] = {}
    for role in ROLES:
        code = parties.get(role)
        if not isinstance(code, str):
            continue
        yield from _party(("parties", role), code)
        if code in seen:
            what = f"{code!r} is already the {seen[code]}"
            yield ("parties", role), what, "each role needs a party of its own"
        seen.setdefault(code, role)


def _party(path: Path, code: str) -> Iterator[Found]:
    try:
        codes.parse_parties(code)
    except CodeUnknown as error:
        yield path, error.what, error.hint or ""
    except ValueError as error:
        yield path, f"{code!r}: {error}", "write a day as YYYY-MM-DD"


def _industries(data: dict[str, Any]) -> Iterator[Found]:
    listed = data.get("industries")
    for number, code in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(code, str):
            yield from _industry(("industries", number), code)


def _industry(path: Path, code: str) -> Iterator[Found]:
    try:
        codes.industry(code)
    except CodeUnknown as error:
        yield path, error.what, error.hint or ""


def _baskets(data: dict[str, Any]) -> Iterator[Found]:
    baskets = data.get("baskets")
    if not isinstance(baskets, dict):
        return
    for name, basket in baskets.items():
        if not isinstance(basket, dict) or not isinstance(basket.get("codes"), list):
            continue
        edition = basket.get("nomenclature", "HS2017")
        for number, code in enumerate(basket["codes"]):
            if isinstance(code, str) and code.isdigit():
                yield from _product(("baskets", name, "codes", number), code, edition)


def _product(path: Path, code: str, edition: Any) -> Iterator[Found]:
    try:
        if edition in codes.PRODUCT_CLASSIFICATIONS:
            codes.product(code, edition)
    except CodeUnknown as error:
        yield path, error.what, error.hint or ""


def _claims(data: dict[str, Any]) -> Iterator[Found]:
    claims = data.get("claims")
    seen: set[str] = set()
    for number, claim in enumerate(claims if isinstance(claims, list) else []):
        if not isinstance(claim, dict):
            continue
        path: Path = ("claims", number)
        identity = claim.get("id")
        if isinstance(identity, str):
            if identity in seen:
                yield (*path, "id"), f"the id {identity!r} is used twice", "ids are unique"
            seen.add(identity)
        row = claim.get("row")
        if isinstance(row, str) and row and row not in ROWS:
            yield (*path, "row"), f"unknown row {row!r}", f"one of {ROWS[0]} to {ROWS[-1]}"
        yield from _kind(path, claim)


def _kind(path: Path, claim: dict[str, Any]) -> Iterator[Found]:
    kind, measure = claim.get("kind"), claim.get("measure", "")
    if kind == "fact":
        if not measure:
            yield path, "a fact needs a measure", "`isthmus study check --measures` lists them"
        if "rule" not in claim:
            yield path, "a fact needs a rule", "rule = { comparison, threshold, reason }"
    elif kind in {"unmeasured", "intent"}:
        for key in ("measure", "rule"):
            if claim.get(key):
                what = f"a claim of kind {kind!r} has no {key}"
                yield (*path, key), what, "make it a fact, or take this out"
        if kind == "unmeasured" and not claim.get("missing"):
            what = "an unmeasured claim must name what is missing"
            yield path, what, 'missing = ["the lens or data set"]'
    if isinstance(measure, str) and measure:
        yield from _measure(path, claim, measure)


def _measure(path: Path, claim: dict[str, Any], name: str) -> Iterator[Found]:
    known = measures()
    if name not in known:
        hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
        yield (*path, "measure"), f"unknown measure {name!r}", hint
        return
    args = claim.get("args", {})
    if isinstance(args, dict):
        yield from _arguments((*path, "args"), known[name], args)


def _arguments(path: Path, measure: Measure, args: dict[str, Any]) -> Iterator[Found]:
    for missing in sorted(measure.required - set(args)):
        yield path, f"{measure.name} needs the argument {missing!r}", ", ".join(measure.args)
    for name, value in args.items():
        place: Path = (*path, name)
        if name not in measure.args:
            hint = did_you_mean(name, measure.args) or f"known: {', '.join(measure.args)}"
            yield place, f"{measure.name} has no argument {name!r}", hint
            continue
        kind = measure.args[name]
        if kind in _NUMBERS:
            if isinstance(value, bool) or not isinstance(value, int | float):
                yield place, f"must be a number, got {value!r}", ""
        elif not isinstance(value, str):
            yield place, f"must be text, got {value!r}", ""
        elif kind == "party" and value not in ROLES:
            yield from _role_or_party(place, value)
        elif kind == "industry" and value not in {"goods", "all"}:
            yield from _industry(place, value)


def _role_or_party(path: Path, value: str) -> Iterator[Found]:
    near = did_you_mean(value, ROLES)
    for place, what, hint in _party(path, value):
        yield place, what, near or hint


def _basket_names(data: dict[str, Any]) -> Iterator[Found]:
    baskets = data.get("baskets")
    known = tuple(baskets) if isinstance(baskets, dict) else ()
    claims = data.get("claims")
    for number, claim in enumerate(claims if isinstance(claims, list) else []):
        if not isinstance(claim, dict) or not isinstance(claim.get("args"), dict):
            continue
        measure = measures().get(str(claim.get("measure", "")))
        for name, value in claim["args"].items():
            if measure and measure.args.get(name) == "basket" and value not in known:
                hint = did_you_mean(str(value), known) or f"known: {', '.join(known) or 'none'}"
                yield ("claims", number, "args", name), f"unknown basket {value!r}", hint


def wording_problems(data: dict[str, Any]) -> Iterator[Found]:
    """Yield placeholders that name no role, and facts that do not name the roles they measure.

    A fact whose arguments follow a role but whose sentence names an economy outright would pass
    on the figure of one party under the name of another as soon as the parties change.
    """
    for key in ("title", "question"):
        yield from _unknown((key,), data.get(key))
    claims = data.get("claims")
    for number, claim in enumerate(claims if isinstance(claims, list) else []):
        if not isinstance(claim, dict):
            continue
        for key in TEXTS:
            yield from _unknown(("claims", number, key), claim.get(key))
        args, sentence = claim.get("args"), claim.get("sentence")
        if not isinstance(args, dict) or not isinstance(sentence, str):
            continue
        named = set(PLACEHOLDER.findall(sentence))
        for role in sorted({v for v in args.values() if isinstance(v, str) and v in ROLES} - named):
            yield (
                ("claims", number, "sentence"),
                f"the measure follows the role {role!r}, the sentence does not name it",
                f"write {{{role}}} where the sentence names that party",
            )


def ensemble_problems(data: dict[str, Any]) -> Iterator[Found]:
    """Yield what is wrong with ranges, correlations and the lens to run over them."""
    if not {"ensemble", "ranges", "correlations"} & set(data):
        return
    yield from declared_problems(data)
    for path, value in named_parties(data):
        if value not in ROLES:
            yield from _role_or_party(path, value)


def _unknown(path: Path, text: object) -> Iterator[Found]:
    for name in PLACEHOLDER.findall(text) if isinstance(text, str) else []:
        if name not in ROLES:
            hint = did_you_mean(name, ROLES) or f"one of {', '.join(ROLES)}"
            yield path, f"{{{name}}} names no role", hint
