"""Bills of materials in files: TOML, CSV, and the families that ship with the package."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.production.bill import Bill, build_bill, joined
from isthmus.runtime.reading import load_toml, read_text

CSV_COLUMNS = ("item", "input", "quantity", "low", "high", "unit", "hs", "source", "reason", "read")
_NEEDED = ("item", "input", "unit")


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
        return bill_from_toml(family_text(text), where=f"{text} (shipped)")
    written = read_text(path, what="bill of materials")
    if path.suffix == ".csv":
        return bill_from_csv(written, name=path.stem.lower().replace("_", "-"), where=text)
    return bill_from_toml(written, where=text)


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


def bill_from_csv(text: str, *, name: str, where: str) -> Bill:
    """Read the structure of products from CSV text: one row per item and what goes into it.

    A row with an empty `item` names a product (its unit, HS codes); every other row says how much
    of `input` one unit of `item` takes, and in which unit. Without `quantity` it is structure only.

    Raises
    ------
    BadInput
        With every row that breaks a rule.
    """
    reader = csv.DictReader(io.StringIO(text), restval="")
    named = tuple(reader.fieldnames or ())
    problems = [
        InputProblem(f"unknown column '{c}'", "line 1", did_you_mean(c, CSV_COLUMNS))
        for c in named
        if c not in CSV_COLUMNS
    ]
    problems += [InputProblem(f"no column '{c}'", "line 1") for c in _NEEDED if c not in named]
    raise_all("bill of materials", problems, where=where)
    items: dict[str, dict[str, Any]] = {}
    for row in reader:
        line = reader.line_num
        key = row["input"].strip()
        entry = items.setdefault(key, {"name": key, "title": key, "unit": row["unit"].strip()})
        if entry["unit"] != row["unit"].strip():
            what = f"'{key}' has the units '{entry['unit']}' and '{row['unit'].strip()}'"
            problems.append(InputProblem(what, f"line {line}", "give an item one unit"))
        if hs := (row.get("hs") or "").replace(" ", ""):
            entry["hs"] = hs.split(";")
        parent = row["item"].strip()
        if not parent:
            entry["stage"] = "product"
            continue
        amount, bad = _amount(row, line)
        problems += bad
        use = {"item": key} if amount is None else {"item": key, "quantity": amount}
        items.setdefault(parent, {"name": parent, "title": parent}).setdefault("inputs", []).append(
            use
        )
    head = {"name": name, "title": name, "start": "2025-01-06"}
    try:
        bill = build_bill({**head, "items": list(items.values())}, where=where)
    except BadInput as error:
        problems += error.problems
    raise_all("bill of materials", problems, where=where)
    return bill


def _amount(row: dict[str, str], line: int) -> tuple[dict[str, Any] | None, list[InputProblem]]:
    numbers: dict[str, Any] = {}
    problems = []
    for column, key in (("quantity", "value"), ("low", "low"), ("high", "high")):
        text = (row.get(column) or "").strip()
        if not text:
            continue
        try:
            numbers[key] = float(text)
        except ValueError:
            problems.append(InputProblem(f"'{text}' is not a number", f"line {line}, {column}"))
    if "value" not in numbers:
        if numbers:
            problems.append(InputProblem("a range without a quantity", f"line {line}"))
        return None, problems
    words = {k: (row.get(k) or "").strip() for k in ("unit", "source", "reason", "read")}
    return {**numbers, **{k: v for k, v in words.items() if v or k == "unit"}}, problems
