"""Customs figures beside the balanced table, and products of two editions, on the starter world."""

from __future__ import annotations

import pytest

from isthmus import dependence
from isthmus.errors import CodeUnknown
from isthmus.world import World


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def records(world: World, importer: str, on: str, year: int) -> list[dict[str, object]]:
    found = dependence.profile(world, importer, on=on, years=[year])
    return found["records"].frame.to_dicts()


def test_the_three_records_of_the_unions_goods_from_taiwan(world: World) -> None:
    rows = {r["record"]: r for r in records(world, "EU27_2020", "TWN", 2022) if r["year"] == 2022}
    billions = {name: round(float(str(r["value"])) / 1e3) for name, r in rows.items()}
    assert billions == {"balanced": 29, "exporter": 36, "importer": 52}
    # 49,347.4 million EUR at 1.053; 29.7 bn USD of ten months times 12/10
    assert rows["importer"]["value"] == pytest.approx(49347.4 * 1.053)
    assert rows["exporter"]["value"] == pytest.approx(29.7e3 * 1.2)
    assert "scaled from 10 months" in str(rows["exporter"]["definition"])
    assert {r["kind"] for r in rows.values()} == {"estimated"}
    assert (rows["importer"]["valuation"], rows["exporter"]["valuation"]) == ("CIF", "FOB")
    found = dependence.profile(world, "EU27_2020", on="TWN", years=[2022])
    assert any("29 balanced, 36 exporter, 52 importer" in note for note in found["records"].notes)


def test_china_is_shown_with_and_without_hong_kong_and_newest(world: World) -> None:
    rows = records(world, "CHN", "TWN", 2022)
    shares = {(r["year"], r["hong_kong"], r["record"]): r["share_of_exports"] for r in rows}
    assert shares[2022, "apart", "exporter"] == pytest.approx(0.253)
    assert shares[2022, "inside", "exporter"] == pytest.approx(0.388)
    assert shares[2022, "apart", "balanced"] == pytest.approx(0.399, abs=5e-4)
    assert shares[2025, "inside", "exporter"] == pytest.approx(0.266, abs=5e-4)
    assert {r["age"] for r in rows if r["year"] == 2022} == {3}


def test_a_share_of_a_known_total_gives_a_value_that_is_estimated(world: World) -> None:
    rows = records(world, "EU27_2020", "CHN", 2022)
    row = next(r for r in rows if r["year"] == 2022 and r["record"] == "importer")
    # 20.8 percent of 3,007 billion EUR at 1.053
    assert row["value"] == pytest.approx(0.208 * 3007e3 * 1.053, rel=1e-3)
    assert row["kind"] == "estimated"
    assert "the share of 3007 billion EUR in all" in str(row["definition"])


def test_a_figure_without_a_rate_keeps_its_currency_in_words(world: World) -> None:
    last = [r for r in records(world, "EU27_2020", "TWN", 2022) if r["year"] == 2025]
    assert [r["value"] for r in last] == [None]
    assert "45.3 billion EUR: no rate at hand" in str(last[0]["definition"])


def test_both_directions_stand_side_by_side_with_their_shares(world: World) -> None:
    found = dependence.mutual(world, "EU27_2020", "TWN", years=[2022])["records"]
    rows = {(r["importer"], r["record"], r["year"]): r for r in found.frame.to_dicts()}
    bought = rows["EU27_2020", "importer", 2022]
    # 49,347.4 of 3,007 billion EUR; the balanced table holds 28.7 billion USD, 1.3 percent
    assert bought["share_of_imports"] == pytest.approx(49.3474 / 3007, abs=2e-4)
    assert rows["EU27_2020", "balanced", 2022]["share_of_imports"] == pytest.approx(0.013, abs=5e-4)
    assert rows["TWN", "exporter", 2022]["value"] == pytest.approx(35.08e3 * 1.053, rel=1e-3)
    assert rows["TWN", "balanced", 2022]["value"] == pytest.approx(31.4e3, rel=2e-3)
    assert any(note.startswith("EU27_2020 from TWN, 2022: 29 balanced") for note in found.notes)
    totals = dependence.profile(world, "EU27_2020", on="TWN", years=[2022])["totals"].frame
    goods = totals.filter(scope="goods")["share"].item()
    assert rows["EU27_2020", "balanced", 2022]["share_of_imports"] == pytest.approx(goods)


def test_shares_of_an_exporting_coalition_leave_out_trade_among_its_members(world: World) -> None:
    found = dependence.profile(world, "TWN", on="EU27_2020", years=[2022])["records"].frame
    balanced = found.filter(record="balanced")["share_of_exports"].item()
    mutual = dependence.mutual(world, "EU27_2020", "TWN", years=[2022])["totals"].frame
    row = mutual.filter(importer="TWN", scope="goods")
    assert balanced == pytest.approx(row["share_of_exports"].item())


def test_pairs_without_a_second_record_say_so(world: World) -> None:
    for found in (
        dependence.profile(world, "BRA", on="ARG", years=[2022]),
        dependence.mutual(world, "JPN", "EU27_2020", years=[2022]),
    ):
        assert "records" not in found.tables
        for table in found.tables.values():
            assert any("no customs figure of this pair is at hand" in n for n in table.notes)


def test_single_industries_have_no_such_table(world: World) -> None:
    one = dependence.profile(world, "EU27_2020", on="TWN", years=[2022], items=["C26"])
    assert "records" not in one.tables


def test_a_product_is_answered_from_the_edition_that_holds_it(world: World) -> None:
    rare = dependence.profile(world, "EU27_2020", level="product", years=[2022], items=["280530"])
    top = rare["suppliers"].frame.row(0, named=True)
    # 77 percent of 8.0 million USD by the description of the data
    assert (top["exporter"], round(top["share"], 2)) == ("CHN", 0.77)
    assert any("product codes of HS1992" in note for note in rare["suppliers"].notes)
    both = dependence.profile(world, "DEU", level="product", years=[2022], items=["250490"])
    assert any("product codes of HS2017" in note for note in both["suppliers"].notes)


def test_editions_are_not_mixed_in_one_answer(world: World) -> None:
    with pytest.raises(CodeUnknown) as caught:
        dependence.profile(world, "DEU", level="product", items=["850511", "280530"])
    assert "held in HS1992 (baci_raw_materials_hs1992)" in (caught.value.hint or "")
