"""The provider network: a small file in the publisher's layout, and the whole converted file."""

from __future__ import annotations

import polars as pl
import pytest

from isthmus.cascade import group_stops, run
from isthmus.cascade.providers import provider_network
from isthmus.errors import BadInput, NotFound
from isthmus.sources.eto import EtoChips, read_eto

PROVIDERS = """provider_name,provider_id,provider_type,country
NLD,P1,country,
JPN,P2,country,
TWN,P3,country,
KOR,P4,country,
Maker,P5,organization,NLD
"""
PROVISION = """provider_name,provider_id,provided_name,provided_id,share_provided,negligible_share
NLD,P1,EUV scanners,N1,100%,
Maker,P5,EUV scanners,N1,100%,
NLD,P1,Resist,N2,20%,
JPN,P2,Resist,N2,80%,
TWN,P3,Wafers,N3,75%,
KOR,P4,Wafers,N3,25%,
Maker,P5,Resist,N2,,Negligible
"""
SEQUENCE = """input_name,input_id,goes_into_name,goes_into_id,is_type_of_name,is_type_of_id
EUV scanners,N1,Wafers,N3,,
Resist,N2,Wafers,N3,,
Wafers,N3,Finished chip,N4,,
"""


def write(folder, **changes):
    files = {"providers": PROVIDERS, "provision": PROVISION, "sequence": SEQUENCE} | changes
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_reads_the_published_layout(tmp_path):
    chips = read_eto(write(tmp_path))
    assert chips.provision.row(0) == ("N1", "EUV scanners", "NLD", "country", "NLD", 1.0)
    assert chips.provision["economy"].to_list()[1] == "NLD"
    assert chips.provision["share"].to_list()[-1] is None
    assert chips.sequence["relation"].unique().to_list() == ["goes_into"]


def test_losses_by_hand(tmp_path):
    """Japan makes 80 % of resist: wafers and chips lose .8; of four inputs' output .8 * 3."""
    network = provider_network(read_eto(write(tmp_path)))
    frame = run(network, group_stops(network, economies=["JPN"]))["sectors"].frame
    lost = dict(frame.select("sector", "value").iter_rows())
    assert lost == pytest.approx({"N1": 0.0, "N2": 0.8, "N3": 0.8, "N4": 0.8})
    all_of_it = run(network, group_stops(network, economies=["NLD"]))["sectors"].frame
    assert dict(all_of_it.select("sector", "value").iter_rows())["N4"] == pytest.approx(1.0)


def test_every_problem_is_named(tmp_path):
    broken = PROVISION.replace("80%", "eighty").replace("P4,Wafers", "P9,Wafers")
    with pytest.raises(BadInput) as caught:
        read_eto(write(tmp_path, provision=broken))
    assert "line 5" in str(caught.value)
    assert "'P9' is not in providers.csv" in str(caught.value)
    renamed = SEQUENCE.replace("is_type_of_name", "type")
    with pytest.raises(BadInput, match="no column is_type_of_name"):
        read_eto(write(tmp_path, sequence=renamed))
    (tmp_path / "sequence.csv").unlink()
    with pytest.raises(NotFound, match=r"sequence\.csv"):
        read_eto(tmp_path)


@pytest.mark.source
def test_the_whole_data_set_builds_a_network(shared_data):
    """All inputs of the 2026-08 edition; a sole supplier of EUV stops the finished chip."""
    folder = shared_data / "strategic"
    provision = pl.read_csv(folder / "eto_chips_provision.csv").filter(
        pl.col("edition") == "2026-08"
    )
    sequence = pl.read_csv(folder / "eto_chips_sequence.csv").filter(pl.col("edition") == "2026-08")
    chips = EtoChips(
        provision.select(
            pl.col("input_id").alias("input"),
            "input_name",
            pl.col("provider_name").alias("provider"),
            "provider_type",
            pl.col("country_iso3").fill_null("").alias("economy"),
            (pl.col("share_pct").cast(pl.Float64) / 100).alias("share"),
        ),
        pl.concat(
            [
                sequence.filter(pl.col(f"{r}_id").is_not_null()).select(
                    pl.col("input_id").alias("input"),
                    "input_name",
                    pl.col(f"{r}_id").alias("goes_into"),
                    pl.col(f"{r}_name").alias("goes_into_name"),
                    pl.lit(r).alias("relation"),
                )
                for r in ("goes_into", "is_type_of")
            ]
        ),
    )
    network = provider_network(chips)
    assert network.n > 300
    total = run(network, group_stops(network, economies=["TWN"]), rule="exact")["total"].frame
    assert 0.0 < total["value"][0] <= 1.0
    for name in network.sectors:
        inside = network.firms.filter(pl.col("sector") == name)["output"].sum()
        assert inside == pytest.approx(1.0)
