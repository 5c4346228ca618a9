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
