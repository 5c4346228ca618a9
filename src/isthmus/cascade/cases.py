"""The shipped cases: what stops in an importer when chip stages or material suppliers stop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.cascade.chips import (
    EUROPE,
    FACTS,
    FLOWS,
    OTHER,
    SPLIT,
    Capacity,
    ChipChain,
    leading,
    planned_capacity,
    with_capacity_of,
)
from isthmus.cascade.engine import levels_of
from isthmus.cascade.lens import CITATION
from isthmus.cascade.materials import material_network
from isthmus.cascade.network import SupplyNetwork
from isthmus.cascade.second import material_losses, outside_of, second_source
from isthmus.cascade.shocks import Shocks, firms_stop
from isthmus.codes import PartySpec, resolve
from isthmus.errors import DataMissing
from isthmus.evidence import Column, Kind, Result, Table, provenance
from isthmus.evidence.frames import framed, number, of_years
from isthmus.evidence.lens import lens
from isthmus.world import World

LATEST, EUROPE_PLANNED, ALL_PLANNED = "latest", "europe_planned", "all_planned"


@lens("cascade.chip_case", {"importer": "EU27_2020", "partner": "TWN"})
def chip_case(
    world: World, importer: PartySpec, *, partner: str, chain: ChipChain | None = None
) -> Result:
    """What the chip-using industries of an importer lose when an economy's chip stages stop.

    Parameters
    ----------
    world : World
        Holds ``chip_facts`` and ``icio_flows``.
    importer : str, Party or sequence of str
        Economy or coalition.
    partner : str
        Economy whose contribution to supply is measured.
    chain : ChipChain, optional
        The chain, where it has been read before.

    Returns
    -------
    Result
        ``stops``: loss by economy that stops, for the latest capacity, with Europe's planned
        share of leading-edge logic, and with the whole planned map; ``stages``: loss by economy
        and stage that stops alone; ``contribution``: mean loss over the stops of single
        suppliers with and without the partner among the suppliers. ``value`` is the upper case
        (every stage essential), ``low`` the lower (stages stand in for one another). The
        downstream part under the exact rule.

    Raises
    ------
    DataMissing
        When the world lacks the facts or flows.
    """
    chain = chain or ChipChain.of(world)
    buyer = resolve(importer, known=chain.economies, where=FLOWS)
    members = buyer.members
    maps = _capacity_maps(world, chain)
    stops, stages = [], []
    for name, capacity in maps.items():
        high, low = _high_low(chain, members, capacity)
        stops += [(name, e, high[e], low[e]) for e in high]
        if name == LATEST:
            stages = _stage_rows(chain, members)
    first = {e: (high, low) for name, e, high, low in stops if name == LATEST}
    contribution = []
    if partner in first:
        high, low = _high_low(chain, members, without(chain, partner))
        for case, place, rest in (("upper", 0, high), ("lower", 1, low)):
            with_partner = float(np.mean([values[place] for values in first.values()]))
            alone = float(np.mean(list(rest.values())))
            contribution.append((partner, case, with_partner, alone, alone - with_partner))
    share = "share of the output of chip-using industries that stops"
    tables = (
        _table(
            "stops",
            stops,
            ("capacity", "economy"),
            {"value": f"{share}, every stage essential", "low": "the same, stages pooled"},
        ),
        _table(
            "stages",
            stages,
            ("economy", "stage"),
            {"capacity_share": "share of the world's capacity", "value": share},
        ),
        _table(
            "contribution",
            contribution,
            ("economy", "case"),
            {
                "with": "mean loss over the stops of single suppliers",
                "without": "the same if the others made the economy's share",
                "value": "difference: positive where the economy adds to resilience",
            },
        ),
    )
    parameters = {"importer": buyer.spec, "partner": partner, "rule": "exact fixed point"}
    return Result(
        of_years(tables, chain.years),
        provenance(world, "cascade.chip_case", (FACTS, FLOWS), parameters),
        (CITATION,),
    )


def without(chain: ChipChain, economy: str) -> Capacity:
    """Return the shares of all stages with one economy's part made by the others in proportion."""
    return {
        block.stage: with_capacity_of(block, economy, 0.0)
        for block in chain.blocks
        if 0.0 < block.shares.get(economy, 0.0) < 1.0
    }


@lens("cascade.material_case", {"importer": "EU27_2020", "suppliers": 2})
def material_case(
    world: World,
    importer: PartySpec,
    *,
    suppliers: int = 12,
    products: Sequence[str] = (),
    without: Sequence[str] = (),
) -> Result:
    """What an importer loses of each material when one economy stops delivering all of them.

    Parameters
    ----------
    world : World
        Holds trade by product.
    importer : str, Party or sequence of str
        Economy or coalition.
    suppliers : int
        Number of largest direct suppliers from outside that are stopped in turn.
    products : sequence of str
        Keep these products in the table of second sources; the most exposed ten by default.
    without : sequence of str
        Economies that are no second source.

    Returns
    -------
    Result
        ``suppliers``: lost share of the importer's purchases of each product, direct and with
        hubs; ``ranking``: the stopped economies by the mean over products and by how many
        products lose half or more; ``second_source``: loss when half of what the members buy
        from the worst supplier of a product moves to the next largest, with the imports of that
        one over its exports: near one or above it may pass on what others make.

    Raises
    ------
    DataMissing
        When there is no trade by product.
    """
    network = material_network(world)
    buyer = resolve(importer, known=set(network.economy), where=network.datasets[0])
    members = buyer.members
    outside = outside_of(network, members)
    largest = (
        outside.group_by("exporter")
        .agg(pl.col("value").sum())
        .sort(["value", "exporter"], descending=[True, False])
        .head(suppliers)["exporter"]
        .to_list()
    )
    if not largest:
        raise DataMissing("the importer buys none of the materials", where=network.datasets[0])
    rows = material_losses(network, members, largest, outside)
    losses = pl.DataFrame(rows, ["economy", "product", "direct", "value"], orient="row")
    bought = outside["product"].n_unique()
    ranking = (
        losses.group_by("economy")
        .agg(
            (pl.col("value") >= 0.5).sum().cast(pl.Int64).alias("products"),
            # A product of which a stop takes nothing has no row, and counts in the mean.
            (pl.col("value").sum() / bought).alias("value"),
            (pl.col("direct").sum() / bought).alias("direct"),
        )
        .sort(["products", "value", "economy"], descending=[True, True, False])
    )
    worst = losses.sort(["value", "product", "economy"], descending=[True, False, False]).unique(
        "product", keep="first", maintain_order=True
    )
    chosen = worst.filter(pl.col("product").is_in(list(products))) if products else worst.head(10)
    remedy = [
        row
        for product, economy, value in chosen.select("product", "economy", "value").iter_rows()
        if (row := second_source(network, members, outside, product, (economy, value), without))
    ]
    lost = "share of the importer's purchases from outside that stops"
    tables = (
        _table(
            "suppliers",
            losses,
            ("economy", "product"),
            {"direct": f"{lost}, direct", "value": f"{lost}, with hubs"},
            network,
        ),
        _table(
            "ranking",
            ranking,
            ("economy",),
            {
                "products": "products that lose half or more",
                "value": "mean over products, with hubs",
                "direct": "mean over products, direct",
            },
            network,
        ),
        _table(
            "second_source",
            remedy,
            ("product", "economy", "second"),
            {
                "value": lost,
                "value_with": "the same with half moved to the second source",
                "second_ratio": "imports of the product by the second source over its exports",
            },
            network,
        ),
    )
    parameters = {"importer": buyer.spec, "suppliers": suppliers, "rule": "exact fixed point"}
    if without:
        parameters["without"] = ", ".join(without)
    return Result(
        {t.name: t for t in tables},
        provenance(world, "cascade.material_case", network.datasets, parameters),
        (CITATION,),
    )


def _capacity_maps(world: World, chain: ChipChain) -> dict[str, Capacity]:
    maps: dict[str, Capacity] = {LATEST: {}}
    try:
        planned = planned_capacity(world)
    except DataMissing:
        return maps
    today = next(block for block in chain.blocks if block.stage == leading())
    if EUROPE in planned.shares:
        share = planned.shares[EUROPE]
        maps[EUROPE_PLANNED] = {leading(): with_capacity_of(today, EUROPE, share)}
    maps[ALL_PLANNED] = {leading(): planned.shares}
    return maps


def _high_low(
    chain: ChipChain, members: Sequence[str], capacity: Capacity
) -> tuple[dict[str, float], dict[str, float]]:
    """Loss of the members by economy whose chip stages stop: stages essential, stages pooled."""
    out = []
    for stages in ("essential", "pooled"):
        network = chain.network(stages=stages, capacity=capacity)
        economies = sorted({e for e, s in _chip_nodes(network)} - {OTHER})
        losses = {
            e: {f"{e} {s}": 1.0 for e2, s in _chip_nodes(network) if e2 == e} for e in economies
        }
        shocks = firms_stop(network, losses)
        out.append(dict(zip(economies, _lost(network, shocks, members), strict=True)))
    return out[0], out[1]


def _stage_rows(chain: ChipChain, members: Sequence[str]) -> list[tuple[str, str, float, float]]:
    network = chain.network()
    nodes = [(e, s) for e, s in _chip_nodes(network) if e != OTHER]
    shocks = firms_stop(network, {f"{e} {s}": {f"{e} {s}": 1.0} for e, s in nodes})
    lost = _lost(network, shocks, members)
    share = {block.stage: block.shares for block in chain.blocks}
    rows = [(e, s, share[s][e], v) for (e, s), v in zip(nodes, lost, strict=True)]
    return sorted(rows, key=lambda row: (-row[3], row[0], row[1]))


def _chip_nodes(network: SupplyNetwork) -> list[tuple[str, str]]:
    pairs = network.firms.select("economy", "stage").iter_rows()
    known = set(codes.stages(SPLIT).values())
    return [(str(e), str(s)) for e, s in pairs if s in known]


def _lost(network: SupplyNetwork, shocks: Shocks, members: Sequence[str]) -> list[float]:
    """Lost share of the members' output for each shock, downstream part, exact rule."""
    down = levels_of(network.supply(), shocks, rule="exact").down
    weight = np.where(np.isin(np.asarray(network.economy), list(members)), network.output, 0.0)
    if not weight.sum() > 0:
        raise DataMissing(f"no output of {', '.join(members)} in the network", where=FLOWS)
    return [float(v) for v in weight @ down / weight.sum()]


_UNITS = {"products": "count", "second_ratio": "ratio"}


def _table(
    name: str,
    found: pl.DataFrame | list[tuple[Any, ...]],
    labels: Sequence[str],
    values: dict[str, str],
    network: SupplyNetwork | None = None,
) -> Table:
    """Make a table of shares from a frame or from rows: labels, then values with their texts."""
    columns = (
        *(Column(label, "dimension") for label in labels),
        *(number(c, _UNITS.get(c, "share"), text) for c, text in values.items()),
    )
    frame = found if isinstance(found, pl.DataFrame) else framed(found, columns)
    kind = Kind.ASSUMED if network is None else network.kind
    datasets = (FACTS, FLOWS) if network is None else network.datasets
    notes = ("exact fixed point", *(() if network is None else network.notes))
    text = name.replace("_", " ")
    years = () if network is None else network.years
    return Table(name, frame, columns, kind, datasets, text, notes, years)
