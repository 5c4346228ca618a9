"""The family of models that a calibration searches: named numbers, and what each is in the engine.

Two dozen numbers stand for the engine's parameters by input and using industry. Inputs fall into
classes by their code; which of them an industry cannot do without comes from the chip nodes' users
and from the project's own criticality by group.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from isthmus.codes.nodes import CHIP_NODES, is_rest, whole_of
from isthmus.disruption.criticality import USERS, default_criticality, group_of, root_of
from isthmus.disruption.settings import Precision, Settings
from isthmus.errors import InputProblem, did_you_mean, raise_all
from isthmus.kernels.disruption_terms import Rationing, Rule

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEADING = "C26_LEAD"
ELECTRONICS = ("C26",)
CARS = "C29"
MAKERS = ("C27", "C28", "C301", "C302T309", "C30")
"""Makers of machines, electrical and other transport equipment, who build chips in."""

PARTS = ("C25", "C26", "C27", "C27_MAGNETS", "C28", "C29", "C301", "C302T309", "C30")
"""Industries and nodes whose products are parts of other products, beside the chip nodes."""

COMMODITIES = ("farming", "energy", "ores", "chemicals", "minerals", "metals")
"""Groups of inputs of which one kind or origin stands in for another, at a price."""

RULES: tuple[Rule, ...] = get_args(Rule)
RATIONING: tuple[Rationing, ...] = get_args(Rationing)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number of the family: its value where it is not drawn, its bounds, what it means."""

    default: float
    low: float
    high: float
    text: str
    words: tuple[str, ...] = ()


PARAMETERS: Mapping[str, Parameter] = {
    "order_share": Parameter(1.0, 0.0, 1.0, "orders for use: 1 by planned output, 0 by realised"),
    "psi": Parameter(0.8, 0.0, 1.0, "share of the wanted stock below which an input limits"),
    "restore_days": Parameter(30.0, 1.0, 1e4, "days in which a gap in stock is closed"),
    "days_chips": Parameter(40.0, 1.0, 1e4, "days of use of chips that users hold"),
    "days_parts": Parameter(12.0, 1.0, 1e4, "days of use of parts that users hold"),
    "days_goods": Parameter(40.0, 1.0, 1e4, "days of use of all other goods that users hold"),
    "need_chips_cars": Parameter(
        1.0, 0.0, 1.0, "share of car output that cannot be made without mature chips"
    ),
    "need_chips_makers": Parameter(
        0.9, 0.0, 1.0, "the same for machines, electrical and other transport equipment"
    ),
    "need_chips_electronics": Parameter(0.9, 0.0, 1.0, "the same for electronics and chips"),
    "need_chips_others": Parameter(0.1, 0.0, 1.0, "the same for all other users of chips"),
    "need_leading": Parameter(
        0.05, 0.0, 1.0, "share of output outside electronics that needs leading-edge chips"
    ),
    "need_electronics": Parameter(
        0.5, 0.0, 1.0, "share of machines, cars and equipment that needs other electronics"
    ),
    "need_critical": Parameter(0.6, 0.0, 1.0, "share of output that needs a critical input"),
    "need_important": Parameter(0.2, 0.0, 1.0, "share of output that needs an important input"),
    "need_others": Parameter(0.05, 0.0, 1.0, "share of output that needs any other good"),
    "need_services": Parameter(0.1, 0.0, 1.0, "share of output that needs a service or power"),
    "sigma": Parameter(0.15, 0.0, 2.0, "elasticity by which commodities are replaced"),
    "defer_cars": Parameter(0.1, 0.0, 1.0, "share of what cars lose to inputs that is made later"),
    "defer_makers": Parameter(0.9, 0.0, 1.0, "the same for machines, equipment, electronics"),
    "defer_others": Parameter(0.4, 0.0, 1.0, "the same for all other industries"),
    "defer_days": Parameter(30.0, 1.0, 1e4, "days in which what was put off is made"),
    "catch_up": Parameter(0.1, 0.0, 1.0, "share of what lost capacity takes that is made later"),
    "rule": Parameter(0.0, 0.0, 1.0, "where orders go", RULES),
    "rationing": Parameter(0.0, 0.0, 2.0, "who is served first", RATIONING),
    "over_max": Parameter(1.1, 1.0, 2.0, "largest overproduction factor"),
    "over_days": Parameter(180.0, 1.0, 1e4, "days to reach it"),
}
"""Every number of the family by name."""


def settings_of_draw(
    values: Mapping[str, float], industries: Sequence[str], *, precision: Precision = "float64"
) -> Settings:
    """Return the engine's parameters for one member of the family.

    Parameters
    ----------
    values : mapping of str to float
        Numbers by name; those left out have their defaults. Of `rule` and `rationing` positions in
        `RULES` and `RATIONING`.
    industries : sequence of str
        Codes of the table.
    precision : {"float64", "float32"}
        Type of all numbers.

    Raises
    ------
    BadInput
        With every name that is not of the family and every number outside its bounds.
    """
    raise_all("numbers of the disruption family", value_problems(values))
    full = {name: p.default for name, p in PARAMETERS.items()} | dict(values)
    classes = Classes.of(tuple(industries))
    return Settings(
        stock_days=classes.stock_days(full),
        restore_days=full["restore_days"],
        psi=full["psi"],
        orders="plan",
        order_share=full["order_share"],
        rule=RULES[int(full["rule"])],
        need=classes.need(full),
        elasticity={
            code: full["sigma"] if there else 0.0
            for code, there in zip(industries, classes.commodity, strict=True)
        },
        defer=classes.defer(full),
        defer_days=full["defer_days"],
        catch_up=full["catch_up"],
        rationing=RATIONING[int(full["rationing"])],
        over_max=full["over_max"],
        over_days=full["over_days"],
        precision=precision,
    )


def kind_of(code: str) -> tuple[str | bool, ...]:
    """Return what the family knows of an industry: equal for two that it treats alike."""
    code = _class_code(code)
    chip = code in CHIP_NODES
    own = code if code in USERS and not chip else ""
    classes = (ELECTRONICS, (LEADING,), PARTS, (CARS,), MAKERS)
    section = code[0] if code[0] in "ABC" else ""
    return (section, group_of(code), chip, own, *(code in members for members in classes))


def _class_code(code: str) -> str:
    """Return the industry of a rest, and any other code by its first member."""
    root = root_of(code)
    return whole_of(root) if is_rest(root) else root


def value_problems(values: Mapping[str, float]) -> list[InputProblem]:
    """Return names that are not of the family, and numbers outside their bounds."""
    out = []
    for name, value in values.items():
        known = PARAMETERS.get(name)
        if known is None:
            hint = did_you_mean(name, PARAMETERS)
            out.append(InputProblem("is not a number of the family", where=name, hint=hint))
        elif not known.low <= value <= known.high:
            what = f"must lie between {known.low:g} and {known.high:g}, got {value!r}"
            out.append(InputProblem(what, where=name))
    return out


@dataclass(frozen=True)
class Classes:
    """Classes of inputs, (S,), and criticality by input and user, (S, S)."""

    industries: tuple[str, ...]
    chip: Mask
    leading: Mask
    electronics: Mask
    part: Mask
    good: Mask
    commodity: Mask
    car: Mask
    maker: Mask
    level: Floats

    @classmethod
    @lru_cache(maxsize=8)
    def of(cls, industries: tuple[str, ...]) -> Classes:
        """Return the classes of the industries of a table."""

        def mask(wanted: Sequence[str]) -> Mask:
            return np.array([_class_code(code) in wanted for code in industries])

        electronics = mask(ELECTRONICS)
        chip = np.array([root_of(code) in CHIP_NODES for code in industries])
        groups = [group_of(code) for code in industries]
        return cls(
            industries=industries,
            chip=chip,
            leading=mask((LEADING,)),
            electronics=electronics,
            part=mask((*PARTS, *ELECTRONICS)) & ~chip,
            good=np.array([code[0] in "ABC" and code[1:2].isdigit() for code in industries]),
            commodity=np.array([group in COMMODITIES for group in groups]),
            car=mask((CARS,)),
            maker=mask(MAKERS),
            level=default_criticality(industries),
        )

    def stock_days(self, full: Mapping[str, float]) -> dict[str, float]:
        """Stock-days by input; those of what cannot be stored do not count in the engine."""
        days = np.select(
            [self.chip, self.part], [full["days_chips"], full["days_parts"]], full["days_goods"]
        )
        least = 1.0 / full["psi"]
        return {
            code: max(float(value), least)
            for code, value in zip(self.industries, days, strict=True)
        }

    def need(self, full: Mapping[str, float]) -> Floats:
        """Need-shares by input and user, (S, S)."""
        goods = np.select(
            [self.level > 0.75, self.level > 0.25],
            [full["need_critical"], full["need_important"]],
            full["need_others"],
        )
        need = np.where(self.good[:, None], goods, self.level * full["need_services"])
        building = self.car | self.maker
        electric = self.electronics | self.chip
        rest = ~(building | electric)
        for inputs, users, name in (
            (self.electronics, building, "need_electronics"),
            (self.electronics, rest, "need_others"),
            (self.chip, self.car, "need_chips_cars"),
            (self.chip, self.maker, "need_chips_makers"),
            (self.chip, electric, "need_chips_electronics"),
            (self.chip, rest, "need_chips_others"),
            (self.leading, ~electric, "need_leading"),
        ):
            need[np.ix_(inputs, users)] = full[name]
        return need

    def defer(self, full: Mapping[str, float]) -> dict[str, float]:
        """Share made later by using industry."""
        made = self.maker | self.electronics | self.chip
        share = np.select(
            [self.car, made], [full["defer_cars"], full["defer_makers"]], full["defer_others"]
        )
        return {c: float(v) for c, v in zip(self.industries, share, strict=True)}
