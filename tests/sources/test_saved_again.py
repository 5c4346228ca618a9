"""Publishers' files that a spreadsheet saved again hold what the published ones hold."""

from __future__ import annotations

import contextlib
import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from isthmus.errors import BadInput
from isthmus.sources.published import Published, Wishes
from isthmus.sources.registry import source_of
from isthmus.sources.text import TextOptions

FILES = Path(__file__).parents[1] / "data" / "sources"
ICIO = """\
,DEU_C26,DEU_C29,TWN_C26,TWN_C29,DEU_HFCE,DEU_INVNT,TWN_HFCE,TWN_INVNT,OUT
DEU_C26,10.5,20,5,0,40,5,15,5,100.5
DEU_C29,15,30,0,10,30,5,8,2,100
TWN_C26,5,0,20,10,10,5,40,10,100
TWN_C29,0,10,10,40,10,0,20,10,100
TLS,0,0,0,0,0,0,0,0,0
VA,70,40,65,40,0,0,0,0,215
OUT,100.5,100,100,100,,,,,
"""
NAMES = {
    "BACI_HS17_Y2022_V202601.csv": (
        FILES / "BACI_HS17_V202601" / "BACI_HS17_Y2022_V202601.csv"
    ).read_text,
    "comext_v2.dat": (FILES / "comext_v2.dat").read_text,
    "comext_old.dat": (FILES / "comext_old.dat").read_text,
    "comext_sdmx.csv": (FILES / "comext_sdmx.csv").read_text,
    "comtrade_new.csv": (FILES / "comtrade_new.csv").read_text,
    "comtrade_old.csv": (FILES / "comtrade_old.csv").read_text,
    "2019.csv": lambda encoding: ICIO,
}
WISHES = Wishes(rates={0: 1.25})
NUMBERS = frozenset(
    {"v", "q", "value_eur", "value_in_euros", "quantity_kg", "quantity_in_kg", "obs_value"}
)
styles = st.fixed_dictionaries(
    {
        "delimiter": st.sampled_from([",", ";", "\t", "|"]),
        "decimal": st.sampled_from([".", ","]),
        "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
        "ends": st.sampled_from(["\n", "\r\n"]),
        "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
        "title": st.booleans(),
        "note": st.booleans(),
        "blanks": st.booleans(),
    }
)


def read(path: Path, options: TextOptions | None = None) -> Published:
    source = source_of(path)
    assert source is not None
    wishes = WISHES if options is None else Wishes(rates={0: 1.25}, reading=options)
    return source.dataset(path, wishes)


def saved(text: str, style: dict[str, object], numbers: bool) -> bytes:
    """Return a file as a spreadsheet saves it in one style."""
    rows = list(csv.reader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.writer(
        out,
        delimiter=str(style["delimiter"]),
        lineterminator=str(style["ends"]),
        quoting=int(str(style["quoting"])),
    )
    if style["title"]:
        writer.writerow(["Table as downloaded", *[""] * (len(rows[0]) - 1)])
    for at, row in enumerate(rows):
        cells = row
        if at:
            named = zip(rows[0], row, strict=False)
            cells = [
                c.replace(".", ",")
                if style["decimal"] == "," and (numbers or n.casefold() in NUMBERS)
                else c
                for n, c in named
            ]
            cells = [f" {c} " if style["blanks"] and c else c for c in cells]
        writer.writerow(cells)
    if style["note"]:
        out.write(str(style["ends"]))
        writer.writerow(["Source: an office; own sums"])
    return out.getvalue().encode(str(style["encoding"]))


@settings(max_examples=6)
@pytest.mark.parametrize("name", sorted(NAMES))
@given(style=styles)
def test_a_file_saved_again_gives_the_rows_of_the_published_one(
    tmp_path_factory: pytest.TempPathFactory, name: str, style: dict[str, object]
) -> None:
    text = NAMES[name](encoding="utf-8")
    folder = tmp_path_factory.mktemp("saved")
    clean, again = folder / "clean", folder / "again"
    for place in (clean, again):
        place.mkdir()
    (clean / name).write_text(text, encoding="utf-8")
    (again / name).write_bytes(saved(text, style, name == "2019.csv"))
    expected = read(clean / name)
    found = read(again / name)
    assert_frame_equal(found.frame, expected.frame)
    assert (found.record.key, found.record.years) == (expected.record.key, expected.record.years)


@settings(max_examples=8)
@pytest.mark.parametrize("name", sorted(NAMES))
@given(data=st.data())
def test_a_damaged_cell_is_named_or_what_it_changes_is_said(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    rows = list(csv.reader(io.StringIO(NAMES[name](encoding="utf-8"))))
    row = data.draw(st.integers(1, len(rows) - 1))
    column = data.draw(st.integers(0, len(rows[row]) - 1))
    cell = data.draw(st.sampled_from(["?", "1..2", "5 %", "-", "xx99", "\u00bd", "1/2", "-7e400"]))
    kept = rows[row][column]
    rows[row][column] = cell
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / name
    path.write_text(NAMES[name](encoding="utf-8"), encoding="utf-8")
    clean = read(path)
    path.write_text(out.getvalue(), encoding="utf-8")
    found = taken(path)
    if found is None or found.frame.equals(clean.frame):
        return
    assert found.notes != clean.notes, (kept, cell)
    if "value" in clean.frame.columns:
        assert found.frame["value"].sum() <= clean.frame["value"].sum() + 1e-9, (kept, cell)


def taken(path: Path) -> Published | None:
    """Return what was read, or None where the file was refused by its name."""
    with contextlib.suppress(BadInput):
        return read(path)
    with pytest.raises(BadInput) as caught:
        read(path)
    assert path.name in f"{caught.value} {caught.value.where}"
    return None
