"""An action of cooperation: what it costs and changes, who decides, how sure each number is."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Discriminator, Field, model_validator

from isthmus.scenario.amounts import NOTHING, RangedAmount, Share
from isthmus.scenario.base import ALL, Codes, Strict

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
Text = Annotated[str, Field(min_length=1)]
Actor = Literal["firms", "member", "members", "union", "partner"]
Side = Literal["home", "partner", "both"]
Vote = Literal[
    "none",
    "national",
    "administrative",
    "board",
    "commission",
    "delegated act",
    "qualified majority",
    "unanimity",
]


class Cost(Strict):
    """What an action costs, net of what it brings back.

    All in million EUR at prices of the catalogue's year.

    Parameters
    ----------
    published : RangedAmount
        The figure as it is published or estimated: an outlay, a loan volume, a premium.
    published_as : str
        What that figure is.
    one_off, yearly : RangedAmount
        Net resource cost: outlay less value received and resale. Stocks cost carrying.
    life_years : RangedAmount
        Years over which the one-off part serves.
    transfer : RangedAmount
        What moves between parties; never part of a total.
    contingent : RangedAmount
        Net cost if it is called upon; weighted by nothing and printed apart.
    contingent_on : str
        What calls upon it.
    payer : {"home", "partner", "both"}
        Who bears the net cost.
    line : str
        From which budget.
    note : str
        What a reader must know of the figures.
    """

    published: RangedAmount
    published_as: Text
    one_off: RangedAmount = NOTHING
    yearly: RangedAmount = NOTHING
    life_years: RangedAmount = RangedAmount(
        low=10.0, high=10.0, reason="ten years where nothing is known"
    )
    transfer: RangedAmount = NOTHING
    contingent: RangedAmount = NOTHING
    contingent_on: str = ""
    payer: Side = "home"
    line: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.life_years.low > 0.0:
            raise ValueError("life_years must be above 0")
        if (self.contingent.high > 0.0) != bool(self.contingent_on.strip()):
            raise ValueError("contingent and contingent_on stand together or not at all")
        return self


class ActionIndicator(Strict):
    """What an action is for where no euro measures it.

    Parameters
    ----------
    quantity, unit : str
        What is counted, and in what.
    start, goal : RangedAmount
        Before, and at full effect.
    better : {"higher", "lower"}
        Which way is meant.
    """

    quantity: Text
    unit: Text
    start: RangedAmount
    goal: RangedAmount
    better: Literal["higher", "lower"]

    @model_validator(mode="after")
    def _moves(self) -> Self:
        gain = self.goal.middle - self.start.middle
        if (gain if self.better == "higher" else -gain) <= 0.0:
            raise ValueError(f"goal must be {self.better} than start")
        return self

    @property
    def gain(self) -> tuple[float, float]:
        """Smallest and largest distance from start to goal, in `unit`; never below zero."""
        ends = (self.goal.low - self.start.high, self.goal.high - self.start.low)
        if self.better == "lower":
            ends = (self.start.low - self.goal.high, self.start.high - self.goal.low)
        return max(ends[0], 0.0), max(ends[1], 0.0)


class Effect(Strict):
    """A change of exactly one input of an engine at full delivery.

    Parameters
    ----------
    hazards : tuple of str
        Keys of the hazards whose loss it can change. Support and output have none: they change
        answers and units of a line.
    """

    channel: str
    hazards: tuple[Slug, ...] = Field(min_length=1)

    engine: ClassVar[str] = "disruption"


class Stock(Effect):
    """Days of an input held by named industries, and the share of units that fits any one user."""

    channel: Literal["stock"]
    inputs: Codes
    users: Codes = (ALL,)
    economies: Codes = ("home",)
    days: RangedAmount
    fit: Share


class Qualify(Effect):
    """Weeks until another origin is accepted, or the share of output that needs the input."""

    channel: Literal["qualify"]
    inputs: Codes
    users: Codes = (ALL,)
    economies: Codes = ("home",)
    weeks: RangedAmount | None = None
    need_less: Share | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.weeks is None) == (self.need_less is None):
            raise ValueError("give weeks or need_less, one of them")
        return self


class Notice(Effect):
    """Days between the event and the first redirection or saving that are won."""

    channel: Literal["warning"]
    inputs: Codes
    economies: Codes = ("home",)
    days: RangedAmount


class SourceEffect(Effect):
    """Share of an input that moves from one origin to another."""

    channel: Literal["source"]
    inputs: Codes
    economies: Codes = ("home",)
    away_from: Codes
    to: Codes
    share: Share


class Capacity(Effect):
    """Share of the world's capacity for a product that is built at a place."""

    channel: Literal["capacity"]
    inputs: Codes
    place: Codes = ("home",)
    share: Share


class Support(Effect):
    """Who stands with a hit member, how soon, and how much of its lost sales is diverted."""

    channel: Literal["support"]
    hazards: tuple[Slug, ...] = ()
    economies: Codes = ("home",)
    delay_months: RangedAmount
    diverted: Share

    engine: ClassVar[str] = "coercion"


class OutputEffect(Effect):
    """Units of a defence line: of its last stage, or of an item that goes into it.

    Parameters
    ----------
    line : str
        Bill of materials of the line (`isthmus production boms`).
    item : str
        Item of the bill; its product when empty.
    units : RangedAmount
        What is added, in `unit`.
    """

    channel: Literal["output"]
    hazards: tuple[Slug, ...] = ()
    line: Slug
    item: str = ""
    units: RangedAmount
    unit: Text = "piece per month"

    engine: ClassVar[str] = "production"


AnyEffect = Annotated[
    Stock | Qualify | Notice | SourceEffect | Capacity | Support | OutputEffect,
    Discriminator("channel"),
]
CHANNELS: dict[str, type[Effect]] = {
    "stock": Stock,
    "qualify": Qualify,
    "warning": Notice,
    "source": SourceEffect,
    "capacity": Capacity,
    "support": Support,
    "output": OutputEffect,
}


class Degrees(Strict):
    """How visible, official and military an action is, each in [0, 1]; a judgement."""

    visible: float = Field(strict=True, ge=0.0, le=1.0)
    official: float = Field(strict=True, ge=0.0, le=1.0)
    military: float = Field(strict=True, ge=0.0, le=1.0)
    reason: Text


class Action(Strict):
    """One thing that can be done.

    Parameters
    ----------
    key, title : str
        Name in commands, and for readers.
    label : str
        Name in a list of candidate measures.
    rung : str
        Step of the ladder of engagement that it is; empty where it is no step towards anybody.
    gains : {"home", "partner", "both"}
        Who gets what it buys.
    buys : str
        What that is, in words.
    actor : {"firms", "member", "members", "union", "partner"}
        Who acts, and so who may be answered.
    decider, legal_base : str
        Who decides, on what base.
    law_checked : bool
        Whether the base was seen on a page; never a legal opinion.
    vote, vote_note : str
        How the decision is taken.
    degrees : Degrees
        How visible, official and military.
    reversibility : {"easy", "medium", "hard"}
        How hard it is to undo.
    undo_months : RangedAmount
        Months until it is undone; the upper end of what cannot be undone is its life.
    lead_months, ramp_months : RangedAmount
        Months from the decision to the first effect, and from there to the full one.
    cost : Cost
        What it costs.
    effects : tuple of Effect
        What it changes in an engine.
    indicator : ActionIndicator, optional
        What it is for where no euro measures it.
    enables : tuple of str
        Keys of actions that it opens the way to.
    excludes : mapping of str to str
        Keys of actions that cannot stand beside it, with the reason.
    not_measured : str
        Why no effect is measured; required where there is neither effect nor indicator.
    firms : tuple of str
        Products of named links between firms (`firm_links`) on which it rests.
    """

    key: Slug
    title: Text
    label: str = ""
    rung: str = ""
    gains: Side
    buys: Text
    actor: Actor
    decider: Text
    legal_base: str = ""
    law_checked: bool = False
    vote: Vote
    vote_note: str = ""
    degrees: Degrees
    reversibility: Literal["easy", "medium", "hard"]
    undo_months: RangedAmount
    lead_months: RangedAmount
    ramp_months: RangedAmount = NOTHING
    cost: Cost
    effects: tuple[AnyEffect, ...] = ()
    indicator: ActionIndicator | None = None
    enables: tuple[Slug, ...] = ()
    excludes: dict[Slug, Text] = Field(default_factory=dict)
    not_measured: str = ""
    firms: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _said(self) -> Self:
        nothing = not self.effects and self.indicator is None
        if nothing != bool(self.not_measured.strip()):
            raise ValueError(
                "an action without effect and indicator says in not_measured why; one with either "
                "has no not_measured"
            )
        return self

    @property
    def money(self) -> bool:
        """Whether an engine can turn one of its effects into money."""
        return any(e.engine in ("disruption", "coercion") for e in self.effects)

    def touches(self, hazard: str) -> tuple[Effect, ...]:
        """Return its effects on the loss of a hazard."""
        return tuple(e for e in self.effects if e.engine == "disruption" and hazard in e.hazards)
