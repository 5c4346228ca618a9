"""Templates of tables of one's own: what is written is read back, and private data stay home."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

import polars as pl
import pytest

from isthmus.cascade import read_network
from isthmus.cli.root import main
from isthmus.disruption.criticality import read_criticality
from isthmus.errors import BadInput, LicenceForbids, NotFound
from isthmus.production import load_bill
from isthmus.store import Store, export_bundle
from isthmus.world import World
from isthmus.world.adding import add_file
from isthmus.world.contracts import contract_of, known_keys
from isthmus.world.templates import template_of, templates, write_template

ADDED = [t.name for t in templates().values() if t.key]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    return tmp_path


def test_every_own_contract_has_a_template_with_its_columns() -> None:
    keys = {t.key: t for t in templates().values() if contract_of(t.key)}
    assert {pattern.partition("(")[0] for pattern in known_keys(own=True)} == set(keys)
    for key, template in keys.items():
        contract = contract_of(key)
        assert contract is not None
        assert tuple(template.columns) == tuple(contract.columns)
        assert template.unit == contract.unit


@pytest.mark.parametrize("name", ADDED)
@pytest.mark.parametrize("form", [".csv", ".xlsx", "semicolon"])
def test_a_template_is_added_as_it_is_in_every_form(home: Path, name: str, form: str) -> None:
    template = template_of(name)
    out = home / f"{name}{'.csv' if form == 'semicolon' else form}"
    files = write_template(template, out, delimiter=";" if form == "semicolon" else ",")
    assert files == (out, out.with_suffix(".toml"))
    entry = add_file(out).entry
    plain = home / "plain.csv"
    write_template(template, plain)
    assert entry.reference == add_file(plain).entry.reference
    assert Store().table(entry.reference).height == len(template.rows)
    assert Store().record(entry.reference).private


def test_the_files_of_other_rooms_read_their_templates(home: Path) -> None:
    for name in ("bom", "firms", "links", "needs"):
        write_template(template_of(name), home / f"{name}.csv")
    assert load_bill(home / "bom.csv").items
    network = read_network(home / "firms.csv", home / "links.csv")
    assert network.links().height == 1
    assert read_criticality(home / "needs.csv", ("C26", "C29")).tolist() == [[1.0, 0.9], [0.0, 0.5]]


def test_a_template_replaces_nothing_unasked_and_is_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "s.toml").write_text("mine")
    assert main(["data", "template", "suppliers", "--out", str(home / "s.csv")]) == 3
    assert not (home / "s.csv").exists()
    assert (home / "s.toml").read_text() == "mine"
    assert main(["data", "template", "supplier"]) == 4
    assert "did you mean 'suppliers'" in capsys.readouterr().err
    assert main(["data", "template", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["templates"]
    assert len(listed) == len(templates())
    with pytest.raises(BadInput, match=r"\.doc"):
        write_template(template_of("bom"), home / "b.doc")
    with pytest.raises(NotFound):
        template_of("firm")


def test_private_data_stay_out_of_exports_unless_asked_for(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = home / "suppliers.csv"
    write_template(template_of("suppliers"), out)
    reference = add_file(out).entry.reference
    world = ["--world", "starter+suppliers", "--out", str(home / "rows.csv")]
    assert main(["data", "export", "suppliers", *world]) == 3
    assert "--private" in capsys.readouterr().err
    assert main(["data", "export", "suppliers", *world, "--private"]) == 0
    assert pl.read_csv(home / "rows.csv").height == 10
    with pytest.raises(LicenceForbids, match="--private"):
        export_bundle(Store(), ["suppliers"], home / "a.zip")
    assert not (home / "a.zip").exists()
    assert main(["data", "export", "--out", str(home / "a.zip"), "--private"]) == 0
    assert any("suppliers" in name for name in zipfile.ZipFile(home / "a.zip").namelist())
    record = out.with_suffix(".toml").read_text().replace('"private"', '"CC0-1.0"')
    shared = home / "stock_days.csv"
    write_template(template_of("stock_days"), shared)
    open_record = record.replace('"suppliers"', '"stock_days"').replace("forbidden", "allowed")
    shared.with_suffix(".toml").write_text(open_record)
    add_file(shared)
    capsys.readouterr()
    assert main(["data", "export", "--out", str(home / "b.zip")]) == 0
    assert "private and left out: suppliers" in capsys.readouterr().err
    names = zipfile.ZipFile(home / "b.zip").namelist()
    assert not any("suppliers" in name for name in names)
    assert main(["data", "show", "suppliers"]) == 0
    assert "left out of exports" in capsys.readouterr().out
    assert main(["data", "remove", reference]) == 0
    assert [entry.key for entry in Store().datasets()] == ["stock_days"]


def spreadsheet(home: Path, wrong: bool) -> Path:
    """Return 500 rows as a spreadsheet in German saves them, with three mistakes if `wrong`."""
    rng = random.Random(4)
    lines = ["Artikel: Lieferanten 2024;;;;;", "item;supplier;economy;spend;product;stock_days"]
    for n in range(500):
        spend = f"{rng.randint(1, 99)}.{rng.randint(100, 999)},{rng.randint(10, 99)}"
        land = "Chnia" if wrong and n == 7 else rng.choice(["China", "DE", "CZ", "TW", "490"])
        days = "ca. 20" if wrong and n == 41 else f"{rng.randint(1, 60)},5"
        code = "85051" if wrong and n == 100 else rng.choice(["850511", "8542", "732599"])
        lines.append(f"Teil {n};Müller & Söhne {n} GmbH;{land};{spend};{code};{days}")
    path = home / "suppliers.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
    record = 'key = "suppliers"\ntitle = "L"\npublisher = "own data"\nedition = "1"\n'
    record += 'years = [2024]\nunit = "EUR"\nkind = "measured"\nlicence = "private"\n'
    record += 'attribution = "none"\nredistribution = "forbidden"\n'
    record += '[reading]\nrate = ["2024=1.08"]\n'
    path.with_suffix(".toml").write_bytes(record.encode("utf-8-sig"))
    return path


def test_a_german_spreadsheet_with_three_mistakes_is_told_all_of_them(home: Path) -> None:
    with pytest.raises(BadInput) as caught:
        add_file(spreadsheet(home, wrong=True))
    said = str(caught.value)
    assert "3 problems" in said
    assert "line 10, column economy: 'Chnia' is no economy (did you mean 'CHN' (China)" in said
    assert "line 44, column stock_days: 'ca. 20' is not a number" in said
    assert "line 103, column product: '85051' is no product" in said


def test_a_german_spreadsheet_is_read_with_its_currency(home: Path) -> None:
    path = spreadsheet(home, wrong=False)
    added = add_file(path)
    assert any("EUR turned into USD with 1.08 (2024)" in note for note in added.notes)
    frame = World.open("starter+suppliers").table("suppliers")
    assert frame.height == 500
    text = path.read_text(encoding="cp1252").splitlines()[2].split(";")
    spend = float(text[3].replace(".", "").replace(",", ".")) * 1.08 / 1e6
    row = frame.filter(pl.col("item") == "Teil 0")
    assert row["spend"].item() == pytest.approx(spend, rel=1e-12)
    assert row["supplier"].item() == "Müller & Söhne 0 GmbH"
    fault = World.open("starter+suppliers").record("suppliers").faults
    assert any("1.08 (2024)" in text for text in fault)


def test_a_rate_is_of_the_year_or_refused(home: Path) -> None:
    path = spreadsheet(home, wrong=False)
    with pytest.raises(BadInput, match="no rate of EUR for 2024"):
        add_file(path, rate=("2023=1.1",))
