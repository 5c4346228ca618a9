"""Tables whose clean cells are known, with cells among them that no reader may take in silence."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from isthmus import codes

ECONOMIES = ("DEU", "TWN", "CHN", "USA", "JPN", "FRA", "KOR", "BRA", "IND", "ITA", "GBR", "POL")
INDUSTRIES = ("C26", "C29", "C20", "SERV")
PRODUCTS = ("010121", "850511", "854231", "284690")
NUMBERS = (
    "", ":", "..", "n/a", "N/A", "NA", "c", "-", "–", "—", "nan", "NaN", "inf", "-inf", "1e309",
    "1e-320", "-5", "−5", "(5)", "5-", "0", "0.0", "1,5", "1.5", "1.234", "1,234", "1.234,5",
    "1,234.5", "1 234", "1\u00a0234", "1'234", "12,34,567", "1..5", "1.2.3", "5%", "5 %", "$5",
    "EUR 5", "5 e", "5 (p)", "5*", "~5", "<5", ">5", "5/2", "1e3", "1E+3", "0x10", "1_000", "٣",
    "５", "²", "½", "true", "x", "#N/A", "#REF!", "=1+1", "'5", '"5"', "5\n6", "\u200b5", "+5",
    "9" * 40, "." , ",", "null", "None", "missing", "Werte", "0005", "1e", "e1", "--5", "+-5",
)  # fmt: skip
PLACES = (
    "", " ", "World", "WLD", "Welt", "Monde", "EU27", "EU27_2020", "EU-27", "Extra-EU", "OECD",
    "Areas, nes", "ROW", "Rest of World", "DE", "de", "276", "Germany", "germany", "Deutschland",
    "Czech Republic", "Swaziland", "UK", "EL", "XK", "490", "842", "251", "757", "XXX", "ZZ", "D",
    "TWN ", "\u00a0TWN", "TW N", "TWN,CHN", "0", "-1", "1e3", "n/a", ":", "Taiwan, China", "ČSSR",
    "USSR", "Yugoslavia", "SCG", "Côte d'Ivoire", "Ivory Coast", "Korea", "Congo", "Guinea",
    "=DEU", "'DEU", "DEU\n", "ＤＥＵ", "DЕU", "\ufeffDEU", "total", "Total", "TOTAL", "all",
)  # fmt: skip
YEARS = (
    "", "2022.0", "2022,0", "2022-12-31", "31.12.2022", "2022-Q1", "22", "20222", "-2022", "0",
    "2022.5", "2022e0", "2022 ", "2022/23", "MMXXII", "n/a", ":", "1e3", "9999", "1", "２０２２",
    "FY2022", "2022p", "2022*", "3022", "1700",
)  # fmt: skip
GOODS = (
    "", "10121", "0101.21", "0101 21", "010121 ", "01", "0101", "01012100", "999999", "TOTAL",
    "850511x", "S4", "-", ":", "n/a", "8505.11", "010111", "010110", "0", "1e5", "'010121",
    "=010121", '="010121"', "０１０１２１", "850511;854231", "C26", "SERV", "nan",
)  # fmt: skip
FLAGS = ("", "full", "FULL", "top", "partial", " full ", ":", "0", "1", "=full")
HEADERS = {
    "year": ("Year", "TIME_PERIOD", "Jahr", "année"),
    "exporter": ("Exporter", "origin", "Ausfuhrland", "exporter "),
    "importer": ("IMPORTER", "destination", "Einfuhrland"),
    "value": ("Value", "TradeValue", "Wert", "valeur", "value (USD)"),
}
COUNTED = re.compile(
    r"^(?:column [^:]*: )?([\d,]+) (?:rows?|blank lines?|lines?|repeated headers?|repeated rows) "
)


@dataclass
class Made:
    """A table as it is written, and what its clean rows hold.

    Parameters
    ----------
    key : str
        Key of the data set.
    raw : bytes
        The file.
    rows : int
        Rows written below the header.
    clean : dict
        Values of the rows without an odd cell, by their key.
    cells : int
        Number of cells.
    """

    key: str
    raw: bytes
    rows: int
    clean: dict[tuple[object, ...], float]
    cells: int
    odd: list[str] = field(default_factory=list)


SHAPES: dict[str, tuple[list[str], tuple[Sequence[str], ...]]] = {
    "baci_hs2017": (
        ["year", "exporter", "importer", "product", "value", "quantity", "coverage"],
        (("2022",), ECONOMIES, ECONOMIES, PRODUCTS),
    ),
    "icio_flows": (
        ["year", "exporter", "importer", "industry", "value"],
        (("2022",), ECONOMIES[:6], ECONOMIES[:6], INDUSTRIES),
    ),
    "gdp_population": (
        ["year", "economy", "gdp", "population"],
        (tuple(map(str, range(2000, 2023))), ECONOMIES),
    ),
}
ODD = {
    "year": YEARS, "exporter": PLACES, "importer": PLACES, "economy": PLACES, "product": GOODS,
    "industry": GOODS, "value": NUMBERS, "quantity": NUMBERS, "gdp": NUMBERS,
    "population": NUMBERS, "coverage": FLAGS,
}  # fmt: skip


def made(rng: np.random.Generator, limit: int = 240) -> Made:
    """Draw a table: some hundred clean rows, a few odd cells of one or two columns, odd habits."""
    key = str(rng.choice(list(SHAPES)))
    header, axes = SHAPES[key]
    cube = key == "icio_flows"
    keys = [k for k in product(*axes) if len(k) < 3 or k[1] != k[2] or cube]
    chosen = rng.permutation(len(keys))[: len(keys) if cube else int(rng.integers(20, limit))]
    rows = [_row(header, keys[n], rng) for n in sorted(chosen)]
    columns = rng.choice(len(header), size=int(rng.integers(0, 3)), replace=False)
    changed: set[int] = set()
    odd: list[str] = []
    for column in columns:
        kinds = ODD[header[column]]
        texts = rng.choice(len(kinds), size=int(rng.integers(1, 4)))
        for at in rng.choice(len(rows), size=int(rng.integers(1, 6)), replace=False):
            rows[at][column] = kinds[int(rng.choice(texts))]
            changed.add(int(at))
            odd.append(f"{header[column]}={rows[at][column]!r}")
    clean = {
        tuple(row[: len(axes)]): float(row[header.index("gdp" if key[0] == "g" else "value")])
        for n, row in enumerate(rows)
        if n not in changed
    }
    if rng.random() < 0.1:  # one row once more, with the same or another value
        again = list(rows[int(rng.integers(len(rows)))])
        again[-1 if key == "icio_flows" else len(axes)] = "77.125"
        rows.append(again)
        odd.append("a row stands twice")
    return Made(key, _written(header, rows, rng, odd), len(rows), clean, _count(rows), odd)


def _count(rows: list[list[str]]) -> int:
    return sum(map(len, rows))


def _row(header: list[str], key: tuple[str, ...], rng: np.random.Generator) -> list[str]:
    value = f"{rng.integers(1, 10**7) / 1000:.3f}"
    more = {"value": value, "gdp": value, "population": str(rng.integers(1, 10**9)),
            "quantity": "1.500", "coverage": "full"}  # fmt: skip
    return [*key, *(more[name] for name in header[len(key) :])]


def _written(
    header: list[str], rows: list[list[str]], rng: np.random.Generator, odd: list[str]
) -> bytes:
    named = list(header)
    if rng.random() < 0.15:
        column = str(rng.choice([h for h in header if h in HEADERS]))
        named[header.index(column)] = str(rng.choice(HEADERS[column]))
        odd.append(f"header {named}")
    out = io.StringIO()
    writer = csv.writer(out, delimiter=str(rng.choice([",", ";", "\t", "|"])), lineterminator="\n")
    for _ in range(int(rng.integers(0, 2))):
        writer.writerow(["Trade, as published by an office", *[""] * (len(header) - 1)])
    writer.writerow(named)
    for at, row in enumerate(rows):
        if rng.random() < 0.003:
            writer.writerow([""] * len(row))
        if rng.random() < 0.002:
            row = row[: int(rng.integers(1, len(row) + 1))]
            odd.append(f"row {at} is cut")
        writer.writerow(row)
    if rng.random() < 0.3:
        out.write("\n")
        writer.writerow(["Source: an office; own sums"])
    encoding = str(rng.choice(["utf-8", "utf-8-sig", "utf-16", "utf-8"]))
    return out.getvalue().encode(encoding)


def texts_of(table: dict[str, object]) -> tuple[object, ...]:
    """Return the key of a row as texts."""
    return tuple(str(value) for value in table.values())


KNOWN = frozenset(codes.economies())
