"""Tables with damaged cells, rows and bytes: taken with the right numbers, or refused by name.

Run: ``python validation/adversarial_tables.py [cells] [seed]``. Every table must end in an
`IsthmusError` or in rows that account for each record of the file, keep every number that was not
touched, and are answered by the lens that reads them. Prints what was tried; fails on the first
table that breaks a rule, which it prints.
"""

from __future__ import annotations

import random
import re
import sys
from collections import Counter

from isthmus.dependence.profile import profile
from isthmus.errors import IsthmusError
from isthmus.evidence import DatasetRecord, Kind
from isthmus.sources.text import TextOptions, read_bytes
from isthmus.world import World
from isthmus.world.contracts import ConformChoices, Conformed, conform, from_text
from isthmus.world.manifest import Entry
from isthmus.world.mrio_stored import table_of

MARKS = ": .. - – n/a NA c x . , 0 -0 -5 +5 1,234 1.234 1,234,567 1.234.567 1'234 12,5 12.5 1e5"
ODD = "1e400 -1e-400 NaN inf -Infinity 12% $5 (5) 5- 0x10 1_000 ١٢ １２ ½ ² ٫5 1,2,3 1.2.3 --5 true"
TEXTS = (
    'False null None #REF! =1+1 ="010121" \'-5 @x DEU deu DE 276 490 842 World WLD EU27_2020 ZZZ'
)
CODES = "Congo YUG Türkiye 010121 10121 0101.21 0101 01 1 852411 85051100 999999 TOTAL 2022 2022.0"
YEARS = "2022,0 2022-01-01 2022-05-01 31/12/2022 22 20222 full FULL top exporter value C26 OUTPUT"
SIGNS = '" "" \' \\ 💥 e\u0301 a;b a,b a|b'
BLANK = ("", " ", "1 234", " DEU ", "Areas, nes", "Ivory Coast", "\u200b", "\ufeff", "\u00a0")
UNITED = ("60 m", "60 bn", "€ 5", "5 €", "USD 5", "12.5 p", "5 ep", "2022-Q1", "Total", "Insgesamt")
LONG = ("a\tb", "line\nbreak", "Source: me", "9" * 20, "9" * 400, "0" * 30)
NASTY = (*" ".join((MARKS, ODD, TEXTS, CODES, YEARS, SIGNS)).split(), *BLANK, *UNITED, *LONG)
ECONOMIES = ("CHN", "DEU", "USA", "JPN", "KOR", "FRA", "ITA", "GBR", "IND", "BRA", "TWN", "ZAF")
PRODUCTS = ("010121", "020110", "850511", "281820", "811292", "370790")
HEADER = ("year", "exporter", "importer", "product", "value", "quantity", "coverage")
LENS_EVERY = 10
LEFT_OUT = re.compile(
    r"([\d,]+) (?:(?:lines?|repeated headers?|blank lines?|rows?).* left out|repeated rows added)"
)


def record(key: str) -> DatasetRecord:
    """Return a record of a made-up table."""
    about = dict.fromkeys(("title", "publisher", "edition", "licence", "attribution"), "made up")
    return DatasetRecord(
        key=key,
        years=(2022,),
        unit="million USD",
        kind=Kind.MEASURED,
        redistribution="allowed",
        **about,
    )


def trade(rng: random.Random) -> list[list[str]]:
    """Return the records of a table of trade; values are whole numbers and a half."""
    flows = {
        (rng.choice(ECONOMIES), rng.choice(ECONOMIES), rng.choice(PRODUCTS)): rng.randint(1, 10**6)
        for _ in range(rng.randint(5, 60))
    }
    rows = [list(HEADER)]
    for (seller, buyer, product), value in flows.items():
        if seller != buyer:
            rows.append(["2022", seller, buyer, product, f"{value}.5", f"{value}.25", "full"])
    return rows


def table(rng: random.Random) -> list[list[str]]:
    """Return the records of a balanced inter-economy table of halves."""
    economies, industries = ECONOMIES[: rng.randint(2, 4)], ("C26", "C29", "A01")
    rows = [["exporter", "product", "importer", *industries, "HFCE"]]
    used, sold = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for seller in economies:
        for product in industries:
            for buyer in economies:
                cells = [rng.randint(1, 1000) + 0.5 for _ in industries] + [5000.5]
                rows.append([seller, product, buyer, *map(str, cells)])
                sold[seller, product] += sum(cells)
                for user, cell in zip(industries, cells, strict=False):
                    used[buyer, user] += cell
    for name in ("VALUE_ADDED", "OUTPUT"):
        for economy in economies:
            x = [sold[economy, k] for k in industries]
            v = [sold[economy, k] - used[economy, k] for k in industries]
            rows.append(["", name, economy, *map(str, x if name == "OUTPUT" else v), "0"])
    return rows


def damaged(rows: list[list[str]], rng: random.Random) -> tuple[bytes, set[int], int, str]:
    """Return the bytes of a damaged table, what rows were touched, how many there are."""
    rows = [list(row) for row in rows]
    touched: set[int] = set()
    done = []
    for _ in range(rng.choice((0, 1, 1, 1, 2, 5))):
        at = rng.randrange(len(rows))
        touched.add(at)
        if not rows[at]:
            continue
        place = rng.randrange(len(rows[at]))
        what = rng.choice(("cell",) * 8 + ("cut", "more", "twice", "blank", "note"))
        done.append(f"{what} {at}:{place}")
        if what == "cell":
            rows[at][place] = rng.choice(NASTY)
        elif what == "cut":
            del rows[at][place:]
        elif what == "more":
            rows[at].insert(place, rng.choice(NASTY))
        elif what == "twice":
            rows.append(list(rows[at]))
            touched.add(len(rows) - 1)
        elif what == "blank":
            rows[at] = [""] * len(rows[at])
        else:
            rows.append([rng.choice(NASTY)])
            touched.add(len(rows) - 1)
    delimiter = rng.choice(",;\t|")
    quoted = rng.random() < 0.8
    lines = [
        delimiter.join(
            '"' + c.replace('"', '""') + '"' if quoted and set(c) & set(',;\t|"\n') else c
            for c in row
        )
        for row in rows
    ]
    while not lines[-1]:
        lines.pop()
        rows.pop()
    raw = "\n".join(lines).encode(rng.choice(("utf-8", "utf-8-sig", "utf-16")))
    if rng.random() < 0.05:
        raw = raw[: rng.randrange(len(raw))]
        return raw, set(range(len(rows))), len(rows), "cut file"
    if rng.random() < 0.05:
        at = rng.randrange(len(raw))
        raw = raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]
        return raw, set(range(len(rows))), len(rows), "flipped byte"
    if not quoted:
        touched = set(range(len(rows)))
    return raw, touched, len(rows), f"{', '.join(done)}, delimiter {delimiter!r}"


def kept(rows: list[list[str]], touched: set[int], found: Conformed) -> str:
    """Return what an accepted table of trade did to rows that nobody touched; nothing when fine."""
    have = {row[:4]: row[4:6] for row in found.frame.select(HEADER[:6]).iter_rows()}
    for place, row in enumerate(rows):
        if place in touched or place == 0:
            continue
        key = (2022, *row[1:4])
        if key not in have:
            if not any("left out" in note or "added" in note for note in found.notes):
                return f"row {row} is gone without a word"
            continue
        wanted = (float(row[4]), float(row[5]))
        if have[key] != wanted and not any("added" in note for note in found.notes):
            return f"row {row} became {have[key]}"
    return ""


def unaccounted(records: int, found: Conformed, notes: tuple[str, ...]) -> str:
    """Return how many records are neither rows nor said to be left out; nothing when all are."""
    gone = 0
    for note in notes:
        if count := LEFT_OUT.match(note):
            gone += int(count[1].replace(",", ""))
    missing = records - 1 - found.frame.height - gone
    return f"{missing} records are not accounted for: {notes}" if missing else ""


def lens_answers(key: str, found: Conformed, base: World) -> None:
    """Ask the lens that reads a table."""
    entry = Entry(found.record, lambda: found.frame)
    if key.startswith("mrio"):
        table_of(found.frame, found.record)
        return
    world = base.with_entries({key: entry})
    years = found.frame["year"].unique().to_list()
    profile(world, found.frame["importer"][0], level="product", years=years)


def main() -> int:
    """Try tables until enough cells were read."""
    goal = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    base = World.open()
    ends: Counter[str] = Counter()
    cells = tables = 0
    while cells < goal:
        key, make = rng.choice((("baci_hs2017", trade), ("mrio_mine_2022", table), ("own", trade)))
        rows = make(rng)
        raw, touched, records, done = damaged(rows, rng)
        cells += sum(map(len, rows))
        tables += 1
        choices = ConformChoices(
            TextOptions(dash=rng.choice(("", "zero", "missing"))),
            drop_aggregates=rng.random() < 0.5,
            sum_duplicates=rng.random() < 0.5,
            repair=rng.random() < 0.3,
        )
        try:
            text = read_bytes(raw, "t.csv", choices.reading, wanted=rows[0])
            found = conform(record(key), from_text(text), choices)
        except IsthmusError as error:
            ends[f"{key}: refused"] += 1
            if not str(error):
                return failed(raw, done, "refused without a word")
            continue
        except Exception as error:  # noqa: BLE001 - any other end of a table is what is looked for
            return failed(raw, done, f"{type(error).__name__}: {error}")
        ends[f"{key}: taken"] += 1
        named = key == "baci_hs2017" and 0 not in touched
        if named and (wrong := kept(rows, touched, found)):
            return failed(raw, done, wrong)
        whole = len(touched) < records and 0 not in touched and key != "mrio_mine_2022"
        if whole and (wrong := unaccounted(records, found, (*text.notes, *found.notes))):
            return failed(raw, done, wrong)
        if key != "own" and tables % LENS_EVERY == 0:
            try:
                lens_answers(key, found, base)
            except Exception as error:  # noqa: BLE001 - any other end of a table is what is looked for
                return failed(raw, done, f"lens: {type(error).__name__}: {error}")
    print(f"{cells:,} cells in {tables:,} tables")
    for name, count in sorted(ends.items()):
        print(f"{name} {count:,}")
    return 0


def failed(raw: bytes, done: str, why: str) -> int:
    """Print a table that breaks a rule."""
    print(f"{why}\n  done: {done}\n  table: {raw[:3000]!r}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
