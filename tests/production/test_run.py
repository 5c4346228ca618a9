"""The lens on small bills: stops, surges, remedies, competition, and what it says about itself."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from isthmus.errors import BadInput, Cancelled, NotFound
from isthmus.evidence import Kind
from isthmus.kernels.production import simulate
from isthmus.production import bill_from_toml, load_bill, load_bills, run
from isthmus.production.bill import build_bill
from isthmus.production.events import SupplyStop, Surge, running, stops_of
from isthmus.production.lens import setting_of
from isthmus.production.plan import chain_of
from isthmus.production.sampling import Sampler
from isthmus.runtime import CancelToken

# A component with a stock of 2.5 weeks and a week under way; two makers; ten a week are wanted.
LINE = """
schema_version = 1
name = "line"
title = "two stages"
start = "2025-01-06"

[[items]]
name = "part"
title = "part"
unit = "piece"
lead = { value = 1, unit = "weeks", reason = "x" }
stock = { value = 2.5, unit = "weeks", reason = "x" }

[[items]]
name = "product"
title = "product"
unit = "piece"
stage = "product"
inputs = [{ item = "part", quantity = { value = 1, unit = "piece", reason = "x" } }]

[[suppliers]]
name = "first"
item = "part"
economy = "CHN"
share = { value = 1, unit = "share", reason = "x" }

[[suppliers]]
name = "second"
item = "part"
economy = "DEU"
capacity = { value = 5, unit = "piece per week", reason = "x" }
qualification = { value = 4, unit = "weeks", reason = "x" }

[[suppliers]]
name = "assembly"
item = "product"
economy = "FRA"
capacity = { value = 12, unit = "piece per week", reason = "x" }

[[demands]]
item = "product"
buyer = "us"
quantity = { value = 10, unit = "piece per week", reason = "x" }

[[remedies]]
name = "stock"
title = "stock"
kind = "stock"
item = "part"
weeks = { value = 3, unit = "weeks", reason = "x" }
lead = { value = 1, unit = "weeks", reason = "x" }
cost = { value = 1, unit = "m EUR", reason = "x" }

[[remedies]]
name = "line"
title = "line"
kind = "new_line"
item = "part"
economy = "DEU"
adds = { value = 0.5, unit = "share", reason = "x" }
lead = { value = 3, unit = "weeks", reason = "x" }
ramp = { value = 2, unit = "weeks", reason = "x" }
cost = { value = 3, unit = "m EUR", reason = "x" }

[[remedies]]
name = "shifts"
title = "shifts"
kind = "longer_shifts"
item = "product"
factor = { value = 1.5, unit = "1", reason = "x" }
yearly = { value = 2, unit = "m EUR", reason = "x" }

[[remedies]]
name = "joint"
title = "joint"
kind = "joint_procurement"
item = "part"
earlier = { value = 2, unit = "weeks", reason = "x" }
cost = { value = 1, unit = "m EUR", reason = "x" }
"""


@pytest.fixture
def line(tmp_path):
    path = tmp_path / "line.toml"
    path.write_text(LINE, encoding="utf-8")
    return path


def course(bill, *remedies, stops=("CHN@14+56",), surge=1.0, weeks=40, draws=1):
    setting = setting_of(bill, stops, surge, 0.0, 7 * weeks, draws, 0)
    chosen = [r for r in bill.remedies if r.name in remedies]
    return simulate(chain_of(bill, setting, chosen))


def test_a_file_gives_the_line_worked_out_by_hand(line):
    made = course(load_bill(line)).made[:, 0, 0]
    np.testing.assert_allclose(made[:12], [10] * 5 + [5, 0] + [5] * 4 + [12], atol=1e-9)


def two_stages(need, lead, stock, wanted, *suppliers):
    """Return a bill of one product made of one part, in plain numbers."""

    def amount(value, unit):
        return {"value": value, "unit": unit, "reason": "x"}

    part = {"name": "part", "title": "part", "unit": "kg"}
    part |= {"lead": amount(lead, "weeks"), "stock": amount(stock, "weeks")}
    taken = [{"item": "part", "quantity": amount(need, "kg")}]
    product = {"name": "product", "title": "product", "unit": "piece", "stage": "product"}
    units = {"share": "share", "headroom": "1", "qualification": "weeks"}
    made = [
        {k: v if isinstance(v, str) else amount(v, units.get(k) or rate) for k, v in one.items()}
        for one in suppliers
        for rate in [f"{'kg' if one['item'] == 'part' else 'piece'} per week"]
    ]
    wish = {"item": "product", "buyer": "us", "quantity": amount(wanted, "piece per week")}
    head = {"name": "line", "title": "line", "start": "2025-01-06"}
    items = [part, product | {"inputs": taken}]
    return build_bill(head | {"items": items, "suppliers": made, "demands": [wish]}, where="x")


FIRST = {"name": "first", "item": "part", "economy": "CHN", "share": 1}


def test_a_stop_a_stock_and_a_second_source_by_hand():
    # 60 parts a week, 240 held and two weeks under way; the stop of weeks 3 to 10 is felt from week
    # 9 on; 30 a week from elsewhere, begun in week 8, come from week 10 on, all from week 13 on.
    second = {"name": "second", "item": "part", "economy": "DEU", "capacity": 30}
    line = {"name": "line", "item": "product", "economy": "FRA", "capacity": 26}
    bill = two_stages(3, 2, 4, 20, FIRST, second | {"qualification": 5}, line)
    made = course(bill, stops=("CHN@21+56",), weeks=24).made[:, 0, 0]
    expected = [20] * 9 + [0] + [10] * 3 + [26] * 8 + [22] + [20] * 2
    np.testing.assert_allclose(made, expected, atol=1e-9)
    assert made.sum() == pytest.approx(20 * 24), "all of the backlog of 50 is made up for"


@pytest.mark.parametrize(
    ("headroom", "expected"),
    [
        (1.0, [7] * 4 + [4.75, 0, 0, 4] + [7] * 8),
        (1.5, [7] * 4 + [6.25, 0, 0, 6] + [10.5] * 4 + [8.75] + [7] * 3),
    ],
)
def test_a_stop_that_begins_and_ends_inside_a_week_by_hand(headroom, expected):
    bill = two_stages(2, 1, 2.25, 7, FIRST | {"headroom": headroom})
    made = course(bill, stops=("CHN@10+35",), weeks=16).made[:, 0, 0]
    np.testing.assert_allclose(made, expected, atol=1e-9)


def test_days_to_a_stop(line):
    found = run(None, boms=(), files=[line], stops=["CHN@14+56"], days=280, draws=1)
    (row,) = found["stops"].frame.rows(named=True)
    assert row["stop_median"] == pytest.approx(38.5)
    assert row["stop_share"] == 1
    (sent,) = found["deliveries"].frame.rows(named=True)
    assert (sent["wanted"], sent["share_median"], sent["left_median"]) == (400, 1, 0)
    bound = found["binding"].frame.filter(day=56.0).rows(named=True)
    assert {(b["item"], b["reason"]): b["value"] for b in bound} == {
        ("part", "capacity"): 0.75,
        ("", "none"): 0.25,
    }


def test_what_holds_a_line_down_over_the_whole_run_adds_up(line):
    found = run(None, boms=(), files=[line], stops=["CHN@14+56"], days=280, draws=1)
    held = found["held"].frame
    assert held["median"].sum() == pytest.approx(1)
    binding = found["binding"].frame.filter(item="part")["value"].sum() / 10
    (part,) = held.filter(item="part").rows(named=True)
    assert (part["median"], part["draws"]) == (pytest.approx(binding), 1)
    limits = {r["limit"]: r["median"] for r in found["limits"].frame.rows(named=True)}
    shares = {r["item"]: r["median"] for r in held.rows(named=True)}
    # Orders that waited are still under way in the last stage when the part is there again.
    own = sum(share for item, share in shares.items() if item not in {"", "part"})
    assert limits == pytest.approx({"nothing": shares[""], "last stage": own, "inputs": binding})


def test_a_stop_in_the_middle_of_a_week_takes_its_part():
    half = SupplyStop("CHN", 0.5, start=10, days=7)
    left = running([half], "maker", "CHN", 4)
    np.testing.assert_allclose(left, [1, 1 - 0.5 * 4 / 7, 1 - 0.5 * 3 / 7, 1])
    np.testing.assert_allclose(running([half], "maker", "DEU", 4), 1)
    np.testing.assert_allclose(Surge(3, 3.5).path(2), [2, 3])


def test_at_every_moment_the_largest_of_the_stops_counts():
    stops = [
        SupplyStop("CHN", 0.5, 0, 14),
        SupplyStop("maker", 1.0, 3.5, 7),
        SupplyStop("CHN", 0.25, 17.5, 7),
    ]
    left = running(stops, "maker", "CHN", 4)
    np.testing.assert_allclose(left, [0.25, 0.25, 1 - 0.25 / 2, 1 - 0.25 / 2])


def test_remedies_change_what_they_say(line):
    bill = load_bill(line)
    bare = course(bill).made[:, 0, 0]
    stock = course(bill, "stock").made[:, 0, 0]
    np.testing.assert_allclose(stock[:9], [*[10] * 8, 10], atol=1e-9)
    assert stock.sum() >= bare.sum()
    shifts = course(bill, "shifts").made[:, 0, 0]
    np.testing.assert_allclose(shifts[11:14], [15, 15, 15], atol=1e-9)
    # Half of normal from week 3, at a quarter in it, a week under way.
    added = course(bill, "line").made[:, 0, 0]
    np.testing.assert_allclose(added[:8], [10, 10, 10, 10, 10, 10, 7.5, 10], atol=1e-9)
    early = course(bill, "joint").made[:, 0, 0]
    np.testing.assert_allclose(early[:8], [10, 10, 10, 10, 10, 10, 5, 5], atol=1e-9)


def test_more_remedies_never_make_less(line):
    bill = load_bill(line)
    total = [
        np.cumsum(course(bill, *names, surge=1.5).made[:, 0, 0])
        for names in ((), ("stock",), ("stock", "line"), ("stock", "line", "shifts", "joint"))
    ]
    for less, more in itertools.pairwise(total):
        assert (more - less).min() >= -1e-9


def test_families_compete_for_what_they_share(tmp_path):
    two = LINE.replace('name = "product"', 'name = "other"').replace(
        'item = "product"', 'item = "other"'
    )
    two = two.replace('name = "line"\ntitle = "two', 'name = "second-line"\ntitle = "two')
    two = two.replace('"assembly"', '"other-assembly"').replace('"shifts"', '"other-shifts"')
    for name, text in (("a", LINE), ("b", two)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    files = [tmp_path / "a.toml", tmp_path / "b.toml"]
    assert load_bills(files)["part"].unit == "piece"
    found = run(None, boms=(), files=files, stops=["CHN"], days=140, draws=1)
    rows = found["competition"].frame.rows(named=True)
    assert [(r["item"], r["claimant"]) for r in rows] == [("part", "product"), ("part", "other")]
    assert [r["taken_median"] for r in rows] == [0.5, 0.5]


def test_shares_of_a_draw_add_up_to_what_is_stated():
    bill = load_bill("small-drone")
    chain = chain_of(bill, setting_of(bill, (), 1.0, 0.0, 70, 50, 3))
    wide = Sampler(50, 3)
    for name in ("magnet", "motor", "battery"):
        own = [s for s in bill.suppliers if s.item == name]
        item = [i.name for i in bill.items].index(name)
        plants = np.flatnonzero(chain.plant_item == item)
        head = [wide.of(f"suppliers.{s.name}.headroom", s.headroom, "1") for s in own]
        normal = [chain.size[p] / h for p, h in zip(plants, head, strict=True)]
        rate = chain.hold[item] / wide.of(f"items.{name}.stock", bill[name].stock, "weeks")
        np.testing.assert_allclose(sum(normal), rate, rtol=1e-9)


def test_numbers_of_a_place_do_not_depend_on_the_rest_of_the_file():
    bill = load_bill("shell-155")
    lead = bill["powder"].lead
    one, other = Sampler(100, 7).of("a", lead, "weeks"), Sampler(100, 7).of("b", lead, "weeks")
    assert (one == Sampler(100, 7).of("a", lead, "weeks")).all()
    assert (one != other).any()
    assert lead is not None
    assert lead.low is not None
    assert lead.high is not None
    assert lead.low <= one.min() <= one.max() <= lead.high
    assert one.mean() == pytest.approx((4 + 8 + 12) / 3, abs=0.05)


def test_every_bad_stop_is_told():
    bill = load_bill("small-drone")
    with pytest.raises(BadInput) as caught:
        stops_of(bill, ["CHN=2", "CHM", "CHN@@3", "magnets-china=0.5@3+10"])
    told = [p.what for p in caught.value.problems]
    assert len(told) == 3


def test_a_coalition_stops_with_its_members():
    bill = load_bill("shell-155")
    hit = [s.name for s in bill.suppliers if SupplyStop("EU27_2020").hits(s.name, s.economy)]
    assert {"nitro-chem", "bergerac", "eu-body-lines"} <= set(hit)
    assert "explosive-imports" not in hit


def test_what_cannot_be_run_is_refused():
    with pytest.raises(BadInput, match="structure only"):
        run(None, boms=["magnet-motor"])
    with pytest.raises(BadInput, match="4 problems"):
        run(None, surge=-1, days=1, draws=0, stopped_below=0)
    with pytest.raises(NotFound):
        run(None, boms=["nothing"])
    with pytest.raises(BadInput, match="tnt-new-plant"):
        run(None, remedies=["tnt-new-plan"])
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        run(None, days=70, draws=2, cancel=token)


def test_a_result_says_what_it_rests_on():
    found = run(None, boms=["small-drone"], days=70, draws=3, seed=5)
    assert {t.kind for t in found.tables.values()} == {Kind.ASSUMED}
    assert any("motor of winding-wire" in note for note in found["output"].notes)
    assert any("camera" in note for note in found["output"].notes)
    assert found.provenance.seed == 5
    assert found["checks"].frame["balance"][0] < 1e-9


def test_an_unpriced_structure_needs_demand():
    bill = bill_from_toml(LINE.split("[[demands]]")[0], where="test")
    with pytest.raises(BadInput, match="nobody wants anything"):
        chain_of(bill, setting_of(bill, (), 1.0, 0.0, 70, 1, 0))
