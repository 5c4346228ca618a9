"""Bilateral flows by supplier industry, OECD ICIO 2025 edition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from tools.starter.common import Built

from isthmus.evidence import DatasetRecord, Kind


def build(shared: Path) -> Built:
    """Return ``icio_flows``; values keep the 32-bit precision of the source, bit by bit."""
    with np.load(shared / "mrio" / "icio25_bilateral_2011_2022.npz", allow_pickle=False) as source:
        cube, years = source["X"], source["years"]
        economies, industries = source["countries"], source["industries"]
    year, exporter, importer, industry = (axis.ravel() for axis in np.indices(cube.shape))
    frame = pl.DataFrame(
        {
            "year": years[year].astype(np.int16),
            "exporter": _labelled(exporter, economies),
            "importer": _labelled(importer, economies),
            "industry": _labelled(industry, industries),
            "value": cube.ravel(),
        }
    )
    return [(_record(years), frame)]


def _labelled(positions: np.ndarray, labels: np.ndarray) -> pl.Series:
    """Return labels as an enumeration: two million texts would be slow to read."""
    return pl.Series(labels[positions].astype(str)).cast(pl.Enum(labels.tolist()))


def _record(years: np.ndarray) -> DatasetRecord:
    return DatasetRecord(
        key="icio_flows",
        title="Bilateral sales by supplier industry",
        publisher="OECD",
        edition="Inter-Country Input-Output tables, 2025 edition",
        years=tuple(int(y) for y in years),
        unit="million USD, current prices, basic prices",
        kind=Kind.ESTIMATED,
        licence="CC BY 4.0 (OECD open access policy for content from 1 July 2024)",
        attribution="OECD (2025), Inter-Country Input-Output tables",
        redistribution="allowed",
        address="https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
        citation="OECD (2025), Inter-Country Input-Output tables, 2025 edition",
        coverage="80 economies and the rest of the world; 27 goods industries and services in one",
        columns={
            "year": "calendar year",
            "exporter": "selling economy",
            "importer": "buying economy; the same as the exporter for domestic sales",
            "industry": "supplier industry, ICIO2025",
            "value": "intermediate and final sales",
        },
        steps=(
            "reduced by the preparer of the public copy to supplier industry x exporter x "
            "importer; negative cells (stocks run down) set to 0; industries D to T added up",
            "read from a public copy (github.com/ahmadlp/tariffwar, commit 98636984)",
            "tariffs and elasticities of that copy left out: their terms are not known",
            "32-bit values kept as they are; every total equals the source",
        ),
        faults=(
            "no using industry: not a full input-output table",
            "official statistics balanced by the publisher: single bilateral cells are the outcome "
            "of balancing, mirror data and models of the OECD and stand apart from customs figures "
            "(goods bought by EU27_2020 from TWN in 2022: 29 billion USD here, 36 and 52 in the "
            "records of exporter and importer)",
            "services, utilities and construction are one industry",
            "32-bit values: totals hold to 4e-8",
            "supplies by ultimate exporter of the table, not by ownership: sales of affiliates "
            "abroad count for their host economy",
        ),
    )
