"""Bills of materials: what ships is whole, what is wrong is told at once, files come back equal."""

from __future__ import annotations

import pytest

from isthmus.codes import product_texts
from isthmus.errors import BadInput, NotFound
from isthmus.evidence import Kind
from isthmus.production import (
    Amount,
    bill_from_csv,
    bill_from_toml,
    family_names,
    load_bill,
    load_bills,
)
from isthmus.production.bill import amounts_of

HEAD = 'schema_version = 1\nname = "small"\ntitle = "small"\nstart = "2025-01-06"\n'
ITEM = '[[items]]\nname = "{name}"\ntitle = "{name}"\nunit = "{unit}"\n{more}\n'


def item(name, more="", unit="piece"):
    return ITEM.format(name=name, unit=unit, more=more)


def uses(name, unit="piece", value=1):
    quantity = f'{{ value = {value}, unit = "{unit}", reason = "an example" }}'
    return f'inputs = [{{ item = "{name}", quantity = {quantity} }}]'


def problems(text):
    with pytest.raises(BadInput) as caught:
        bill_from_toml(HEAD + text, where="test")
    return {p.where: p.what for p in caught.value.problems}


@pytest.mark.parametrize("name", family_names())
def test_shipped_families_are_whole(name):
    bill = load_bill(name)
    texts = product_texts("HS2017")
    assert bill.head.name == name
    assert len(bill.products) == 1
    assert [code for i in bill.items for code in i.hs if code not in texts] == []
    seen = set()
    for part in bill.items:
        assert {use.item for use in part.inputs} <= seen
        seen.add(part.name)


@pytest.mark.parametrize("name", family_names())
def test_every_shipped_number_has_an_origin(name):
    for place, amount in amounts_of(load_bill(name)):
        assert amount.source or amount.reason, place
        assert amount.kind is (
            Kind.ASSUMED if amount.read == "general" or not amount.source else Kind.ESTIMATED
        )


def test_structure_only_families_hold_no_number():
    for name in ("magnet-motor", "chip-chain"):
        assert amounts_of(load_bill(name)) == []
        assert load_bill(name).unquantified


def test_families_share_what_has_one_name():
    shell, missile = load_bill("shell-155"), load_bill("interceptor")
    both = load_bills(["shell-155", "interceptor"])
    assert both.products == ("shell-155", "interceptor") or set(both.products) == {
        "shell-155",
        "interceptor",
    }
    assert len(both.items) == len(shell.items) + len(missile.items) - 1
    assert both["chips"] == shell["chips"] == missile["chips"]


def test_units_turn_into_one_another():
    def amount(unit):
        return Amount(value=1, unit=unit, reason="x")

    assert amount("t per year").factor("kg per week") == pytest.approx(1000 / (365.25 / 7))
    assert amount("t per year").factor("kg per year") == 1000
    assert amount("days").factor("weeks") == pytest.approx(1 / 7)
    assert amount("percent").factor("share") == 0.01
    assert amount("t per year").factor("kg") is None
    assert amount("piece").factor("kg") is None
    assert amount("share").factor("kg per week") is None


def test_every_mistake_is_told_at_once():
    text = (
        item("a", uses("b"))
        + item("b", uses("a"))
        + item("c", 'lead = { value = -3, unit = "weeks", reason = "x" }')
        + item("d", 'stock = { value = 3, reason = "x" }')
        + item("e", uses("f", unit="kg"))
        + item("f")
        + item("g", uses("nowhere"))
        + item("h", 'lead = { value = 3, unit = "weeks" }')
        + item("i", 'lead = { value = 3, low = 4, high = 5, unit = "weeks", reason = "x" }')
        + item("j", 'hs = ["12345"]')
        + item("k", 'colour = "red"')
        + '[[suppliers]]\nname = "s1"\nitem = "a"\neconomy = "DEU"\n'
        'share = { value = 0.7, unit = "share", reason = "x" }\n'
        '[[suppliers]]\nname = "s2"\nitem = "a"\neconomy = "Germany"\n'
        'share = { value = 60, unit = "percent", reason = "x" }\n'
        '[[suppliers]]\nname = "s3"\nitem = "a"\neconomy = "DEU"\n'
        'capacity = { value = 6, unit = "piece", reason = "x" }\n'
        '[[suppliers]]\nname = "s4"\nitem = "a"\neconomy = "DEU"\nbuilt = "2027-01-01"\n'
        'opens = "2026-01-01"\ncapacity = { value = 6, unit = "piece per year", reason = "x" }\n'
        '[[remedies]]\nname = "r"\ntitle = "r"\nkind = "stock"\nitem = "a"\n'
    )
    found = problems(text)
    assert "items go into themselves: a -> b -> a" in found["items"] or (
        "items go into themselves: b -> a -> b" in found["items"]
    )
    assert "greater than or equal to 0" in found["items.2.lead.value"]
    assert found["items.3.stock.unit"] == "is missing"
    assert found["items.4.inputs.0.quantity"] == "'kg' cannot be read as piece"
    assert found["items.6.inputs.0.item"] == "there is no item 'nowhere'"
    assert found["items.7.lead"] == "needs a source or a reason"
    assert found["items.8.lead"] == "value must lie between low and high"
    assert "HS code" in found["items.9.hs"]
    assert found["items.10.colour"] == "unknown field 'colour'"
    assert found["suppliers of a"] == "shares of suppliers add up to 130 %"
    assert found["suppliers.1.economy"] == "'Germany' is no code of an economy"
    assert found["suppliers.2.capacity"] == "'piece' cannot be read as piece per week"
    early = "opens on 2026-01-01 before it is built on 2027-01-01"
    assert found["suppliers.3"].startswith(early)
    assert found["remedies.0"] == "a remedy of kind stock takes 'weeks' alone"
    assert len(found) == 14


def test_a_mistake_in_a_part_hides_none_between_parts():
    """Every part has a mistake of its own, and all are held against each other all the same."""
    bad = 'colour = "red"'
    lead = 'lead = { value = -3, unit = "weeks", reason = "x" }'
    text = item("a", f"{uses('b')}\n{bad}") + item("b", f"{uses('a')}\n{lead}")
    text += item("c", f"{uses('no')}\n{bad}")
    text += "".join(
        f'[[suppliers]]\nname = "{name}"\nitem = "a"\neconomy = "{code}"\n{bad}\n{more}\n'
        f'share = {{ value = 0.7, unit = "share", reason = "x" }}\n'
        for name, code, more in (
            ("s1", "DEU", ""),
            ("s2", "Germany", 'note = "x"\nbuilt = "2027-01-01"\nopens = "2026-01-01"'),
        )
    )
    found = problems(text)
    assert found["items"].startswith("items go into themselves: ")
    assert found["items.2.inputs.0.item"] == "there is no item 'no'"
    assert found["suppliers of a"] == "shares of suppliers add up to 140 %"
    assert found["suppliers.1.economy"] == "'Germany' is no code of an economy"
    assert found["suppliers.1"] == "opens on 2026-01-01 before it is built on 2027-01-01"
    assert "greater than or equal to 0" in found["items.1.lead.value"]
    assert len([w for w in found if w.endswith(".colour")]) == 4


@pytest.mark.parametrize(
    ("lead", "told"),
    [
        ('value = 3, low = 4, reason = "x"', ["items.0.lead.unit", "items.0.lead"]),
        ('value = -3, unit = "kg", reason = "x"', ["items.0.lead.value", "items.0.lead"]),
        ('value = 3, unit = "kg", read = "seen"', ["items.0.lead.read", "items.0.lead"]),
        ('value = true, unit = "weeks", reason = "x"', ["items.0.lead.value"]),
        ('value = 3, unit = "weeks", reason = " "', ["items.0.lead"]),
    ],
)
def test_every_mistake_in_one_number_is_told(lead, told):
    assert sorted(problems(item("a", f"lead = {{ {lead} }}"))) == sorted(told)


def test_what_cannot_be_read_hides_no_rule_and_breaks_none():
    text = item("a") + '[[suppliers]]\nname = "s"\nitem = "a"\neconomy = "UK"\nopens = "soon"\n'
    text += (
        'built = "2027-01-01"\n[[remedies]]\nname = "r"\ntitle = "r"\nkind = "magic"\nitem = "a"\n'
    )
    found = problems(text)
    assert found["suppliers.0"].startswith("give either a capacity or a share")
    assert "before" not in found["suppliers.0"]
    assert {"suppliers.0.opens", "suppliers.0.economy", "remedies.0.kind"} <= set(found)
    assert "remedies.0" not in found


def test_codes_are_answered_with_what_they_mean():
    text = item("a", 'hs = ["852411"]') + '[[suppliers]]\nname = "s"\nitem = "a"\neconomy = "UK"\n'
    with pytest.raises(BadInput) as caught:
        bill_from_toml(HEAD + text, where="own.toml")
    hints = {p.where: p.hint for p in caught.value.problems}
    assert "'GBR' (United Kingdom)" in hints["suppliers.0.economy"], "UK is not Ukraine"
    assert "is a code of HS2022" in hints["items.0.hs"]


@pytest.mark.parametrize("name", ['["a"]', "3", "{ a = 1 }"])
def test_a_name_of_the_wrong_type_is_named(name):
    found = problems(item("a") + item("b").replace('name = "b"', f"name = {name}"))
    assert found["items.1.name"]


def test_a_range_that_covers_more_than_the_whole_is_refused():
    found = problems(
        item("a", 'good = { value = 0.9, low = 0, high = 1.2, unit = "share", reason = "x" }')
    )
    assert found["items.0.good"] == "a share of 1.2 is above the whole"


def written(folder, text):
    path = folder / "own.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_holds_the_structure(tmp_path):
    text = (
        "item,input,quantity,low,high,unit,hs,source,reason,read\n"
        ",drone,,,,piece,8525,,,\n"
        "drone,motor,4,4,4,piece,850131,a page,,page\n"
        "motor,magnet,0.01,0.005,0.015,kg,850511,,weighed,\n"
        "drone,fibre,,,,spool,,,,\n"
    )
    bill = bill_from_csv(written(tmp_path, text))
    assert bill.products == ("drone",)
    assert {i.name: i.unit for i in bill.items} == {
        "drone": "piece",
        "motor": "piece",
        "magnet": "kg",
        "fibre": "spool",
    }
    assert bill["magnet"].hs == ("850511",)
    assert bill.unquantified == (("drone", "fibre"),)
    (use,) = bill["motor"].inputs
    assert use.quantity is not None
    assert (use.quantity.value, use.quantity.reason) == (0.01, "weighed")


def test_a_csv_tells_every_bad_row(tmp_path):
    text = (
        "item,input,quantity,unit,reason\n"
        ",drone,,piece,\n"
        "drone,motor,four,piece,x\n"
        "drone,battery,1,kg,\n"
        "drone,motor,2,kg,x\n"
    )
    with pytest.raises(BadInput) as caught:
        bill_from_csv(written(tmp_path, text))
    told = [str(p) for p in caught.value.problems]
    assert any("line 3, column quantity: 'four' is not a number" in t for t in told)
    assert any("'motor' has the units 'piece' and 'kg'" in t for t in told)
    assert any("needs a source or a reason" in t for t in told)


def test_files_are_read_by_path_and_problems_of_all_files_come_together(tmp_path):
    good, bad, worse = (tmp_path / f"{n}.toml" for n in ("good", "bad", "worse"))
    good.write_text(HEAD + item("a"), encoding="utf-8")
    bad.write_text(HEAD + item("a", unit=""), encoding="utf-8")
    worse.write_text("items = [", encoding="utf-8")
    assert load_bill(good).items[0].name == "a"
    with pytest.raises(BadInput) as caught:
        load_bills([str(good), str(bad), str(worse)])
    assert len(caught.value.problems) == 2
    with pytest.raises(NotFound):
        load_bill(tmp_path / "none.toml")
    with pytest.raises(NotFound, match="shell-155"):
        load_bill("shell-15")
