"""A bill of materials: its parts, read with every problem at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Kind
from isthmus.production.amounts import Amount, Day, Part
from isthmus.production.checks import cross_problems
from isthmus.production.loose import between_fields, loosely
from isthmus.production.parts import Demand, Item, Name, Remedy, Supplier
from isthmus.runtime import canonical_hash
from isthmus.runtime.brief import Brief
from isthmus.scenario.base import problems_of

SCHEMA_VERSION = 1

P = TypeVar("P", bound=Part)
_LISTS = ("items", "suppliers", "demands", "remedies")


class Head(Part):
    """What stands at the top of a file: version, name, title, first day, note."""

    schema_version: int = Field(default=SCHEMA_VERSION, ge=1, le=SCHEMA_VERSION)
    name: Name
    title: str = Field(min_length=1)
    start: Day
    note: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Bill(Brief):
    """One or several product families with what they are made of.

    Attributes
    ----------
    head : Head
        Name, title and first day.
    items, suppliers, demands, remedies : tuple
        Items stand in an order in which inputs come before what uses them.
    """

    head: Head
    items: tuple[Item, ...]
    suppliers: tuple[Supplier, ...] = ()
    demands: tuple[Demand, ...] = ()
    remedies: tuple[Remedy, ...] = ()

    def __getitem__(self, name: str) -> Item:
        return next(item for item in self.items if item.name == name)

    @property
    def products(self) -> tuple[str, ...]:
        """Names of the products."""
        return tuple(item.name for item in self.items if item.stage == "product")

    @property
    def kind(self) -> Kind:
        """Weakest kind of any number in it."""
        return Kind.weakest([Kind.ESTIMATED, *(a.kind for _, a in amounts_of(self))])

    @property
    def identity(self) -> str:
        """Hash of the content."""
        parts = (self.items, self.suppliers, self.demands, self.remedies)
        plain = [[p.model_dump(mode="json") for p in group] for group in parts]
        return canonical_hash([self.head.start.isoformat(), *plain])

    @property
    def unquantified(self) -> tuple[tuple[str, str], ...]:
        """Pairs of using item and input without a quantity: structure only."""
        return tuple(
            (item.name, use.item)
            for item in self.items
            for use in item.inputs
            if use.quantity is None
        )


def build_bill(raw: Mapping[str, Any], *, where: str) -> Bill:
    """Build a bill from plain values, as read from TOML.

    Raises
    ------
    BadInput
        With every problem found: fields, units, ranges, cycles, shares, dates.
    """
    problems: list[InputProblem] = []
    head = part_of(Head, {k: v for k, v in raw.items() if k not in _LISTS}, "", problems)
    items, broken_items = _parts(Item, raw, "items", problems)
    suppliers, broken_suppliers = _parts(Supplier, raw, "suppliers", problems)
    demands, broken_demands = _parts(Demand, raw, "demands", problems)
    remedies, broken_remedies = _parts(Remedy, raw, "remedies", problems)
    names = (i.get("name") for i in _tables(raw.get("items", [])))
    written = {name for name in names if isinstance(name, str)}
    if not written:
        problems.append(InputProblem("names no item", where="items"))
    problems += cross_problems(
        [*items, *broken_items],
        [*suppliers, *broken_suppliers],
        [*demands, *broken_demands],
        [*remedies, *broken_remedies],
        written,
    )
    raise_all("bill of materials", problems, where=where)
    if head is None:
        raise AssertionError("a head without problems is built")
    return Bill(
        head,
        _ordered([i for _, i in items]),
        tuple(s for _, s in suppliers),
        tuple(d for _, d in demands),
        tuple(r for _, r in remedies),
    )


def joined(bills: Iterable[Bill]) -> Bill:
    """Return several bills as one: items of one name are one item, and compete for its supply.

    Raises
    ------
    BadInput
        When two bills say different things under one name.
    """
    first, *rest = bills
    if not rest:
        return first
    problems: list[InputProblem] = []
    every = (first, *rest)
    items = _merged([(b.head.name, i) for b in every for i in b.items], "items", problems)
    suppliers = _merged(
        [(b.head.name, s) for b in every for s in b.suppliers], "suppliers", problems
    )
    remedies = _merged([(b.head.name, r) for b in every for r in b.remedies], "remedies", problems)
    # A structure alone dates nothing.
    dated = [b for b in every if b.suppliers or b.demands] or every
    starts = {b.head.start for b in dated}
    if len(starts) > 1:
        what = f"begin on different days: {', '.join(map(str, sorted(starts)))}"
        problems.append(InputProblem(what, "start", "give them one start"))
    demands = tuple(dict.fromkeys(d for b in every for d in b.demands))
    problems += cross_problems(
        list(enumerate(items)),
        list(enumerate(suppliers)),
        list(enumerate(demands)),
        list(enumerate(remedies)),
        {i.name for i in items},
    )
    raise_all("bills of materials together", problems)
    head = first.head.model_copy(
        update={
            "name": "-".join(b.head.name for b in every),
            "title": "; ".join(b.head.title for b in every),
            "start": dated[0].head.start,
        }
    )
    return replace(
        first,
        head=head,
        items=_ordered(items),
        suppliers=suppliers,
        demands=demands,
        remedies=remedies,
    )


def amounts_of(bill: Bill) -> list[tuple[str, Amount]]:
    """Return every number of a bill with its place, such as ``items.tnt.lead``."""
    found: list[tuple[str, Amount]] = []
    groups: dict[str, Iterable[Any]] = {
        "items": bill.items,
        "suppliers": bill.suppliers,
        "demands": bill.demands,
        "remedies": bill.remedies,
    }
    for group, parts in groups.items():
        for part in parts:
            name = part.name if hasattr(part, "name") else f"{part.item}.{part.buyer}"
            _collect(part, f"{group}.{name}", found)
    return found


def _collect(part: Part, place: str, found: list[tuple[str, Amount]]) -> None:
    for field in type(part).model_fields:
        value = getattr(part, field)
        if isinstance(value, Amount):
            found.append((f"{place}.{field}", value))
        for inner in value if isinstance(value, tuple) else ():
            if isinstance(inner, Part):
                key = getattr(inner, "item", None) or getattr(inner, "name", "")
                _collect(inner, f"{place}.{field}.{key}", found)


def _merged(
    named: list[tuple[str, Any]], group: str, problems: list[InputProblem]
) -> tuple[Any, ...]:
    found: dict[str, Any] = {}
    for bill, part in named:
        if part.name in found and found[part.name] != part:
            what = "is not the same in the bills"
            problems.append(InputProblem(what, f"{group}.{part.name}", f"see {bill}"))
        found.setdefault(part.name, part)
    return tuple(found.values())


def _ordered(items: Iterable[Item]) -> tuple[Item, ...]:
    by_name = {item.name: item for item in items}
    graph = {name: [u.item for u in item.inputs] for name, item in by_name.items()}
    try:
        return tuple(by_name[name] for name in TopologicalSorter(graph).static_order())
    except (CycleError, KeyError) as error:
        raise AssertionError("cycles and unknown items were refused before") from error


def _tables(raw: Any) -> list[Mapping[str, Any]]:
    return [r for r in raw if isinstance(r, Mapping)] if isinstance(raw, list | tuple) else []


def _parts(
    model: type[P], file: Mapping[str, Any], field: str, problems: list[InputProblem]
) -> tuple[list[tuple[int, P]], list[tuple[int, P]]]:
    """Return the parts of a list with their places, and what can be read of those with mistakes."""
    raw = file.get(field, [])
    if not isinstance(raw, list | tuple):
        problems.append(InputProblem("must be a list of tables", where=field))
        return [], []
    whole: list[tuple[int, P]] = []
    broken: list[tuple[int, P]] = []
    for n, one in enumerate(raw):
        part = part_of(model, one, f"{field}.{n}", problems)
        if part is not None:
            whole.append((n, part))
        elif (rest := loosely(model, one)) is not None:
            broken.append((n, rest))
    return whole, broken


def part_of(model: type[P], raw: Any, place: str, problems: list[InputProblem]) -> P | None:
    """Return a part built from plain values, or None and its `problems` where it breaks a rule."""
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        for found in problems_of(error, model):
            where = ".".join(p for p in (place, found.where) if p)
            problems.append(InputProblem(found.what, where, found.hint))
        problems += between_fields(model, raw, place)
        return None
