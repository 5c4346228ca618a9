"""A firm's list of ten suppliers: exposure, stops and second sources, by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from isthmus.chains import lookthrough
from isthmus.cli.root import main
from isthmus.disruption import simulate
from isthmus.errors import BadInput, DataMissing
from isthmus.evidence import DatasetRecord, Kind
from isthmus.scenario import CapacityLoss, ExportStop, Scenario, preset
from isthmus.store import Store
from isthmus.suppliers import exposure, second_sources, stops
from isthmus.world import World
from isthmus.world.adding import add_file, add_frame
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_stored import rows_of
from isthmus.world.templates import template_of, write_template

LINES = template_of("firm_lines")
AGREE = 1e-9


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("ISTHMUS_HOME", str(tmp_path / "home"))
    return tmp_path


def record(key: str, **more: Any) -> DatasetRecord:
    given = {"years": (2024,), "unit": "million USD", "kind": Kind.MEASURED, "edition": "1"}
    given |= {"title": key, "publisher": "own data", "licence": "private", "attribution": "none"}
    return DatasetRecord(key=key, redistribution="forbidden", **(given | more))


def listed(**changes: Any) -> pl.DataFrame:
    """Return the ten suppliers of the template; every sensor with 40 days in stock."""
    frame = template_of("suppliers").frame.with_columns(pl.col(pl.String).replace("", None))
    numbers = ("spend", "stock_days", "lead_days", "spare", "need")
    frame = frame.with_columns(pl.col(numbers).cast(pl.Float64))
    return frame.with_columns(pl.col("stock_days").fill_null(40.0)).with_columns(**changes)


def opened(frame: pl.DataFrame, lines: bool = True) -> World:
    add_frame(record("suppliers"), frame)
    if not lines:
        return World.open("starter+suppliers")
    held = LINES.frame.with_columns(pl.col("sales", "value_added").cast(pl.Float64))
    add_frame(record("firm_lines"), held)
    return World.open("starter+suppliers+firm_lines")


def goods(exporter: str, **more: Any) -> Scenario:
    shock = ExportStop(exporters=(exporter,), importers=("DEU",), industries=("GOODS",), **more)
    return Scenario(name="stop", horizon=200, shocks=(shock,))


def test_exposure_by_hand(home: Path) -> None:
    result = exposure(opened(listed()))
    face = dict(result["economies"].frame.select("economy", "face_value").iter_rows())
    assert face["TWN"] == pytest.approx(12 / 50)
    assert face["KOR"] == pytest.approx(9 / 50)
    assert sum(face.values()) == pytest.approx(1.0)
    whole = {row[0]: row for row in result["concentration"].frame.iter_rows()}
    spends = {"CHN": 6, "JPN": 4, "TWN": 12, "DEU": 9, "CZE": 2, "ITA": 5, "KOR": 9, "POL": 3}
    assert whole["economies"][3] == pytest.approx(sum((v / 50) ** 2 for v in spends.values()))
    each = (6, 4, 10, 8, 2, 5, 9, 1, 3, 2)
    assert whole["suppliers"][3] == pytest.approx(sum((v / 50) ** 2 for v in each))
    assert whole["items with one supplier"][2] == pytest.approx((10 + 5 + 3 + 2) / 50)
    items = {row["item"]: row for row in result["items"].frame.iter_rows(named=True)}
    assert items["magnets"]["hhi"] == pytest.approx(0.36 + 0.16)
    assert items["sensors"]["single"] == "yes"
    stages = dict(result["stages"].frame.select("stage", "spend").iter_rows())
    assert stages == {"parts": 27.0, "materials": 20.0, "assembly": 3.0}
    assert result["items"].kind is Kind.MEASURED
    assert result["economies"].kind is Kind.MODELLED
    assert result["items"].years == (2024,)


@pytest.mark.slow
def test_look_through_is_that_of_the_inputs_of_an_industry(home: Path) -> None:
    """A list that buys as an industry of the table does has the industry's look-through.

    An economy that the table does not list stands in for its rest of the world.
    """
    table = World.open().mrio()
    node = table.labels.S * table.economies.index("EST") + table.industries.index("C28")
    outside = {"ROW": "AFG"}
    inputs = table.to_dense().Z[:, node].reshape(len(table.economies), -1)
    rows = [
        (f"{economy} {industry}", "s", outside.get(economy, economy), float(inputs[i, k]), industry)
        for i, economy in enumerate(table.economies)
        for k, industry in enumerate(table.industries)
        if inputs[i, k] > 0
    ]
    frame = pl.DataFrame(
        rows, schema=["item", "supplier", "economy", "spend", "industry"], orient="row"
    )
    found = exposure(opened(frame, lines=False))["economies"].frame
    mine = dict(found.select("economy", "look_through").iter_rows())
    theirs = lookthrough(World.open(), ["EST"], on=["CHN", "DEU"], by="industry", industries="C28")
    for partner, seen in theirs["lookthrough"].frame.select("partner", "look_through").iter_rows():
        assert mine[partner] == pytest.approx(seen, abs=AGREE)


def test_a_full_stop_by_hand(home: Path) -> None:
    """Control units: 20 days, held down below 10; day 17 is the first below half.

    From day 10 on each day uses a tenth of what is there: 0.9 ** k < 0.5 from k = 7 on.
    """
    result = stops(opened(listed()), goods("TWN", redirect=False), draws=1, psi=0.5)
    line = {row["line"]: row for row in result["lines"].frame.iter_rows(named=True)}
    assert line["pumps"]["first_stop"] == 17.0
    assert line["pumps"]["missing"] == "control units"
    k = next(k for k in range(99) if (1 - 1 / 20) ** k < 0.5)
    assert line["valves"]["first_stop"] == 20 + k
    assert line["valves"]["missing"] == "sensors"
    stock, lost = 20.0, 0.0
    for _ in range(200):
        made = min(1.0, stock / 10.0)
        stock, lost = stock - made, lost + 1.0 - made
    assert line["pumps"]["days_lost"] == pytest.approx(lost, rel=1e-12)
    assert line["pumps"]["value_added_lost"] == pytest.approx(lost * 60 / 365)
    assert line["pumps"]["sales_lost"] == pytest.approx(lost * 100 / 365)
    hit = result["deliveries"].frame
    assert set(hit["supplier"]) == {"Supplier C", "Supplier J"}
    assert result["lines"].kind is Kind.ASSUMED


def test_a_second_supplier_helps_after_its_lead_days(home: Path) -> None:
    """Six tenths of the magnets stop; those left keep output at 0.4 until the spare comes.

    30 days at psi 0.5: 25 days of 0.6 each leave 15; then S goes to 6 by a fifteenth a day, and
    passes half of 15 on day 25 + 26. From day 60 on the other supplier gives a quarter more.
    """
    world = opened(listed())
    result = stops(world, goods("CHN"), draws=1, psi=0.5)
    line = {row["line"]: row for row in result["lines"].frame.iter_rows(named=True)}
    assert line["pumps"]["first_stop"] == 25 + math.ceil(math.log(6) / math.log(15 / 14))
    assert line["valves"]["stops"] == 0.0
    assert line["valves"]["first_stop"] is None
    none = stops(opened(listed(spare=pl.lit(0.0))), goods("CHN"), draws=1, psi=0.5)
    more = {row["line"]: row["days_lost"] for row in none["lines"].frame.iter_rows(named=True)}
    assert more["pumps"] > line["pumps"]["days_lost"] + 5.0


def own_table() -> MRIO:
    """DEU makes C28 of C26 from CHN and TWN and of C27 from TWN, who sell to nobody else."""
    economies, industries = ("CHN", "TWN", "DEU"), ("C26", "C27", "C28")
    at = {(e, k): 3 * i + n for i, e in enumerate(economies) for n, k in enumerate(industries)}
    flows, final = np.zeros((9, 9)), np.zeros((9, 3))
    flows[at["CHN", "C26"], at["DEU", "C28"]] = 60.0
    flows[at["TWN", "C26"], at["DEU", "C28"]] = 40.0
    flows[at["TWN", "C27"], at["DEU", "C28"]] = 30.0
    final[at["DEU", "C28"], 2] = 300.0
    return MRIO.from_dense(flows, final, economies=economies, industries=industries, year=2019)


SCENARIOS = {
    "stop": ExportStop(exporters=("TWN",), importers=("DEU",), severity=0.8, redirect=False),
    "quarter": ExportStop(exporters=("CHN",), importers=("DEU",), duration=60, redirect=False),
    "capacity": CapacityLoss(economies=("TWN",), industries=("C27",), severity=0.9),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_equal_to_the_disruption_lens_where_the_two_overlap(home: Path, name: str) -> None:
    add_frame(record("mrio_mine_2019", years=(2019,)), rows_of(own_table()))
    rows = {
        "item": ["chips", "chips", "motors"],
        "supplier": ["A", "B", "C"],
        "economy": ["CHN", "TWN", "TWN"],
        "spend": [60.0, 40.0, 30.0],
        "industry": ["C26", "C26", "C27"],
        "stock_days": [12.0, None, 7.0],
    }
    add_frame(record("suppliers"), pl.DataFrame(rows))
    world = World.open("starter+suppliers+mrio_mine_2019")
    scenario = Scenario(name="case", horizon=120, shocks=(SCENARIOS[name],))
    mine = stops(world, scenario, home="DEU", draws=1, psi=0.8, restore_days=20.0, year=2019)[
        "lines"
    ].frame.row(0, named=True)
    engine = (
        simulate(
            world.mrio(2019),
            scenario,
            stock_days={"C26": 12.0, "C27": 7.0, "*": 30.0},
            psi=0.8,
            need="all",
            flow="none",
            restore_days=20.0,
            rule="noalt",
            over_max=1.0,
        )["industries"]
        .frame.filter(economy="DEU", industry="C28")
        .row(0, named=True)
    )
    assert mine["first_stop"] == engine["first_stop"]
    assert mine["days_lost"] == pytest.approx(engine["output_lost_share"] * 120, abs=AGREE)


def test_ranges_come_from_the_posterior_where_the_list_has_no_stock(home: Path) -> None:
    scenario = preset("taiwan-strait-closure")
    result = stops(opened(listed(stock_days=pl.lit(None, pl.Float64))), scenario, draws=30)
    items = {row["item"]: row for row in result["items"].frame.iter_rows(named=True)}
    assert items["control units"]["stock_from"] == "posterior"
    assert items["control units"]["stock_days_low"] < items["control units"]["stock_days_high"]
    line = result["lines"].frame.row(0, named=True)
    assert line["days_lost_low"] <= line["days_lost"] <= line["days_lost_high"]
    again = stops(World.open("starter+suppliers+firm_lines"), scenario, draws=30)
    assert again["lines"].frame.equals(result["lines"].frame)


def test_a_scenario_that_names_chips_hits_chips_alone(home: Path) -> None:
    result = stops(opened(listed()), preset("taiwan-chips-180-full"), draws=2)
    assert set(result["deliveries"].frame["item"]) == {"control units", "sensors"}
    hit = dict(result["deliveries"].frame.select("item", "missing").iter_rows())
    assert hit["control units"] == pytest.approx(1.0)
    assert 0.0 < hit["sensors"] < 1.0
    assert any("chip nodes by the product's code" in note for note in result["lines"].notes)


def test_second_sources_are_other_sellers_of_the_product(home: Path) -> None:
    world = opened(listed())
    result = second_sources(world, first=3)
    found = result["sources"].frame
    assert set(found["product"]) == {"850511"}
    assert not set(found["economy"]) & {"CHN", "JPN"}
    trade = world.trade("HS2017").filter(
        (pl.col("product").cast(pl.String) == "850511") & (pl.col("year") == 2024)
    )
    sums = trade.group_by(pl.col("exporter").cast(pl.String)).agg(
        pl.col("value").sum(),
        price=pl.col("value").filter(pl.col("quantity") > 0).sum()
        * 1e6
        / pl.col("quantity").filter(pl.col("quantity") > 0).sum(),
    )
    others = sums.filter(
        ~pl.col("exporter").is_in(["CHN", "JPN"]) & (pl.col("value") >= 0.01 * trade["value"].sum())
    ).sort("price")
    assert found["economy"].to_list() == others["exporter"].head(3).to_list()
    assert found["unit_value"].to_list() == pytest.approx(others["price"].head(3).to_list())
    notes = " ".join(result["sources"].notes)
    assert "it is no offer" in notes
    assert "no trade of" in notes
    assert result["sources"].kind is Kind.ESTIMATED


def test_who_delivers_an_item_under_another_code_is_no_second_source(home: Path) -> None:
    """Magnets under two codes: who sells one of them now is not proposed for the other."""
    codes = pl.Series(["850511", "8505", *["9999"] * 8])
    found = second_sources(opened(listed(product=codes)), least_share=0.0, first=300)["sources"]
    assert set(found.frame["product"]) == {"850511", "8505"}
    assert not set(found.frame["economy"]) & {"CHN", "JPN"}


def test_a_heading_of_which_the_world_holds_a_part_is_said(home: Path) -> None:
    codes = pl.Series(["2701", "850511", *["9999"] * 8])
    notes = second_sources(opened(listed(product=codes)))["sources"].notes
    said = [note for note in notes if "codes alone" in note]
    assert len(said) == 1
    assert said[0].startswith("2701: trade of 1 of its 4 codes alone: 2701")


def test_second_sources_are_no_surer_than_the_trade_that_is_read(home: Path) -> None:
    trade = World.open().table("baci_critical_materials")
    add_frame(record("baci_hs2017", kind=Kind.MODELLED), trade)
    opened(listed())
    result = second_sources(World.open("starter+suppliers+baci_hs2017"))
    assert "baci_hs2017" in result["sources"].datasets
    assert result["sources"].kind is Kind.MODELLED


def test_what_a_list_lacks_is_named(home: Path) -> None:
    world = World.open()
    with pytest.raises(DataMissing, match="template suppliers"):
        exposure(world)
    apart = listed(stock_days=pl.Series([30.0, 20.0, *[10.0] * 8]))
    with pytest.raises(BadInput, match="'magnets' of line 'pumps' has the stock_days 20, 30"):
        exposure(opened(apart))
    add_frame(record("suppliers"), listed())
    one = pl.DataFrame({"line": ["valves"], "economy": ["DEU"], "sales": [1.0]})
    add_frame(record("firm_lines"), one)
    both = World.open("starter+suppliers+firm_lines")
    with pytest.raises(BadInput, match="line 'pumps' has no row there"):
        exposure(both)
    with pytest.raises(BadInput, match="nothing says where line 'pumps' is made"):
        stops(opened(listed(), lines=False), goods("CHN"), draws=1)
    with pytest.raises(BadInput, match="'C99' is no industry of the table"):
        exposure(opened(listed(industry=pl.lit("C99")), lines=False))
    with pytest.raises(BadInput, match="draws"):
        stops(world, goods("CHN"), suppliers="example", draws=0, psi=2.0)


def test_from_the_template_to_the_answer_on_the_command_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("suppliers", "firm_lines"):
        write_template(template_of(name), home / f"{name}.csv")
        add_file(home / f"{name}.csv")
    world = ["--world", "starter+suppliers+firm_lines"]
    assert main(["suppliers", "exposure", *world, "--top", "3"]) == 0
    assert "TWN Taiwan" in capsys.readouterr().out
    asked = ["suppliers", "stops", "taiwan-strait-closure", "--draws", "5", *world]
    assert main([*asked, "--out", str(home / "out")]) == 0
    assert {p.stem for p in (home / "out").glob("*.csv")} == {
        "lines",
        "items",
        "deliveries",
        "drivers",
    }
    assert main(["suppliers", "second-sources", *world, "--json"]) == 0
    assert len(Store().runs()) == 3


def test_a_german_spreadsheet_of_five_hundred_rows_with_three_mistakes(home: Path) -> None:
    """All three are named at once, by line; mended, the list is taken in dollars."""
    file = home / "lieferanten.csv"
    write_template(template_of("suppliers"), file, delimiter=";")
    beside = file.with_suffix(".toml")
    said = beside.read_text().replace("million USD", "thousand EUR").replace("[]", "[2024]")
    beside.write_text(said.replace("# [reading]", "[reading]").replace("# rate", "rate"))
    columns = list(template_of("suppliers").columns)
    goods = (("Steuergeräte", "8542"), ("Gehäuse", "7325"), ("Magnete", "850511"))
    given = [
        {
            "item": f"{goods[n % 3][0]} {n // 3}",
            "supplier": f"Müller & Söhne {n}",
            "economy": ("TWN", "DE", "CHN")[n % 3],
            "spend": f"{1 + n // 100}.{n % 1000:03},50",
            "product": goods[n % 3][1],
            "stock_days": "10,5",
        }
        for n in range(500)
    ]

    def saved() -> None:
        lines = [columns, *([row.get(c, "") for c in columns] for row in given)]
        text = "".join(";".join(line) + "\r\n" for line in lines)
        file.write_bytes(text.encode("cp1252"))

    right = given[41]["spend"], given[199]["economy"], given[333]
    given[41]["spend"], given[199]["economy"], given[333] = "k.A. 12", "Absurdistan", given[332]
    saved()
    with pytest.raises(BadInput) as caught:
        add_file(file)
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 3
    for part, text in zip(
        ("line 43, column spend", "line 201", "lines 334, 335"), told, strict=True
    ):
        assert part in text
    given[41]["spend"], given[199]["economy"], given[333] = right
    saved()
    added = add_file(file)
    assert added.entry.manifest is not None
    assert added.entry.manifest.record.rows == 500
    assert added.entry.manifest.record.private
    spent = Store().table(added.entry.reference)["spend"].sum()
    thousands = sum(1000 * (1 + n // 100) + n % 1000 + 0.5 for n in range(500))
    assert spent == pytest.approx(thousands / 1000 * 1.08)
