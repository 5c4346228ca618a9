"""From a horizon in years to the trade elasticity that holds there."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from isthmus.errors import BadInput, InputProblem, raise_all

Reading = Literal["share", "tariff_exclusive"]
"""How the estimated response of trade to tariffs becomes theta; see `ElasticityPath.theta`."""

NAMED = {"1y": 1.0, "3y": 3.0, "10y": 10.0}
SHORTEST = 1.0
FIRST_YEAR = -0.76
LONG_RUN = -2.0
LONG_RUN_BAND = (-1.75, -2.25)
YEARS = 3.0
YEARS_BAND = (2.5, 3.5)


@dataclass(frozen=True, slots=True)
class ElasticityPath:
    """The path of the tariff elasticity of trade over the years after a change.

    ``eps(h) = eps_LR - (eps_LR - eps_1) exp(-(h - 1) / T)`` for h of one year or more.

    Parameters
    ----------
    first_year : float
        Elasticity in the first year, negative.
    long_run : float
        Elasticity that it tends to, negative.
    years : float
        Characteristic time T in years.

    References
    ----------
    Boehm, C. E., Levchenko, A. A., Pandalai-Nayar, N. (2023). The long and short (run) of trade
    elasticities. American Economic Review 113(4), 861-905: -0.76 in the first year, -1.75 to
    -2.25 after seven to ten years. The exponential between them is an assumption.
    """

    first_year: float = FIRST_YEAR
    long_run: float = LONG_RUN
    years: float = YEARS

    def __post_init__(self) -> None:
        problems = [
            InputProblem(f"must be negative, got {value:g}", name)
            for name, value in (("first_year", self.first_year), ("long_run", self.long_run))
            if not value < 0
        ]
        if not self.years > 0:
            problems.append(InputProblem(f"must be positive, got {self.years:g}", "years"))
        raise_all("elasticity path", problems)

    def elasticity(self, horizon: float) -> float:
        """Return eps at `horizon` years.

        Raises
        ------
        BadInput
            When the horizon is below one year.
        """
        check_horizon(horizon)
        fading = math.exp(-(horizon - SHORTEST) / self.years)
        return self.long_run - (self.long_run - self.first_year) * fading

    def theta(self, horizon: float, *, reading: Reading = "share") -> float:
        """Return the trade elasticity theta of the model at `horizon` years.

        The estimates are responses of tariff-exclusive imports to the tariff. In the model
        tariff-exclusive imports respond with ``-(1 + theta)``, so the exact conversion is
        ``theta = -eps - 1`` (``"tariff_exclusive"``). In the first year that is negative: goods
        of different origin are complements, and an embargo has no equilibrium. ``"share"`` takes
        ``theta = -eps``: the estimate read as the response of expenditure shares to costs, with
        larger substitution and smaller losses at every horizon.

        Raises
        ------
        BadInput
            When the horizon is below one year, or theta is not positive.
        """
        eps = self.elasticity(horizon)
        theta = -eps if reading == "share" else -eps - 1.0
        if theta <= 0:
            raise BadInput(
                f"an elasticity of {eps:.2f} at {horizon:g} years gives theta = {theta:.2f}",
                where="reading 'tariff_exclusive'",
                hint="origins are complements there and the model has no answer to an embargo: "
                "take a longer horizon or the reading 'share'",
            )
        return theta


def parse_horizon(text: str | float) -> float:
    """Return a horizon in years from ``"1y"``, ``"3y"``, ``"10y"`` or a number of years.

    Raises
    ------
    BadInput
        When it is not a number of years, or below one year.
    """
    if isinstance(text, str):
        try:
            years = NAMED[text] if text in NAMED else float(text.removesuffix("y"))
        except ValueError:
            raise BadInput(
                f"not a horizon: {text!r}", hint="write 1y, 3y, 10y or a number of years"
            ) from None
    else:
        years = float(text)
    check_horizon(years)
    return years


def check_horizon(years: float) -> None:
    """Raise unless `years` is finite and at least one.

    Raises
    ------
    BadInput
        A long-run model is never shown as the loss of the first months.
    """
    if not (math.isfinite(years) and years >= SHORTEST):
        raise BadInput(
            f"a horizon of {years:g} years is below one year",
            where="horizon",
            hint="the first months belong to the disruption lens: isthmus disruption",
        )
