"""What a sender would answer to a step, and what that would cost each target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from isthmus.codes import Party, PartySpec, resolve
from isthmus.coercion import response_basis as basis
from isthmus.coercion import response_tables as tables
from isthmus.coercion.assumptions import (
    DRAWS,
    ResponseAssumptions,
    Rung,
    Step,
    find_rung,
    preset,
    preset_ladder,
    read_assumptions,
    read_ladder,
)
from isthmus.coercion.cases import MEASURES
from isthmus.coercion.engine import respond
from isthmus.coercion.instruments import instrument_mix
from isthmus.coercion.precedent import precedents
from isthmus.coercion.stakes import FLOWS, Stakes, read_stakes
from isthmus.errors import BadInput, CodeUnknown
from isthmus.evidence import Result, provenance
from isthmus.evidence.lens import lens
from isthmus.world import World
from isthmus.world.shipped import TABLE

BLOC = "EU27_2020"
CITATIONS = (
    "McKelvey, R. D., Palfrey, T. R. (1995). Quantal Response Equilibria for Normal Form Games. "
    "Games and Economic Behavior 10(1).",
    "Clayton, C., Maggiori, M., Schreger, J. (2024). A Theory of Economic Coercion and "
    "Fragmentation.",
    "Feenstra, R. C. (1994). American Economic Review 84(1).",
)


@lens("coercion.price_ladder", {"target": "LTU", "draws": 20})
def price_ladder(
    world: World,
    target: PartySpec,
    *,
    rung: str | Rung | Step | None = None,
    sender: str = "CHN",
    bloc: PartySpec = BLOC,
    partner: str = "TWN",
    assumptions: ResponseAssumptions | Path | None = None,
    ladder: Sequence[Rung] | Path | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Result:
    """Return how a sender may answer a step, and what each target would lose, with ranges.

    Everything but the exposures rests on assumptions, which are printed with the result. It is a
    way to see what follows from them, not a forecast; how often a step is answered is not
    identified by selected cases, so break-even probabilities stand first.

    Parameters
    ----------
    world : World
        Holds the inter-economy table of 2022 and the coded cases.
    target : str, Party or sequence of str
        Economies or a coalition; each member is answered on its own.
    rung : str, Rung or Step, optional
        Key of a rung, or a step of one's own; every rung of the ladder when None.
    sender : str
        Economy that may answer; coded cases must exist for it.
    bloc : str or Party
        Coalition whose members can answer together.
    partner : str
        Economy towards which the steps are taken: rungs that are none towards it are left out, and
        precedents are those of steps towards it.
    assumptions : ResponseAssumptions or Path, optional
        The preset when None; a file is read by `isthmus.coercion.assumptions.read_assumptions`.
    ladder : sequence of Rung or Path, optional
        The preset when None; a file is read by `isthmus.coercion.assumptions.read_ladder`.
    draws : int
        Draws over the ranges; the first holds the values themselves.
    seed : int
        Seed of the draws.

    Returns
    -------
    Result
        ``break_even``, ``prices``, ``responses``, ``losses``, ``distribution`` (of the loss, over
        answers and draws), ``answer``, ``exposure``,
        ``calibration``, ``precedents``, ``rungs`` and ``assumptions``. The value of each number is
        that of the first draw, low and high the 5 % and 95 % quantiles over all draws.

    Raises
    ------
    NotFound, CodeUnknown, DataMissing
        For an unknown rung or economy, or a sender without cases.
    BadInput
        When there are fewer than 20 draws, or the sender is a target.

    References
    ----------
    McKelvey, Palfrey (1995); Clayton, Maggiori, Schreger (2024); Feenstra (1994).
    """
    if draws < 20:
        raise BadInput("ranges need 20 draws or more", where="draws")
    listed = world.flows().economies
    asked = resolve(target, known=listed, where=FLOWS)
    targets = asked.listed(listed)
    support = _bloc(bloc, listed)
    group = () if support is None else support.listed(listed)
    used = read_assumptions(assumptions) if isinstance(assumptions, Path) else assumptions
    used = used or preset()
    known = read_ladder(ladder) if isinstance(ladder, Path) else ladder
    steps = _steps(rung, tuple(known) if known is not None else preset_ladder(), partner)
    stakes = read_stakes(world, sender, targets, group)
    mix = instrument_mix(world, sender)
    inside = np.array([m in group for m in targets])
    p = used.draws(draws, seed)
    found = respond(stakes, steps, p, mix.draws(draws, seed), inside)
    data = tables.Data(world, asked.code, stakes, steps, inside, p)
    said = dict.fromkeys(note for p in (asked, support) if p for note in p.notes(listed))
    made = (
        tables.break_even(data, found),
        tables.prices(data, found),
        tables.responses(data, found),
        tables.losses(data, found),
        tables.distribution(data, found),
        tables.answer(data, found),
        tables.exposure(data),
        basis.calibration(mix),
        basis.rungs(data.rungs),
        basis.assumptions(used),
        precedents(world, data, found, partner),
    )
    read = (FLOWS, MEASURES, TABLE, *made[-1].datasets)
    given = {
        "target": asked.spec,
        "rungs": [s.model_dump(mode="json") for s in steps],
        "sender": sender,
        "bloc": "" if support is None else support.spec,
        "partner": partner,
        "assumptions": used.to_dict(),
        "draws": draws,
    }
    return Result(
        {table.name: replace(table, notes=(*table.notes, *said)) for table in made},
        provenance(world, "coercion.price_ladder", read, given, seed=seed),
        CITATIONS,
    )


def _steps(
    rung: str | Rung | Step | None, ladder: tuple[Rung, ...], partner: str
) -> tuple[Rung, ...]:
    if rung is None:
        return tuple(r for r in ladder if not r.partners or partner in r.partners)
    if isinstance(rung, Step):
        return (rung.rung(),)
    return (rung if isinstance(rung, Rung) else find_rung(rung, ladder),)


def _bloc(code: PartySpec, listed: Sequence[str]) -> Party | None:
    if not code:
        return None
    party = resolve(code, known=listed, where="bloc")
    if not party.is_coalition:
        raise CodeUnknown(f"{party.code} is not a coalition", where="bloc", hint="leave it empty")
    return party


__all__ = ["BLOC", "DRAWS", "Stakes", "price_ladder"]
