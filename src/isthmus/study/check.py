"""What a study file means: codes, measures and arguments, checked against what is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from isthmus import codes
from isthmus.codes.coalitions import as_date
from isthmus.errors import BadInput, CodeUnknown, did_you_mean
from isthmus.runtime.reading.values import Place as Path
from isthmus.study.ensemble import declared_problems, named_parties, raw_parties
from isthmus.study.measures import PARTIES, Measure
from isthmus.study.needs import malformed
from isthmus.study.schema import ROLES
from isthmus.study.spoken import TEXTS, placeholders
from isthmus.study.subjects import PAGES, choices, measures

Found = tuple[Path, str, str]

_NUMBERS = {"year", "number"}


def semantic_problems(data: dict[str, Any], *, most: int | None = None) -> list[Found]:
    """Return every wrong code, measure and argument: where, what, hint; of a kind at most `most`.

    Works on the raw values and skips what has the wrong type, which the schema reports, so that
    no mistake hides another.
    """
    checks = (
        _roles,
        _pages,
        _events,
        _industries,
        _date,
        _bloc,
        _baskets,
        _claims,
        _basket_names,
        wording_problems,
        ensemble_problems,
    )
    return [found for check in checks for found in islice(check(data), most)]


def _roles(data: dict[str, Any]) -> Iterator[Found]:
    roles = data.get("roles")
    if not isinstance(roles, dict):
        return
    for needed in ROLES[:2]:
        if needed not in roles:
            yield ("roles",), f"the role {needed!r} is missing", f'{needed} = "code"'
    seen: dict[str, str] = {}
    for role, code in raw_parties(data).items():
        yield from _party(("roles", role), code)
        if code in seen:
            what = f"{code!r} is already the {seen[code]}"
            yield ("roles", role), what, "each role needs a party of its own"
        seen.setdefault(code, role)


def _pages(data: dict[str, Any]) -> Iterator[Found]:
    seen: set[str] = set()
    for number, choice in _tables(data, "pages"):
        name = choice.get("page")
        if not isinstance(name, str):
            continue
        path: Path = ("pages", number, "page")
        if name not in PAGES:
            yield path, f"unknown page {name!r}", did_you_mean(name, PAGES) or ", ".join(PAGES)
            continue
        if name in seen:
            yield path, f"the page {name!r} is chosen twice", "take one of them out"
        seen.add(name)
        for role in PAGES[name]:
            if role not in _role_names(data):
                what = f"the page {name!r} needs the role {role!r}"
                yield path, what, "name its party under [roles]"
        given = choice.get("parameters", {})
        known = choices(name)
        for key, value in given.items() if isinstance(given, dict) else ():
            if key in known and type(value) is not type(known[key]):
                what = f"must be of the kind of {known[key]!r}, got {value!r}"
                yield ("pages", number, "parameters", key), what, ""
            elif key not in known:
                hint = did_you_mean(key, known) or f"known: {', '.join(known) or 'none'}"
                yield ("pages", number, "parameters", key), f"{name} has no choice {key!r}", hint


def _events(data: dict[str, Any]) -> Iterator[Found]:
    for number, choice in _tables(data, "events"):
        actor = choice.get("actor")
        if isinstance(actor, str) and actor not in _role_names(data):
            roles = _role_names(data)
            hint = did_you_mean(actor, roles) or f"one of {', '.join(roles)}"
            yield ("events", number, "actor"), f"{actor!r} names no role", hint


def _list(data: dict[str, Any], key: str) -> list[Any]:
    found = data.get(key)
    return found if isinstance(found, list) else []


def _tables(data: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the tables of an array, with their places in it."""
    return ((n, table) for n, table in enumerate(_list(data, key)) if isinstance(table, dict))


def _option(data: dict[str, Any], key: str) -> Any:
    options = data.get("options")
    return options.get(key) if isinstance(options, dict) else None


def _role_names(data: dict[str, Any]) -> tuple[str, ...]:
    """Roles that the study names."""
    roles = data.get("roles")
    return tuple(roles) if isinstance(roles, dict) else ()


def _speakable(data: dict[str, Any]) -> tuple[str, ...]:
    """Roles that claims can speak of: of one that is not there the claim does not apply."""
    return tuple(dict.fromkeys([*ROLES, *_role_names(data)]))


def _party(path: Path, code: str) -> Iterator[Found]:
    try:
        codes.parse_parties(code)
    except CodeUnknown as error:
        yield path, error.what, error.hint or ""
    except ValueError as error:
        yield path, f"{code!r}: {error}", "write a day as YYYY-MM-DD"


def _bloc(data: dict[str, Any]) -> Iterator[Found]:
    bloc = _option(data, "bloc")
    if not isinstance(bloc, str):
        return
    found = list(_party(("options", "bloc"), bloc))
    yield from found
    if not found and bloc in codes.economy_names():
        yield ("options", "bloc"), f"{bloc!r} is one economy", "name a coalition"


def _date(data: dict[str, Any]) -> Iterator[Found]:
    day = _option(data, "date")
    if not isinstance(day, str):
        return
    try:
        as_date(day)
    except BadInput as error:
        yield ("options", "date"), error.what, error.hint or ""


def _industries(data: dict[str, Any]) -> Iterator[Found]:
    for number, code in enumerate(_list(data, "industries")):
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
    seen: set[str] = set()
    for number, claim in _tables(data, "claims"):
        path: Path = ("claims", number)
        identity = claim.get("id")
        if isinstance(identity, str):
            if identity in seen:
                yield (*path, "id"), f"the id {identity!r} is used twice", "ids are unique"
            seen.add(identity)
        for place, entry in enumerate(_list(claim, "needs")):
            wrong = malformed(entry, _speakable(data)) if isinstance(entry, str) else ""
            if wrong:
                yield (*path, "needs", place), wrong, "as in coalition:home or member:DEU:home"
        yield from _kind(path, claim, _speakable(data))


def _kind(path: Path, claim: dict[str, Any], roles: Sequence[str]) -> Iterator[Found]:
    kind, measure = claim.get("kind"), claim.get("measure", "")
    if kind == "fact":
        if not measure:
            yield path, "a fact needs a measure", "`isthmus study check --measures` lists them"
        if "rule" not in claim:
            yield path, "a fact needs a rule", "rule = { comparison, threshold, reason }"
    elif kind in ("unmeasured", "intent"):
        for key in ("measure", "rule"):
            if claim.get(key):
                what = f"a claim of kind {kind!r} has no {key}"
                yield (*path, key), what, "make it a fact, or take this out"
        if kind == "unmeasured" and not claim.get("missing"):
            what = "an unmeasured claim must name what is missing"
            yield path, what, 'missing = ["the lens or data set"]'
    if isinstance(measure, str) and measure:
        yield from _measure(path, claim, measure, roles)


def _measure(path: Path, claim: dict[str, Any], name: str, roles: Sequence[str]) -> Iterator[Found]:
    known = measures()
    if name not in known:
        hint = did_you_mean(name, known) or f"known: {', '.join(known)}"
        yield (*path, "measure"), f"unknown measure {name!r}", hint
        return
    args = claim.get("args", {})
    if isinstance(args, dict):
        yield from _arguments((*path, "args"), known[name], args, roles)


def _arguments(
    path: Path, measure: Measure, args: dict[str, Any], roles: Sequence[str]
) -> Iterator[Found]:
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
        elif kind in PARTIES and value not in roles:
            yield from _role_or_party(place, value, roles)
        elif kind == "industry" and value not in {"goods", "all"}:
            yield from _industry(place, value)


def _role_or_party(path: Path, value: str, roles: Sequence[str]) -> Iterator[Found]:
    near = did_you_mean(value, roles)
    for place, what, hint in _party(path, value):
        yield place, what, near or hint


def _basket_names(data: dict[str, Any]) -> Iterator[Found]:
    baskets = data.get("baskets")
    known = tuple(baskets) if isinstance(baskets, dict) else ()
    for number, claim in _tables(data, "claims"):
        if not isinstance(claim.get("args"), dict):
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
        yield from _unknown((key,), data.get(key), _role_names(data) or ROLES)
    roles = _speakable(data)
    for number, claim in _tables(data, "claims"):
        for key in TEXTS:
            yield from _unknown(("claims", number, key), claim.get(key), roles)
        args, sentence = claim.get("args"), claim.get("sentence")
        if not isinstance(args, dict) or not isinstance(sentence, str):
            continue
        named = placeholders(sentence)
        for role in sorted({v for v in args.values() if isinstance(v, str) and v in roles} - named):
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
        if value not in _role_names(data):
            yield from _role_or_party(path, value, _role_names(data))


def _unknown(path: Path, text: object, roles: Sequence[str]) -> Iterator[Found]:
    for name in sorted(placeholders(text)) if isinstance(text, str) else []:
        if name not in roles:
            hint = did_you_mean(name, roles) or f"one of {', '.join(roles)}"
            yield path, f"{{{name}}} names no role", hint
