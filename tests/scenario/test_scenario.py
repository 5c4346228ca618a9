"""Scenarios: validation that reports everything, identity, files."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.errors import BadInput, CodeUnknown, NotFound, ShockNotRepresentable
from isthmus.scenario import (
    CapacityLoss,
    DemandSurge,
    Embargo,
    ExportStop,
    PurchaseBan,
    Range,
    Recovery,
    Scenario,
    TariffChange,
    TradeCostChange,
    dumps,
    expand,
    load,
    loads,
    pairs,
    preset,
    preset_names,
    read,
    recovery_share,
    severity_path,
    write,
)


def chips() -> Scenario:
    return Scenario(
        name="chips",
        horizon=90,
        shocks=[
            ExportStop(exporters="TWN", importers=["EU27", "USA"], industries="C26", duration=30),
            CapacityLoss(
                economies="TWN",
                industries="*",
                severity=0.5,
                duration=10,
                recovery=Recovery(days=20, shape="s"),
                reason="an earthquake",
            ),
        ],
        ranges=[
            Range(
                path="shocks.1.severity",
                distribution="uniform",
                low=0.2,
                high=0.8,
                reason="unknown strength",
            )
        ],
    )


def test_constant_shock_acts_exactly_its_days():
    path = severity_path(8, start=2, duration=3)
    assert path.tolist() == [0, 0, 1, 1, 1, 0, 0, 0]


def test_linear_recovery_starts_at_the_end_of_the_shock():
    path = severity_path(8, start=1, duration=2, recovery=(4.0, "linear"))
    assert path.tolist() == [0, 1, 1, 1, 0.75, 0.5, 0.25, 0]


def test_rising_and_falling_mirror_each_other():
    rising = severity_path(4, start=0, duration=4, profile="rising")
    falling = severity_path(4, start=0, duration=4, profile="falling")
    assert rising.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert falling.tolist() == rising[::-1].tolist()


def test_points_are_interpolated():
    path = severity_path(5, start=0, duration=5, profile=((0, 0.0), (4, 1.0)))
    assert path.tolist() == [0, 0.25, 0.5, 0.75, 1]


def test_convex_curve_matches_its_formula():
    left = recovery_share([0, 1, 10], 60.0, "convex")
    assert left.tolist() == [1.0, 1 - 1 / 60, (1 - 1 / 60) ** 10]
    fast = recovery_share([3.0], 60.0, "convex_fast")
    assert fast[0] == pytest.approx((1 - 1 / 60) ** 12, rel=1e-15)


@given(
    shape=st.sampled_from(["linear", "convex", "convex_fast", "concave", "s"]),
    tau=st.floats(1.0, 400.0),
)
def test_every_curve_falls_from_one_and_stays_a_share(shape, tau):
    left = recovery_share(np.arange(500.0), tau, shape)
    assert left[0] == 1.0
    assert np.all(np.diff(left) <= 1e-12)
    assert left.min() >= -1e-12


def test_every_problem_is_reported_at_once():
    with pytest.raises(BadInput) as caught:
        Scenario.from_dict(
            {
                "name": "Bad Name",
                "horizont": 30,
                "shocks": [
                    {"kind": "exprt_stop", "exporters": "TWN"},
                    {"kind": "capacity_loss", "economies": [], "severity": 1.5},
                    {"kind": "capacity_loss", "economies": "FRA"},
                    {"kind": "export_stop", "exporters": "T W", "severty": 0.1},
                ],
                "ranges": [{"path": "shocks.9.severity", "distribution": "uniform", "low": 1}],
            }
        )
    text = str(caught.value)
    for piece in (
        "did you mean 'export_stop'",
        "shocks.1.economies: is empty",
        "shocks.1.severity",
        "shocks.2: give either severity",
        "shocks.3.exporters",
        "did you mean 'severity'",
        "did you mean 'horizon'",
        "name",
        "ranges.0.reason",
        "there is no shock 9",
    ):
        assert piece in text
    assert len(caught.value.problems) == 10


@pytest.mark.parametrize("kind", [3, ["export_stop"], {"kind": 1}, None])
def test_a_kind_that_is_no_text_is_named(kind):
    ranged = {"path": "shocks.0.severity", "distribution": "choice", "values": [1], "reason": "r"}
    with pytest.raises(BadInput, match="unknown kind of shock"):
        Scenario.from_dict({"name": "x", "shocks": [{"kind": kind}], "ranges": [ranged]})


def test_paths_are_judged_beside_ranges_that_break_another_rule():
    broken = {"path": "params.a", "distribution": "unifrm", "low": 0.0, "high": 1.0, "reason": "r"}
    sound = {"path": "horizn", "distribution": "uniform", "low": 1.0, "high": 9.0, "reason": "r"}
    pair = {"paths": ["params.a", "params.aa"], "value": 0.5, "reason": "r"}
    with pytest.raises(BadInput) as caught:
        Scenario.from_dict({"name": "x", "ranges": [broken, sound], "correlations": [pair]})
    found = {(p.where, p.hint.partition("?")[0]) for p in caught.value.problems}
    assert found == {
        ("ranges.0.distribution", "did you mean 'uniform' or 'loguniform'"),
        ("ranges.1.path", "paths start with shocks.<index>., params. or horizon"),
        ("correlations.0.paths", "did you mean 'params.a'"),
    }


@pytest.mark.parametrize(
    ("shock", "piece"),
    [
        ({"kind": "export_stop", "exporters": "TWN", "severity": math.nan}, "severity"),
        ({"kind": "export_stop", "exporters": "TWN", "start": -1}, "start"),
        ({"kind": "export_stop", "exporters": "TWN", "duration": 0}, "duration"),
        ({"kind": "export_stop", "exporters": "TWN", "start": 365}, "horizon"),
        ({"kind": "export_stop", "exporters": ["*", "TWN"]}, "stands alone"),
        ({"kind": "export_stop", "exporters": "TWN", "profile": "rising"}, "needs a duration"),
        ({"kind": "export_stop", "exporters": "TWN", "profile": [[3, 0], [1, 1]]}, "increase"),
        ({"kind": "export_stop", "exporters": "TWN", "profile": [[0, 2]]}, "two points"),
        ({"kind": "demand_surge", "economies": "POL", "severity": 0.0}, "changes nothing"),
        ({"kind": "demand_surge", "economies": "POL", "severity": -1.5}, "severity"),
        ({"kind": "tariff_change", "exporters": "CHN"}, "either rate"),
        ({"kind": "trade_cost_change", "exporters": "CHN", "factor": 0}, "factor"),
        (
            {"kind": "capacity_loss", "economies": "TWN", "severity": 0.5, "recovery": {"days": 9}},
            "needs a duration",
        ),
        (
            {
                "kind": "capacity_loss",
                "economies": "TWN",
                "capital": 10.0,
                "rebuild_sectors": {"F": 0.4},
            },
            "sum to 1",
        ),
    ],
)
def test_impossible_shocks_are_refused_by_name(shock, piece):
    with pytest.raises(BadInput, match=piece):
        Scenario.from_dict({"name": "x", "shocks": [shock]})


def test_toml_round_trip_keeps_everything(tmp_path):
    scenario = chips()
    assert loads(dumps(scenario)) == scenario
    write(scenario, tmp_path / "chips.toml")
    assert read(tmp_path / "chips.toml") == scenario
    assert load(str(tmp_path / "chips.toml")).identity == scenario.identity


@given(text=st.text(max_size=40))
@settings(max_examples=50)
def test_prose_survives_the_file(text):
    scenario = Scenario(name="x", title=text, reason=text)
    assert loads(dumps(scenario)) == scenario


def test_identity_ignores_prose_and_order_of_codes():
    a = Scenario(name="a", shocks=[ExportStop(exporters=["TWN", "CHN"], reason="one")])
    b = Scenario(
        name="b",
        title="t",
        shocks=[{"kind": "export_stop", "exporters": ["CHN", "TWN"], "severity": 1.0}],
    )
    assert a.identity == b.identity
    c = a.with_values({"shocks.0.severity": 0.5})
    assert c.identity != a.identity
    assert c.shocks[0].severity == 0.5


def test_values_reach_nested_fields_and_params():
    changed = chips().with_values(
        {"shocks.1.recovery.days": 40.0, "params.psi": 0.9, "horizon": 120}
    )
    assert changed.shocks[1].recovery == Recovery(days=40.0, shape="s")
    assert changed.params == {"psi": 0.9}
    assert changed.horizon == 120
    with pytest.raises(BadInput, match="leads nowhere") as caught:
        chips().with_values({"shock.0": 1, "shocks.5.severity": 1})
    assert len(caught.value.problems) == 2
    with pytest.raises(BadInput, match="severity"):
        chips().with_values({"shocks.0.severity": 3.0})


@pytest.mark.parametrize(
    ("entry", "piece"),
    [
        ({"distribution": "uniform", "low": 1.0, "high": 0.0}, "below high"),
        ({"distribution": "uniform", "low": 1.0}, "needs high"),
        ({"distribution": "normal", "mean": 1.0, "sd": 1.0, "mode": 1.0}, "has no mode"),
        ({"distribution": "loguniform", "low": 0.0, "high": 1.0}, "above 0"),
        ({"distribution": "triangular", "low": 0.0, "high": 1.0, "mode": 2.0}, "between"),
        ({"distribution": "choice"}, "needs values"),
        ({"distribution": "beta", "alpha": 1.0}, "needs beta"),
        ({"distribution": "beta", "alpha": 1.0, "beta": 2.0, "low": 1.5}, "below high"),
        ({"distribution": "uniform", "low": 0.0, "high": 1.0, "alpha": 1.0}, "has no alpha"),
    ],
)
def test_ranges_that_make_no_sense_are_refused(entry, piece):
    with pytest.raises(BadInput, match=piece):
        Range(path="params.psi", reason="r", **entry)


def test_correlation_needs_two_ranges():
    with pytest.raises(BadInput, match=r"'params.tau' has no range"):
        Scenario(
            name="x",
            ranges=[{"path": "params.psi", "distribution": "uniform", "low": 0, "high": 1,
                     "reason": "r"}],
            correlations=[{"paths": ["params.psi", "params.tau"], "value": 0.5, "reason": "r"}],
        )  # fmt: skip


def test_a_lens_refuses_what_it_cannot_hold():
    scenario = Scenario(
        name="x", shocks=[TariffChange(exporters="CHN", change=0.1), ExportStop(exporters="TWN")]
    )
    with pytest.raises(ShockNotRepresentable, match=r"shocks.0 \(tariff_change\)"):
        scenario.require(["export_stop"], lens="disruption")
    scenario.require(["export_stop", "tariff_change"], lens="equilibrium")
    assert scenario.kinds == ("export_stop", "tariff_change")


def test_codes_expand_to_positions():
    labels = ("CHN", "DEU", "FRA", "TWN")
    groups = {"EU": ("DEU", "FRA"), "EU27": ("DEU", "FRA", "LTU")}
    assert expand(["EU", "TWN"], labels, groups=groups).tolist() == [1, 2, 3]
    assert expand(["*"], labels).tolist() == [0, 1, 2, 3]
    with pytest.raises(CodeUnknown, match="LTU"):
        expand(["EU27"], labels, groups=groups)
    with pytest.raises(CodeUnknown, match="did you mean 'TWN'"):
        expand(["TWM"], labels)


def test_pairs_leave_out_home_and_an_embargo_is_mutual():
    labels = ("CHN", "DEU", "TWN")
    stop = pairs(ExportStop(exporters="TWN"), labels)
    assert stop.astype(int).tolist() == [[0, 0, 0], [0, 0, 0], [1, 1, 0]]
    embargo = pairs(Embargo(economies="CHN", partners="DEU"), labels)
    assert embargo.astype(int).tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    ban = pairs(PurchaseBan(exporters="DEU", importers="CHN"), labels)
    assert ban.astype(int).tolist() == [[0, 0, 0], [1, 0, 0], [0, 0, 0]]
    with pytest.raises(TypeError, match="demand_surge"):
        pairs(DemandSurge(economies="DEU", severity=0.1), labels)


def test_missing_files_and_presets_are_named(tmp_path):
    with pytest.raises(NotFound, match="nowhere"):
        load(tmp_path / "nowhere.toml")
    with pytest.raises(NotFound, match="no-such"):
        preset("no-such")
    (tmp_path / "bad.toml").write_text("name = ", encoding="utf-8")
    with pytest.raises(BadInput, match="not valid TOML"):
        load(tmp_path / "bad.toml")


def test_every_preset_gives_its_reason_and_a_range():
    for name in preset_names():
        scenario = preset(name)
        assert scenario.name == name
        assert len(scenario.reason) > 40
        assert all(shock.reason for shock in scenario.shocks)
        assert loads(dumps(scenario)) == scenario


def test_trade_cost_shock_round_trips():
    scenario = Scenario(name="x", shocks=[TradeCostChange(exporters="EU27", factor=1.05)])
    assert loads(dumps(scenario)).shocks == scenario.shocks
