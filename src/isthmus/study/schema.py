"""What a study file may hold: parties, baskets, industries and claims with their rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from isthmus.codes import dated
from isthmus.runtime.brief import Brief
from isthmus.scenario.ranges import Correlation, Range

SCHEMA_VERSION = 2

ROLES = ("home", "partner", "rival", "ally")
"""Roles that pages know; a study needs the first two and can have others of its own."""

Colour = Literal["home", "partner", "rival", "ally", "accent", "other"]

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
ProductCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,6}$")]


class _StudyPart(Brief, BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Role(_StudyPart):
    """A party of the study under the name by which sentences and claims call it."""

    party: str = Field(description="an economy (ISO3) or a coalition")
    colour: Colour | None = Field(
        default=None, description="colour in charts; default: that of the role's name, or other"
    )


def _role(value: Any) -> Any:
    return {"party": value} if isinstance(value, str) else value


class PageChoice(_StudyPart):
    """A page of the dossier, with what it lets a study choose."""

    page: Slug = Field(description="name of a page; `isthmus study check --pages` lists them")
    parameters: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="choices of the page, by name"
    )


class EventChoice(_StudyPart):
    """An event whose losses day by day the study looks at."""

    event: Slug = Field(description="name of an event of the package, or of one's own")
    actor: Slug = Field(description="role by whom or in whose trade it happens")
    detail: bool = Field(
        default=False,
        description="also by member, by industry and as a path; the first, where no event says so",
    )
    scenario: str = Field(
        default="", description="preset or file of a scenario, for an event of one's own"
    )
    title: str = Field(default="", description="what happens, for an event of one's own")
    inputs: tuple[str, ...] = Field(
        default=(), description="inputs whose stocks are varied, for an event of one's own"
    )

    @model_validator(mode="after")
    def _own_or_not(self) -> Self:
        if bool(self.scenario) != bool(self.title):
            raise ValueError("scenario and title stand together or not at all")
        return self


class Basket(_StudyPart):
    """A group of products that the study looks at together."""

    title: Line = Field(description="name of the basket for readers")
    nomenclature: Literal["HS2017", "HS2022"] = Field(
        default="HS2017", description="edition of the Harmonised System of the codes"
    )
    codes: tuple[ProductCode, ...] = Field(
        min_length=1, description="HS codes with two, four or six digits, as strings"
    )
    note: str = Field(default="", description="what the codes include that the title does not say")


class Rule(_StudyPart):
    """When a claim counts as supported; it stands in the study file, and no data move it."""

    comparison: Literal[">=", ">", "<=", "<"] = Field(
        description="how the value is held against the threshold"
    )
    threshold: float = Field(description="in the unit of the measure; shares as fractions")
    reason: Line = Field(description="why this threshold and no other")


class Claim(_StudyPart):
    """A statement, what decides it and what would falsify it."""

    id: Slug = Field(description="short name, unique in the study")
    row: str = Field(default="", max_length=24, description="label that groups claims; any text")
    sentence: Line = Field(description="the statement in the study's own words")
    kind: Literal["fact", "unmeasured", "intent"] = Field(
        description="fact (a measure decides), unmeasured (lens or data missing) or intent"
    )
    measure: str = Field(default="", description="name of a measure; for facts only")
    args: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="arguments of the measure; a role name stands for a party"
    )
    rule: Rule | None = Field(default=None, description="for facts only")
    first: int = Field(
        default=0,
        ge=0,
        description="place among the claims that matter first, from 1; 0 for the others",
    )
    size: bool = Field(
        default=False,
        description="whether the measure follows from the sizes of the parties: a reader is told",
    )
    universal: bool = Field(
        default=False,
        description="whether it speaks of every case: of draws the 95 % range decides, and it "
        "never depends",
    )
    falsified_by: Line = Field(description="what would show the statement to be wrong")
    missing: tuple[Line, ...] = Field(
        default=(), description="for unmeasured claims: each lens or data set that is missing"
    )
    note: str = Field(default="", description="what a reader must know beside the verdict")
    needs: tuple[Line, ...] = Field(
        default=(),
        description="what the study must have for the claim to apply; see `isthmus.study.needs`",
    )


class Options(_StudyPart):
    """Thresholds, day and years of the study; all have defaults."""

    date: str | None = Field(
        default=None,
        description="day (2024-12-31, or a year: its last day) on which members of coalitions "
        "that change are taken, the same in every section; default: the last day that the table "
        "of members covers",
    )

    since: int | None = Field(
        default=None, ge=1990, le=2100, description="first year of time series; default: all"
    )
    year: int | None = Field(
        default=None, ge=1990, le=2100, description="year of profiles; default: the latest"
    )
    bloc: str = Field(
        default="EU27_2020", description="coalition whose members can answer together"
    )
    concentration: float = Field(
        default=0.4, gt=0, le=1, description="HHI above which a market counts as concentrated"
    )


class Sampling(_StudyPart):
    """The lens that `isthmus ensemble run` calls over the ranges of the study."""

    lens: str = Field(
        default="", description="dotted name, such as `dependence.leverage`; or give --lens"
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict, description="fixed parameters; a role name stands for a party"
    )
    scenario: str = Field(
        default="", description="preset whose shocks, horizon and ranges are used as well"
    )
    horizon: int | None = Field(
        default=None, ge=1, le=3660, description="days; default: the preset's, or 365"
    )
    shocks: tuple[dict[str, Any], ...] = Field(
        default=(), description="shocks as in a scenario file; a role name stands for a party"
    )
    samples: int = Field(default=1024, ge=1, description="number of samples; default: 1,024")
    design: Literal["latin_hypercube", "sobol", "random"] = Field(
        default="latin_hypercube", description="latin_hypercube (default), sobol or random"
    )
    seed: int = Field(default=0, ge=0, description="seed of the samples; default: 0")
    batch: int = Field(default=64, ge=1, description="samples per batch; default: 64")
    tables: tuple[str, ...] = Field(
        default=(), description="tables of the lens to keep; default: all"
    )


class Study(_StudyPart):
    """A question as data, written before data are read."""

    schema_version: Literal[2] = Field(description="version of this file format: 2")
    name: Slug = Field(description="short name, used for the output folder")
    title: Line = Field(description="title of the dossier")
    question: Line = Field(description="the question that the dossier answers")
    roles: dict[Slug, Annotated[Role, BeforeValidator(_role)]] = Field(
        description="parties by role: home and partner, and others such as rival and ally"
    )
    pages: tuple[PageChoice, ...] = Field(
        default=(), description="pages in order; default: every page that the roles allow"
    )
    events: tuple[EventChoice, ...] = Field(
        default=(),
        description="events of the page on disruption; default: all that apply",
    )
    currency: Literal["USD", "EUR"] = Field(
        default="USD",
        description="currency in which money of the data, which is in USD, is printed where the "
        "mean rate of its year is at hand",
    )
    industries: tuple[str, ...] = Field(
        default=(), description="industries of interest (ICIO2025 codes)"
    )
    baskets: dict[Slug, Basket] = Field(
        default_factory=dict, description="groups of products by short name"
    )
    options: Options = Field(default_factory=Options, description="years and thresholds")
    claims: tuple[Claim, ...] = Field(default=(), description="statements to hold against the data")
    ensemble: Sampling | None = Field(
        default=None, description="the lens to run over the ranges; see [ensemble]"
    )
    ranges: tuple[Range, ...] = Field(
        default=(), description="what is not known, read by `isthmus ensemble run` only"
    )
    correlations: tuple[Correlation, ...] = Field(
        default=(), description="rank correlations between ranges"
    )

    @property
    def parties(self) -> dict[str, str]:
        """Codes of the parties by role.

        Where the study names a day, a coalition that changes and has none of its own carries it.
        """
        return {name: dated(role.party, self.options.date) for name, role in self.roles.items()}

    def party(self, value: str) -> str:
        """Return the code of a role name (``"home"``), or `value` itself when it is none."""
        role = self.roles.get(value)
        return dated(value if role is None else role.party, self.options.date)

    def with_parties(self, **parties: str | None) -> Study:
        """Return the study with other parties in its roles; None takes a role out."""
        roles = {
            name: role for name, role in self.roles.items() if parties.get(name, "") is not None
        }
        for name, code in parties.items():
            if code is not None:
                known = roles.get(name, Role(party=code))
                roles[name] = known.model_copy(update={"party": code})
        return self.model_copy(update={"roles": roles})
