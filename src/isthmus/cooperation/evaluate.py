"""The lens: packages of a catalogue by threshold, over recorded losses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from isthmus import codes
from isthmus.codes import resolve
from isthmus.cooperation import beside, order, thresholds
from isthmus.cooperation.agree import UNION, acts, blocking, dates, members_table
from isthmus.cooperation.asked import question
from isthmus.cooperation.contribution import contribution
from isthmus.cooperation.firms import firms
from isthmus.cooperation.lines import outputs
from isthmus.cooperation.own import opened, roles_of
from isthmus.cooperation.stage import RATE, Stage
from isthmus.cooperation.stated import named
from isthmus.cooperation.transfers import balances, transfers
from isthmus.ensemble.losses import Losses, Question, load_all
from isthmus.ensemble.losses.question import DRAWS
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import Result, Table, provenance
from isthmus.evidence.frames import of_years
from isthmus.evidence.lens import lens
from isthmus.scenario.packages import Catalogue, Package
from isthmus.store import Store
from isthmus.world import World
from isthmus.world.shipped import YEAR

FLAGSHIP = "taiwan-europe"
EXPOSED = 5
RATES = "exchange_rates"
CITATIONS = (
    "Hallegatte, S. (2008). An adaptive regional input-output model. Risk Analysis 28(3).",
    "McKelvey, R. D., Palfrey, T. R. (1995). Quantal Response Equilibria for Normal Form Games. "
    "Games and Economic Behavior 10(1).",
)


def questions(
    world: World,
    catalogue: Catalogue,
    parties: Mapping[str, str],
    packages: Sequence[Package] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> dict[str, Question]:
    """Return the recorded runs that packages need, one for each hazard with an engine.

    All packages of the catalogue by default. A run of more answers the question of fewer: what a
    file adds asks for a run of its own only where its packages are looked at.

    Raises
    ------
    BadInput
        When no draw is asked for.
    """
    if draws < 1:
        raise BadInput(f"at least one draw is needed, got {draws}", where="draws")
    return {
        hazard.key: question(
            world, catalogue, hazard, parties, packages=packages, draws=draws, seed=seed
        )
        for hazard in catalogue.hazards
        if hazard.engine == "disruption" and not hazard.null and hazard.cause == "exogenous"
    }


def found_losses(
    world: World,
    catalogue: Catalogue,
    parties: Mapping[str, str],
    packages: Sequence[Package] | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
    store: Store | None = None,
) -> dict[str, Losses]:
    """Return the recorded losses of each hazard that has them; see `questions`."""
    return load_all(
        questions(world, catalogue, parties, packages, draws=draws, seed=seed), world, store
    )


def stage_of(
    world: World,
    catalogue: Catalogue,
    parties: Mapping[str, str],
    packages: Sequence[str] = (),
    *,
    losses: Mapping[str, Losses] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    rate: float = RATE,
    bloc: str = "EU27_2020",
    store: Store | None = None,
) -> Stage:
    """Return packages of a catalogue over the recorded losses that there are.

    Raises
    ------
    NotFound
        When no package has one of the names.
    BadInput
        When no draw is asked for, or losses have different numbers of draws.
    """
    chosen = [catalogue.package(key) for key in packages] or list(catalogue.packages)
    if losses is None:
        losses = found_losses(
            world, catalogue, parties, chosen, draws=draws, seed=seed, store=store
        )
    return Stage(
        world,
        catalogue,
        tuple(chosen),
        dict(parties),
        dict(losses),
        eur=eur_per_usd(world),
        rate=rate,
        seed=seed,
        bloc=bloc,
        otherwise=draws,
    )


def eur_per_usd(world: World, year: int = YEAR) -> float:
    """Return EUR per USD in the year of the table.

    Raises
    ------
    DataMissing
        When the world has no rate of that year.
    """
    import polars as pl

    frame = world.table(RATES)
    found = frame.filter((pl.col("currency") == "EUR") & (pl.col("year") == year))
    if found.is_empty():
        raise DataMissing(f"no rate of the euro in {year}", where=RATES)
    return 1.0 / float(found["usd"][0])


@lens("cooperation.evaluate", {"packages": ["quiet"], "draws": 20})
def evaluate(
    world: World,
    *,
    packages: Sequence[str] = (),
    home: str = "EU27_2020",
    partner: str = "TWN",
    rival: str = "CHN",
    bloc: str = "EU27_2020",
    catalogue: str = FLAGSHIP,
    file: Path | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    rate: float = RATE,
) -> Result:
    """Return packages by threshold: saved, costs, answers, break-evens, what is not measured.

    Savings rest on recorded losses; a hazard without a run is named in ``not_measured``.

    Parameters
    ----------
    world : World
        The data.
    packages : sequence of str
        Keys of packages; all when empty.
    home, partner, rival : str
        Parties; no answers are priced where rival is empty.
    bloc : str
        Coalition whose members can answer together.
    catalogue : str
        Name of a shipped catalogue.
    file : Path, optional
        Actions, packages and hazards of one's own beside it.
    draws, seed : int
        Draws of the recorded losses that are read, and their seed.
    rate : float
        Discount rate a year.

    Returns
    -------
    Result
        ``savings``, ``costs``, ``break_even``, ``effect``, ``deterrence``, ``contribution``,
        ``answers``, ``support``, ``firms``, ``outputs``, ``indicators``, ``timing`` and
        ``not_measured``.

    Raises
    ------
    NotFound
        For an unknown package or catalogue.
    BadInput
        With every problem of the file.
    """
    parties = roles_of(home, partner, rival)
    held = opened(catalogue, file, world, parties)
    stage = stage_of(world, held, parties, packages, draws=draws, seed=seed, rate=rate, bloc=bloc)
    return _result(stage, tables_of(stage), "cooperation.evaluate", held, rate, seed)


@lens("cooperation.compare", {"draws": 20})
def compare(
    world: World,
    *,
    packages: Sequence[str] = (),
    hazard: str = "",
    home: str = "EU27_2020",
    partner: str = "TWN",
    rival: str = "CHN",
    bloc: str = "EU27_2020",
    catalogue: str = FLAGSHIP,
    file: Path | None = None,
    draws: int = DRAWS,
    seed: int = 0,
    rate: float = RATE,
) -> Result:
    """Return packages held against each other: break-evens, first by probability, not dominated.

    Parameters
    ----------
    world : World
        The data.
    packages : sequence of str
        Keys of packages; all when empty.
    hazard : str
        The one hazard that counts for the order; the first with a recorded run when empty.
    home, partner, rival, bloc, catalogue, file, draws, seed, rate
        As in `evaluate`.

    Returns
    -------
    Result
        ``costs``, ``break_even``, ``timing``; with a recorded run ``first``, ``knowing`` and
        ``front``.

    Raises
    ------
    NotFound
        For an unknown package, hazard or catalogue.
    BadInput
        When the hazard has no recorded run.
    """
    parties = roles_of(home, partner, rival)
    held = opened(catalogue, file, world, parties)
    stage = stage_of(world, held, parties, packages, draws=draws, seed=seed, rate=rate, bloc=bloc)
    tables = [thresholds.costs(stage), thresholds.break_even(stage), beside.timing(stage)]
    key = hazard or next(iter(stage.losses), "")
    if key:
        tables += [f(stage, key) for f in (order.first, order.knowing, order.front)]
    tables.append(beside.not_measured(stage))
    return _result(stage, tables, "cooperation.compare", held, rate, seed, hazard=key)


@lens("cooperation.agree", {"draws": 20})
def agree(
    world: World,
    *,
    packages: Sequence[str] = (),
    hazard: str = "",
    home: str = "EU27_2020",
    partner: str = "TWN",
    rival: str = "CHN",
    bloc: str = "EU27_2020",
    catalogue: str = FLAGSHIP,
    file: Path | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Result:
    """Return who has to agree to packages: acts and votes, what members bear, who could block.

    Parameters
    ----------
    world : World
        The data.
    packages : sequence of str
        Keys of packages; all when empty.
    hazard : str
        The one hazard that counts for payments; the first with a recorded run when empty.
    home, partner, rival, bloc, catalogue, file, draws, seed
        As in `evaluate`.

    Returns
    -------
    Result
        ``acts`` and ``dates``; with a rival ``members``, and for the Union ``blocking``; with a
        recorded run ``balances`` and ``transfers``.

    Raises
    ------
    NotFound
        For an unknown package, hazard or catalogue.
    """
    parties = roles_of(home, partner, rival)
    held = opened(catalogue, file, world, parties)
    stage = stage_of(world, held, parties, packages, draws=draws, seed=seed, bloc=bloc)
    key = held.hazard(hazard).key if hazard else next(iter(stage.losses), "")
    tables = agreement(stage, key)
    return _result(stage, tables, "cooperation.agree", held, RATE, seed, hazard=key)


def agreement(stage: Stage, hazard: str = "") -> list[Table]:
    """Return the tables on who has to agree, and what each pays if one hazard counts."""
    tables = [acts(stage.catalogue, stage.packages, stage.home), dates(stage.packages)]
    if "rival" in stage.parties:
        tables.append(members_table(stage))
        if stage.home == UNION:
            tables.append(blocking(stage))
    if hazard in stage.losses:
        tables += [balances(stage, hazard), transfers(stage, hazard)]
    return tables


def tables_of(stage: Stage) -> list[Table]:
    """Return every table of an evaluation."""
    return [
        thresholds.savings(stage, most_exposed(stage)),
        thresholds.costs(stage),
        thresholds.break_even(stage),
        thresholds.effect(stage),
        thresholds.deterrence(stage),
        contribution(stage),
        beside.answers(stage),
        beside.support(stage),
        firms(stage),
        outputs(stage),
        beside.indicators(stage),
        beside.timing(stage),
        beside.not_measured(stage),
    ]


def most_exposed(stage: Stage) -> tuple[str, ...]:
    """Return home, partner and the five members that lose the largest share of their income."""
    parties = [stage.home, stage.parties["partner"]]
    if not stage.losses:
        return tuple(parties)
    run = next(iter(stage.losses.values()))
    members = [c for c in codes.members(stage.home) if c in run.economies and c != stage.home]
    lost = {c: float(np.median(run.share(c, run.days[-1])[:, 0])) for c in members}
    top = sorted(members, key=lambda c: (-lost[c], c))[:EXPOSED]
    kept = [p for p in parties if p in run.economies or p == stage.home]
    return tuple(dict.fromkeys([*kept, *top]))


def _result(
    stage: Stage,
    tables: Iterable[Table],
    name: str,
    catalogue: Catalogue,
    rate: float,
    seed: int,
    **more: Any,
) -> Result:
    told = named(tables, stage.stated, str(more.get("hazard", "")))
    made = of_years(told, [YEAR, catalogue.year])
    used = sorted({key for t in made.values() for key in t.datasets} | {RATES})
    parameters = {
        "packages": [p.key for p in stage.packages],
        **stage.parties,
        "bloc": resolve(stage.bloc, where="bloc").spec if stage.bloc else "",
        "catalogue": catalogue.identity,
        "losses": {key: run.run for key, run in sorted(stage.losses.items())},
        "rate": rate,
        **more,
    }
    return Result(made, provenance(stage.world, name, used, parameters, seed=seed), CITATIONS)
