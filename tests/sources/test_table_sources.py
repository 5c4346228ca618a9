"""ICIO, FIGARO and WIOD in their publishers' layouts, with their oddities, and damaged."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.evidence import DatasetRecord, Kind
from isthmus.sources.published import Published, Wishes
from isthmus.sources.registry import source_of

ECONOMIES = ("DEU", "TWN", "MEX", "CHN", "ROW")
ICIO_FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
FIGARO_FINAL = ("P3_S13", "P3_S14", "P3_S15", "P51G", "P5M")
FIGARO_LABELS = {"DEU": "DE", "TWN": "TW", "MEX": "MX", "CHN": "CN", "ROW": "FIGW1", "GRC": "EL"}
PARTS = {"CHN": ("CN1", "CN2"), "MEX": ("MX1", "MX2")}
sizes = st.tuples(st.integers(2, 5), st.integers(1, 4), st.integers(0, 10_000))


class Table:
    """A balanced table of round numbers: value added is what output leaves."""

    def __init__(self, n: int, S: int, F: int, seed: int) -> None:
        draw = np.random.default_rng(seed)
        self.economies = ECONOMIES[:n]
        self.industries = tuple(f"C{26 + k}" for k in range(S))
        self.Z = draw.integers(0, 50, (n, S, n, S)).astype(float)
        self.Y = draw.integers(1, 90, (n, S, n, F)).astype(float)
        self.x = self.Z.sum(axis=(2, 3)) + self.Y.sum(axis=(2, 3))
        self.taxes = draw.integers(0, 5, (n, S)).astype(float)
        self.v = self.x - self.Z.sum(axis=(0, 1)) - self.taxes

    def flows(self) -> np.ndarray:
        return np.concatenate([self.Z, self.Y], axis=3)


def written(cells: Iterable[float]) -> list[str]:
    """Return numbers as the shortest text that gives them back."""
    return [repr(float(cell)) for cell in cells]


def icio(table: Table, *, split: bool = True, edition: str = "2025") -> str:
    """Write a table as the OECD does; the split parts hold 30 and 70 percent."""
    parts = PARTS if split else {}
    rows = [
        (p, e, k) for e in table.economies for p in parts.get(e, (e,)) for k in table.industries
    ]
    share = {p: s for e, ps in parts.items() for p, s in zip(ps, (0.3, 0.7), strict=True)}
    at = {e: i for i, e in enumerate(table.economies)}
    use = {k: i for i, k in enumerate(table.industries)}
    total = "OUT" if edition != "2021" else "TOTAL"
    names = [f"{p}_{k}" for p, _, k in rows]
    names += [f"{e}_{c}" for e in table.economies for c in ICIO_FINAL]
    lines = [",".join(["V1" if edition != "2021" else "", *names, total])]
    for p, e, k in rows:
        i, s = at[e], share.get(p, 1.0)
        cells = [table.Z[i, use[k], at[f], use[m]] * s * share.get(q, 1.0) for q, f, m in rows]
        cells += [y * s for j in at.values() for y in table.Y[i, use[k], j]]
        lines.append(",".join([f"{p}_{k}", *written(cells), *written([sum(cells)])]))
    wide = len(table.economies) * len(ICIO_FINAL)
    below = {"2021": ("TAXSUB", "VALU", "OUTPUT")}.get(edition, ("TLS", "VA", "OUT"))
    for name, array in zip(below, (table.taxes, table.v, table.x), strict=True):
        cells = [array[at[e], use[k]] * share.get(p, 1.0) for p, e, k in rows]
        label = f"DEU_{name}" if name == "TAXSUB" else name
        tail = [""] * wide if name in {"OUT", "OUTPUT"} else ["0"] * wide
        lines.append(",".join([label, *written(cells), *tail, ""]))
    return "\n".join(lines) + "\n"


def figaro(table: Table) -> str:
    """Write a table as Eurostat does, value added in three rows."""
    label = [FIGARO_LABELS[e] for e in table.economies]
    names = [f"{e}_{k}" for e in label for k in table.industries]
    final = [f"{e}_{c}" for e in label for c in FIGARO_FINAL]
    lines = [",".join(["rowLabels", *names, *final])]
    n, S = len(label), len(table.industries)
    for i in range(n):
        for k in range(S):
            cells = [*table.Z[i, k].ravel(), *table.Y[i, k].ravel()]
            lines.append(",".join([f"{label[i]}_{table.industries[k]}", *written(cells)]))
    v, taxes = table.v.ravel(), table.taxes.ravel()
    for name, row in {
        "W2_D21X31": taxes, "W2_OP_RES": 0 * v, "W2_OP_NRES": 0 * v,
        "W2_D1": v - 2.0, "W2_D29X39": 0 * v + 0.5, "W2_B2A3G": 0 * v + 1.5,
    }.items():  # fmt: skip
        lines.append(",".join([name, *written(row), *["0.0"] * len(final)]))
    return "\n".join(lines) + "\n"


def read(path: Path, wishes: Wishes | None = None) -> Published:
    source = source_of(path)
    assert source is not None
    return source.dataset(path, wishes or Wishes())


def problems(path: Path, wishes: Wishes | None = None) -> str:
    with pytest.raises(BadInput) as caught:
        read(path, wishes)
    return str(caught.value)


def assert_same(found: Published, table: Table) -> None:
    """Compare the printed rows with the table cell by cell."""
    frame = found.frame
    sales = frame.filter(pl.col("exporter").is_not_null())
    uses = frame.columns[3:]
    flows = table.flows()
    for i, k, j in np.ndindex(flows.shape[:3]):
        row = sales.filter(
            exporter=table.economies[i], product=table.industries[k], importer=table.economies[j]
        )
        if row.is_empty():
            assert not flows[i, k, j].any()
        else:
            np.testing.assert_allclose(row.select(uses).row(0), flows[i, k, j], atol=1e-9)
    for name, array in zip(
        ("VALUE_ADDED", "OTHER_PRIMARY_INPUTS", "OUTPUT"),
        (table.v, table.taxes, table.x),
        strict=True,
    ):
        rows = frame.filter(product=name).sort(
            pl.col("importer").replace_strict({e: i for i, e in enumerate(table.economies)})
        )
        np.testing.assert_allclose(rows.select(table.industries).to_numpy(), array, atol=1e-9)


@given(sizes, st.sampled_from(["2021", "2023", "2025"]), st.booleans())
def test_any_icio_table_comes_back(
    tmp_path_factory: pytest.TempPathFactory, size: tuple[int, int, int], edition: str, split: bool
) -> None:
    n, S, seed = size
    table = Table(n, S, len(ICIO_FINAL), seed)
    path = tmp_path_factory.mktemp("icio") / f"ICIO{edition}_2018.csv"
    path.write_text(icio(table, split=split, edition=edition))
    found = read(path)
    assert found.record.key == f"mrio_icio{edition}_2018"
    assert found.record.kind == Kind.ESTIMATED
    assert_same(found, table)
    joined = [note for note in found.notes if "added up to CHN" in note]
    assert bool(joined) == (split and n >= 4)


@pytest.mark.slow
@given(sizes)
def test_any_figaro_table_comes_back(
    tmp_path_factory: pytest.TempPathFactory, size: tuple[int, int, int]
) -> None:
    n, S, seed = size
    table = Table(n, S, len(FIGARO_FINAL), seed)
    path = tmp_path_factory.mktemp("figaro") / "matrix_eu-ic-io_ind-by-ind_25ed_2022.csv"
    path.write_text(figaro(table))
    found = read(path)
    assert (found.record.key, found.record.unit) == ("mrio_figaro2025_2022", "million EUR")
    assert_same(found, table)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "2022.csv"
    path.write_text(icio(Table(4, 2, len(ICIO_FINAL), 1)))
    return path


@pytest.mark.parametrize(
    ("industries", "edition"),
    [
        (("A01", "A02", "C301"), "2025"),
        (("A01_02", "C26", "C29"), "2023"),
        (("01T02", "26", "29"), "2021"),
    ],
)
def test_the_edition_is_told_by_its_industries(
    tmp_path: Path, industries: tuple[str, ...], edition: str
) -> None:
    table = Table(3, 3, len(ICIO_FINAL), 2)
    table.industries = industries
    path = tmp_path / "2020.csv"
    path.write_text(icio(table))
    assert read(path).record.key == f"mrio_icio{edition}_2020"


def test_a_table_is_read_under_the_key_and_year_of_a_record(small: Path, tmp_path: Path) -> None:
    other = tmp_path / "table.csv"
    other.write_bytes(small.read_bytes())
    assert "which year" in problems(other)
    own = DatasetRecord(
        key="mrio_mine_2019", title="Mine", publisher="Me", edition="1", years=(2019,),
        unit="million USD", kind=Kind.MEASURED, licence="CC0-1.0", attribution="none",
        redistribution="allowed",
    )  # fmt: skip
    found = read(other, Wishes(record=own))
    assert (found.record.key, found.record.years) == ("mrio_mine_2019", (2019,))
    assert found.record.columns["C26"] == "used by C26"
    assert found.frame.equals(read(small).frame)


DAMAGE: dict[str, tuple[Callable[[str], str], str]] = {
    "a cell that is no number": (
        lambda t: re.sub(r"\nTWN_C26,", "\nTWN_C26,abc", t),
        "line 4, column DEU_C26: 'abc",
    ),
    "an empty cell": (
        lambda t: re.sub(r"\nTWN_C27,[^,]*,", "\nTWN_C27,,", t),
        "line 5, column DEU_C26",
    ),
    "an unknown economy": (lambda t: t.replace("TWN_", "QQQ_"), "'QQQ' is no economy"),
    "a row that is missing": (lambda t: re.sub(r"\nTWN_C27,.*", "", t), "TWN_C27 has no row"),
    "a row twice": (lambda t: t + t.splitlines()[1] + "\n", "DEU_C26 stands twice"),
    "an unknown row below": (lambda t: t.replace("\nTLS,", "\nTLX,"), "TLX_ has no column"),
    "a digit too many": (
        lambda t: re.sub(r"\nOUT,(\d+)", r"\nOUT,\g<1>0", t),
        "sales of DEU C26 are",
    ),
    "a cut file": (lambda t: t[: t.index("\nTLS,") + 40], "cells where the header has"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_table_is_named_by_row_and_column(small: Path, name: str) -> None:
    damage, said = DAMAGE[name]
    small.write_text(damage(small.read_text()))
    assert said in problems(small)


def test_a_table_saved_with_semicolons_and_commas_is_the_same(small: Path) -> None:
    clean = read(small).frame
    text = small.read_text().replace(",", ";").replace(".", ",")
    small.write_text("\ufeff" + text, encoding="utf-8")
    assert read(small).frame.equals(clean)


def test_taxes_on_final_demand_are_said(small: Path) -> None:
    lines = small.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("TLS,"))
    cells = lines[at].split(",")
    cells[-2] = "12.0"
    lines[at] = ",".join(cells)
    small.write_text("\n".join(lines))
    assert any("taxes on final demand, 12 " in note for note in read(small).notes)


def test_a_discrepancy_without_a_buyer_stays_with_the_seller(small: Path) -> None:
    lines = small.read_text().splitlines()
    header, rest = lines[0].split(","), lines[1:]
    header[-1:] = ["DISC", "OUT"]
    sold = [
        ",".join([*line.split(",")[:-1], "3.0" if "_C" in line[:8] else "", line.split(",")[-1]])
        for line in rest
    ]
    small.write_text("\n".join([",".join(header), *sold]))
    frame = read(small).frame
    assert frame.filter(exporter="DEU", product="C26", importer="DEU")["DISC"].to_list() == [3.0]
    assert frame.filter(exporter="DEU", product="C26", importer="TWN")["DISC"].sum() == 0.0


def test_a_converted_table_of_wiod_comes_back(tmp_path: Path) -> None:
    table = Table(3, 2, 2, 5)
    n, S = 3, 2
    path = tmp_path / "t.npz"
    np.savez(
        path, Z=table.Z.reshape(n * S, n * S), Y=table.Y.reshape(n * S, -1), x=table.x.ravel(),
        va=table.v.ravel(), taxes=table.taxes.ravel(), countries=table.economies,
        industries=table.industries, fd_categories=["HFCE", "GFCF"],
        meta='{"year": 2011, "source": "made up"}',
    )  # fmt: skip
    own = DatasetRecord(
        key="mrio_mine_2011", title="Mine", publisher="Me", edition="1", years=(2011,),
        unit="million USD", kind=Kind.ASSUMED, licence="CC0-1.0", attribution="none",
        redistribution="allowed",
    )  # fmt: skip
    found = read(path, Wishes(record=own))
    assert_same(found, table)
    assert found.repair
    with pytest.raises(BadInput, match="no known release"):
        read(path)


@pytest.mark.source
def test_the_samples_of_other_readers_are_read(shared_data: Path) -> None:
    samples = shared_data / "layout_samples"
    keys = {
        "icio_2025_own/2022.csv": "mrio_icio_2022",
        "figaro_25ed_own/matrix_eu-ic-io_ind-by-ind_25ed_2022.csv": "mrio_figaro2025_2022",
        "oecd_icio_2016_2018/ICIO2016_2003.csv": "mrio_icio2016_2003",
        "oecd_icio_2016_2018/ICIO2018_2010.CSV": "mrio_icio2018_2010",
    }
    mended = Wishes(repair=True)
    assert {name: read(samples / name, mended).record.key for name in keys} == keys
