"""What a bill of materials is made of: items, their inputs, suppliers, demands and remedies."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from isthmus.production.amounts import Amount, Day, Part

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Stage = Literal["product", "assembly", "component", "material"]
RemedyKind = Literal[
    "stock",
    "second_source",
    "new_line",
    "substitution",
    "joint_procurement",
    "longer_shifts",
]


def _check_hs(codes: tuple[str, ...]) -> tuple[str, ...]:
    bad = [c for c in codes if not (c.isascii() and c.isdigit() and len(c) in (2, 4, 6))]
    if bad:
        raise ValueError(f"{', '.join(bad)}: an HS code has 2, 4 or 6 digits")
    return codes


HsCodes = Annotated[tuple[str, ...], AfterValidator(_check_hs)]


class Input(Part):
    """What one unit of an item takes of another.

    Parameters
    ----------
    item : str
        The item that goes in.
    quantity : Amount, optional
        Its units per unit of the using item. Without it the link is structure only: it is shown,
        and no run reckons with it.
    """

    item: Name
    quantity: Amount | None = None


class Substitute(Part):
    """What can take the place of an item, as a fact; a remedy puts it to use.

    Parameters
    ----------
    name : str
        The other material, component or origin.
    qualification : Amount, optional
        Time until it is accepted.
    cost_ratio : Amount, optional
        Its cost over that of the item.
    note : str
        What it changes.
    """

    name: str = Field(min_length=1)
    qualification: Amount | None = None
    cost_ratio: Amount | None = None
    note: str = ""


class Item(Part):
    """A product, assembly, component class or material class.

    Parameters
    ----------
    name, title : str
        Key and words.
    unit : str
        What it is counted in: ``piece``, ``kg``.
    stage : {"product", "assembly", "component", "material"}
        Place in the chain.
    hs : tuple of str
        Headings under which it is traded, of the HS 2017.
    lead : Amount, optional
        Time from the start of making to arrival at the user; none when absent.
    stock : Amount, optional
        Time of normal use that its users hold; none when absent.
    good : Amount, optional
        Share of what is begun that is good (yield); all when absent.
    inputs, substitutes : tuple
        What goes in, what could take its place.
    note : str
        What the reader must know.
    """

    name: Name
    title: str = Field(min_length=1)
    unit: str = Field(min_length=1)
    stage: Stage = "component"
    hs: HsCodes = ()
    lead: Amount | None = None
    stock: Amount | None = None
    good: Amount | None = None
    inputs: tuple[Input, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    note: str = ""


class Supplier(Part):
    """Who makes an item, where, how much and since when.

    Parameters
    ----------
    name, item, economy : str
        Key; the item; code of the economy or coalition in which it stands.
    capacity : Amount, optional
        Units of the item per week, month or year. Give this or `share`.
    share : Amount, optional
        Share of what normal demand needs; the shares of an item add up to 1 at most.
    headroom : Amount, optional
        With `share`: capacity over normal supply; 1 when absent.
    built, opens : date, optional
        When the plant stands, when it makes its first units; running from the start when absent.
    ramp : Amount, optional
        Time from opening to full rate.
    qualification : Amount, optional
        Time after a stop until users accept it; accepted already when absent.
    note : str
        What the reader must know: with `opens`, where the day comes from.
    """

    name: Name
    item: Name
    economy: str = Field(min_length=1)
    capacity: Amount | None = None
    share: Amount | None = None
    headroom: Amount | None = None
    built: Day | None = None
    opens: Day | None = None
    ramp: Amount | None = None
    qualification: Amount | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_size_and_dates(self) -> Self:
        wrong = []
        if (self.capacity is None) == (self.share is None):
            wrong.append("give either a capacity or a share")
        if self.headroom is not None and self.share is None:
            wrong.append("headroom goes with a share")
        if self.built is not None and self.opens is not None and self.opens < self.built:
            wrong.append(f"opens on {self.opens} before it is built on {self.built}")
        if self.opens is not None and not self.note:
            wrong.append("a day of opening needs a note that says where it comes from")
        if wrong:
            raise ValueError("; ".join(wrong))
        return self


class Demand(Part):
    """Who wants an item, how much and since when.

    Parameters
    ----------
    item, buyer : str
        The item, a product or any other (other uses of a material), and who wants it.
    quantity : Amount
        Units per week, month or year.
    begins : date, optional
        First day; from before the start when absent, and then part of normal demand.
    priority : int
        1 is served first; equal ones share in proportion. Lines that use the item have 2.
    waits : bool
        What is not delivered stays on order; otherwise it is lost.
    """

    item: Name
    buyer: str = Field(min_length=1)
    quantity: Amount
    begins: Day | None = None
    priority: int = Field(default=2, ge=1, le=9)
    waits: bool = True
    note: str = ""


class Remedy(Part):
    """What can be done for an item, by when and at what cost.

    Parameters
    ----------
    name, title, kind, item : str
        Key, words, kind of remedy, the item that it helps.
    economy : str
        Where new capacity stands; empty for a stock.
    weeks : Amount, optional
        Stock to be built, as time of normal use (kind ``stock``).
    adds : Amount, optional
        New capacity per week, month or year, or ``share`` of what normal demand needs.
    factor : Amount, optional
        Capacity of the present suppliers over what it was (``longer_shifts``).
    earlier : Amount, optional
        Time by which suppliers that open later are brought forward (``joint_procurement``).
    lead, ramp : Amount
        Time from the decision to the first effect, and from there to the full one.
    cost, yearly : Amount, optional
        Outlay once and each year, million EUR.
    """

    name: Name
    title: str = Field(min_length=1)
    kind: RemedyKind
    item: Name
    economy: str = ""
    weeks: Amount | None = None
    adds: Amount | None = None
    factor: Amount | None = None
    earlier: Amount | None = None
    lead: Amount | None = None
    ramp: Amount | None = None
    cost: Amount | None = None
    yearly: Amount | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_effect(self) -> Self:
        given = {n for n in ("weeks", "adds", "factor", "earlier") if getattr(self, n) is not None}
        if given != {_EFFECT[self.kind]}:
            raise ValueError(f"a remedy of kind {self.kind} takes '{_EFFECT[self.kind]}' alone")
        if self.adds is not None and not self.economy:
            raise ValueError("new capacity stands in an economy")
        if self.factor is not None and self.factor.bottom < 1.0:
            raise ValueError("a factor below 1 takes capacity away")
        return self


_EFFECT: dict[str, str] = {
    "stock": "weeks",
    "second_source": "adds",
    "new_line": "adds",
    "substitution": "adds",
    "joint_procurement": "earlier",
    "longer_shifts": "factor",
}
