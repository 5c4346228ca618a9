"""The kinds of shock a scenario can hold; each says what it does, to whom, when and how hard."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from isthmus.kernels.arrays import Array
from isthmus.scenario.base import ALL, Codes, Strict
from isthmus.scenario.curves import RecoveryShape, profile_problems, severity_path


def _check_profile(value: Any) -> Any:
    if isinstance(value, tuple):
        problems = profile_problems(value)
        if problems:
            raise ValueError("; ".join(problems))
    return value


ProfileField = Annotated[
    Literal["constant", "rising", "falling"] | tuple[tuple[float, float], ...],
    AfterValidator(_check_profile),
]
Share = Annotated[float, Field(gt=0.0, le=1.0)]


def _as_redirect(value: Any) -> Any:
    """Check a share or points of it; anything but yes or no, a number or points is refused."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"must be true, false, or a share from 0 to 1, got {value!r}")
        return float(value)
    try:
        points = tuple((float(day), float(share)) for day, share in value)
    except (TypeError, ValueError):
        what = "must be true, false, a share from 0 to 1, or points [day, share]"
        raise ValueError(f"{what}, got {value!r}") from None
    return _check_profile(points)


Redirect = bool | float | tuple[tuple[float, float], ...]
RedirectField = Annotated[Redirect, BeforeValidator(_as_redirect)]
"""Whether buyers turn to other origins: yes or no, a share, or points (day of the shock, share)."""


class Recovery(Strict):
    """How a loss fades after the shock: time in days and form of the curve.

    Parameters
    ----------
    days : float
        Recovery time tau in days, at least 1.
    shape : {"linear", "convex", "convex_fast", "concave", "s"}
        See `isthmus.scenario.recovery_share`.
    """

    days: float = Field(ge=1.0)
    shape: RecoveryShape = "linear"


class Shock(Strict):
    """A change with a start, a duration and a severity path in time.

    Parameters
    ----------
    start : int
        First day, counted from 0.
    duration : int or None
        Days in force; None means to the end of the horizon.
    profile : str or sequence of (day, share)
        ``"constant"``, ``"rising"``, ``"falling"`` or points interpolated linearly.
    recovery : Recovery, optional
        How what is in force at the end fades; without it the shock ends at once.
    reason : str
        Why the shock is as it is; not part of the scenario's identity.
    """

    kind: str
    start: int = Field(default=0, ge=0)
    duration: int | None = Field(default=None, ge=1)
    profile: ProfileField = "constant"
    recovery: Recovery | None = None
    reason: str = ""

    code_fields: ClassVar[tuple[str, ...]] = ()

    @model_validator(mode="after")
    def _recovery_needs_an_end(self) -> Self:
        if self.recovery is not None and self.duration is None:
            raise ValueError("a recovery needs a duration: the shock never ends")
        if self.profile in ("rising", "falling") and self.duration is None:
            raise ValueError(f"profile '{self.profile}' needs a duration")
        return self

    def path(self, days: int) -> Array:
        """Return the share of the full severity in force on days 0 .. days-1."""
        recovery = None if self.recovery is None else (self.recovery.days, self.recovery.shape)
        return severity_path(
            days,
            start=self.start,
            duration=self.duration,
            profile=self.profile,
            recovery=recovery,
        )


class _Unilateral(Shock):
    economies: Codes
    industries: Codes = (ALL,)

    code_fields: ClassVar[tuple[str, ...]] = ("economies", "industries")


class _Bilateral(Shock):
    exporters: Codes
    importers: Codes = (ALL,)
    industries: Codes = (ALL,)

    code_fields: ClassVar[tuple[str, ...]] = ("exporters", "importers", "industries")


class _Stopping(Shock):
    severity: Share = 1.0
    redirect: RedirectField = True

    @model_validator(mode="after")
    def _redirect_within_the_shock(self) -> Self:
        if isinstance(self.redirect, tuple) and self.duration is not None:
            last = self.redirect[-1][0]
            lasts = self.duration + (0.0 if self.recovery is None else self.recovery.days)
            if last > lasts:
                what = f"day {last:g} lies after the end of the shock, which lasts {lasts:g} days"
                raise ValueError(f"redirect: {what}")
        return self

    def redirected(self, days: int) -> Array:
        """Return the share of what is stopped for which buyers turn to others, days 0 .. days-1."""
        if not isinstance(self.redirect, tuple):
            return np.full(days, float(self.redirect))
        at, share = np.array(self.redirect).T
        return np.asarray(np.interp(np.arange(days) - self.start, at, share))


class CapacityLoss(_Unilateral):
    """Production capacity of industries is lost and recovers.

    Parameters
    ----------
    economies, industries : codes
        Where; ``"*"`` means all.
    severity : float, optional
        Share of capacity lost, in (0, 1]. Give this or `capital`.
    capital : float, optional
        Productive capital destroyed, million USD, spread over the industries hit in proportion
        to their value added.
    rebuild_sectors : mapping of industry code to float, optional
        With `capital`: industries that supply the rebuilding, with shares that sum to 1; the
        rebuilding adds demand and capacity returns as it is met.
    rebuild_days : float
        Characteristic time of rebuilding, days.
    """

    kind: Literal["capacity_loss"] = "capacity_loss"
    severity: Share | None = None
    capital: float | None = Field(default=None, gt=0.0)
    rebuild_sectors: dict[str, float] = Field(default_factory=dict)
    rebuild_days: float = Field(default=60.0, ge=1.0)

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.severity is None) == (self.capital is None):
            raise ValueError("give either severity (share of capacity) or capital (million USD)")
        if self.rebuild_sectors:
            if self.capital is None:
                raise ValueError("rebuild_sectors needs capital: there is nothing to rebuild")
            if self.recovery is not None:
                raise ValueError("give either rebuild_sectors or recovery, not both")
            if min(self.rebuild_sectors.values()) <= 0.0:
                raise ValueError("shares in rebuild_sectors must be positive")
            if abs(sum(self.rebuild_sectors.values()) - 1.0) > 1e-9:
                raise ValueError("shares in rebuild_sectors must sum to 1")
        return self


class ExportStop(_Stopping, _Bilateral):
    """Exporters deliver less, or nothing, of some industries to some importers.

    Trade inside one economy is untouched. With `redirect` the buyers ask other origins for what
    they no longer get; without it their orders to these suppliers are placed and lost.

    Parameters
    ----------
    exporters, importers, industries : codes
        Who stops what to whom; industries are those of the supplier, chip nodes included.
    severity : float
        Share of the deliveries stopped, in (0, 1].
    redirect : bool, float or sequence of (day, share)
        Whether buyers turn to other origins for what is stopped, the share of it for which they
        do, or that share by day of the shock, interpolated linearly (``[[30, 0], [30.5, 1]]``: not
        for a month, then all). Buyers that differ are named in shocks of their own.
    """

    kind: Literal["export_stop"] = "export_stop"


class PurchaseBan(_Stopping, _Bilateral):
    """Importers buy less, or nothing, of some industries from some exporters.

    Trade inside one economy is untouched. With `redirect` the importers buy elsewhere; without
    it the purchases are given up.
    """

    kind: Literal["purchase_ban"] = "purchase_ban"


class Embargo(_Stopping):
    """Trade between two groups stops in both directions.

    Parameters
    ----------
    economies, partners : codes
        The two groups; ``"*"`` for partners means everyone else.
    industries : codes
        Industries of the suppliers, on both sides.
    severity : float
        Share of the trade stopped, in (0, 1].
    redirect : bool, float or sequence of (day, share)
        Whether buyers turn to other origins for what is stopped, the share of it for which they
        do, or that share by day of the shock, interpolated linearly (``[[30, 0], [30.5, 1]]``: not
        for a month, then all). Buyers that differ are named in shocks of their own.
    """

    kind: Literal["embargo"] = "embargo"
    economies: Codes
    partners: Codes = (ALL,)
    industries: Codes = (ALL,)

    code_fields: ClassVar[tuple[str, ...]] = ("economies", "partners", "industries")


class DemandSurge(_Unilateral):
    """Final demand of economies for the products of industries rises (or falls).

    Parameters
    ----------
    economies : codes
        Whose final demand.
    industries : codes
        Industries whose products are demanded, of any origin.
    severity : float
        Relative change of final demand: 0.5 is half as much again, -0.2 a fifth less.
    """

    kind: Literal["demand_surge"] = "demand_surge"
    severity: float = Field(ge=-1.0)

    @model_validator(mode="after")
    def _not_zero(self) -> Self:
        if self.severity == 0.0:
            raise ValueError("a severity of 0 changes nothing")
        return self


class TariffChange(_Bilateral):
    """Importers change the tariff on some industries from some exporters.

    Parameters
    ----------
    rate : float, optional
        New ad-valorem rate, a fraction. Give this or `change`.
    change : float, optional
        Addition to the present rate, a fraction.
    """

    kind: Literal["tariff_change"] = "tariff_change"
    rate: float | None = Field(default=None, ge=0.0)
    change: float | None = Field(default=None, gt=-1.0)

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.rate is None) == (self.change is None):
            raise ValueError("give either rate (new level) or change (addition)")
        return self


class TradeCostChange(_Bilateral):
    """Iceberg trade costs between exporters and importers are multiplied by a factor.

    Parameters
    ----------
    factor : float
        New over old iceberg cost; above 1 is dearer.
    """

    kind: Literal["trade_cost_change"] = "trade_cost_change"
    factor: float = Field(gt=0.0)


class ProductivityChange(_Unilateral):
    """Productivity of industries is multiplied by a factor.

    Parameters
    ----------
    factor : float
        New over old productivity; above 1 is better.
    """

    kind: Literal["productivity_change"] = "productivity_change"
    factor: float = Field(gt=0.0)


SHOCKS: dict[str, type[Shock]] = {
    "capacity_loss": CapacityLoss,
    "demand_surge": DemandSurge,
    "embargo": Embargo,
    "export_stop": ExportStop,
    "productivity_change": ProductivityChange,
    "purchase_ban": PurchaseBan,
    "tariff_change": TariffChange,
    "trade_cost_change": TradeCostChange,
}
"""Every kind of shock by the name it has in files."""
