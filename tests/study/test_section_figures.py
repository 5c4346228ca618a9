"""Sections quote what the data say: figures computed again from rows, without the lenses."""

from __future__ import annotations

from statistics import mean, median

import polars as pl
import pytest

from isthmus import codes
from isthmus.evidence import Finding
from isthmus.study import Section, open_study
from isthmus.study.context import Context
from isthmus.study.writing import written
from isthmus.world import World

EU = codes.members("EU27_2020")


@pytest.fixture(scope="module")
def world() -> World:
    return World.open("starter")


def built(world: World, key: str, **parties: str) -> tuple[Section, dict[str, Finding]]:
    """Return a section and the findings that its sentences and chart titles quote."""
    study = open_study("taiwan-europe")
    study = study.with_parties(**parties)
    section = written(Context(study, world), key)
    notes = [note.sentence for note in (*section.headlines, *section.counters)]
    said = [*section.answer, *notes, *(chart.title for chart in section.charts)]
    return section, {f.key: f for sentence in said for f in sentence.findings}


def goods(world: World, year: int = 2022) -> pl.DataFrame:
    """Return the flows of goods between different economies."""
    return (
        world.table("icio_flows")
        .with_columns(pl.col("exporter", "importer", "industry").cast(pl.String))
        .filter(
            (pl.col("year") == year)
            & (pl.col("industry") != "SERV")
            & (pl.col("exporter") != pl.col("importer"))
        )
        .with_columns(pl.col("value").cast(pl.Float64))
    )


def worth(frame: pl.DataFrame, **where: object) -> float:
    """Return the sum of values of the rows that agree with every condition."""
    for column, wanted in where.items():
        some = [wanted] if isinstance(wanted, str) else list(wanted)
        frame = frame.filter(pl.col(column).is_in(some))
    return float(frame["value"].sum())


@pytest.mark.parametrize("home", ["EU27_2020", "DEU", "JPN"])
def test_dependence_quotes_shares_of_goods_bought_and_sold(world: World, home: str) -> None:
    _, quoted = built(world, "dependence", home=home)
    inside = EU if home == "EU27_2020" else (home,)
    rows = goods(world)
    outside = rows.filter(~(pl.col("exporter").is_in(inside) & pl.col("importer").is_in(inside)))
    for exporter in ("TWN", "CHN"):
        share = worth(outside, importer=inside, exporter=exporter) / worth(outside, importer=inside)
        key = f"trade.share_of_imports.{exporter}.{home}.goods.2022"
        assert quoted[key].value == pytest.approx(share, rel=1e-9)
    market = worth(rows, exporter="TWN", importer=inside)
    euros = market / world.table("exchange_rates").filter(currency="EUR", year=2022)["usd"].item()
    assert quoted[f"trade.value.TWN.{home}.goods.2022"].value == pytest.approx(euros, rel=1e-9)
    key = f"trade.share_of_exports.TWN.{home}.goods.2022"
    assert quoted[key].value == pytest.approx(market / worth(rows, exporter="TWN"), rel=1e-9)


def test_exposure_quotes_the_ends_over_the_members(world: World) -> None:
    section, quoted = built(world, "exposure")
    rows = goods(world)

    def shares(side: str, other: str, on: str) -> dict[str, float]:
        return {e: worth(rows, **{side: e, other: on}) / worth(rows, **{side: e}) for e in EU}

    bought = shares("importer", "exporter", "CHN")
    low, high = min(bought, key=bought.__getitem__), max(bought, key=bought.__getitem__)
    assert quoted[f"exposure.rival_imports.{low}"].value == pytest.approx(bought[low], rel=1e-9)
    assert quoted[f"exposure.rival_imports.{high}"].value == pytest.approx(bought[high], rel=1e-9)
    sold = shares("exporter", "importer", "CHN")
    top = max(sold, key=sold.__getitem__)
    assert quoted[f"exposure.rival_exports.{top}"].value == pytest.approx(sold[top], rel=1e-9)
    partner = shares("importer", "exporter", "TWN")
    more = sum(bought[e] > partner[e] for e in EU)
    assert quoted["exposure.members_more_on_rival.EU27_2020"].value == more
    assert codes.economy_names()[high] in section.answer[0].text


def test_chips_quotes_first_destinations_and_the_latest_capacity(world: World) -> None:
    _, quoted = built(world, "chips")
    sent = world.table("taiwan_ic_exports")
    year = sent.filter(pl.col("coverage") == "full")["year"].max()
    last = sent.filter(pl.col("year") == year)
    share = worth(last, importer=EU) / worth(last)
    assert quoted["chips.destination_share.EU27_2020"].value == pytest.approx(share, rel=1e-9)
    node = "leading-edge logic (<10 nm)"
    facts = world.table("chip_facts").filter(
        (pl.col("node") == node) & (pl.col("economy") == "TWN") & ~pl.col("projection")
    )
    latest = facts.filter(pl.col("year") == facts["year"].max())
    assert quoted[f"chips.capacity.TWN.{node}"].value == latest["share"].item()


@pytest.mark.parametrize(("home", "inside"), [("EU27_2020", EU), ("KOR", ("KOR",))])
def test_materials_quotes_the_largest_share_of_the_rival(
    world: World, home: str, inside: tuple[str, ...]
) -> None:
    _, quoted = built(world, "materials", home=home)
    trade = world.table("baci_critical_materials")
    last = trade.filter(pl.col("year") == trade["year"].max())
    baskets = {"magnets": "850511", "magnesium": "810411", "gallium-group": "811292"}
    baskets |= {"lithium-carbonate": "283691", "antimony": "811010"}
    shares = {}
    for basket, code in baskets.items():
        bought = last.filter((pl.col("product") == code) & ~pl.col("exporter").is_in(inside))
        whole = worth(bought, importer=inside)
        shares[basket] = worth(bought, importer=inside, exporter="CHN") / whole
    top = max(shares, key=shares.__getitem__)
    found = quoted[f"materials.import_share.{top}.CHN.{home}"]
    assert found.value == pytest.approx(shares[top], rel=1e-9)
    made = world.table("raw_material_production").filter(pl.col("share").is_not_null())
    mined = made.filter((pl.col("year") == made["year"].max()) & (pl.col("economy") == "CHN"))
    half = sum(share >= 0.5 for share in mined["share"])
    assert quoted["materials.majority_produced.CHN"].value == half


def test_concentration_counts_products_that_meet_all_criteria_in_two_of_three_years(
    world: World,
) -> None:
    """One economy that buys: its imports, its exports and the exports of the world are sums."""
    _, quoted = built(world, "concentration", home="JPN")
    trade = world.table("baci_critical_materials")
    years = sorted(trade["year"].unique())[-3:]

    def hhi(frame: pl.DataFrame) -> float:
        sums = frame.group_by("exporter").agg(pl.col("value").sum())["value"].to_list()
        return sum((part / sum(sums)) ** 2 for part in sums) if sums else 0.0

    listed = 0
    for product in sorted(trade["product"].unique()):
        held = 0
        for year in years:
            rows = trade.filter((pl.col("product") == product) & (pl.col("year") == year))
            bought = rows.filter(pl.col("importer") == "JPN")
            more = worth(bought) > worth(rows, exporter="JPN")
            held += more and hhi(bought) > 0.4 and hhi(rows) > 0.4
        listed += held >= 2
    assert 0 < listed == quoted["concentration.listed.JPN"].value


def test_arms_quotes_the_latest_share_and_the_median_of_members(world: World) -> None:
    _, quoted = built(world, "arms")
    rows = world.table("arms_concentration").join(
        world.table("arms_suppliers").filter(supplier="USA"), on=["economy", "period"]
    )
    own = rows.filter(pl.col("economy") == "TWN").sort("period").row(-1, named=True)
    assert quoted["arms.share.USA.TWN"].value == own["share"]
    assert quoted["arms.hhi.TWN"].value == own["hhi"]
    members = rows.filter(pl.col("economy").is_in(EU))
    last = members.filter(pl.col("period") == members["period"].max())["share"].to_list()
    found = quoted["arms.median_share.USA.EU27_2020"]
    assert found.value == pytest.approx(median(last), rel=1e-12)
    assert (found.low, found.high) == (min(last), max(last))
    above = quoted["arms.members_above_half.USA.EU27_2020"].value
    assert above == sum(share > 0.5 for share in last)


@pytest.mark.parametrize(
    ("home", "partner", "voters"), [("EU27_2020", "TWN", EU), ("JPN", "KOR", ("JPN",))]
)
def test_alignment_quotes_mean_points_and_three_years_of_distance(
    world: World, home: str, partner: str, voters: tuple[str, ...]
) -> None:
    section, quoted = built(world, "alignment", home=home, partner=partner)
    points = world.table("unga_ideal_points")
    last = points["year"].max()

    def of(economies: tuple[str, ...], year: int) -> list[float]:
        chosen = pl.col("economy").is_in(economies) & (pl.col("year") == year)
        return points.filter(chosen)["value"].to_list()

    found = quoted[f"alignment.ideal_point.{home}"]
    assert found.value == pytest.approx(mean(of(voters, last)), rel=1e-12)
    gaps = []
    for year in (last - 2, last - 1, last):
        (far,), (near,) = of(("CHN",), year), of(("USA",), year)
        gaps.append(mean(abs(p - far) - abs(p - near) for p in of(voters, year)))
    nearer = quoted[f"alignment.gap.{home}.USA.CHN"]
    assert nearer.value == pytest.approx(mean(gaps), rel=1e-12)
    assert (nearer.low, nearer.high) == pytest.approx((min(gaps), max(gaps)), rel=1e-12)
    assert ("Taiwan" in " ".join(gap.text for gap in section.gaps)) == (partner == "TWN")


@pytest.mark.parametrize(
    ("home", "targets"), [("EU27_2020", {"EU27_2020", *EU}), ("JPN", {"JPN"}), ("AUS", {"AUS"})]
)
def test_coercion_counts_the_coded_measures(world: World, home: str, targets: set[str]) -> None:
    _, quoted = built(world, "coercion", home=home)
    rows = world.table("coercion_measures").filter(pl.col("sender") == "CHN").to_dicts()
    since = min(int(row["start"][:4]) for row in rows)
    assert quoted["coercion.coded.CHN"].value == len(rows)
    against = sum(row["target"] in targets for row in rows)
    assert quoted[f"coercion.count.CHN.{home}.{since}"].value == against
    stopped = sum(row["direction"] == "import from target" for row in rows)
    assert quoted["coercion.purchases.CHN"].value == stopped
