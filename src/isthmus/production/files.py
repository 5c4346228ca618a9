"""Bills of materials in files: TOML, CSV, and the families that ship with the package."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.production.amounts import Amount
from isthmus.production.bill import Bill, build_bill, joined, part_of
from isthmus.runtime.reading import load_toml, read_text
from isthmus.sources.numbers import parse_numbers
from isthmus.sources.text import read_text as read_table

CSV_COLUMNS = ("item", "input", "quantity", "low", "high", "unit", "hs", "source", "reason", "read")
_NEEDED = ("item", "input", "unit")
_NUMBERS = ("quantity", "low", "high")
_AMOUNT = {"quantity": "value"} | {
    c: c for c in ("low", "high", "unit", "source", "reason", "read")
}
UNDATED = "2025-01-06"
"""First day of a structure alone, the one of the families that ship; it dates nothing."""


def family_names() -> tuple[str, ...]:
    """Return the names of the families that ship with the package, sorted."""
    folder = resources.files("isthmus.production") / "families"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml")))


def family_text(name: str) -> str:
    """Return the text of a shipped family, to copy and change.

    Raises
    ------
    NotFound
        When there is none of this name.
    """
    known = family_names()
    if name not in known:
        hint = did_you_mean(name, known) or f"shipped: {', '.join(known)}; or name a file"
        raise NotFound(f"no bill of materials is called '{name}'", hint=hint)
    folder = resources.files("isthmus.production") / "families"
    return (folder / f"{name}.toml").read_text(encoding="utf-8")


def load_bill(source: str | Path) -> Bill:
    """Return a shipped family by its name, or read a ``.toml`` or ``.csv`` file.

    Raises
    ------
    NotFound, BadInput
        When it is not there, or has mistakes; all of them.
    """
    text = str(source)
    path = Path(source)
    if isinstance(source, str) and path.suffix not in {".toml", ".csv"}:
        return _shipped(text)
    if path.suffix == ".csv":
        return bill_from_csv(path)
    return bill_from_toml(read_text(path, what="bill of materials"), where=text)


@cache
def _shipped(name: str) -> Bill:
    return bill_from_toml(family_text(name), where=f"{name} (shipped)")


def load_bills(sources: Sequence[str | Path]) -> Bill:
    """Return several families as one, with what is wrong in any of them.

    Raises
    ------
    NotFound, BadInput
        As `load_bill`; problems of all files together, and of what they say about shared items.
    """
    problems: list[InputProblem] = []
    bills: list[Bill] = []
    if not sources:
        raise BadInput("name at least one bill of materials", hint="see isthmus production boms")
    for source in sources:
        try:
            bills.append(load_bill(source))
        except BadInput as error:
            at = error.where or str(source)
            found = error.problems or (InputProblem(error.what),)
            problems += [InputProblem(p.what, f"{at}: {p.where}", p.hint) for p in found]
    raise_all("bills of materials", problems)
    return joined(bills)


def bill_from_toml(text: str, *, where: str) -> Bill:
    """Read a bill of materials from TOML text.

    Raises
    ------
    BadInput
        When the text is not TOML or breaks a rule; all problems at once.
    """
    return build_bill(load_toml(text, what="bill of materials", where=where), where=where)


def bill_from_csv(path: Path) -> Bill:
    """Read the structure of products from a CSV file: one row per item and what goes into it.

    A row with an empty `item` names a product (its unit, HS codes); every other row says how much
    of `input` one unit of `item` takes, and in which unit. Without `quantity` it is structure only.

    Raises
    ------
    NotFound, BadInput
        When it is not there, or with every row that breaks a rule.
    """
    table = read_table(path, wanted=CSV_COLUMNS)
    named = table.frame.columns
    problems = [
        InputProblem(f"unknown column '{c}'", "header", did_you_mean(c, CSV_COLUMNS))
        for c in named
        if c not in CSV_COLUMNS
    ]
    problems += [InputProblem(f"no column '{c}'", "header") for c in _NEEDED if c not in named]
    raise_all("bill of materials", problems, where=str(path))
    numbers = parse_numbers(table, [c for c in _NUMBERS if c in named])
    problems = list(numbers.problems)
    items: dict[str, dict[str, Any]] = {}
    rows = table.frame.with_columns(numbers.frame.get_columns()).iter_rows(named=True)
    for line, row in zip(table.lines, rows, strict=True):
        here, key, unit, parent = f"line {line}", row["input"], row["unit"], row["item"]
        if not key or not unit:
            problems.append(InputProblem("needs an input and its unit", here))
            continue
        entry = items.setdefault(key, {"name": key, "title": key})
        if entry.setdefault("unit", unit) != unit:
            what = f"'{key}' has the units '{entry['unit']}' and '{unit}'"
            problems.append(InputProblem(what, here, "give an item one unit"))
        if hs := row.get("hs"):
            entry["hs"] = hs.replace(" ", "").split(";")
        if not parent:
            entry["stage"] = "product"
            continue
        given = {k: row[c] for c, k in _AMOUNT.items() if row.get(c) is not None}
        use: dict[str, Any] = {"item": key}
        if "value" in given:
            use["quantity"] = part_of(Amount, given, here, problems)
        elif "low" in given or "high" in given:
            problems.append(InputProblem("a range without a quantity", here))
        users = items.setdefault(parent, {"name": parent, "title": parent})
        users.setdefault("inputs", []).append(use)
    name = path.stem.lower().replace("_", "-")
    head = {"name": name, "title": name, "start": UNDATED}
    try:
        bill = build_bill({**head, "items": list(items.values())}, where=str(path))
    except BadInput as error:
        problems += error.problems
    raise_all("bill of materials", problems, where=str(path))
    return bill
