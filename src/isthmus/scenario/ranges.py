"""Ranges and distributions declared on parameters, and correlations between them."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from isthmus.scenario.base import Strict

Distribution = Literal["uniform", "loguniform", "triangular", "normal", "beta", "choice"]
_NEEDS: dict[str, tuple[str, ...]] = {
    "uniform": ("low", "high"),
    "loguniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "normal": ("mean", "sd"),
    "beta": ("alpha", "beta"),
    "choice": ("values",),
}
_CUTS = {"normal": {"low", "high"}, "beta": {"low", "high"}}
_NUMBERS = ("low", "high", "mode", "mean", "sd", "alpha", "beta", "values")


class Range(Strict):
    """What is not known about one parameter.

    Parameters
    ----------
    path : str
        Dotted path: ``shocks.<index>.<field>`` (``shocks.0.severity``), ``horizon``, or
        ``params.<name>`` for a parameter of the lens (``params.psi``).
    distribution : {"uniform", "loguniform", "triangular", "normal", "beta", "choice"}
        uniform and loguniform take low and high; triangular low, mode and high; normal mean and
        sd, cut at low and high where these are given; beta takes alpha and beta, and low and high
        where it is not to run from 0 to 1; choice takes values, equally likely.
    low, high, mode, mean, sd, alpha, beta : float, optional
        Numbers of the distribution, in the unit of the parameter.
    values : tuple, optional
        Alternatives of a choice.
    reason : str
        Why this range; required, because an unexplained range is an unexplained answer.
    """

    path: str = Field(
        pattern=r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*$",
        description="`params.<name>` of the lens, `shocks.<index>.<field>`, or `horizon`",
    )
    distribution: Distribution = Field(
        description="uniform, loguniform, triangular, normal, beta or choice"
    )
    low: float | None = Field(
        default=None, description="lower end; for normal a cut, for beta 0 when not given"
    )
    high: float | None = Field(
        default=None, description="upper end; for normal a cut, for beta 1 when not given"
    )
    mode: float | None = Field(default=None, description="most likely value; triangular only")
    mean: float | None = Field(default=None, description="mean before cuts; normal only")
    sd: float | None = Field(
        default=None, gt=0.0, description="standard deviation before cuts; normal only"
    )
    alpha: float | None = Field(default=None, gt=0.0, description="first shape; beta only")
    beta: float | None = Field(default=None, gt=0.0, description="second shape; beta only")
    values: tuple[bool | int | float | str, ...] = Field(
        default=(), description="alternatives, equally likely; choice only"
    )
    reason: str = Field(min_length=1, description="why this range and no other")

    @model_validator(mode="after")
    def _numbers_fit(self) -> Self:
        given = {name for name in _NUMBERS if getattr(self, name) not in (None, ())}
        needed = set(_NEEDS[self.distribution])
        allowed = needed | _CUTS.get(self.distribution, set())
        if missing := sorted(needed - given):
            raise ValueError(f"a {self.distribution} distribution needs {', '.join(missing)}")
        if extra := sorted(given - allowed):
            raise ValueError(f"a {self.distribution} distribution has no {', '.join(extra)}")
        self._check_order()
        return self

    def _check_order(self) -> None:
        low, high = self.low, self.high
        if self.distribution == "beta":
            low, high = (0.0 if low is None else low), (1.0 if high is None else high)
        if low is not None and high is not None and not low < high:
            raise ValueError("low must be below high")
        if self.distribution == "loguniform" and self.low is not None and self.low <= 0.0:
            raise ValueError("low of a loguniform distribution must be above 0")
        if (
            self.mode is not None
            and self.low is not None
            and self.high is not None
            and not self.low <= self.mode <= self.high
        ):
            raise ValueError("mode must lie between low and high")


class Correlation(Strict):
    """Rank correlation between two uncertain parameters.

    Parameters
    ----------
    paths : tuple of two str
        Paths that both have a range.
    value : float
        Spearman rank correlation in [-1, 1].
    reason : str
        Why they move together.
    """

    paths: tuple[str, str] = Field(description="two paths that have a range each")
    value: float = Field(
        ge=-1.0, le=1.0, description="rank correlation (Spearman) between -1 and 1"
    )
    reason: str = Field(min_length=1, description="why they move together")
