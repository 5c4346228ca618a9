"""World table of 2022: bilateral sales of 2022 spread by the technology of 2014 and balanced."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from tools.starter.common import Built
from tools.starter.mrio_technology import mapped_technology, service_shares
from tools.starter.mrio_update import Updated, updated_use

from isthmus.evidence import DatasetRecord, Kind
from isthmus.world.flows import IndustryFlows
from isthmus.world.mrio_starter import (
    ALL_SERVICES,
    CATEGORIES,
    ORIGINS,
    SERVICES,
    industries,
    split_services,
)

YEAR = 2022
BASIC_PRICE_RANGE = (0.86, 1.0)
"""Range of (value added of the table) / (GDP at market prices) taken over from 2014: below it the
gap is a later revision of GDP (Russia, Turkey), above it a statistical discrepancy."""

LARGEST_RATIO = 0.72
"""Largest value added over output of an economy that is believed; above it GDP and output are on
different bases (Egypt, Cameroon: exchange rates, fiscal years) and GDP is not imposed."""

CREDIT = (
    "Estimated by the Isthmus developers from OECD (2025), Inter-Country Input-Output tables, the "
    "World Input-Output Database (Timmer et al. 2015) and World Bank GDP"
)
LICENCE = "CC BY 4.0 (own estimate from sources under CC BY 4.0, as far as known)"


def build(shared: Path) -> Built:
    """Return use shares, service shares and how each economy was estimated."""
    flows = _flows(shared)
    names = industries(flows)
    services = service_shares(shared, flows.economies)
    sales = split_services(
        flows.values(YEAR), flows.industries.index(ALL_SERVICES), services.astype(np.float64)
    )
    old = mapped_technology(shared, flows.economies, names, sales)
    target, rows = _value_added(shared, flows.economies, sales, old.primary_2014, old.own)
    found = updated_use(sales, old.technology, added_total=target)
    print(f"mrio_2022: row residual {found.residual:.1e}, moved by balancing {found.moved:.4f}")
    return [
        (_use_record(found, flows), _use_frame(found, flows.economies, names)),
        (_services_record(), _services_frame(services, flows.economies)),
        (_economies_record(), rows),
    ]


def _flows(shared: Path) -> IndustryFlows:
    with np.load(shared / "mrio" / "icio25_bilateral_2011_2022.npz", allow_pickle=False) as source:
        return IndustryFlows(
            tuple(int(y) for y in source["years"]),
            tuple(str(c) for c in source["countries"]),
            tuple(str(i) for i in source["industries"]),
            source["X"],
        )


def _value_added(
    shared: Path,
    economies: tuple[str, ...],
    sales: np.ndarray,
    primary_2014: dict[str, float],
    own: tuple[bool, ...],
) -> tuple[np.ndarray, pl.DataFrame]:
    """Return value added to be met (not a number where none is imposed), and the reasons."""
    frame = pl.read_parquet(shared / "strategic" / "gdp_population.parquet")
    gdp = {
        year: dict(
            frame.filter(pl.col("year") == year, pl.col("gdp_current_usd").is_not_null())
            .select("iso3", pl.col("gdp_current_usd") / 1e6)
            .iter_rows()
        )
        for year in (2014, YEAR)
    }
    ratios = {e: primary_2014[e] / gdp[2014][e] for e in primary_2014 if e in gdp[2014]}
    usual = float(np.median(list(ratios.values())))
    output = sales.sum(axis=(1, 2))
    target, rows = [], []
    for e, x, has_own in zip(economies, output, own, strict=True):
        ratio = float(np.clip(ratios.get(e, usual), *BASIC_PRICE_RANGE))
        added = gdp[YEAR][e] * ratio if e in gdp[YEAR] else np.nan
        known = e in gdp[YEAR] and added / x <= LARGEST_RATIO
        target.append(added if known else np.nan)
        rows.append(
            {
                "economy": e,
                "technology": "own, 2014" if has_own else "donor: pool of 43 economies, 2014",
                "gdp": gdp[YEAR].get(e),
                "basic_price_ratio": ratio if known else None,
                "value_added": added if known else None,
                "kind": "estimated",
            }
        )
    schema = {"gdp": pl.Float64, "basic_price_ratio": pl.Float64, "value_added": pl.Float64}
    return np.array(target), pl.DataFrame(rows, schema_overrides=schema)


def _use_frame(found: Updated, economies: tuple[str, ...], names: tuple[str, ...]) -> pl.DataFrame:
    shares = np.stack([found.domestic, found.imported], axis=1)
    axes = {
        "economy": economies,
        "origin": ORIGINS,
        "product": names,
        "user": (*names, *CATEGORIES),
    }
    return _tidy(shares, axes)


def _services_frame(shares: np.ndarray, economies: tuple[str, ...]) -> pl.DataFrame:
    return _tidy(
        shares, {"exporter": economies, "importer": economies, "industry": tuple(SERVICES)}
    )


def _tidy(values: np.ndarray, axes: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    places = np.indices(values.shape)
    columns = {
        axis: pl.Series(np.array(labels)[place.ravel()]).cast(pl.Enum(list(labels)))
        for (axis, labels), place in zip(axes.items(), places, strict=True)
    }
    return pl.DataFrame(columns | {"share": values.ravel().astype(np.float32)})


def _record(key: str, title: str, **more: object) -> DatasetRecord:
    common = {
        "publisher": "The Isthmus developers",
        "edition": "2026.1, from ICIO 2025 edition and WIOD 2016 release",
        "years": (YEAR,),
        "kind": Kind.ESTIMATED,
        "licence": LICENCE,
        "attribution": CREDIT,
        "redistribution": "allowed",
        "citation": "Bacharach (1970), Biproportional Matrices and Input-Output Change",
    }
    return DatasetRecord.model_validate({"key": key, "title": title, **common, **more})


def _use_record(found: Updated, flows: IndustryFlows) -> DatasetRecord:
    return _record(
        "mrio_2022",
        "World input-output table 2022, use shares",
        unit="share of an economy's purchases of a product, domestic and imported apart",
        coverage=f"{len(flows.economies)} economies, 27 goods and {len(SERVICES)} services",
        columns={
            "economy": "using economy",
            "origin": "domestic or imported",
            "product": "product, by supplier industry",
            "user": "using industry or final-demand category",
            "share": "share of the purchases; adds to one over users",
        },
        steps=(
            "bilateral sales of 2022 from icio_flows, services split by mrio_2022_services",
            "technology: WIOD 2016 release, 2014, mapped to the industries; 43 economies their "
            "own, the others the pool of these 43, named in mrio_2022_economies",
            "mining, metals and other transport equipment, finer here than there, take their "
            "parent's pattern with the assumed routes of tools/starter/mrio_technology.py",
            "inputs of each industry: output less value added; value-added ratios of 2014 shifted "
            "so that each economy meets its GDP at basic prices (mrio_2022_economies)",
            "balanced by rows and columns (RAS); bilateral sales and output of 2022 kept exactly",
            f"row residual {found.residual:.0e}; balancing moved {found.moved:.1%} of all sales",
        ),
        faults=(
            "estimated: country by country and supplier-industry results are good to a few "
            "percent, single cross-border cells are not data",
            "every user of an imported product in an economy has the same origins",
            "value added includes net taxes on products and transport margins on inputs",
            "economies without an own older table use pooled technology: their inner structure "
            "is weakly known",
        ),
    )


def _services_record() -> DatasetRecord:
    return _record(
        "mrio_2022_services",
        "Parts of the services total of bilateral flows",
        unit="share of the services total of each pair",
        coverage=f"81 x 81 pairs, {len(SERVICES)} parts",
        columns={
            "exporter": "selling economy",
            "importer": "buying economy",
            "industry": "part of services",
            "share": "share of the services sold to that economy",
        },
        steps=(
            "proportions of the pair in 2014 (WIOD 2016 release); where one side is not in that "
            "table, those of the other side with all partners; where neither is, the world's",
        ),
        faults=(
            "proportions of 2014; the split halves the distance to knowing the parts in the "
            "exercise 2005 to 2011, and is not data",
        ),
    )


def _economies_record() -> DatasetRecord:
    return _record(
        "mrio_2022_economies",
        "How each economy of the world table 2022 was estimated",
        unit="million USD",
        coverage="81 economies",
        columns={
            "economy": "economy",
            "technology": "whose technology was used",
            "gdp": "GDP at market prices 2022; Taiwan implied from a published share",
            "basic_price_ratio": "value added of the table over GDP, from 2014",
            "value_added": "value added that was met; null where old ratios were kept",
            "kind": "kind",
        },
        steps=(
            f"ratio of 2014 kept within {BASIC_PRICE_RANGE}, the median for donors",
            f"not imposed where value added would be above {LARGEST_RATIO:.0%} of output",
        ),
        faults=("Taiwan's GDP is implied from military spending as a published share of GDP",),
    )
