"""A table in any layout that people use gives the rows of the clean table."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from isthmus.evidence import DatasetRecord
from isthmus.sources.text import TextOptions, read_bytes
from isthmus.world.contracts import ConformChoices, Conformed, conform, from_text

pytestmark = pytest.mark.slow

MARKERS = ("", ":", "..", "n/a", "c", "NA", "NaN")
DASHES = ("-", "–", "—")


@dataclass(frozen=True)
class Layout:
    """How a table is written down."""

    delimiter: str
    decimal: str
    thousands: str
    encoding: str
    ends: str
    quoting: int
    titles: tuple[str, ...]
    notes: tuple[str, ...]
    trailing: bool
    blanks: bool
    repeat: bool

    def number(self, value: float) -> str:
        """Return a number as this layout writes it."""
        text = f"{value:,.3f}" if self.thousands else f"{value:.3f}"
        swap = {",": self.thousands, ".": self.decimal}
        return "".join(swap.get(c, c) for c in text)

    def written(self, header: list[str], rows: list[list[str]]) -> bytes:
        """Return the bytes of a table."""
        out = io.StringIO()
        writer = csv.writer(
            out, delimiter=self.delimiter, lineterminator=self.ends, quoting=self.quoting
        )
        extra = [""] if self.trailing else []
        for title in self.titles:
            writer.writerow([title, *[""] * (len(header) - 1), *extra])
        writer.writerow([*header, *extra])
        for place, row in enumerate(rows):
            if self.repeat and place == len(rows) // 2:
                writer.writerow([*header, *extra])
            writer.writerow([f" {c}\u00a0" if self.blanks and c else c for c in row] + extra)
        if self.notes:
            out.write(self.ends)
        for note in self.notes:
            writer.writerow([note])
        return out.getvalue().encode(self.encoding)


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    decimal = draw(st.sampled_from([".", ","]))
    others = ["", ".", " ", "\u00a0", "\u202f", "'"] if decimal == "," else ["", ",", " ", "'"]
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"]))
    thousands = draw(st.sampled_from(others))
    if encoding == "cp1252" and thousands == "\u202f":
        encoding = "utf-8"
    texts = st.sampled_from(["Größe der Einfuhren, Mio. USD", "Source: Office; own sums", "© 2024"])
    return Layout(
        delimiter=draw(st.sampled_from([",", ";", "\t", "|"])),
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
        ends=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        titles=tuple(draw(st.lists(texts, max_size=2))),
        notes=tuple(draw(st.lists(texts, max_size=2))),
        trailing=draw(st.booleans()),
        blanks=draw(st.booleans()),
        repeat=draw(st.booleans()),
    )


def record(key: str) -> DatasetRecord:
    return DatasetRecord(
        key=key,
        title="t",
        publisher="p",
        edition="1",
        years=(2022,),
        unit="million USD",
        kind="measured",
        licence="CC0-1.0",
        attribution="a",
        redistribution="allowed",
    )


def taken(key: str, raw: bytes, choices: ConformChoices | None = None) -> Conformed:
    choices = choices or ConformChoices()
    return conform(record(key), from_text(read_bytes(raw, "t.csv", choices.reading)), choices)


# titles that another separator would cut, and whose quotation marks do not fit it
TITLED = [
    Layout(d, ".", "", "utf-8", "\n", csv.QUOTE_MINIMAL, titles, titles[:1], *[False] * 3)
    for d, titles in (
        (",", ("Source: Office; own sums", "Größe der Einfuhren, Mio. USD")),
        (";", ("Größe der Einfuhren, Mio. USD", "Source: Office; own sums")),
    )
]
# commas in the texts of all rows, and in the lines around them, of a table with semicolons
NOTED = [
    Layout(";", ".", "", "utf-8", "\n", csv.QUOTE_MINIMAL, titles, notes, *[False] * 3)
    for titles, notes in (
        ((), ("Größe der Einfuhren, Mio. USD",) * 2),
        (("Größe der Einfuhren, Mio. USD",), ("Größe der Einfuhren, Mio. USD",) * 2),
    )
]
# a number with three decimals and four digits before them settles how all are written
AMOUNTS = st.lists(st.integers(0, 10**10).map(lambda n: n / 1000), min_size=2, max_size=8).map(
    lambda values: [1234.567, *values]
)
SELLERS = ("CHN", "USA", "JPN", "KOR", "FRA", "ITA", "GBR", "IND", "BRA")


@settings(max_examples=200, deadline=None)
@given(layout=layouts(), values=AMOUNTS, marker=st.sampled_from((*MARKERS, *DASHES)))
@example(layout=TITLED[0], values=[1234.567, 0.0, 0.0], marker="")
@example(layout=TITLED[1], values=[1234.567, 0.0, 0.0], marker="")
def test_trade_in_any_layout(layout: Layout, values: list[float], marker: str) -> None:
    sold = dict(zip(SELLERS, values, strict=False))
    header = ["year", "exporter", "importer", "product", "value", "quantity", "coverage"]
    rows = [
        ["2022", seller, "DEU", "010121", layout.number(value), marker, "full"]
        for seller, value in sold.items()
    ]
    rows.append(["2022", "CAN", "DEU", "010121", marker, "", "full"])
    choices = ConformChoices(TextOptions(dash="missing"))
    found = taken("baci_hs2017", layout.written(header, rows), choices)
    clean = pl.DataFrame(
        {
            "year": [2022] * len(sold),
            "exporter": list(sold),
            "importer": "DEU",
            "product": "010121",
            "value": list(sold.values()),
            "quantity": None,
            "coverage": "full",
        },
        schema_overrides={"year": pl.Int16, "quantity": pl.Float64},
    )
    assert_frame_equal(found.frame, clean, check_exact=True)
    assert any("1 row without a number" in note for note in found.notes)


@settings(max_examples=100, deadline=None)
@given(layout=layouts(), values=st.lists(st.integers(1, 10**9), min_size=8, max_size=8))
def test_an_inter_economy_table_in_any_layout(layout: Layout, values: list[int]) -> None:
    flows = [n / 1000 for n in values]
    flows[0] = 1234.567
    pairs = [(a, b) for a in ("DEU", "TWN") for b in ("DEU", "TWN")]
    cells = dict(zip(pairs, zip(flows[:4], flows[4:], strict=True), strict=True))
    used = {b: sum(cells[a, b][0] for a in ("DEU", "TWN")) for b in ("DEU", "TWN")}
    sold = {a: sum(sum(cells[a, b]) for b in ("DEU", "TWN")) for a in ("DEU", "TWN")}
    added = {e: sold[e] - used[e] for e in sold}
    n = layout.number
    rows = [[a, "C26", b, *map(n, cells[a, b])] for a, b in pairs]
    rows += [["", "VALUE_ADDED", e, n(added[e]), ""] for e in sold]
    rows += [["", "OUTPUT", e, n(sold[e]), ""] for e in sold]
    raw = layout.written(["exporter", "product", "importer", "C26", "HFCE"], rows)
    found = taken("mrio_mine_2022", raw, ConformChoices(repair=any(v < 0 for v in added.values())))
    kept = found.frame.filter(pl.col("exporter").is_not_null()).sort("exporter", "importer")
    assert kept["C26"].to_list() == pytest.approx([cells[p][0] for p in pairs], abs=1e-9)
    assert kept["HFCE"].to_list() == pytest.approx([cells[p][1] for p in pairs], abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(layout=layouts(), values=AMOUNTS)
@example(layout=NOTED[0], values=[1234.567, 0.0, 0.0])
@example(layout=NOTED[1], values=[1234.567, 0.0, 0.0])
def test_a_table_that_nothing_knows_in_any_layout(layout: Layout, values: list[float]) -> None:
    rows = [[f"0{place}", "Wörter, viele", layout.number(v)] for place, v in enumerate(values)]
    found = taken("stock_days", layout.written(["code", "text", "value"], rows))
    assert found.frame["value"].to_list() == values
    assert found.frame["code"].to_list() == [row[0] for row in rows]
    assert found.frame["text"].to_list() == ["Wörter, viele"] * len(rows)


@settings(max_examples=100, deadline=None)
@given(layout=layouts(), values=AMOUNTS, start=st.integers(1990, 2010))
def test_amounts_by_year_in_any_layout(layout: Layout, values: list[float], start: int) -> None:
    years = [start + place for place in range(len(values))]
    rows = [
        [f"{year}{layout.decimal}0", "deu", layout.number(v), "1"]
        for year, v in zip(years, values, strict=True)
    ]
    raw = layout.written(["year", "economy", "gdp", "population"], rows)
    found = taken("gdp_population", raw)
    assert found.frame["year"].to_list() == years
    assert found.frame["economy"].unique().to_list() == ["DEU"]
    assert found.frame["gdp"].to_list() == values
    assert found.record.years == tuple(years)
