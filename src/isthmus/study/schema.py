"""What a study file may hold: parties, baskets, industries and claims with their rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from isthmus.scenario.ranges import Correlation, Range

SCHEMA_VERSION = 1

ROLES = ("home", "partner", "rival", "ally")
ROWS = tuple(f"S{n}" for n in range(1, 18))

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
ProductCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{2,6}$")]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Parties(_Model):
    """Who the study is about; each an economy (ISO3) or a coalition."""

    home: str = Field(description="whose point of view the study takes: an economy or a coalition")
    partner: str = Field(description="with whom cooperation is examined")
    rival: str = Field(description="who may answer with economic pressure")
    ally: str = Field(description="the power on which both sides already rely")


class Basket(_Model):
    """A group of products that the study looks at together."""

    title: Line = Field(description="name of the basket for readers")
    nomenclature: Literal["HS2017", "HS2022"] = Field(
        default="HS2017", description="edition of the Harmonised System of the codes"
    )
    codes: tuple[ProductCode, ...] = Field(
        min_length=1, description="HS codes with two, four or six digits, as strings"
    )
    note: str = Field(default="", description="what the codes include that the title does not say")


class Rule(_Model):
    """When a claim counts as supported, fixed before data are read."""

    comparison: Literal[">=", ">", "<=", "<"] = Field(
        description="how the value is held against the threshold"
    )
    threshold: float = Field(description="in the unit of the measure; shares as fractions")
    reason: Line = Field(description="why this threshold and no other")


class Claim(_Model):
    """A statement, what decides it and what would falsify it."""

    id: Slug = Field(description="short name, unique in the study")
    row: str = Field(default="", pattern=r"^(S[0-9]{1,2})?$", description="row of the brief")
    sentence: Line = Field(description="the statement in the study's own words")
    kind: Literal["fact", "unmeasured", "intent"] = Field(
        description="fact (a measure decides), unmeasured (lens or data missing) or intent"
    )
    measure: str = Field(default="", description="name of a measure; for facts only")
    args: dict[str, str | int | float | bool] = Field(
        default_factory=dict, description="arguments of the measure; a role name stands for a party"
    )
    rule: Rule | None = Field(default=None, description="for facts only")
    falsified_by: Line = Field(description="what would show the statement to be wrong")
    missing: tuple[Line, ...] = Field(
        default=(), description="for unmeasured claims: each lens or data set that is missing"
    )
    note: str = Field(default="", description="what a reader must know beside the verdict")


class Options(_Model):
    """Thresholds and years of the study; all have defaults."""

    since: int | None = Field(
        default=None, ge=1990, le=2100, description="first year of time series; default: all"
    )
    year: int | None = Field(
        default=None, ge=1990, le=2100, description="year of profiles; default: the latest"
    )
    concentration: float = Field(
        default=0.4, gt=0, le=1, description="HHI above which a market counts as concentrated"
    )


class Sampling(_Model):
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


class Study(_Model):
    """A question as data, written before data are read."""

    schema_version: Literal[1] = Field(description="version of this file format: 1")
    name: Slug = Field(description="short name, used for the output folder")
    title: Line = Field(description="title of the dossier")
    question: Line = Field(description="the question that the dossier answers")
    parties: Parties = Field(description="home, partner, rival and ally; see [parties]")
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

    def party(self, value: str) -> str:
        """Return the code of a role name (``"home"``), or `value` itself when it is none."""
        return str(getattr(self.parties, value)) if value in ROLES else value
