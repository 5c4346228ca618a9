"""What each party gains or loses by a package, and the smallest payments that make each whole."""

from __future__ import annotations

from typing import Any

import numpy as np

from isthmus import codes
from isthmus.coercion.engine import SUPPORT
from isthmus.cooperation.listing import YEARLY
from isthmus.cooperation.order import readings
from isthmus.cooperation.stage import ALONE, TODAY, Stage
from isthmus.cooperation.stated import central, written
from isthmus.cooperation.thresholds import RANGE, WIDTH, of_range, quantiles
from isthmus.evidence import SHARE, Kind, Table
from isthmus.evidence.digits import DIGITS, significant
from isthmus.evidence.frames import attribute, dimension, number, of_rows
from isthmus.kernels.arrays import Array
from isthmus.kernels.decision import equivalent_annual_cost
from isthmus.kernels.transfers import needed, smallest_payments
from isthmus.scenario.packages import Package

CHANCES = (0.005, 0.01, 0.02, 0.05)
SHOWN = 0.01
SHARES = (0.5, 0.8)
"""Of draws in which a party, looked at by itself, is not to lose."""
YEARS = 10.0
"""Years over which an answer is spread, as in comparisons."""

KEY = (
    "what home pays is spread over its members by value added (assumed: the key of a common budget "
    "is near it), what partner and home pay together is halved (assumed); an act of one member "
    "falls on it alone in fact"
)
FIXED = (
    "payments are fixed beforehand, a year, whether or not the hazard happens: the smallest with "
    "which each party, looked at by itself, does not lose in the stated share of draws, by a "
    "linear programme (HiGHS); payers give the same share of what they can spare; outside: what "
    "no party can pay without losing more often"
)
APART = (
    "draws in which one party loses are not those in which another does: nobody at all loses in "
    "the share `together`, which is smaller"
)
EUROS = (
    "in money alone: what a party gains in defence, cover or standing is in no balance, so that a "
    "party that must be paid here may gain all the same"
)


def parties_of(stage: Stage, hazard: str) -> tuple[str, ...]:
    """Return the members of home and the partner, as far as their losses are recorded."""
    known = stage.losses[hazard].economies
    listed = [*codes.members(stage.home), *codes.members(stage.parties["partner"])]
    return tuple(dict.fromkeys(code for code in listed if code in known))


def weights(stage: Stage, hazard: str, parties: tuple[str, ...]) -> tuple[Array, Array]:
    """Return what each party bears of what home pays, and of what the partner pays, each (n,)."""
    run = stage.losses[hazard]
    base = np.array([run.base[run.economies.index(code)] for code in parties])
    out = []
    for role in (stage.home, stage.parties["partner"]):
        inside = np.isin(parties, codes.members(role))
        mine = np.where(inside, base, 0.0)
        out.append(mine / mine.sum() if mine.any() else mine)
    return out[0], out[1]


def burden(stage: Stage, package: Package, compared: str, hazard: str) -> Array:
    """Return what each party pays a year for what a package adds, (n, W), million EUR."""
    whole, base = stage.together(package, compared)
    known = set() if base is None else set(base.actions)
    home, partner = weights(stage, hazard, parties_of(stage, hazard))
    key = {"home": home, "partner": partner, "both": (home + partner) / 2.0}
    paid = np.zeros((len(home), stage.draws))
    for action in stage.catalogue.members(whole):
        if action.key not in known:
            paid += key[action.cost.payer][:, None] * stage.cost_of(action)
    return paid


def answered(stage: Stage, package: Package, parties: tuple[str, ...]) -> Array:
    """Return the yearly price of the answer by party, (n, W), million EUR, before help by others.

    By the first reading; 0 where nothing is answered.
    """
    found = stage.answers.get(package.key)
    if found is None:
        return np.zeros((len(parties), stage.draws))
    lost = found.by_member * stage.eur
    helped = lost[:, :, SUPPORT.index(stage.support(package))]
    own = lost[:, :, 0] - stage.diverted[:, None] * (lost[:, :, 0] - helped)
    chance = stage.chance(package, readings(stage)[0])
    yearly = chance[:, None] * equivalent_annual_cost(own, 0.0, YEARS, stage.rate)
    place = {code: n for n, code in enumerate(found.members)}
    none = np.zeros(stage.draws)
    return np.stack([yearly[:, place[c]] if c in place else none for c in parties])


def balance(stage: Stage, package: Package, hazard: str, chance: float) -> Array:
    """Return what each party gains a year at a probability of one hazard, (n, W), million EUR."""
    saved, paid, price = _parts(stage, package, hazard)
    return np.asarray(chance * saved - (paid + price))


def _parts(stage: Stage, package: Package, hazard: str) -> tuple[Array, Array, Array]:
    """Return what each party saves if a hazard happens, pays and is answered with, (n, W) each."""
    compared = compared_with(stage, package)
    parties = parties_of(stage, hazard)
    saved = np.stack([stage.saved(hazard, package, code, compared) for code in parties])
    return saved, burden(stage, package, compared, hazard), answered(stage, package, parties)


def compared_with(stage: Stage, package: Package) -> str:
    """Return what a package stands beside: what home can do alone, where it can."""
    base = stage.together(package, ALONE)[1]
    return TODAY if base in (None, package) else ALONE


def balances(stage: Stage, hazard: str) -> Table:
    """By package and party: what it pays, saves and is answered with, and what it gains, a year."""
    rows: list[tuple[str | float, ...]] = []
    parties = parties_of(stage, hazard)
    shown = central(stage.world, hazard) if hazard in stage.stated else None
    shown = SHOWN if shown is None else shown
    share = f"{100.0 * shown:.6g}%"
    for package in _listed(stage, hazard):
        saved, paid, price = _parts(stage, package, hazard)
        gain = shown * saved - (paid + price)
        for n, code in enumerate(parties):
            rows.append(
                (
                    package.key,
                    code,
                    quantiles(paid[n])[0],
                    quantiles(shown * saved[n])[0],
                    quantiles(price[n])[0],
                    *quantiles(gain[n]),
                    float((gain[n] >= 0.0).mean()),
                )
            )
    columns = (
        dimension("package", "key"),
        dimension("economy", "party"),
        number("paid", YEARLY, "net cost that it bears: median"),
        number("saved", YEARLY, f"saved by it, times {share} a year: median"),
        number("answer", YEARLY, "price of the answer that falls on it: median"),
        *of_range("value", YEARLY, "what is left to it"),
        number("gains", SHARE, "draws in which it does not lose"),
    )
    text = f"what each party pays and gains if {hazard} has a chance of {share} a year"
    about: dict[str, Any] = {"datasets": stage.datasets, "notes": (RANGE, WIDTH, KEY, EUROS)}
    return of_rows("balances", rows, columns, text, kind=Kind.ASSUMED, **about)


def transfers(stage: Stage, hazard: str) -> Table:
    """The smallest payments with which each party loses seldom enough, by probability and share."""
    rows: list[tuple[str | float, ...]] = []
    parties = parties_of(stage, hazard)
    for package in _listed(stage, hazard):
        saved, paid, price = _parts(stage, package, hazard)
        for chance in stage.chances(hazard, CHANCES):
            gain = chance * saved - (paid + price)
            for share in SHARES:
                found = smallest_payments(needed(gain, share))
                fine = gain + found.net[:, None] >= -_EDGE
                rows.append(
                    (
                        package.key,
                        written(chance),
                        f"{share:.0%}",
                        found.moved,
                        found.outside,
                        float(fine.all(axis=0).mean()),
                        float((found.net > _EDGE).sum()),
                        _most(parties, found.net),
                        _most(parties, -found.net),
                    )
                )
    columns = (
        dimension("package", "key"),
        dimension("probability", "a year; an axis, not an estimate"),
        dimension("share", "of draws in which each party by itself is not to lose"),
        number("value", YEARLY, "moved to those who would lose"),
        number("outside", YEARLY, "of it, what no party can pay without losing"),
        number("together", SHARE, "draws in which nobody loses with these payments"),
        number("receivers", "count", "parties that are paid"),
        attribute("most", "paid most, million EUR a year"),
        attribute("payers", "paying most, million EUR a year"),
    )
    text = (
        f"smallest payments that make each party whole, if {hazard} is the one hazard that counts"
    )
    notes = (FIXED, APART, KEY, EUROS, WIDTH)
    about: dict[str, Any] = {"datasets": stage.datasets, "notes": notes}
    return of_rows("transfers", rows, columns, text, kind=Kind.ASSUMED, **about)


_EDGE = 1e-3
"""Million EUR a year below which a payment is none."""


def _most(parties: tuple[str, ...], net: Array, count: int = 3) -> str:
    order = np.argsort(-net, kind="stable")[:count]
    told = [
        f"{parties[n]} {significant(float(net[n]), DIGITS[Kind.ASSUMED])}"
        for n in order
        if net[n] > _EDGE
    ]
    return ", ".join(told) or "none"


def _listed(stage: Stage, hazard: str) -> list[Package]:
    """Return the packages with actions whose saving from a hazard is known."""
    return [
        p for p in stage.packages if p.actions and stage.covers(hazard, p, compared_with(stage, p))
    ]
