"""Who has to agree: votes with real populations, burden of members, who could block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.coercion.record import STEPS, steps_towards
from isthmus.coercion.stakes import FLOWS, Stakes, read_stakes
from isthmus.cooperation.listing import UNCHECKED
from isthmus.cooperation.stage import Stage
from isthmus.errors import DataMissing
from isthmus.evidence import SHARE, Kind, Result, Table, provenance
from isthmus.evidence.frames import attribute, dimension, number, of_rows, of_years
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Ints
from isthmus.kernels.voting import QUALIFIED, blocks, smallest_blocking
from isthmus.kernels.voting import power as counted
from isthmus.scenario.packages import Catalogue, Package
from isthmus.world import World
from isthmus.world.shipped import TABLE, YEAR

COUNCIL = "council_population"
YEAR_OF_COUNCIL = 2025
UNION = "EU27_2020"
EXPOSED = 10
"""Members, by exposure, among whom blocking groups are looked for."""
VOTES: Mapping[str, str] = {
    "none": "no vote",
    "national": "each member for itself",
    "administrative": "no vote of the Council",
    "board": "governing board",
    "commission": "decision of the Commission",
    "delegated act": "delegated act; Council and Parliament may object",
    "qualified majority": "qualified majority: 15 of 27 members with 65 % of the population",
    "unanimity": "every member",
}
ELSEWHERE: Mapping[str, str] = {
    **VOTES,
    "administrative": "no vote",
    "qualified majority": "a majority by its own rule",
    "unanimity": "every party to it",
}
"""The same for a home that is not the Union: no vote of the Council is counted."""
OTHERS = "deciders and votes are those of {catalogue}, whose catalogue this is, and not of {home}"
NO_DATE = "not in the data"
MEET = "when those who decide meet next is in no data at hand"
NO_FORECAST = (
    "no vote is predicted: the table says what a vote needs, what members would bear and what has "
    "been seen"
)
RULE = (
    "qualified majority on a proposal: 55 % of members with 65 % of the population; a blocking "
    "minority needs at least four members and more than 35 %, or 13 members; abstaining counts "
    "against (Art. 16(4) TEU)"
)
POPULATIONS = "populations of 1 January 2025, to hundreds of persons"


@lens("cooperation.power", {})
def power(world: World) -> Result:
    """Return how often each member of the Council decides by qualified majority: exact counts.

    Parameters
    ----------
    world : World
        Holds the populations of the members.

    Returns
    -------
    Result
        ``power``: by member population, its share, coalitions in which it decides, its share of
        these (Banzhaf) and of the orders in which it turns the vote (Shapley, Shubik).

    References
    ----------
    Shapley, L. S., Shubik, M. (1954). American Political Science Review 48(3); Banzhaf, J. F.
    (1965). Rutgers Law Review 19.
    """
    members, people = populations(world)
    found = counted(people)
    rows = [
        (
            code,
            float(people[n]),
            float(people[n] / people.sum()),
            float(found.swings[n]),
            float(found.banzhaf[n]),
            float(found.shapley[n]),
        )
        for n, code in enumerate(members)
    ]
    columns = (
        dimension("economy", "member"),
        number("population", "persons", "1 January 2025"),
        number("share", SHARE, "of the population of all"),
        number("swings", "count", "coalitions that carry an act with it and not without it"),
        number("banzhaf", SHARE, "its share of all such coalitions"),
        number("value", SHARE, "orders in which it turns the vote (Shapley, Shubik)"),
    )
    text = f"{found.winning:,} of {2 ** len(members):,} coalitions carry an act"
    table = of_rows(
        "power",
        rows,
        columns,
        text,
        kind=Kind.MEASURED,
        datasets=(COUNCIL,),
        notes=(RULE, POPULATIONS),
    )
    return Result(
        of_years([table], [YEAR_OF_COUNCIL]),
        provenance(world, "cooperation.power", (COUNCIL,), {}),
        (
            "Shapley, L. S., Shubik, M. (1954). American Political Science Review 48(3).",
            "Banzhaf, J. F. (1965). Rutgers Law Review 19.",
        ),
    )


def populations(world: World) -> tuple[list[str], Ints]:
    """Return the members of the Council in order of code, and their populations."""
    frame = world.table(COUNCIL).sort("economy")
    return frame["economy"].to_list(), frame["value"].to_numpy().astype(np.int64)


def acts(catalogue: Catalogue, packages: Any, home: str = "") -> Table:
    """What vote each act of a package needs, in the words of the catalogue's home.

    A note says where that is not the `home` that is looked at.
    """
    votes = VOTES if catalogue.home in ("", UNION) else ELSEWHERE
    rows = [
        (
            package.key,
            action.key,
            action.title,
            action.decider,
            votes[action.vote],
            action.vote_note,
            action.legal_base,
            "seen on a page" if action.law_checked else "not checked",
        )
        for package in packages
        for action in catalogue.members(package)
    ]
    columns = (
        dimension("package", "key"),
        dimension("action", "key"),
        attribute("title", "what is decided"),
        attribute("decider", "who decides"),
        attribute("vote", "what it needs"),
        attribute("vote_note", "beside that"),
        attribute("legal_base", "legal base"),
        attribute("law", "whether the base was read"),
    )
    notes = [UNCHECKED]
    if home and catalogue.home and home != catalogue.home:
        notes.append(OTHERS.format(catalogue=catalogue.home, home=home))
    return of_rows("acts", rows, columns, "who decides each act, and how", notes=notes)


def dates(packages: Iterable[Package]) -> Table:
    """Steps of others that packages wait for or meet, and when; a package without one says so."""
    rows: list[tuple[str, str, str, str]] = []
    for package in packages:
        if package.actions:
            told = [(d.what, d.when or NO_DATE, d.source) for d in package.dates]
            rows += [(package.key, *one) for one in told or [("none is held", NO_DATE, "")]]
    columns = (
        dimension("package", "key"),
        dimension("what", "what is decided, begins or ends"),
        attribute("when", "date"),
        attribute("source", "where it stands"),
    )
    return of_rows("dates", rows, columns, "next steps of others and their dates", notes=(MEET,))


def members_table(stage: Stage) -> Table:
    """By member: share of votes, exposure, how often it would be hit, steps it took.

    Who is hit is drawn by exposure and is the same whichever package is answered.
    """
    listed, stakes = _stakes(stage)
    people = _people(stage.world)
    answer = next(iter(stage.answers.values()), None)
    hit = {} if answer is None else dict(zip(answer.members, answer.chance_hit, strict=True))
    taken = _taken(stage)
    rows = [
        (
            code,
            people.get(code),
            float(stakes.value_added[n] / stakes.gdp[n]),
            float(stakes.from_sender[n].sum() / stakes.outlay[n].sum()),
            float(hit[code]) if code in hit else None,
            taken.get(code, (0.0, 0.0))[0],
            taken.get(code, (0.0, 0.0))[1],
        )
        for n, code in enumerate(listed)
    ]
    columns = (
        dimension("economy", "member"),
        number("population", SHARE, "share of the population of all members"),
        number("exposure", SHARE, "value added in goods sold to the rival, over GDP; not a loss"),
        number("inputs", SHARE, "of the rival in purchases of listed industries' products"),
        number("hit", SHARE, "draws in which it is among those hit, given an answer"),
        number("steps", "count", "coded steps towards the partner"),
        number("answered", "count", "of these answered in any way"),
    )
    notes = (NO_FORECAST, f"trade of {YEAR}; before a broad ban where there is one")
    used = [key for key in (FLOWS, TABLE, COUNCIL, STEPS) if key in stage.world]
    return of_rows(
        "members",
        rows,
        columns,
        "what members would bear and have seen",
        datasets=used,
        notes=notes,
    )


def blocking(stage: Stage) -> Table:
    """Smallest groups of the most exposed members that could block an act."""
    listed, stakes = _stakes(stage)
    members, people = populations(stage.world)
    exposure = {c: float(stakes.value_added[n] / stakes.gdp[n]) for n, c in enumerate(listed)}
    order = sorted((c for c in listed if c in members), key=lambda c: (-exposure[c], c))[:EXPOSED]
    groups = smallest_blocking([members.index(c) for c in order], people)
    rows = [
        (
            " ".join(sorted(members[i] for i in group)),
            float(len(group)),
            float(people[list(group)].sum() / people.sum()),
            min(exposure[members[i]] for i in group),
        )
        for group in groups
    ]
    whole = np.isin(np.arange(len(members)), [members.index(c) for c in order])
    together = "block" if bool(blocks(whole, people, QUALIFIED)) else "do not block"
    columns = (
        dimension("group", "members, none of them spare"),
        number("members", "count", "how many"),
        number("population", SHARE, "of all"),
        number("exposure", SHARE, "of the least exposed of them"),
    )
    notes = (
        RULE,
        POPULATIONS,
        NO_FORECAST,
        f"looked for among the {len(order)} most exposed members: {', '.join(order)}; all of them "
        f"together {together}",
    )
    return of_rows(
        "blocking",
        rows,
        columns,
        "smallest groups of exposed members that could block",
        kind=Kind.ESTIMATED,
        datasets=(COUNCIL, FLOWS, TABLE),
        notes=notes,
    )


def _stakes(stage: Stage) -> tuple[list[str], Stakes]:
    known = stage.world.flows().economies
    listed = [c for c in codes.members(stage.home) if c in known]
    listed = listed or [stage.home]
    return listed, read_stakes(stage.world, stage.parties["rival"], listed)


def _people(world: World) -> dict[str, float]:
    if COUNCIL not in world:
        return {}
    members, people = populations(world)
    return dict(zip(members, (people / people.sum()).tolist(), strict=True))


def _taken(stage: Stage) -> dict[str, tuple[float, float]]:
    try:
        steps = steps_towards(stage.world, stage.parties["partner"], stage.parties["rival"])
    except DataMissing:
        return {}
    told = steps.group_by("actor").agg(pl.len(), pl.col("answered").sum())
    return {a: (float(n), float(k)) for a, n, k in told.iter_rows()}
