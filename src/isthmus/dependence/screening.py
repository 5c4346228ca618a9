"""All indicators of every importer and item at once: what one importer's answer says, for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from isthmus.codes import PartySpec
from isthmus.dependence.buyers import Buyers, Near, values_of
from isthmus.dependence.citations import BAILEY, FAGIOLO, HIRSCHMAN, KORNIYENKO
from isthmus.dependence.criteria import CRITERIA, UNVERIFIED, Method, Thresholds, holds
from isthmus.dependence.geopolitics import IDEAL_POINT
from isthmus.dependence.indicators import (
    CITATIONS,
    SINGLE,
    check_methods,
    needed_years,
    rule_of,
)
from isthmus.dependence.items import Level, check_years
from isthmus.dependence.measures import INDICATORS, ExportBase, ShareBase, descending_rank
from isthmus.dependence.network import components, network_table
from isthmus.dependence.reexports import hubs
from isthmus.dependence.series import CHANGES, changes, listed_columns
from isthmus.dependence.trade import Trade, answer, asked, data_notes, table_of, trade_of
from isthmus.evidence import Column, Kind, Result, Table
from isthmus.evidence.frames import attribute, dimension, dimensions, finite, grid, number
from isthmus.evidence.lens import lens
from isthmus.kernels.arrays import Array, Ints, Mask
from isthmus.kernels.concentration import held_in_window
from isthmus.kernels.screening import BorderFlows, behind_hubs, mean
from isthmus.runtime.threads import one_blas_thread
from isthmus.world import World

OWN = ("external_imports", "hhi", "top_share", "external_share", "imports_to_exports", "world_hhi")
ATTRIBUTED = ("hhi_attributed", "top_share_attributed")


@lens(
    "dependence.screening",
    {"importers": ["DEU", "EU27_2020"], "items": ["850511"], "methods": ["geodep"]},
    {"level": "industry", "items": ["C26"], "coalitions": ["EU27_2020"], "network": True},
    {
        "importers": ["DEU"],
        "items": ["850511"],
        "reexport_share": {"HKG": 0.9},
        "distance": "alliance",
    },
)
def screening(
    world: World,
    *,
    importers: Sequence[PartySpec] | None = None,
    coalitions: Sequence[PartySpec] = (),
    years: Sequence[int] | None = None,
    level: Level = "product",
    items: Sequence[str] | None = None,
    thresholds: Thresholds | None = None,
    exports: ExportBase = "total",
    share_base: ShareBase = "imports",
    distance: Mapping[str, float] | str | None = None,
    methods: Sequence[Method] = ("commission_2021",),
    network: bool = False,
    reexport_share: Mapping[str, float] | None = None,
) -> Result:
    """Return all indicators of every importer and item at once, and the lists of the criteria.

    The numbers are those of `indicators`, `churn`, `network` and `behind_hubs` for one importer.

    Parameters
    ----------
    world : World
        The data.
    importers : sequence of str or Party, optional
        Economies, or coalitions as one buyer; every economy of the data when None.
    coalitions : sequence of str or Party, optional
        Coalitions as one buyer, after the importers.
    years : sequence of int, optional
        The last year when None (the last three for GeoDep and the Commission's 2023 method).
    level : {"product", "industry"}
        Kind of item.
    items : sequence of str, optional
        All when None.
    thresholds : Thresholds, optional
        Published values when None; `window` and `required` define ``stable``.
    exports : {"total", "external"}
        Denominator of `imports_to_exports`.
    share_base : {"imports", "use"}
        Denominator of `external_share`.
    distance : mapping of str to float, "ideal_point" or "alliance", optional
        Geopolitical distance in [0, 1] by economy; adds ``geopolitics``.
    methods : sequence of {"commission_2021", "commission_2023", "geodep"}
        Criteria whose lists are made; none for indicators alone.
    network : bool
        Adds ``network``: the trade network of every item is laid out.
    reexport_share : mapping of str to float, optional
        Part of each hub's exports that is re-exported, in [0, 1); adds ``attributed``, for which
        a fixed point is solved for every item.

    Returns
    -------
    Result
        ``indicators``: a row for each importer, item and year with imports from outside, with the
        largest origin and the rank by concentration; ``listed``: where all criteria of a method
        hold, by year and by the method's own window or mean; ``churn``: how the list of each
        importer changes; ``geopolitics``, ``network``, ``attributed`` where asked for;
        ``assumptions``: distances that are not measured.

    Raises
    ------
    CodeUnknown
        For unknown economies or items.
    DataMissing
        For years that the data do not hold.
    BadInput
        For unknown methods or denominators, or too few years for a method.

    References
    ----------
    SWD(2021) 352; Arjona, Connell, Herghelegiu (2023); Lefebvre, Wibaux (2024).
    """
    limits = thresholds or Thresholds()
    chosen = check_methods(methods)
    trade = trade_of(world, level, items)
    held = check_years(needed_years(years, chosen, limits, trade.years), trade.years)
    buyers = Buyers.of(trade, importers, coalitions)
    near = Near.of(world, trade, buyers, distance, held[-1])
    rho = None if reexport_share is None else hubs(reexport_share, trade.economies)
    values: dict[str, list[Array]] = {}
    tops: list[Ints] = []
    nets: list[dict[str, Array]] = []
    kept: list[tuple[BorderFlows, Array | None]] = []

    measured = partial(values_of, trade, buyers, exports=exports, share_base=share_base)
    for year in held:
        flows = trade.flows(year)
        domestic = trade.domestic(year)
        found, top = measured(flows, near=near, domestic=domestic)
        with one_blas_thread():  # networks are small: two threads wait for each other
            if rho is not None:
                behind = behind_hubs(flows, rho, buyers.insides)
                found |= {name: part[buyers.rows] for name, part in behind.items()}
            if network:
                nets.append(components(flows))
        for name, part in found.items():
            values.setdefault(name, []).append(part)
        tops.append(top)
        if "commission_2023" in chosen:
            kept.append((flows, domestic))
    stacked = {name: np.stack(parts) for name, parts in values.items()}
    rows = _AnswerRows.of(trade, buyers, held, stacked)
    tables = {"indicators": rows.indicators(np.stack(tops))}
    if chosen:
        flags = {
            m: np.logical_and.reduce([stacked[c] > limits.of(c) for c in CRITERIA[m]])
            for m in chosen
        }
        averages = _averaged(measured, kept) if kept else stacked
        own = {m: holds(averages if m == "commission_2023" else stacked, m, limits) for m in chosen}
        tables["listed"] = rows.listed(flags, own, limits)
        if len(held) > 1:
            tables["churn"] = rows.churn(flags)
    if near is not None:
        tables |= {"geopolitics": rows.geopolitics(near), "assumptions": near.table()}
    if nets:
        tables["network"] = network_table(trade, held, nets)
    if rho is not None:
        tables["attributed"] = rows.attributed()
    specs = [party.spec for party in buyers.parties]
    parameters = {
        "importers": None if importers is None else specs[: buyers.named],
        "coalitions": specs[buyers.named :],
        **asked(trade, items),
        "years": list(held),
        "thresholds": limits.to_dict(),
        "exports": exports,
        "share_base": share_base,
        "distance": None if near is None else near.source,
        "methods": list(chosen),
        "network": network,
        "reexport_share": None if reexport_share is None else dict(reexport_share),
    }
    cited = [HIRSCHMAN, *(CITATIONS[m] for m in chosen), *((KORNIYENKO, FAGIOLO) * network)]
    if near is not None and near.source == IDEAL_POINT:
        cited.append(BAILEY)
    return answer(world, "screening", tables, parameters, cited)


def _averaged(
    measured: Callable[..., tuple[dict[str, Array], Any]],
    kept: list[tuple[BorderFlows, Array | None]],
) -> dict[str, Array]:
    """Return the indicators of the mean flows of several years, shape (1, B, K) each.

    The years are let go once their mean is made.
    """
    home = [domestic for _, domestic in kept if domestic is not None]
    domestic = np.mean(home, axis=0) if home else None
    whole = mean([flows for flows, _ in kept])
    kept.clear()
    found, _ = measured(whole, domestic=domestic)
    return {name: part[None] for name, part in found.items()}


@dataclass(frozen=True)
class _AnswerRows:
    """The rows of the answer: importers that buy an item from outside in a year.

    ``values`` are arrays of shape (T, B, K); ``at`` holds the positions of the rows in them.
    """

    trade: Trade
    buyers: Buyers
    years: tuple[int, ...]
    values: dict[str, Array]
    at: tuple[NDArray[np.intp], ...]

    @classmethod
    def of(
        cls, trade: Trade, buyers: Buyers, years: tuple[int, ...], values: dict[str, Array]
    ) -> _AnswerRows:
        return cls(trade, buyers, years, values, np.nonzero(values["external_imports"] > 0))

    @property
    def dimensions(self) -> tuple[Column, ...]:
        return dimensions("importer", self.trade.level, "year")

    @property
    def notes(self) -> tuple[str, ...]:
        trade, buyers = self.trade, self.buyers
        single = (SINGLE,) if len(buyers.coalitions) < len(buyers.parties) else ()
        return (*buyers.notes(trade.economies), *data_notes(trade), *single)

    def labels(self, at: tuple[NDArray[np.intp], ...]) -> dict[str, pl.Series]:
        t, b, k = at
        return {
            "importer": pl.Series([p.code for p in self.buyers.parties]).gather(b),
            self.trade.level: pl.Series(self.trade.items).gather(k),
            "year": pl.Series(self.years, dtype=pl.Int64).gather(t),
        }

    def table(
        self,
        name: str,
        keys: Sequence[str],
        text: str,
        *,
        kind: Kind | None = None,
        more: Mapping[str, tuple[pl.Series, str]] | None = None,
        notes: Sequence[str] = (),
        datasets: Sequence[str] = (),
    ) -> Table:
        """Return a table with a column for each indicator, sorted by importer, item and year."""
        frame = pl.DataFrame(
            {
                **self.labels(self.at),
                **{key: finite(self.values[key][self.at]) for key in keys},
                **{key: held for key, (held, _) in (more or {}).items()},
            }
        )
        columns = [
            *self.dimensions,
            *(number(key, INDICATORS[key].unit, INDICATORS[key].text) for key in keys),
            *(attribute(key, said) for key, (_, said) in (more or {}).items()),
        ]
        notes = (*self.notes, *notes)
        return table_of(self.trade, name, frame, columns, text, notes, kind=kind, datasets=datasets)

    def indicators(self, tops: Ints) -> Table:
        origin = pl.Series(self.trade.economies).gather(tops[self.at])
        rank = pl.Series(descending_rank(self.values["hhi"])[self.at])
        more = {
            "top_exporter": (origin, "largest external origin, the first of equal ones"),
            "rank": (rank, "1 is the highest hhi among the items of this importer and year"),
        }
        text = "indicators of every importer, item and year with imports from outside"
        return self.table("indicators", OWN, text, more=more)

    def geopolitics(self, near: Near) -> Table:
        gone = (f"no distance of {', '.join(near.without)}: null",) if near.without else ()
        return self.table(
            "geopolitics",
            ("ghhi",),
            f"geopolitical concentration by {near.source}",
            kind=Kind.weakest([self.trade.kind, near.kind]),
            notes=gone,
            datasets=near.datasets,
        )

    def attributed(self) -> Table:
        text = "concentration after re-exports of hubs are attributed to the hubs' suppliers"
        return self.table("attributed", ATTRIBUTED, text, kind=Kind.ESTIMATED)

    def listed(
        self, flags: Mapping[Method, Mask], own: Mapping[Method, Mask], limits: Thresholds
    ) -> Table:
        """Return where criteria hold; `own` covers the last years of `flags`, as many as it has."""
        parts = []
        for method, held in flags.items():
            whole = np.zeros(held.shape, dtype=bool)
            late = len(held) - len(own[method])
            whole[late:] = own[method]
            stable = np.zeros(held.shape, dtype=bool)
            if len(held) >= limits.window:
                stable[limits.window - 1 :] = held_in_window(
                    held, window=limits.window, required=limits.required
                )
            at = np.nonzero(held | whole | stable)
            known = {"stable": limits.window - 1, "dependent": late}
            made = {"stable": stable, "dependent": whole}
            parts.append(
                pl.DataFrame(
                    {
                        **self.labels(at),
                        "method": pl.repeat(method, len(at[0]), eager=True),
                        "listed": held[at],
                        **{
                            name: pl.Series(made[name][at]).set(pl.Series(at[0] < first), None)
                            for name, first in known.items()
                        },
                        "rule": pl.repeat(rule_of(method, limits), len(at[0]), eager=True),
                    }
                )
            )
        columns = [
            *self.dimensions,
            dimension("method"),
            *listed_columns(limits),
            attribute("dependent", "whether the method's own rule holds; null before it can"),
            attribute("rule", "the method's rule with its thresholds"),
        ]
        text = "items that meet all criteria of a method; those that meet none have no row"
        notes = (*self.notes, *(f"{m}: {UNVERIFIED[m]}" for m in flags))
        return table_of(self.trade, "listed", pl.concat(parts), columns, text, notes)

    def churn(self, flags: Mapping[Method, Mask]) -> Table:
        methods = list(flags)
        held = np.stack([flags[m] for m in methods])
        years, codes = self.years[1:], [p.code for p in self.buyers.parties]
        axes = {"method": methods, "year": years, "importer": codes}
        frame = grid(axes, changes(held[:, :-1], held[:, 1:]))
        columns = [*dimensions("importer", "method", "year"), *CHANGES]
        text = "change of each importer's list of items that meet all criteria in a year"
        return table_of(self.trade, "churn", frame, columns, text, self.notes)
