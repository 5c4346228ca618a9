"""What may happen: a scenario with how long, how hard and, assumed, how often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import model_validator

from isthmus.scenario.actions import Slug, Text
from isthmus.scenario.amounts import RangedAmount, Share
from isthmus.scenario.base import Strict
from isthmus.scenario.files import preset
from isthmus.scenario.model import Scenario

NEVER = 0.1
"""Yearly probability above which a hazard alone is said never to repay a package."""


class Hazard(Strict):
    """One class of events; one event belongs to one class, how long it lasts is its range.

    Parameters
    ----------
    key, title : str
        Name in commands, and for readers.
    cause : {"exogenous", "answer"}
        Whether it happens whatever is done, or in answer to an action. Only the first kind has
        losses here: answers are priced by the response model and nowhere else.
    scenario : str
        Preset whose shocks it takes.
    shocks : tuple of mapping
        Shocks of one's own, as in a scenario file, in place of a preset; a role such as "partner"
        stands for the party of the study.
    duration_days : RangedAmount, optional
        How long it lasts.
    severity : Share, optional
        How hard it is.
    yearly_probability : Share
        Chance in a year; always assumed, never estimated from coded cases.
    engine : {"disruption", "none"}
        What computes the loss; "none" where no engine holds it, with `no_engine` saying why.
    no_engine : str
        Why there is no loss in money.
    reason : str
        Why it is as it is.
    """

    key: Slug
    title: Text
    cause: Literal["exogenous", "answer"] = "exogenous"
    scenario: str = ""
    shocks: tuple[dict[str, Any], ...] = ()
    duration_days: RangedAmount | None = None
    severity: Share | None = None
    yearly_probability: Share
    engine: Literal["disruption", "none"] = "disruption"
    no_engine: str = ""
    reason: Text

    @model_validator(mode="after")
    def _computable(self) -> Self:
        if self.yearly_probability.kind != "assumed":
            raise ValueError("yearly_probability is assumed, never estimated from coded cases")
        if (self.engine == "none") != bool(self.no_engine.strip()):
            raise ValueError("engine is none exactly where no_engine says why")
        if self.scenario and self.shocks:
            raise ValueError("give a scenario or shocks, one of them")
        if self.duration_days is not None and not (
            self.duration_days.low >= 1.0 and self.duration_days.high <= 365.0
        ):
            raise ValueError(
                "duration_days must lie between 1 and 365; what lasts longer is another question"
            )
        return self

    @property
    def null(self) -> bool:
        """Whether nothing happens: no shock at all."""
        return self.engine == "disruption" and not self.written({}).shocks

    def written(self, parties: Mapping[str, str]) -> Scenario:
        """Return the scenario with roles replaced by `parties`; the median of each range.

        Raises
        ------
        NotFound, BadInput
            When the preset is unknown or a shock breaks a rule.
        """
        if self.scenario:
            base = preset(self.scenario)
        else:
            base = Scenario(name=self.key, shocks=[_named(s, parties) for s in self.shocks])
        values: dict[str, Any] = {}
        for place, shock in enumerate(base.shocks):
            if self.duration_days is not None:
                values[f"shocks.{place}.duration"] = round(self.duration_days.middle)
            if self.severity is not None and "severity" in type(shock).model_fields:
                values[f"shocks.{place}.severity"] = self.severity.middle
        return base.with_values(values) if values else base


def _named(shock: Mapping[str, Any], parties: Mapping[str, str]) -> dict[str, Any]:
    def named(value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [named(item) for item in value]
        return parties.get(value, value) if isinstance(value, str) else value

    return {field: named(value) for field, value in shock.items()}
