from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from isthmus.coercion import episodes, event_study
from isthmus.coercion.cases import industries_of, measures, response_class
from isthmus.coercion.panel import episode, read_panel, visible_cases
from isthmus.errors import BadInput, CodeUnknown, DataMissing
from isthmus.kernels.ppml import ppml
from isthmus.world import World


def test_hints_become_industries():
    lookup = {
        "030212": "A03",
        "040110": "C10T12",
        "040610": "C10T12",
        "220300": "C10T12",
        "850760": "C27",
    }
    goods = ("A03", "C10T12", "C27")
    assert industries_of("HS 0302.12; 8507", lookup, goods) == ("A03", "C27")
    assert industries_of("HS 0401-0406", lookup, goods) == ("C10T12",)
    assert industries_of("HS 01-03", lookup, goods) == ("A03",)
    assert industries_of("all HS; lasers HS 9013.20", lookup, goods) == goods
    assert industries_of(None, lookup, goods) == ()


def test_classes_follow_the_flow_and_its_width():
    assert response_class("import from target", "all HS") == "broad ban"
    assert response_class("import from target", "HS 0803") == "targeted import ban"
    assert response_class("export to target", "") == "export control or listing"
    assert response_class("services/people", "") == "services and people"


def test_every_coded_measure_is_read_once():
    world = World.open("starter")
    assert len(measures(world)) == world.coercion().measures.height == 54


def test_episodes_name_their_sources_and_uncertain_dates():
    world = World.open("starter")
    result = episodes(world, case="AUS-2020")
    cited = set(result["measures"].frame["source"]) | set(result["effects"].frame["source"])
    assert cited <= set(result["sources"].frame["source"])
    rows = result["measures"].frame.filter(pl.col("date_basis") != "source")
    assert (rows["kind"] == "assumed").all()
    assert episodes(world, target="LTU", since=2022)["measures"].frame.height == 1
    with pytest.raises(CodeUnknown, match="LTU-2012"):
        episodes(world, case="LTU-2012")
    with pytest.raises(DataMissing):
        episodes(world, target="ZZZ")


def test_the_effect_equals_the_general_estimator(small):
    result = event_study(small, "LTU-2021", placebos=5, full=2)
    frame = result["effects"].frame
    assert frame["year"].to_list() == [2019, 2020, 2021, 2022]
    assert frame["phase"].to_list() == ["before", "before", "measures", "measures"]
    panel = read_panel(small)
    n, K, T = len(panel.economies), len(panel.industries), len(panel.years)
    k, i, j, t = (
        a.ravel() for a in np.meshgrid(range(K), range(n), range(n), range(T), indexing="ij")
    )
    keep = i != j
    k, i, j, t = k[keep], i[keep], j[keep], t[keep]
    y = panel.flows[k, i, j, t]
    pair = (i == panel.place("LTU")) & (j == panel.place("CHN"))
    D = np.column_stack([pair & (t == panel.years.index(year)) for year in frame["year"]]).astype(
        float
    )
    effects = [(k * n + i) * n + j, (k * n + i) * T + t, (k * n + j) * T + t]
    want = ppml(y, D, effects, tolerance=1e-13).coef
    np.testing.assert_allclose(frame["log_effect"], want, atol=1e-6)
    # the flow was cut to a fifth and the noise is small
    assert frame["effect"][-1] == pytest.approx(-0.8, abs=0.05)
    assert frame["as_large"][-1] == 0.0


def test_placebos_have_no_episode_and_their_first_step_is_near(small):
    result = event_study(small, "LTU-2021", placebos=30, full=3, seed=1)
    placebos = result["placebos"].frame
    touched = {(m.sender, m.target) for m in measures(small)}
    for a, b in placebos.select("exporter", "importer").unique().rows():
        assert (a, b) not in touched
        assert (b, a) not in touched
    both = placebos.drop_nulls("effect")
    assert both.select("exporter", "importer").unique().height == 3
    assert (both["effect"] - both["one_step"]).abs().max() < 0.03


def test_imports_of_the_target_did_not_fall(small):
    frame = event_study(small, "LTU-2021", direction="imports", placebos=0, full=0)["effects"].frame
    assert frame["exporter"][0] == "CHN"
    assert abs(frame["effect"][-1]) < 0.2
    assert frame["as_large"][-1] is None
    assert frame["low"].null_count() == len(frame)


def test_diversion_by_hand():
    from small_panel import two_markets

    panel, hit = two_markets()
    from isthmus.coercion.diversion import diversion_rows

    row = diversion_rows(panel, hit).row(0, named=True)
    # both markets' imports from others double: 100 and 50 would have become 200 and 100
    assert row["lost"] == pytest.approx(200 - 20)
    assert row["elsewhere"] == pytest.approx(190 - 100)
    assert row["diverted"] == pytest.approx(0.5)
    assert row["lost_share"] == pytest.approx(180 / 210)
    assert row["lost_low"] is None
    assert row["diverted_high"] is None


def test_intervals_of_diversion_come_from_misses_elsewhere():
    from small_panel import two_markets

    from isthmus.coercion.diversion import diversion_rows

    panel, hit = two_markets()
    # sales of the other origin: 10 to the sender and 30 to the market, both double; the target's
    # sales to the sender fell to a fifth, so a counterfactual would have been 2 and 150 x 190 / 50
    origin, sender = 3, 1
    miss = [20.0 / (10.0 * 0.2), 60.0 / (30.0 * 190.0 / 50.0)]
    row = diversion_rows(panel, hit, [(origin, sender)] * 39).row(0, named=True)
    lost, elsewhere = 200 * miss[0] - 20, 190 - 100 * miss[1]
    assert row["lost_low"] == pytest.approx(lost)
    assert row["lost_high"] == pytest.approx(lost)
    assert row["diverted_low"] == pytest.approx(elsewhere / lost)
    assert row["diverted"] == pytest.approx(0.5)


def test_an_interval_holds_what_placebos_do_not_make_unusual(small):
    result = event_study(small, "LTU-2021", placebos=200, full=0)
    frame, placebos = result["effects"].frame, result["placebos"].frame
    last = frame.row(-1, named=True)
    steps = placebos.filter(pl.col("year") == 2022)["one_step"].log1p().sort()
    m = len(steps)
    k = int(0.025 * (m + 1))
    assert k >= 1
    assert np.log1p(last["low"]) == pytest.approx(last["log_effect"] - steps[m - k])
    assert np.log1p(last["high"]) == pytest.approx(last["log_effect"] - steps[k - 1])
    assert last["low"] < -0.8 < last["high"] < 0
    assert last["since_low"] < last["since"] < last["since_high"] < 0
    assert np.log1p(last["since"]) == pytest.approx(
        last["log_effect"] - frame["log_effect"][1], abs=1e-12
    )


def test_recovery_is_seen_where_the_flow_comes_back(small_world):
    world = small_world(drop=0.1)
    flows = world.flow
    i, j = flows.economies.index("CAN"), flows.economies.index("CHN")
    # measures of 2019 to 2022: a fall to 0.2, then 0.4, 0.8 and all of it
    for year, left in ((2019, 0.2), (2020, 0.4), (2021, 0.8)):
        flows.cube[flows.years.index(year), i, j, :2] *= left
    result = event_study(world, "CAN-2018", placebos=0, full=0)
    effect = result["recovery"].frame.row(0, named=True)
    assert effect["measure"] == "effect"
    assert effect["peak_year"] == 2019
    assert effect["peak"] == pytest.approx(-0.8, abs=0.05)
    # 0.8, 0.6, 0.2: half is left between the first and the second year after
    assert effect["half_life"] == pytest.approx(1 + np.log(0.6 / 0.4) / np.log(0.6 / 0.2), abs=0.1)
    assert effect["outcome"] == "recovered by half"
    lasting = event_study(small_world(), "LTU-2021", placebos=0, full=0)
    row = lasting["recovery"].frame.row(0, named=True)
    assert (row["half_life"], row["outcome"]) == (None, "not recovered within the years")


def test_what_goods_flows_cannot_show_is_refused_by_name(small):
    with pytest.raises(DataMissing, match="no measure against goods"):
        episode(small, "PLW-2017")
    with pytest.raises(DataMissing, match="do not list"):
        event_study(small, "PHL-2012")
    with pytest.raises(BadInput):
        event_study(small, "LTU-2021", direction="sideways")
    assert "LTU-2021" in visible_cases(small)
    assert "FRA-2008" not in visible_cases(World.open("starter"))


def test_the_same_seed_gives_the_same_placebos(small):
    a = event_study(small, "AUS-2020", placebos=4, full=0, seed=3)
    b = event_study(small, "AUS-2020", placebos=4, full=0, seed=3)
    assert a.to_dict() == b.to_dict()
    assert any("AUS-2018" in note for note in a["effects"].notes)
    assert a.provenance.seed == 3


def test_lithuania_in_the_shipped_flows():
    world = World.open("starter")
    panel = read_panel(world)
    i, j = panel.place("LTU"), panel.place("CHN")
    there, back = panel.flows[:, i, j].sum(axis=0), panel.flows[:, j, i].sum(axis=0)
    base, year = panel.years.index(2020), panel.years.index(2022)
    assert there[year] / there[base] - 1 == pytest.approx(-0.65, abs=0.01)
    assert back[year] > back[base]
    published = world.coercion().effects.filter(
        (pl.col("case") == "LTU-2021")
        & (pl.col("indicator") == "exports to China")
        & (pl.col("unit") == "EUR")
    )
    by_year = dict(published.select("period", "value").rows())
    assert by_year["2022"] / by_year["2020"] - 1 == pytest.approx(-0.81, abs=0.006)


def test_direct_effect_on_lithuanias_gdp():
    from isthmus.coercion import Assumptions
    from isthmus.coercion.diversion import diversion_rows
    from isthmus.coercion.leverage import DOMESTIC_SHARE
    from isthmus.kernels.leverage import purchase_ban_loss

    world, given = World.open("starter"), Assumptions()
    row = diversion_rows(read_panel(world), episode(world, "LTU-2021"))
    lost = row.filter(pl.col("year") == 2022)["lost"][0]
    gdp = world.table("gdp_population").filter(
        (pl.col("economy") == "LTU") & (pl.col("year") == 2022)
    )["gdp"][0]
    loss = float(purchase_ban_loss(lost, DOMESTIC_SHARE, given.diversion))
    assert 0.0005 < loss / gdp < 0.002


def test_every_column_has_a_type_that_can_be_stored(small):
    results = (episodes(small, case="LTU-2021"), event_study(small, "LTU-2021", placebos=0, full=0))
    for result in results:
        for name in result:
            assert pl.Null not in result[name].frame.dtypes


@pytest.mark.slow
def test_lithuanias_imports_from_china_did_not_fall():
    """The shipped flows, all goods: no fall against other pairs, before any threshold is set."""
    world = World.open("starter")
    result = event_study(world, "LTU-2021", direction="imports", placebos=39, full=0)
    last = result["effects"].frame.row(-1, named=True)
    assert (last["exporter"], last["importer"], last["year"]) == ("CHN", "LTU", 2022)
    assert last["effect"] == pytest.approx(0.244, abs=0.002)
    assert last["low"] < 0 < last["high"]
    assert result["recovery"].frame["outcome"].to_list() == ["no fall", "no fall"]
    goods = (
        result["trade"]
        .frame.filter((pl.col("scope") == "goods") & (pl.col("year") == 2022))
        .sort("exporter")
    )
    assert goods["change"].to_list() == pytest.approx([0.643, -0.653], abs=0.001)
    notes = " ".join(result["trade"].notes)
    assert "in 2022 -81 % against 2020" in notes
    assert "balanced from both partners' records" in notes


def test_australian_coal_by_product():
    world = World.open("starter")
    result = event_study(world, "AUS-2020", products=["270112"], placebos=200, full=0)
    frame = result["effects"].frame
    assert frame["year"].to_list() == [2020, 2021, 2022, 2023, 2024]
    assert frame["phase"].to_list() == ["measures"] * 4 + ["after"]
    assert frame["value"].round(0).to_list() == [6761, 1072, 350, 5883, 8690]
    row = frame.row(2, named=True)
    assert row["high"] < -0.8 < 0 < row["placebos"]
    flow = result["recovery"].frame.filter(pl.col("measure") == "flow").row(0, named=True)
    # 2022: 350 of 9,045, 2023: 5,883
    left = (1 - 350.226393 / 9044.683903, 1 - 5883.138353 / 9044.683903)
    assert flow["peak"] == pytest.approx(-left[0])
    want = np.log(2) / np.log(left[0] / left[1])
    assert flow["half_life"] == pytest.approx(want)


def test_products_that_a_case_cannot_show_are_refused_by_name():
    world = World.open("starter")
    with pytest.raises(CodeUnknown, match="999999"):
        event_study(world, "AUS-2020", products=["999999"])
    with pytest.raises(DataMissing, match="touched 850511"):
        event_study(world, "AUS-2020", products=["850511"])
    with pytest.raises(DataMissing, match="no flow in 2021"):
        event_study(world, "LTU-2021", products=["850511"])


def test_every_measure_is_seen_or_has_a_reason():
    from isthmus.coercion import coverage

    world = World.open("starter")
    frame = coverage(world)["coverage"].frame
    assert frame.height == 54
    seen = frame.filter(pl.col("by_industry") == "seen")
    assert set(seen["case"]) == set(visible_cases(world))
    assert frame.filter(pl.col("by_product").str.starts_with("seen"))["case"].to_list() == [
        "AUS-2018",
        "AUS-2020",
    ]
    tourism = frame.filter((pl.col("case") == "KOR-2016") & (pl.col("goods") == "group tours"))
    assert tourism["by_industry"][0].startswith("services")
    assert frame.filter(pl.col("case") == "MIN-2023")["by_product"][0].startswith(
        "stop of supplies to all"
    )


def test_products_keep_the_larger_flows_of_every_year_alike():
    from isthmus.coercion.product_panel import product_panel

    world = World.open("starter")
    panel = product_panel(world, ["270112"])
    cube = panel.cube("270112")
    for t in range(len(panel.years)):
        by_exporter = (cube[:, :, t] > 0).sum(axis=1)
        order = np.argsort(-cube[:, :, t], axis=0)[:6]
        for i in np.flatnonzero(by_exporter > 6):
            partners = np.flatnonzero(cube[i, :, t] > 0)
            largest = set(np.argsort(-cube[i, :, t])[:6].tolist())
            assert all(j in largest or i in order[:, j] for j in partners)
    i, j = panel.place("AUS"), panel.place("CHN")
    assert cube[i, j, 1] == pytest.approx(9044.683903)


class ProductWorld:
    """The shipped world with other trade by product, all flows of every year."""

    def __init__(self, frame):
        self.base, self.frame = World.open("starter"), frame

    def query(self, _key, ask):
        return ask(self.frame.lazy()).collect()

    def __getattr__(self, name):
        return getattr(self.base, name)


def test_a_wider_world_shows_more_products():
    """Barley and wine, exports of Australia to China at a tenth in 2021, one coded ban each."""
    rng = np.random.default_rng(0)
    names = ("AUS", "ARG", "CAN", "CHN", "DEU", "FRA", "JPN", "KOR", "UKR", "USA")
    economy = {n: rng.normal(0, 1, 2) for n in names}
    rows = [
        (y, a, b, p, float(np.exp(economy[a][0] + economy[b][1] + rng.normal(3, 0.05)))
         * (0.1 if (a, b, y) == ("AUS", "CHN", 2021) else 1.0), None, "full")
        for p in ("100300", "220421") for y in range(2014, 2023)
        for a in names for b in names if a != b
    ]  # fmt: skip
    frame = pl.DataFrame(
        rows,
        schema={"year": pl.Int16, "exporter": pl.String, "importer": pl.String,
                "product": pl.String, "value": pl.Float64, "quantity": pl.Float64,
                "coverage": pl.String},
        orient="row",
    )  # fmt: skip
    world = ProductWorld(frame)
    result = event_study(world, "AUS-2020", products=["100300", "220421"], placebos=60, full=2)
    effects = result["effects"].frame
    by_year = dict(effects.select("year", "effect").rows())
    assert by_year[2021] == pytest.approx(-0.9, abs=0.02)
    assert by_year[2022] == pytest.approx(0.0, abs=0.1)
    row = result["recovery"].frame.row(0, named=True)
    assert (row["peak_year"], row["outcome"]) == (2021, "recovered by half")
    assert row["high"] < -0.8
    assert effects.filter(pl.col("year") == 2021)["as_low"][0] == 0.0
    # sales to all others are as they were
    lost = result["diversion"].frame.filter(pl.col("year") == 2021).row(0, named=True)
    assert lost["diverted_low"] < 0 < lost["diverted_high"] < 2
    assert lost["lost_low"] > 0
