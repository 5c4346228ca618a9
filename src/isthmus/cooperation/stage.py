"""Everything that tables read: costs, losses, savings and answers of packages over common draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from isthmus.codes import members
from isthmus.coercion.act import ActAnswer, answer_to
from isthmus.coercion.assumptions import Rung
from isthmus.coercion.engine import SUPPORT
from isthmus.cooperation.asked import LEVELS, name_of, strength, touching
from isthmus.cooperation.chance import drawn, normal
from isthmus.cooperation.costs import annual_cost
from isthmus.cooperation.cut import within
from isthmus.cooperation.stated import stated
from isthmus.ensemble.losses import Losses
from isthmus.ensemble.losses.question import DRAWS
from isthmus.errors import BadInput
from isthmus.kernels.arrays import Array
from isthmus.kernels.decision import at_level, equivalent_annual_cost, saved_share
from isthmus.runtime.brief import Brief
from isthmus.scenario.actions import Action
from isthmus.scenario.amounts import RangedAmount
from isthmus.scenario.hazards import Hazard
from isthmus.scenario.packages import Catalogue, Package
from isthmus.world import World

RATE = 0.03
"""Discount rate a year; assumed."""
DIVERTED = RangedAmount(
    low=0.0,
    high=0.2,
    reason="of what support takes away, sales diverted and answers withdrawn; all else moves "
    "between members; nobody has counted it",
)
ALONE, TODAY = "added to what home can do alone", "against things as they are"
COMPARED = (ALONE, TODAY)


@dataclass(frozen=True, repr=False)
class Stage(Brief):
    """Packages of a catalogue over common draws.

    Parameters
    ----------
    world : World
        The data.
    catalogue : Catalogue
        Actions, packages and hazards.
    packages : tuple of Package
        Those that are looked at.
    parties : mapping of str to str
        Codes by role: home and partner, and rival where there is one.
    losses : mapping of str to Losses
        Recorded losses by hazard; a hazard without a run is not in it.
    eur : float
        EUR per USD at which losses are turned, those of the table's year.
    rate : float
        Discount rate a year.
    seed : int
        Seed of the draws of costs and effects.
    bloc : str
        Coalition whose members can answer together.
    otherwise : int
        Number of draws where there are no losses.
    """

    world: World
    catalogue: Catalogue
    packages: tuple[Package, ...]
    parties: Mapping[str, str]
    losses: Mapping[str, Losses] = field(default_factory=dict)
    eur: float = 1.0
    rate: float = RATE
    seed: int = 0
    bloc: str = "EU27_2020"
    otherwise: int = DRAWS

    def __post_init__(self) -> None:
        counts = {len(run.lost) for run in self.losses.values()}
        if len(counts) > 1:
            raise BadInput(
                f"losses of hazards have {' and '.join(map(str, sorted(counts)))} draws",
                where="losses",
                hint="prepare all of them with the same number of draws",
            )

    @cached_property
    def draws(self) -> int:
        """Number of draws: those of the losses, where there are any."""
        return next((len(run.lost) for run in self.losses.values()), self.otherwise)

    @cached_property
    def real(self) -> tuple[Hazard, ...]:
        """Hazards in which something happens."""
        return tuple(h for h in self.catalogue.hazards if not h.null)

    @cached_property
    def stated(self) -> dict[str, tuple[float, ...]]:
        """Yearly probabilities by hazard that the reader states; see `stated`."""
        return stated(self.world, self.catalogue)

    def chances(self, hazard: str, axis: tuple[float, ...]) -> tuple[float, ...]:
        """Return the yearly probabilities of a hazard at which tables are made.

        The printed axis where the reader states none.
        """
        return self.stated.get(hazard, axis)

    @cached_property
    def datasets(self) -> tuple[str, ...]:
        """Return what the recorded losses rest on."""
        runs = self.losses.values()
        return tuple(sorted({key for run in runs for key in run.result.provenance.datasets}))

    @property
    def home(self) -> str:
        """Code of the party whose costs and losses are compared."""
        return self.parties["home"]

    def together(self, package: Package, compared: str) -> tuple[Package, Package | None]:
        """Return what is in force with a package and without it, for one comparison.

        A package that cannot stand beside what home can do alone is compared with things as they
        are.
        """
        place = (package, compared)
        if place not in self._pairs:
            self._pairs[place] = self._together(*place)
        return self._pairs[place]

    @cached_property
    def _pairs(self) -> dict[tuple[Package, str], tuple[Package, Package | None]]:
        return {}

    def _together(self, package: Package, compared: str) -> tuple[Package, Package | None]:
        alone = self.catalogue.alone()
        if compared == TODAY or alone is None or not self.catalogue.fits_alone(package):
            return package, None
        return self.catalogue.with_alone(package), alone

    def cost(self, package: Package, compared: str) -> Array:
        """Return the equivalent annual net cost that a package adds, (W,), million EUR."""
        added = self.added(package, compared)
        return np.asarray(sum((self.cost_of(a) for a in added), np.zeros(self.draws)))

    def added(self, package: Package, compared: str) -> list[Action]:
        """Return the actions in force with a package and not without it."""
        whole, base = self.together(package, compared)
        known = set() if base is None else set(base.actions)
        return [a for a in self.catalogue.members(whole) if a.key not in known]

    def cost_of(self, action: Action) -> Array:
        """Return the equivalent annual net cost of one action, (W,), million EUR."""
        return annual_cost(action, self.draws, self.seed, self.rate)

    def loss(self, hazard: str, party: str) -> Array:
        """Return what a party loses if a hazard happens, as things are, (W,), million EUR.

        Value added to the last day of the run, with the misfit of the posterior seen out of sample.
        """
        return self._left(hazard, (), party, 0.0)

    def left(self, hazard: str, package: Package | None, party: str) -> Array:
        """Return what is lost with a package in force, (W,), million EUR."""
        held = [] if package is None else self.catalogue.members(package)
        keys = touching(held, hazard)
        return self._left(hazard, keys, party, self._reach(hazard, keys))

    def _left(self, hazard: str, keys: Sequence[str], party: str, reach: Array | float) -> Array:
        values = self._recorded(hazard, keys, party)
        return np.asarray(at_level(LEVELS, values, reach) if keys else values[:, 0])

    def _reach(self, hazard: str, keys: Sequence[str]) -> Array:
        return strength([self.catalogue.action(k) for k in keys], hazard, self.draws, self.seed)

    def _recorded(self, hazard: str, keys: Sequence[str], party: str) -> Array:
        """Return losses at the recorded levels of a set of actions, (W, K), million EUR; once."""
        place = (hazard, tuple(keys), party)
        if place not in self._kept:
            run = self.losses[hazard]
            names = [name_of(keys, level) for level in (LEVELS if keys else (0.0,))]
            levels = [run.levels.index(name) for name in names]
            values = self._money(hazard, party)[:, levels]
            self._kept[place] = values * self.wide(hazard, party)[:, None] * self.eur
        return self._kept[place]

    def wide(self, hazard: str, party: str) -> Array:
        """Return the factor of the misfit seen out of sample for a party's loss, (W,); once.

        No economy loses more value added than it makes in the days of a window, so that the factor
        ends there; what is taken away keeps its share of the loss.
        """
        place = (hazard, party, "wide")
        if place not in self._kept:
            self._kept[place] = within(self.losses[hazard], party, self.misfit(hazard))
        return self._kept[place]

    def made(self, hazard: str, party: str) -> float:
        """Return the value added that a party makes in the days of a run, million EUR."""
        run = self.losses[hazard]
        return float(run.base[run.places(party)].sum() * run.days[-1] * self.eur)

    def misfit(self, hazard: str) -> Array:
        """Return the factor of the misfit seen out of sample as it is drawn, (W,); once."""
        place = (hazard,)
        if place not in self._kept:
            sigma = self.losses[hazard].misfit
            width = sigma * normal(f"{hazard}.misfit", self.draws, self.seed)
            self._kept[place] = np.exp(width)
        return self._kept[place]

    def _money(self, hazard: str, party: str) -> Array:
        """Return value added lost at every level, (W, levels), million USD; once."""
        place = (hazard, party)
        if place not in self._kept:
            self._kept[place] = self.losses[hazard].money(party).sum(axis=2)
        return self._kept[place]

    @cached_property
    def _kept(self) -> dict[tuple[object, ...], Array]:
        return {}

    def left_share(self, hazard: str, package: Package, party: str, compared: str) -> Array:
        """Return the loss with a package over the loss without it, (W,); 1 where nothing is lost.

        Beside what home can do alone, both are read at the degree to which the package delivers:
        sets were recorded with all their actions at one degree, and a package that delivers little
        must not make less of what stands beside it.
        """
        place = (hazard, package, party, compared)
        if place not in self._kept:
            self._kept[place] = self._left_share(*place)
        return self._kept[place]

    def _left_share(self, hazard: str, package: Package, party: str, compared: str) -> Array:
        whole, base = self.together(package, compared)
        held = self.catalogue.members(whole)
        keys = touching(held, hazard)
        before = () if base is None else touching(self.catalogue.members(base), hazard)
        own = tuple(k for k in keys if k not in before)
        if not own:
            return np.ones(self.draws)
        reach = self._reach(hazard, own)
        with_it = self._left(hazard, keys, party, reach)
        without = self._left(hazard, before, party, reach)
        return np.divide(with_it, without, out=np.ones_like(without), where=without > 0.0)

    def beside(self, hazard: str, package: Package, party: str, compared: str) -> Array:
        """Return what is lost with a package and what it stands beside, (W,), million EUR."""
        _, base = self.together(package, compared)
        share = self.left_share(hazard, package, party, compared)
        return np.asarray(self.left(hazard, base, party) * share)

    def saved(self, hazard: str, package: Package, party: str, compared: str) -> Array:
        """Return what a package takes away if a hazard happens, (W,), million EUR."""
        _, base = self.together(package, compared)
        return self.left(hazard, base, party) - self.beside(hazard, package, party, compared)

    def saved_share(self, hazard: str, package: Package, party: str, compared: str) -> Array:
        """Return that as a share of the loss without it, (W,)."""
        return saved_share(1.0, self.left_share(hazard, package, party, compared))

    def covers(self, hazard: str, package: Package, compared: str) -> bool:
        """Say whether the recorded run of a hazard holds what a comparison needs."""
        if hazard not in self.losses:
            return False
        held = self.losses[hazard].levels
        for part in self.together(package, compared):
            keys = () if part is None else touching(self.catalogue.members(part), hazard)
            if keys and any(name_of(keys, level) not in held for level in LEVELS[1:]):
                return False
        return True

    @cached_property
    def answers(self) -> Mapping[str, ActAnswer]:
        """What may answer each package, as one act; none without a rival."""
        if "rival" not in self.parties:
            return {}
        out = {}
        for package in self.packages:
            act = self.act(package)
            if act is not None:
                out[package.key] = answer_to(
                    self.world,
                    self.home,
                    act,
                    sender=self.parties["rival"],
                    partner=self.parties["partner"],
                    bloc=self.bloc,
                    draws=self.draws,
                    seed=self.seed,
                )
        return out

    @property
    def recorded(self) -> bool:
        """Whether steps towards the partner are coded, so that the record has a rate of answers."""
        return any(answer.record is not None for answer in self.answers.values())

    def act(self, package: Package) -> Rung | None:
        """Return a package as one step: the highest of each degree among its steps."""
        steps = [a for a in self.catalogue.members(package) if a.rung]
        if not steps:
            return None
        visible, official, military = (
            max(getattr(a.degrees, name) for a in steps)
            for name in ("visible", "official", "military")
        )
        top = max(steps, key=lambda a: (a.degrees.military + a.degrees.official, a.key))
        return Rung(
            key=top.rung,
            title=package.title,
            visible=visible,
            official=official,
            military=military,
            reason="the highest of each degree among its actions",
        )

    def chance(self, package: Package, reading: str) -> Array:
        """Return the probability of an economic answer by one reading, (W,); 0 without one."""
        found = self.answers.get(package.key)
        if found is None:
            return np.zeros(self.draws)
        chance = found.model if reading == "model" else found.record
        if reading == "record" and found.upper is not None:
            chance = found.upper
        return np.zeros(self.draws) if chance is None else chance

    def answer_cost(self, package: Package, reading: str) -> Array:
        """Return the yearly price of the answer by one reading: probability times loss, (W,).

        The act is taken once; its answer is spread over ten years. Million EUR; 0 without an
        answer.
        """
        if package.key not in self.answers:
            return np.zeros(self.draws)
        yearly = equivalent_annual_cost(self.answer_loss(package), 0.0, 10.0, self.rate)
        return np.asarray(self.chance(package, reading) * yearly)

    def support(self, package: Package) -> str:
        """Return the help of the bloc with which a package is answered."""
        return SUPPORT[2] if self.supported(package) else SUPPORT[1]

    def answer_loss(self, package: Package) -> Array:
        """Return what an answer to a package costs home, given one, (W,), million EUR.

        What support takes away from those who are hit counts as far as it is no transfer within
        home.
        """
        lost = self.answers[package.key].loss * self.eur
        taken = lost[:, 0] - lost[:, SUPPORT.index(self.support(package))]
        return np.asarray(lost[:, 0] - self.diverted * taken)

    @cached_property
    def diverted(self) -> Array:
        """Part of what support takes away that home as a whole does not bear elsewhere, (W,).

        All of it where some of those who help stand outside home, for then the others bear it.
        """
        helpers = set(members(self.bloc)) if self.bloc else set()
        if not helpers or not helpers <= {self.home, *members(self.home)}:
            return np.ones(self.draws)
        return drawn(DIVERTED, "support.diverted", self.draws, self.seed)

    def supported(self, package: Package) -> bool:
        """Say whether support is agreed beforehand."""
        held = self.catalogue.members(package)
        return any(e.channel == "support" for a in held for e in a.effects)

    def net(self, package: Package, hazard: str, chance: float, reading: str) -> Array:
        """Return yearly saving less cost and answer at a probability of one hazard, (W,)."""
        saving = self.saved(hazard, package, self.home, TODAY)
        cost = self.cost(package, TODAY) + self.answer_cost(package, reading)
        return np.asarray(chance * saving - cost)

    def only(self, packages: Sequence[Package]) -> Stage:
        """Return the stage with some of its packages; answers that are known are kept."""
        made = replace(self, packages=tuple(packages))
        vars(made)["_kept"] = self._kept
        if "answers" in vars(self):
            keys = {p.key for p in packages}
            vars(made)["answers"] = {k: a for k, a in self.answers.items() if k in keys}
        return made
