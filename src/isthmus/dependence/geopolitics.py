"""Geopolitical distance of an importer from every origin, measured or assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from isthmus.codes import Party
from isthmus.errors import BadInput, DataMissing, InputProblem, raise_all
from isthmus.evidence import Kind, Table
from isthmus.evidence.frames import attribute, dimension, number, table
from isthmus.kernels.arrays import Array
from isthmus.world import World

IDEAL_POINTS = "unga_ideal_points"
IDEAL_POINT = "ideal_point"
ALLIANCES = "alliances"
ALLIANCE = "alliance"
ASSUMED = "assumed_distances"


@dataclass(frozen=True, slots=True)
class Assumption:
    """A distance that no vote measures.

    Parameters
    ----------
    value : float
        g in [0, 1].
    reason : str
        Why this value.
    """

    value: float
    reason: str


OTHERWISE = Assumption(0.5, "no ideal point in this year; midpoint of the scale")


@dataclass(frozen=True, slots=True)
class Distances:
    """Distance g of an importer from each economy.

    Parameters
    ----------
    economies : tuple of str
        Labels of the vector.
    vector : array, shape (n,)
        g in [0, 1].
    source : str
        ``"ideal_point"``, ``"alliance"`` or ``"user"``.
    assumptions : mapping of str to Assumption
        Entries that are not measured.
    datasets : tuple of str
        Keys of the data sets used.
    """

    economies: tuple[str, ...]
    vector: Array
    source: str
    assumptions: Mapping[str, Assumption] = field(default_factory=dict)
    datasets: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """Assumed as soon as one entry is; a table of the caller's own always is."""
        return Kind.ASSUMED if self.assumptions or self.source == "user" else Kind.ESTIMATED

    def table(self) -> Table:
        """Return the entries that are assumed, each with its reason."""
        order = sorted(self.assumptions)
        frame = pl.DataFrame(
            {
                "economy": order,
                "value": [self.assumptions[e].value for e in order],
                "reason": [self.assumptions[e].reason for e in order],
            },
            schema={"economy": pl.String, "value": pl.Float64, "reason": pl.String},
        )
        columns = [
            dimension("economy"),
            number("value", "1", "geopolitical distance g in [0, 1]"),
            attribute("reason", "why this value"),
            attribute("kind"),
        ]
        return table(
            "assumptions",
            frame,
            columns,
            kind=Kind.ASSUMED,
            datasets=self.datasets,
            text="geopolitical distances that are assumed, not measured",
        )


def distances(
    world: World,
    party: Party,
    economies: Sequence[str],
    spec: Distances | Mapping[str, float] | str | None,
    *,
    year: int,
    assumed: Mapping[str, Assumption] | None = None,
) -> Distances | None:
    """Return the distance of a party from every economy.

    Parameters
    ----------
    world : World
        Read for ideal points.
    party : Party
        The importer; a coalition stands at the mean of its members' points.
    economies : sequence of str
        Origins, shape (n,).
    spec : Distances, mapping, "ideal_point", "alliance" or None
        ``"alliance"`` is 0 for economies in a defence pact with the importer and 1 for others; for
        a coalition the part of its members without one. A mapping names g by economy, all that
        are missing count as the midpoint, shown as such.
    year : int
        Year of the votes.
    assumed : mapping of str to Assumption, optional
        g of economies without votes; by default those of ``assumed_distances``.

    Returns
    -------
    Distances or None
        None when nothing was asked for.

    Raises
    ------
    BadInput
        When a value is outside [0, 1] or the measure is unknown.
    DataMissing
        When the party has no member with an ideal point.

    References
    ----------
    Bailey, Strezhnev, Voeten (2017). The scaling by the year's range is this project's own.
    """
    if spec is None or isinstance(spec, Distances):
        return spec
    if spec == ALLIANCE:
        return _from_pacts(world, party, tuple(economies), year)
    if isinstance(spec, str):
        if spec != IDEAL_POINT:
            raise BadInput(
                f"unknown measure of distance {spec!r}",
                where="distance",
                hint="'ideal_point', 'alliance', or a value in [0, 1] for each economy",
            )
        without = _without_votes(world) if assumed is None else assumed
        return _from_votes(world, party, tuple(economies), year, without)
    return _from_mapping(spec, party, tuple(economies))


def _from_mapping(spec: Mapping[str, float], party: Party, economies: tuple[str, ...]) -> Distances:
    raise_all(
        "geopolitical distances",
        [
            InputProblem(f"{value} is outside [0, 1]", where=name)
            for name, value in spec.items()
            if not 0 <= value <= 1
        ],
    )
    missing = [e for e in economies if e not in spec and e not in party.members]
    notes = {e: Assumption(0.5, "not in the table given; midpoint of the scale") for e in missing}
    inside = set(party.members)
    vector = [0.0 if e in inside else float(spec.get(e, 0.5)) for e in economies]
    return Distances(economies, np.array(vector), "user", notes)


def _from_pacts(world: World, party: Party, economies: tuple[str, ...], year: int) -> Distances:
    """Part of the members without a defence pact with each economy on the year's last day."""
    day = f"{year}-12-31"
    frame = world.table(ALLIANCES).filter(
        (pl.col("since") <= day) & (pl.col("until").is_null() | (pl.col("until") > day))
    )
    pairs = set(frame.drop_nulls("partner").select("economy", "partner").rows())
    pacts: dict[str, set[str]] = {}
    for pact, economy in frame.filter(pl.col("partner").is_null()).select("pact", "economy").rows():
        pacts.setdefault(pact, set()).add(economy)
    groups = list(pacts.values())

    def bound(a: str, b: str) -> bool:
        return (a, b) in pairs or (b, a) in pairs or any(a in g and b in g for g in groups)

    inside = set(party.members)
    vector = [
        0.0 if e in inside else float(np.mean([not bound(m, e) for m in party.members]))
        for e in economies
    ]
    notes = {
        e: Assumption(1.0, "many economies together; counted as without a pact")
        for e in economies
        if e == "ROW"
    }
    return Distances(economies, np.array(vector), ALLIANCE, notes, (ALLIANCES,))


def _without_votes(world: World) -> dict[str, Assumption]:
    if ASSUMED not in world:
        return {}
    rows = world.table(ASSUMED).select("economy", "value", "reason").iter_rows()
    return {str(e): Assumption(float(g), str(why)) for e, g, why in rows}


def _from_votes(
    world: World,
    party: Party,
    economies: tuple[str, ...],
    year: int,
    assumed: Mapping[str, Assumption],
) -> Distances:
    frame = world.ideal_points(year)
    points = dict(zip(frame["economy"].cast(pl.String), frame["value"], strict=True))
    own = [points[m] for m in sorted(party.members) if m in points]
    if not own:
        raise DataMissing(
            f"{party.code} has no ideal point in {year}",
            where=IDEAL_POINTS,
            hint="give the distances yourself: distance={'CHN': 0.9, ...}",
        )
    centre, width = float(np.mean(own)), max(points.values()) - min(points.values())
    inside, notes, vector = set(party.members), {}, []
    for economy in economies:
        if economy in inside:
            vector.append(0.0)
        elif economy in points:
            vector.append(abs(points[economy] - centre) / width)
        else:
            notes[economy] = assumed.get(economy, OTHERWISE)
            vector.append(notes[economy].value)
    used = (IDEAL_POINTS, ASSUMED) if notes and ASSUMED in world else (IDEAL_POINTS,)
    return Distances(economies, np.array(vector), IDEAL_POINT, notes, used)
