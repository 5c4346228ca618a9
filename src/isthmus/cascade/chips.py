"""The chip chain as a network of economy x stage nodes, from chip facts and bilateral sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import polars as pl

from isthmus import codes
from isthmus.cascade.network import SupplyNetwork
from isthmus.errors import DataMissing, InputProblem, raise_all
from isthmus.evidence import Kind, Origin
from isthmus.kernels.arrays import Array, over
from isthmus.world import World

FACTS, FLOWS = "chip_facts", "icio_flows"
SPLIT = "chips"
EUROPE, OTHER = "EUR", "OTH"
# A block of shares is used when its rows cover the world and most of it is named.
_WHOLE, _NAMED = 0.01, 0.6
_BALANCED = 1e-10

Pooling = Literal["essential", "pooled"]
Capacity = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class StageShares:
    """Shares of one stage: economy to share of the world, with year and kind."""

    stage: str
    year: int
    shares: dict[str, float]
    kind: Kind


def leading() -> str:
    """Return the name of the leading stage in the facts."""
    return codes.stages(SPLIT)["leading"]


def capacity_blocks(world: World) -> tuple[StageShares, ...]:
    """Return for each stage the newest shares that cover the world and name most of it.

    Raises
    ------
    DataMissing
        When a stage has no such shares.
    """
    facts = world.chip_facts().filter(~pl.col("projection"))
    return tuple(_block(facts, stage) for stage in codes.stages(SPLIT).values())


def planned_capacity(world: World) -> StageShares:
    """Return the projected shares of the leading stage; what they leave open is ``OTH``.

    Raises
    ------
    DataMissing
        When there is no projection.
    """
    stage = leading()
    rows = world.chip_facts().filter(pl.col("projection") & (pl.col("node") == stage))
    if rows.is_empty():
        raise DataMissing(f"no projection of capacity for {stage}", where=FACTS)
    year = int(str(rows["year"].max()))
    rows = rows.filter(pl.col("year") == year).sort("economy")
    shares = {str(e): float(s) for e, s in rows.select("economy", "share").iter_rows()}
    shares[OTHER] = shares.get(OTHER, 0.0) + max(0.0, 1.0 - sum(shares.values()))
    return StageShares(stage, year, shares, Kind.weakest((*rows["kind"].to_list(), Kind.MODELLED)))


def with_capacity_of(block: StageShares, economy: str, share: float) -> dict[str, float]:
    """Return the block's shares with one economy at `share` and the others scaled to the rest."""
    rest = sum(s for e, s in block.shares.items() if e != economy)
    scaled = {e: s * (1.0 - share) / rest for e, s in block.shares.items() if e != economy}
    return {**scaled, economy: share}


@dataclass(frozen=True)
class ChipChain:
    """Facts and sales from which chip networks are built; balanced deliveries are kept.

    Parameters
    ----------
    blocks : tuple of StageShares
        Shares of each stage.
    economies : tuple of str
        Economies of the bilateral sales.
    electronics : ndarray of float64, shape (n, n)
        Sales of electronics from economy to economy, million USD, domestic ones included.
    output : ndarray of float64, shape (n, 5)
        Output of electronics and the four using industries, million USD.
    year : int
        Year of the sales.
    source : Origin, optional
        The world that it was read from.
    """

    blocks: tuple[StageShares, ...]
    economies: tuple[str, ...]
    electronics: Array
    output: Array
    year: int
    source: Origin | None = None
    kept: dict[tuple[tuple[str, float], ...], Array] = field(default_factory=dict, compare=False)

    @staticmethod
    def of(world: World) -> ChipChain:
        """Read the chain from ``chip_facts`` and ``icio_flows``.

        Raises
        ------
        DataMissing
            When either is missing.
        """
        flows = world.flows()
        year = flows.years[-1]
        sales = flows.values(year)
        columns = [flows.industries.index(code) for code in _industries()]
        return ChipChain(
            capacity_blocks(world),
            flows.economies,
            np.ascontiguousarray(sales[:, :, columns[0]]),
            sales[:, :, columns].sum(axis=1),
            year,
            Origin.of(world, (FACTS, FLOWS)),
        )

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the facts and of the sales, ascending."""
        return tuple(sorted({self.year, *(block.year for block in self.blocks)}))

    def network(
        self, *, stages: Pooling = "essential", capacity: Capacity | None = None
    ) -> SupplyNetwork:
        """Return the network of chip stages, electronics and the industries that use them.

        Each economy's electronics industry (C26) buys every chip stage; electronics go to four
        further industries of every economy as recorded by the bilateral sales. Electronics
        bought by electronics are left out, because chips already reach each electronics
        industry. Shares of economies in a stage are those of the chip facts. No public figure
        says who delivers which chips to whom: deliveries take the pattern of electronics sales,
        balanced so that each supplier sells its share of the stage and each electronics industry
        buys in proportion to its output. Equipment is left out: without it plants do not expand,
        but run.

        Parameters
        ----------
        stages : {"essential", "pooled"}
            Every electronics industry needs every stage (the upper case), or stages stand in for
            one another with equal weights (the lower case).
        capacity : mapping of stage to mapping of economy to share, optional
            Other shares for some stages; they must sum to one.

        Returns
        -------
        SupplyNetwork
            Output, the weight in the index, is that of the industries in million USD; chip
            stages weigh nothing, because their sales are part of C26.

        Raises
        ------
        BadInput
            When `capacity` names an unknown stage or its shares do not sum to one.
        """
        shares = {block.stage: block.shares for block in self.blocks}
        shares.update({k: dict(v) for k, v in _checked(capacity or {}).items()})
        m = len(self.economies)
        industries = _industries()
        nodes = [
            (e, industry, float(self.output[n, k]))
            for k, industry in enumerate(industries)
            for n, e in enumerate(self.economies)
        ]
        i, j = np.nonzero(self.electronics > 0)
        parts = [(i, j + m * k, self.electronics[i, j]) for k in range(1, len(industries))]
        for stage, by_economy in shares.items():
            named = {e: s for e, s in by_economy.items() if s > 0}
            value = self._deliveries(named)
            first = len(nodes)
            nodes.extend((e, stage, 0.0) for e in named)
            i, j = np.nonzero(value > 0)
            parts.append((first + i, j, value[i, j]))
        frame = pl.DataFrame(
            {
                "firm": [f"{e} {s}" for e, s, _ in nodes],
                "economy": [e for e, _, _ in nodes],
                "sector": [
                    "chips" if stages == "pooled" and s in shares else s for _, s, _ in nodes
                ],
                "output": [o for _, _, o in nodes],
                "stage": [s for _, s, _ in nodes],
            }
        )
        supplier, customer, weight = (np.concatenate([p[k] for p in parts]) for k in range(3))
        years = ", ".join(sorted({str(block.year) for block in self.blocks}))
        return SupplyNetwork(
            frame,
            supplier.astype(np.int64),
            customer.astype(np.int64),
            weight.astype(np.float64),
            np.full(len(weight), 2, np.int8),
            tuple(sorted(set(frame["sector"].to_list()))),
            kind=Kind.ASSUMED,
            datasets=(FACTS, FLOWS),
            source=self.source,
            years=self.years,
            notes=(
                f"chip stages {years}, sales {self.year}",
                "who delivers which chips to whom is assumed: as electronics are sold",
            ),
        )

    def _deliveries(self, named: Mapping[str, float]) -> Array:
        """Deliveries of one stage, shape (suppliers, economies), million USD of electronics."""
        key = tuple(named.items())
        if key not in self.kept:
            size = self.output[:, 0]
            europe = set(codes.members("EUROPE")) & set(self.economies)
            seed = np.stack(
                [_pattern(self.electronics, self.economies, e, named, europe) for e in named]
            )
            table = balanced(seed, np.array(list(named.values())), size / size.sum())
            self.kept[key] = table * size.sum()
        return self.kept[key]


def chip_network(
    world: World, *, stages: Pooling = "essential", capacity: Capacity | None = None
) -> SupplyNetwork:
    """Return the network of a world's chip chain; see `ChipChain.network`."""
    return ChipChain.of(world).network(stages=stages, capacity=capacity)


def balanced(seed: Array, rows: Array, columns: Array) -> Array:
    """Scale rows and columns of a non-negative table in turn until both sums are met.

    Parameters
    ----------
    seed : ndarray of float, shape (r, c)
        Pattern; every row and column with a positive sum needs a positive entry.
    rows, columns : ndarray of float, shapes (r,), (c,)
        Sums to meet; they have the same total.

    Returns
    -------
    ndarray of float64, shape (r, c)
        Column sums are met exactly, row sums to 1e-10 of the total.

    Raises
    ------
    DataMissing
        When the pattern cannot meet the sums.

    References
    ----------
    Deming, Stephan (1940), On a least squares adjustment of a sampled frequency table.
    """
    table = np.asarray(seed, np.float64)
    for _ in range(10_000):
        table = table * over(rows, table.sum(axis=1))[:, None]
        table = table * over(columns, table.sum(axis=0))
        if np.abs(table.sum(axis=1) - rows).max() <= _BALANCED * rows.sum():
            return table
    raise DataMissing("the pattern of deliveries cannot meet the shares of suppliers and users")


def _block(facts: pl.DataFrame, stage: str) -> StageShares:
    rows = facts.filter((pl.col("node") == stage) & ~pl.col("basis").str.contains("headquarters"))
    for year in sorted(rows["year"].unique().to_list(), reverse=True):
        block = rows.filter(pl.col("year") == year).sort("economy")
        shares = {str(e): float(s) for e, s in block.select("economy", "share").iter_rows()}
        whole = sum(shares.values())
        if abs(whole - 1.0) <= _WHOLE + 1e-9 and shares.get(OTHER, 0.0) <= 1.0 - _NAMED:
            exact = {e: s / whole for e, s in shares.items()}
            return StageShares(stage, int(year), exact, Kind.weakest(block["kind"].to_list()))
    raise DataMissing(f"no shares that cover the world for {stage}", where=FACTS)


def _industries() -> tuple[str, ...]:
    """Electronics first, then the industries that buy them."""
    return (*codes.industries_in("electronics"), *codes.industries_in("chip_users"))


def _pattern(
    electronics: Array,
    economies: tuple[str, ...],
    supplier: str,
    named: Mapping[str, float],
    europe: set[str],
) -> Array:
    """Electronics sales of a supplier of chips to each economy; a group sells as its members."""
    if supplier == EUROPE:
        rows = [n for n, e in enumerate(economies) if e in europe]
    elif supplier == OTHER:
        known = set(named) | (europe if EUROPE in named else set())
        rows = [n for n, e in enumerate(economies) if e not in known]
    else:
        rows = [n for n, e in enumerate(economies) if e == supplier]
    total: Array = electronics[rows].sum(axis=0)
    return total


def _checked(capacity: Capacity) -> Capacity:
    problems, known = [], tuple(codes.stages(SPLIT).values())
    for stage, shares in capacity.items():
        if stage not in known:
            problems.append(InputProblem(f"no stage '{stage}'", "capacity", ", ".join(known)))
        total = sum(shares.values())
        if abs(total - 1.0) > 1e-6 or min(shares.values(), default=0.0) < 0:
            text = f"shares of '{stage}' sum to {total:g} or are negative"
            problems.append(InputProblem(text, "capacity", "give shares >= 0 that sum to 1"))
    raise_all("the capacity of chip stages cannot be read", problems)
    return capacity
