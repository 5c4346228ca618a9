"""One call of every public lens: on a world, about a party."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from isthmus import (
    cascade,
    chains,
    coercion,
    cooperation,
    dependence,
    disruption,
    equilibrium,
    production,
)
from isthmus.cascade import SecondSource, chip_network, group_stops, material_network
from isthmus.chains import Links
from isthmus.codes import Party
from isthmus.evidence import Collection, Result
from isthmus.scenario import CapacityLoss, ExportStop, Scenario
from isthmus.world import World

Spec = str | Party
Call = Callable[[World, Spec], Result | Collection]


@dataclass(frozen=True)
class Lens:
    """A lens with a call that takes little time.

    Parameters
    ----------
    call : callable
        From a world and a party to the result.
    party : str
        How the call names its party: ``"argument"`` (anything that `resolve` takes),
        ``"network"`` (codes of economies in it), ``"scenario"`` (codes of economies of which the
        table must list all), or ``""`` where it has none.
    reads : str
        ``"world"``, or ``"network"`` where the lens gets a network that was made from one.
    """

    call: Call
    party: str = "argument"
    reads: str = "world"


def codes_of(party: Spec) -> tuple[str, ...]:
    return party.members if isinstance(party, Party) else (party,)


def stop(party: Spec) -> Scenario:
    shock = ExportStop(exporters=("TWN",), importers=codes_of(party), industries=("C26",))
    return Scenario(name="stop", horizon=5, shocks=(shock,))


def loss(party: Spec) -> Scenario:
    shock = CapacityLoss(economies=codes_of(party), industries=("850511",), severity=0.5)
    return Scenario(name="loss", shocks=(shock,))


def magnets(world: World, party: Spec) -> Any:
    network = material_network(world)
    return network, group_stops(
        network, economies=codes_of(party), sectors=("850511",), name="stop"
    )


def second(world: World, party: Spec) -> Result:
    network, shocks = magnets(world, party)
    source = SecondSource("JPN 850511", "DEU 850511", 0.3)
    return cascade.second_source(network, shocks, [source])


LENSES: Mapping[str, Lens] = {
    "cascade.chip_case": Lens(lambda w, p: cascade.chip_case(w, p, partner="TWN")),
    "cascade.critical_links": Lens(
        lambda w, p: cascade.critical_links(*magnets(w, p), top=2), "network", "network"
    ),
    "cascade.material_case": Lens(lambda w, p: cascade.material_case(w, p, suppliers=2)),
    "cascade.run": Lens(
        lambda w, p: cascade.run(material_network(w), loss(p)), "network", "network"
    ),
    "cascade.second_source": Lens(second, "network", "network"),
    "cascade.systemic_importance": Lens(
        lambda w, p: cascade.systemic_importance(chip_network(w), engine="numpy"), "", "network"
    ),
    "chains.decompose": Lens(lambda w, p: chains.decompose(w, [p])),
    "chains.derivatives": Lens(lambda w, p: chains.derivatives(w, p, "CHN")),
    "chains.export_terms": Lens(lambda w, p: chains.export_terms(w, [p])),
    "chains.extract": Lens(
        lambda w, p: chains.extract(w, [Links("TWN", codes_of(p), "C26")]), "scenario"
    ),
    "chains.foreign_demand": Lens(lambda w, p: chains.foreign_demand(w, [p], on=["CHN"])),
    "chains.lookthrough": Lens(lambda w, p: chains.lookthrough(w, [p], on=["CHN"])),
    "chains.position": Lens(lambda w, p: chains.position(w, [p])),
    "chains.run": Lens(lambda w, p: chains.run(w, stop(p)), "scenario"),
    "coercion.backtest": Lens(lambda w, p: coercion.backtest(w), ""),
    "coercion.coverage": Lens(lambda w, p: coercion.coverage(w), ""),
    "coercion.episodes": Lens(lambda w, p: coercion.episodes(w, target=p)),
    "coercion.event_study": Lens(
        lambda w, p: coercion.event_study(w, "NOR-2010", placebos=1, full=0, leads=0), ""
    ),
    "coercion.fit": Lens(lambda w, p: coercion.fit(w), ""),
    "coercion.held_out": Lens(lambda w, p: coercion.held_out(w, bloc=p, draws=20)),
    "coercion.leverage_map": Lens(
        lambda w, p: coercion.leverage_map(w, "CHN", over=[p], products=False)
    ),
    "coercion.price_ladder": Lens(lambda w, p: coercion.price_ladder(w, "LTU", bloc=p, draws=20)),
    "coercion.rates": Lens(lambda w, p: coercion.rates(w), ""),
    "cooperation.agree": Lens(
        lambda w, p: cooperation.agree(w, home=p, packages=["quiet"], draws=20)
    ),
    "cooperation.compare": Lens(
        lambda w, p: cooperation.compare(w, home=p, packages=["quiet"], draws=20)
    ),
    "cooperation.power": Lens(lambda w, p: cooperation.power(w), ""),
    "cooperation.evaluate": Lens(
        lambda w, p: cooperation.evaluate(w, home=p, packages=["quiet"], draws=20)
    ),
    "dependence.behind_hubs": Lens(
        lambda w, p: dependence.behind_hubs(w, p, reexport_share={"HKG": 0.9}, items=["850511"])
    ),
    "dependence.chip_imports": Lens(lambda w, p: dependence.chip_imports(w, p)),
    "dependence.churn": Lens(lambda w, p: dependence.churn(w, p, method="geodep")),
    "dependence.complementarity": Lens(lambda w, p: dependence.complementarity(w, p, "CHN")),
    "dependence.indicators": Lens(lambda w, p: dependence.indicators(w, p)),
    "dependence.leverage": Lens(lambda w, p: dependence.leverage(w, p, "CHN")),
    "dependence.members": Lens(lambda w, p: dependence.members(w, p, on="CHN")),
    "dependence.mutual": Lens(lambda w, p: dependence.mutual(w, p, "CHN")),
    "dependence.network": Lens(lambda w, p: dependence.network(w), ""),
    "dependence.profile": Lens(lambda w, p: dependence.profile(w, p, on="CHN")),
    "dependence.screening": Lens(
        lambda w, p: dependence.screening(w, importers=[p], items=["850511"], methods=["geodep"])
    ),
    "dependence.time_series": Lens(
        lambda w, p: dependence.time_series(w, p, on="CHN", years=[2013, 2022])
    ),
    "disruption.simulate": Lens(lambda w, p: disruption.simulate(w, stop(p)), "scenario"),
    "disruption.simulate_many": Lens(
        lambda w, p: disruption.simulate_many(w, [stop(p)]), "scenario"
    ),
    "equilibrium.derivatives": Lens(lambda w, p: equilibrium.derivatives(w, p)),
    "equilibrium.solve": Lens(lambda w, p: equilibrium.solve(w, stop(p), lasting=True), "scenario"),
    "equilibrium.solve_many": Lens(
        lambda w, p: equilibrium.solve_many(w, [stop(p)], lasting=True), "scenario"
    ),
    "production.closure": Lens(lambda w, p: production.closure(w, draws=5, horizon=30), ""),
    "production.queues": Lens(lambda w, p: production.queues(w), ""),
}
