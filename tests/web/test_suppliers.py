"""Lists of suppliers: sent, read apart, columns named, answered, kept or forgotten."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput, NotFound
from isthmus.store import Store
from isthmus.suppliers import exposure
from isthmus.web import child
from isthmus.web.child import read_apart
from isthmus.web.columns import guessed
from isthmus.web.multipart import sent_of
from isthmus.web.shelf import MOST, Shelf
from isthmus.web.state import Explorer
from isthmus.world.templates import csv_text, template_of

from .conftest import HOST, Client, Reply

ORIGIN = f"http://{HOST}"
OWN = (
    "Vendor;Country;Part name;Spend USD;HS code;Days of stock\n"
    "Alpha;Germany;magnets;1200000;850511;30\n"
    "Beta;CN;magnets;2800000;850511;30\n"
    "Gamma;Taiwan;controllers;4000000;8542;20\n"
)
MARK = "-----------------7"


def form(content: bytes, name: str = "own.csv") -> tuple[bytes, str]:
    head = (
        f'--{MARK}\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n'
        "content-type: application/octet-stream\r\n\r\n"
    )
    body = head.encode() + content + f"\r\n--{MARK}--\r\n".encode()
    return body, f"multipart/form-data; boundary={MARK}"


def send(client: Client, content: bytes, name: str = "own.csv") -> Reply:
    body, kind = form(content, name)
    words = {"content_type": kind, "origin": ORIGIN}
    return client.ask("/suppliers", method="POST", body=body, **words)


@pytest.fixture(scope="module")
def address(client: Client) -> str:
    reply = send(client, OWN.encode())
    assert reply.status == 303
    return reply.headers["location"]


def test_columns_are_guessed_and_economies_shown(client: Client, address: str) -> None:
    page = client.ask(address).text
    for column in ("Vendor", "Country", "Part name", "Spend USD", "HS code", "Days of stock"):
        assert f'<option value="{column}" selected>' in page
    document = client.ask(f"{address}.json?table=economies_read").json()
    read = {row[0]: row[1] for row in document["table"]["rows"]}
    assert read == {"Germany": "DEU", "CN": "CHN", "Taiwan": "TWN"}
    assert "Choose where the lines are made" in page


def test_the_answer_is_that_of_the_lens(
    client: Client, explorer: Explorer, address: str, tmp_path: Any
) -> None:
    words = {"unit": "USD", "home": "DEU", "scenario": "taiwan-chips-30-full"}
    document = client.ask(f"{address}.json?{urlencode(words)}&table=all.economies").json()["table"]
    names = [column["name"] for column in document["columns"]]
    shown = {row[0]: dict(zip(names, row, strict=True)) for row in document["rows"]}
    assert shown["TWN"]["face_value"] == pytest.approx(0.5)
    assert shown["TWN"]["spend"] == pytest.approx(4.0)
    upload = explorer.uploads.get(address.rpartition("/")[2])
    from isthmus.web.uploads import mapped

    world = mapped(upload, upload.guesses, "USD").world(explorer.world)
    lens = exposure(world)["economies"].frame
    rows = {row["economy"]: row["look_through"] for row in lens.iter_rows(named=True)}
    assert {e: row["look_through"] for e, row in shown.items()} == pytest.approx(rows)
    page = client.ask(f"{address}?{urlencode(words)}")
    assert page.status == 200
    assert "controllers" in page.text
    sheet = client.ask(f"{address}/sheet?{urlencode(words)}")
    assert sheet.status == 200
    assert "style-src 'sha256-" in sheet.headers["content-security-policy"]
    assert "<script" not in sheet.text


def test_what_is_wrong_is_named_by_row_and_the_columns_can_be_named_anew(client: Client) -> None:
    wrong = OWN.replace("Taiwan", "Atlantis").replace("1200000", "much")
    address = send(client, wrong.encode()).headers["location"]
    page = client.ask(address)
    assert page.status == 200
    assert "Atlantis" in page.text
    assert "much" in page.text
    named = f"{address}?named=1&column.item=Vendor&column.supplier=Vendor"
    assert "taken twice" in client.ask(named).text
    assert client.ask(f"{address}?column.item=nothing").status == 400


@pytest.mark.once_broken("a list without product codes was answered with a fault")
def test_a_list_without_product_codes_is_answered(client: Client) -> None:
    content = "".join(f"{';'.join(row.split(';')[:4])}\n" for row in OWN.splitlines())
    address = send(client, content.encode()).headers["location"]
    page = client.ask(f"{address}?home=DEU")
    assert page.status == 200
    assert 'name="home"' in page.text


def test_a_workbook_is_taken(client: Client) -> None:
    frame = pl.read_csv(io.StringIO(OWN), separator=";")
    book = io.BytesIO()
    frame.write_excel(book)
    reply = send(client, book.getvalue(), "own.xlsx")
    assert reply.status == 303
    page = client.ask(reply.headers["location"]).text
    assert '<option value="Vendor" selected>' in page


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "own.csv", "is empty"),
        (b"x" * (child.LARGEST + 1), "own.csv", "is larger"),
        (b"a,b\n1,2\n", "own.exe", "not taken"),
        (b"\x00\x01\x02", "own.xlsx", "read"),
        (b"PK\x03\x04" + b"\x00" * 64, "own.xlsx", "read"),
        (("a,b\n" + "1,2\n" * (child.MOST_ROWS + 1)).encode(), "own.csv", "at most"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, name: str, said: str) -> None:
    with pytest.raises(BadInput, match=said) as error:
        read_apart(content, name)
    assert error.value.what


def test_a_file_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "SECONDS", 0.001)
    with pytest.raises(BadInput, match="longer"):
        read_apart(OWN.encode(), "own.csv")


@pytest.mark.once_broken("one long text in many cells of a small workbook filled the memory")
def test_a_table_of_much_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "MOST_TEXT", 10)
    with pytest.raises(BadInput, match="the cells hold 11 characters"):
        child._cells(b"a,b\nxxxxxx,yyyyy\n", ".csv")


@pytest.mark.once_broken("a file beside the user went before the libraries of the child")
def test_files_of_the_working_folder_are_no_part_of_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "polars.py").write_text("raise SystemExit(1)\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    assert read_apart(OWN.encode(), "own.csv").columns[0] == "Vendor"


def test_no_file_and_no_form_are_named(client: Client) -> None:
    assert send(client, b"", "").status == 400
    assert client.ask("/suppliers", method="POST", body="a=1", origin=ORIGIN).status == 400


def test_a_list_is_saved_only_when_asked_and_can_be_forgotten(client: Client) -> None:
    address = send(client, OWN.encode()).headers["location"]
    assert "suppliers" not in {entry.manifest.record.key for entry in Store().datasets()}
    words = urlencode(
        {
            "unit": "USD",
            "named": "1",
            "column.item": "Part name",
            "column.supplier": "Vendor",
            "column.economy": "Country",
            "column.spend": "Spend USD",
        }
    )
    reply = client.ask(f"{address}/save", method="POST", body=words, origin=ORIGIN)
    assert reply.status == 303
    kept = [e for e in Store().datasets() if e.manifest.record.key == "suppliers"]
    assert len(kept) == 1
    assert kept[0].manifest.record.private
    assert client.ask(reply.headers["location"]).status == 200
    assert client.ask(f"{address}/forget", method="POST", origin=ORIGIN).status == 303
    assert client.ask(address).status == 404


def test_only_the_latest_lists_are_kept() -> None:
    uploads: Shelf[str] = Shelf("list")
    names = [uploads.keep(str) for _ in range(MOST + 1)]
    assert uploads.listed() == names[:0:-1]
    with pytest.raises(NotFound, match="this list is not in memory"):
        uploads.get(names[0])


def test_the_template_reads_as_itself() -> None:
    template = template_of("suppliers")
    cells = read_apart(csv_text(template).encode(), "suppliers.csv")
    frame = pl.DataFrame(list(cells.rows), schema=list(cells.columns), orient="row")
    assert guessed(frame) == {name: name for name in template.columns}


def test_an_economy_is_found_by_its_cells() -> None:
    frame = pl.DataFrame({"x": ["Japan", "FRA", "Germany"], "y": ["a", "b", "c"]})
    assert guessed(frame)["economy"] == "x"
    assert guessed(frame)["item"] == ""


@given(st.binary(max_size=200), st.text(max_size=20))
def test_a_form_comes_back_as_it_was_sent(content: bytes, name: str) -> None:
    plain = "".join(c for c in name if c.isalnum()) or "x"
    body, kind = form(content, f"{plain}.csv")
    found = sent_of(body, kind)
    assert found.name == f"{plain}.csv"
    if MARK.encode() not in content:
        assert found.content == content


@pytest.mark.parametrize("name", ["../../x.csv", "C:\\x.csv", "/etc/x.csv"])
def test_a_name_has_no_folders(name: str) -> None:
    body, kind = form(b"a", name)
    assert sent_of(body, kind).name == "x.csv"


@given(st.binary(max_size=120), st.text(max_size=40))
def test_what_is_no_form_is_bad_input(body: bytes, kind: str) -> None:
    with pytest.raises(BadInput):
        sent_of(body, f"multipart/mixed; {kind}")
    with pytest.raises(BadInput):
        sent_of(body.replace(b"--", b""), f"multipart/form-data; boundary={MARK}")


def test_the_example_needs_no_list(client: Client) -> None:
    words = quote("taiwan-chips-30-full")
    assert client.ask(f"/suppliers/example?scenario={words}").status == 200
    assert client.ask("/suppliers/example?scenario=nothing").status == 400
    assert client.ask("/suppliers/nothing").status == 404
