"""The cascade lens: reading, scenarios, remedies, threads, the command line, published networks."""

from __future__ import annotations

import importlib.util
import json

import numpy as np
import polars as pl
import pytest

from isthmus.cascade import (
    SecondSource,
    critical_links,
    every_firm,
    firms_stop,
    from_scenario,
    group_stops,
    read_network,
    run,
    run_shocks,
    second_source,
    single_sources,
    synthetic_network,
    systemic_importance,
)
from isthmus.cli.root import main
from isthmus.errors import BadInput, Cancelled, CodeUnknown, NotFound, ShockNotRepresentable
from isthmus.evidence import Kind
from isthmus.runtime import CancelToken
from isthmus.scenario import CapacityLoss, Scenario, TariffChange

# What 200 sums of some 30 terms of order one leave between two orders of summation.
PUBLISHED = 1e-12
_END_COLUMNS = (("supplier", "supplierNACE"), ("customer", "customerNACE"))


def five(**changes):
    firms = pl.DataFrame(
        {
            "firm": ["1", "2", "3", "4", "5"],
            "economy": ["TWN", "KOR", "DEU", "DEU", "DEU"],
            "sector": ["chip", "chip", "board", "car", "steel"],
        }
    )
    links = pl.DataFrame(
        {
            "supplier": ["1", "2", "3", "5"],
            "customer": ["3", "3", "4", "4"],
            "value": [8, 2, 20, 30],
        }
    )
    return read_network(firms, links, **changes)


def index_of(result):
    frame = result["firms"].frame.sort("firm")
    return frame["index"].to_list()


def test_five_firms_through_the_lens():
    result = systemic_importance(five())
    assert index_of(result) == pytest.approx([0.4, 0.1, 0.5, 1.0, 0.5], abs=1e-15)
    assert result["core"].frame["firm"].to_list() == ["4", "3", "5"]
    assert "published stopping rule, eps = 0.01" in result["firms"].notes
    assert result["firms"].kind is Kind.MODELLED
    by_sector = systemic_importance(five(), replaceability="sector")
    assert index_of(by_sector) == pytest.approx([0.4, 0.05, 0.5, 1.0, 0.5], abs=1e-15)
    exact = systemic_importance(five(), rule="exact")
    assert "exact fixed point" in exact["firms"].notes
    assert index_of(exact) == pytest.approx([0.4, 0.1, 0.5, 1.0, 0.5], abs=1e-15)


def test_reach_splits_the_index_by_economy_that_loses():
    result = systemic_importance(five(), core_share=0.0)
    sums = result["reach"].frame.group_by("firm").agg(pl.col("value").sum()).sort("firm")
    assert sums["value"].to_list() == pytest.approx(index_of(result))


def test_losses_of_a_group_by_hand():
    """Both chip makers stop: no boards, no cars; what sells to cars loses nothing upstream.

    The two directions do not feed each other, so the steel maker keeps its orders.
    """
    result = run(five(), group_stops(five(), sectors=["chip"]))
    total = result["total"].frame.row(0, named=True)
    assert total["value"] == pytest.approx((10 + 20) / 60)
    lost = dict(result["sectors"].frame.select("sector", "value").iter_rows())
    assert lost["chip"] == pytest.approx(1.0)
    assert lost["board"] == pytest.approx(1.0)
    assert lost["steel"] == 0.0
    levels = dict(result["firms"].frame.select("firm", "value_down").iter_rows())
    assert levels["4"] == pytest.approx(1.0)


def test_partial_stop_and_scenario_agree():
    network = five()
    scenario = Scenario(
        name="half", shocks=[CapacityLoss(economies=["TWN"], industries=["chip"], severity=0.5)]
    )
    named = run(network, firms_stop(network, {"half": {"1": 0.5}}))
    assert run(network, scenario)["total"].frame.equals(named["total"].frame)


def test_scenarios_a_cascade_cannot_hold_are_refused():
    scenario = Scenario(
        name="tariff", shocks=[TariffChange(exporters=["TWN"], importers=["DEU"], rate=0.1)]
    )
    with pytest.raises(ShockNotRepresentable, match="tariff"):
        from_scenario(five(), scenario)


def test_second_source_by_hand():
    """Firm 2 takes over half of the board maker's chips: firm 1 then supplies 4 of 10."""
    network = five()
    shocks = firms_stop(network, {"1 stops": {"1": 1.0}})
    row = second_source(network, shocks, [SecondSource("2", "3", 0.5)])["remedy"].frame.row(
        0, named=True
    )
    assert row["value"] == pytest.approx(24 / 60)
    assert row["value_with"] == pytest.approx((8 + 0.4 * 20) / 60)


def test_critical_links_rank_by_what_substitution_saves():
    network = five()
    shocks = firms_stop(network, {"1 stops": {"1": 1.0}})
    frame = critical_links(network, shocks)["links"].frame
    assert frame.row(0, named=True)["supplier"] == "1"
    assert frame.row(0, named=True)["value_without"] == pytest.approx(8 / 60)
    assert frame["saved"].is_sorted(descending=True)


def test_single_sources():
    found = single_sources(five()).rows()
    assert found == [("4", "steel", "5", 30.0), ("4", "board", "3", 20.0)]


def test_every_problem_is_reported_at_once(tmp_path):
    firms, links = tmp_path / "firms.csv", tmp_path / "links.csv"
    firms.write_text(
        'firm,sector,output\nA,s,1\n"B; ""x"" é",,2\nA,s,3\n,s,4\nC ,s,-1\nC,s,x\n',
        encoding="utf-8",
    )
    links.write_text(
        "supplier,customer,value\nA,A,1\nA,Z,1\nQ,A,nan\nA,C,-2\nA,C,3\nC,A,\n", encoding="utf-8"
    )
    with pytest.raises(BadInput) as caught:
        read_network(firms, links)
    text = str(caught.value)
    for part in (
        "4 rows with an id that occurs twice",
        "1 firms without an id",
        "1 firms without a sector",
        "1 negative output",
        "1 output that is not a finite number",
        "1 links with an unknown supplier",
        "1 links with an unknown customer",
        "1 sales of a firm to itself",
        "2 value that is not a finite number",
        "1 negative value",
        "2 rows with a pair that occurs twice",
        "links.csv, row 2 (supplier 'A', value 1.0)",
        "links.csv, rows 5",
    ):
        assert part in text, part


def test_ids_that_differ_only_in_blanks_are_no_two_firms():
    firms = pl.DataFrame({"firm": ["C ", "C"], "sector": ["s", "s"]})
    links = pl.DataFrame({"supplier": ["C"], "customer": ["C "], "value": [1.0]})
    with pytest.raises(BadInput, match="2 ids that differ only in blanks"):
        read_network(firms, links)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("marks", [(";", ","), ("\t", ","), ("|", "."), (",", ".")])
def test_files_saved_by_spreadsheets_are_the_same_network(tmp_path, encoding, marks):
    delimiter, decimal = marks

    def saved(name, rows, title=""):
        text = "\n".join(delimiter.join(row) for row in rows)
        (tmp_path / name).write_bytes((title + text + "\n").encode(encoding))
        return tmp_path / name

    def n(number):
        return number.replace(".", decimal)

    firms = [["firm", "sector", "output"], ["007", "Öl", n("10.5")], ["B", "s", n("1234.25")]]
    links = [["supplier", "customer", "value"], ["007", "B", n("2.5")], ["B", "007", n("1.25")]]
    titled = saved("l.csv", links, title="Links of a year\n\n")
    network = read_network(saved("f.csv", firms), titled)
    assert network.firms["firm"].to_list() == ["007", "B"]
    assert network.firms["output"].to_list() == [10.5, 1234.25]
    assert network.weight.tolist() == [2.5, 1.25]
    assert network.sectors == ("s", "Öl")
    assert any("line 1 'Links of a year'" in note for note in network.notes)


def test_choices_are_counted_in_notes():
    firms = pl.DataFrame(
        {"firm": ["a", "b", "c"], "sector": ["s", "s", "t"], "output": [1.0, 2.0, 0.0]}
    )
    links = pl.DataFrame(
        {"supplier": ["a", "a", "a"], "customer": ["a", "b", "b"], "value": [1.0, 2.0, 3.0]}
    )
    network = read_network(firms, links, self_loops="drop", duplicates="sum")
    assert network.weight.tolist() == [5.0]
    notes = " ".join(network.notes)
    for part in (
        "1 sales of firms to themselves were dropped",
        "1 repeated links were added",
        "1 firms have output 0",
        "2 parts: the largest has 2 of 3 firms, 1 firms have no link",
        "every input is taken as essential",
    ):
        assert part in notes


def test_missing_types_and_columns_are_named(tmp_path):
    table = pl.DataFrame({"supplying_sector": ["chip"], "using_sector": ["board"], "type": ["2"]})
    with pytest.raises(BadInput, match="board -> car"):
        five(essential=table)
    with pytest.raises(BadInput, match="no column sector"):
        read_network(pl.DataFrame({"firm": ["a"]}), pl.DataFrame())
    with pytest.raises(NotFound):
        read_network(tmp_path / "none.csv", tmp_path / "none.csv")
    with pytest.raises(BadInput, match="unknown rule"):
        systemic_importance(five(), rule="other")
    with pytest.raises(BadInput, match="no firm '9'"):
        firms_stop(five(), {"s": {"9": 2.0}})
    with pytest.raises(CodeUnknown, match="XXX"):
        group_stops(five(), economies=["XXX"])


def test_synthetic_network_is_reproducible_and_marked():
    a, b = (synthetic_network(3000, seed=4) for _ in range(2))
    assert a.firms.equals(b.firms)
    np.testing.assert_array_equal(a.weight, b.weight)
    assert a.kind is Kind.ASSUMED
    assert systemic_importance(a)["firms"].kind is Kind.ASSUMED
    degree = np.bincount(a.supplier, minlength=3000)
    assert degree.max() > 5 * degree.mean()  # hubs


def test_threads_and_cancel():
    network = synthetic_network(1200, seed=1)
    supply, shocks = network.supply("sector"), every_firm(network)
    engine = "numpy" if importlib.util.find_spec("numba") is None else "compiled"
    one, two = (
        run_shocks(supply, shocks, weight=network.output, threads=t, engine=engine) for t in (1, 2)
    )
    np.testing.assert_array_equal(one.index, two.index)
    assert one.by_group.sum(axis=1) == pytest.approx(one.index[:, 0], abs=1e-14)
    token = CancelToken()
    token.cancel("enough")
    with pytest.raises(Cancelled):
        run_shocks(supply, shocks, weight=network.output, engine=engine, cancel=token)


def test_command_line(tmp_path, capsys):
    firms, links = str(tmp_path / "firms.csv"), str(tmp_path / "links.csv")
    assert main(["cascade", "generate", firms, links, "--count", "60"]) == 0
    assert main(["cascade", firms, links, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert len(document["tables"]["firms"]["rows"]) == 60
    assert "published stopping rule, eps = 0.01" in document["tables"]["firms"]["notes"]
    first = document["tables"]["firms"]["rows"][0][0]
    assert main(["cascade", firms, links, "--stop", f"{first}=0.5", "--rule", "exact"]) == 0
    assert "exact fixed point" in capsys.readouterr().out
    assert main(["cascade", firms, links, "--stop", first, "--critical-links"]) == 0
    assert main(["cascade", firms, links, "--stop", "nobody"]) == 3
    assert main(["cascade", firms, links, "--critical-links"]) == 3


@pytest.mark.source
def test_published_thirteen_firms(shared_data):
    """The worked example of the Complexity Science Hub, replaceability by sector."""
    folder = shared_data / "firms" / "esri_13firms"
    table = pl.read_csv(folder / "test_list.csv", infer_schema=False)
    want = pl.read_csv(folder / "test_esri.csv")
    ends = [
        table.select(pl.col(firm).alias("firm"), pl.col(sector).alias("sector"))
        for firm, sector in _END_COLUMNS
    ]
    firms = pl.concat(ends).unique("firm", maintain_order=True)
    supplier, customer = (firm for firm, _ in _END_COLUMNS)
    links = table.select(
        pl.col(supplier).alias("supplier"),
        pl.col(customer).alias("customer"),
        pl.col("weight").alias("value"),
        "type",
    )
    result = systemic_importance(read_network(firms, links), replaceability="sector")
    got = dict(result["firms"].frame.select("firm", "index").iter_rows())
    for firm, value in want.iter_rows():
        assert got[firm] == pytest.approx(value, abs=PUBLISHED)


@pytest.mark.source
@pytest.mark.parametrize("engine", ["numpy", "compiled"])
def test_published_two_hundred_firms(shared_data, engine):
    """Index, both parts and the number of steps of every firm, as GLcascade 0.9.3.1 gives them."""
    if engine == "compiled":
        pytest.importorskip("numba")
    folder = shared_data / "firms" / "esri_n200"
    links = pl.read_csv(folder / "edges.csv", infer_schema=False).rename({"weight": "value"})
    matrix = pl.read_csv(folder / "ess.csv", has_header=False).to_numpy()
    essential = pl.DataFrame(
        [(str(k + 1), str(l + 1), str(matrix[k, l])) for k in range(20) for l in range(20)],
        schema=["supplying_sector", "using_sector", "type"],
        orient="row",
    )
    network = read_network(folder / "firms.csv", links, essential=essential)
    want = pl.read_csv(folder / "glcascade_eps1e-2_noreplace.csv")
    result = systemic_importance(network, engine=engine)
    got = result["firms"].frame.with_columns(pl.col("firm").cast(pl.Int64)).sort("firm")
    for mine, theirs in (("index", "esri"), ("index_down", "esri_down"), ("index_up", "esri_up")):
        np.testing.assert_allclose(got[mine].to_numpy(), want[theirs].to_numpy(), atol=PUBLISHED)
    assert got["steps"].to_list() == want["T"].to_list()
