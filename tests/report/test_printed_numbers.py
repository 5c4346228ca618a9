"""Printed numbers of each study, recomputed from rows of the data by arithmetic of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator

import numpy as np
import polars as pl
import pytest

from isthmus import codes
from isthmus.report import render_json
from isthmus.study import assess, open_study, shipped_studies
from isthmus.study.context import Context
from isthmus.study.dossier import Dossier
from isthmus.study.subjects.disruption.runs import losses, there
from isthmus.study.subjects.disruption.tables import event_name
from isthmus.world import World

pytestmark = pytest.mark.slow

LEAST, LEAST_IN_TABLES = 300, 100
Checked = tuple[str, float | None, float | None]
"""Where a number is printed, as printed, and as recomputed."""


class Flows:
    """Sales by seller, buyer and industry, as rows: sums and shares by hand."""

    def __init__(self, world: World) -> None:
        flows = world.flows()
        self.years = {year: flows.values(year) for year in flows.years}
        self.place = {code: n for n, code in enumerate(flows.economies)}
        self.industries = list(flows.industries)

    def members(self, party: str) -> list[int]:
        return [self.place[m] for m in codes.members(party) if m in self.place]

    def items(self, item: str) -> list[int]:
        every = range(len(self.industries))
        if item == "goods":
            return [n for n in every if self.industries[n] != "SERV"]
        return list(every) if item == "all" else [self.industries.index(item)]

    def value(self, seller: str, buyer: str, item: str, year: int) -> float:
        return self._sum(self.members(seller), self.members(buyer), item, year)

    def share(self, seller: str, buyer: str, item: str, year: int, what: str) -> float | None:
        """Return the value over all that the buyer, or the seller, trades; None of no trade."""
        sold, bought = self.members(seller), self.members(buyer)
        own = bought if what == "share_of_imports" else sold
        outside = [n for n in self.place.values() if n not in own]
        whole = (outside, own) if what == "share_of_imports" else (own, outside)
        traded = self._sum(*whole, item, year)
        return self._sum(sold, bought, item, year) / traded if traded else None

    def _sum(self, sellers: list[int], buyers: list[int], item: str, year: int) -> float:
        cube = self.years[year][np.ix_(sellers, buyers, self.items(item))]
        return float(np.sort(cube.ravel()).sum())


class Printed:
    """The numbers of one dossier with what they should be."""

    def __init__(self, dossier: Dossier, world: World) -> None:
        self.plain = json.loads(render_json(dossier))
        self.context = Context(dossier.study, world)
        self.world, self.flows = world, Flows(world)
        parties = self.context.study.parties.values()
        rates = world.table("exchange_rates").rows_by_key("year", named=True, unique=True)
        euro = dossier.study.currency == "EUR"
        self.rate = {year: row["usd"] for year, row in rates.items()} if euro else {}
        self.codes = {self.context.label(code): code for code in parties}
        members = {m for code in parties for m in codes.members(code)}
        self.codes |= {self.context.label(m): m for m in members}
        industries = codes.industries("ICIO2025")
        self.industry = {self.context.industry(code): code for code in industries}
        self.industry |= {self.context.industry(i): i for i in self.flows.industries}

    def party(self, label: str) -> str:
        """Return the code of an economy by the name that a table prints."""
        if label not in self.codes:
            self.codes |= {self.context.label(code): code for code in codes.economy_names()}
        return self.codes[label]

    def tables(self, name: str) -> Iterator[dict[str, object]]:
        """Yield the rows of a table wherever it stands, each once."""
        for section in self.plain["sections"]:
            held = [*section["tables"], *(chart["table"] for chart in section["charts"])]
            for table in held:
                if table["name"] == name:
                    columns = [c["name"] for c in table["columns"]]
                    yield from (
                        row if isinstance(row, dict) else dict(zip(columns, row, strict=True))
                        for row in table["rows"]
                    )
                    return

    def findings(self) -> Iterator[Checked]:
        seen = {f["key"]: f for s in self.plain["sections"] for f in s["findings"]}
        for key, found in seen.items():
            words = key.split(".")
            if words[0] != "trade" or len(words) != 6 or words[5] != found["year"]:
                continue
            _, what, seller, buyer, item, year = words
            if item in {"exporter", "importer"}:
                continue  # a figure of an office of customs, as published
            if what == "value":
                usd = self.flows.value(seller, buyer, item, int(year))
                yield key, found["value"], usd / self.rate.get(int(year), 1.0)
            elif what in {"share_of_imports", "share_of_exports"}:
                share = self.flows.share(seller, buyer, item, int(year), what)
                yield key, found["value"], share

    def trade(self) -> Iterator[Checked]:
        for row in self.tables("dependence_flows"):
            seller, buyer = self.codes[str(row["exporter"])], self.codes[str(row["importer"])]
            item, year = self.industry[str(row["industry"])], max(self.flows.years)
            usd = self.flows.value(seller, buyer, item, year)
            yield f"flows {item}", row["value"], usd / self.rate.get(year, 1.0)
            for what in ("share_of_imports", "share_of_exports"):
                found = self.flows.share(seller, buyer, item, year, what)
                yield f"flows {item} {what}", row[what], found
        for row in self.tables("dependence_over_time"):
            buyer, _, seller = str(row["link"]).partition(" from ")
            found = self.flows.share(
                self.codes[seller], self.codes[buyer], "goods", row["year"], "share_of_imports"
            )
            yield f"over time {row['link']}", row["share"], found
        for row in self.tables("dependence_by_industry"):
            seller, item = self.codes[str(row["exporter"])], self.industry[str(row["industry"])]
            home = self.context.home
            found = self.flows.share(seller, home, item, max(self.flows.years), "share_of_imports")
            yield f"by industry {item}", row["share"], found
        for row in self.tables("exposure_members"):
            member, year = self.codes[str(row["economy"])], max(self.flows.years)
            for role in ("rival", "partner"):
                other = self.context.study.party(role)
                bought = self.flows.share(other, member, "goods", year, "share_of_imports")
                sold = self.flows.share(member, other, "goods", year, "share_of_exports")
                yield f"member {member} {role}", row[f"{role}_imports"], bought
                yield f"member {member} {role}", row[f"{role}_exports"], sold

    def materials(self) -> Iterator[Checked]:
        """Recompute concentrations of imports and of world exports from rows of trade."""
        rows = list(self.tables("concentration_products"))
        if not rows:
            return
        trade = self.world.trade("HS2017")
        last = trade.filter(year=trade["year"].max())
        inside = list(codes.members(self.context.home))
        for row in rows:
            held = last.filter(product=row["product"])
            bought = held.filter(
                pl.col("importer").is_in(inside) & ~pl.col("exporter").is_in(inside)
            )
            by = bought.group_by("exporter").agg(pl.col("value").sum())["value"].to_numpy()
            yield f"hhi {row['product']}", row["hhi"], float(((by / by.sum()) ** 2).sum())
            one = pl.when(pl.col("exporter").is_in(inside)).then(pl.lit("home"))
            seller = one.otherwise("exporter").alias("seller")
            abroad = held.filter(
                ~(pl.col("importer").is_in(inside) & pl.col("exporter").is_in(inside))
            )
            sold = abroad.group_by(seller).agg(pl.col("value").sum())["value"].to_numpy()
            concentrated = float(((sold / sold.sum()) ** 2).sum())
            yield f"world hhi {row['product']}", row["world_hhi"], concentrated
            own = held.filter(pl.col("exporter").is_in(inside))["value"].sum()
            ratio = float(by.sum()) / own if own else None
            yield f"imports over exports {row['product']}", row["imports_to_exports"], ratio
        for drawn, row in zip(self.tables("concentration_chart"), rows, strict=False):
            assert row["product"] in str(drawn["product"])
            yield f"drawn {row['product']}", drawn["hhi"], row["hhi"]  # type: ignore[misc]

    def suppliers(self) -> Iterator[Checked]:
        """Recompute the largest supplier of each group, and the mean share of each in purchases."""
        trade = self.world.trade("HS2017")
        last = trade.filter(year=trade["year"].max())
        inside = list(codes.members(self.context.home))
        bought = last.filter(pl.col("importer").is_in(inside) & ~pl.col("exporter").is_in(inside))
        groups = {b.title: b.codes for b in self.context.study.baskets.values()}
        for row in self.tables("materials_largest"):
            held = bought.filter(pl.col("product").is_in(groups[str(row["basket"])]))
            by = held.group_by("exporter").agg(pl.col("value").sum())["value"].to_numpy()
            yield f"largest {row['basket']}", row["share"], float(by.max() / by.sum())
        products = bought["product"].unique().to_list()
        for row in self.tables("cascade_materials"):
            shares = []
            for product in products:
                held = bought.filter(product=product)
                own = held.filter(exporter=self.party(str(row["economy"])))["value"].sum()
                shares.append(own / held["value"].sum())
            yield f"direct {row['economy']}", row["direct"], float(np.mean(shares))

    def runs(self) -> Iterator[Checked]:
        """Recompute losses as quantiles over the draws of the recorded runs."""
        from isthmus.study.page import Page

        page = Page(self.context, "disruption")
        events = {event_name(page, event): event for event in there(self.context)}
        for row in self.tables("disruption_parties"):
            event = events.get(str(row.get("event")))
            party = self.codes.get(str(row.get("economy") or row.get("party")))
            if event is None or party is None:
                continue
            held = losses(self.context, event)
            base = dict(held.result["base"].frame.select("economy", "value_added").iter_rows())
            members = [m for m in codes.members(party) if m in base]
            frame = held.result["losses"].frame.filter(
                (pl.col("level") == held.levels[0]) & pl.col("economy").is_in(members)
            )
            for name, until in (("month", 30), ("first_month", 30), ("quarter", 90), ("year", 365)):
                draws = _lost(frame, base, members, until)
                for tail, q in (("", 0.5), ("_low", 0.1), ("_high", 0.9)):
                    column = f"{name}{tail}"
                    if column in row and row[column] is not None:
                        found = float(np.quantile(draws, q))
                        yield f"{event.key} {party} {column}", row[column], found


def _lost(frame: pl.DataFrame, base: dict[str, float], members: list[str], until: int) -> object:
    """Return the share of value added lost to a day, by draw: windows by their days."""
    ends = sorted(frame["day"].unique().to_list())
    days = {end: end - before for before, end in zip([0, *ends[:-1]], ends, strict=True)}
    weights = pl.col("economy").replace_strict(base) * pl.col("day").replace_strict(days)
    money = (
        frame.filter(pl.col("day") <= until)
        .with_columns(money=pl.col("lost").cast(pl.Float64) * weights)
        .group_by("draw")
        .agg(pl.col("money").sum())
        .sort("draw")["money"]
        .to_numpy()
    )
    return money / (sum(base[m] for m in members) * until)


@pytest.mark.parametrize("study", shipped_studies())
def test_printed_numbers_are_those_of_the_rows_behind_them(world: World, study: str) -> None:
    printed = Printed(assess(open_study(study), world), world)
    quoted = list(printed.findings())
    rows = [*printed.trade(), *printed.materials(), *printed.suppliers(), *printed.runs()]
    wrong = [
        (where, shown, found)
        for where, shown, found in (*quoted, *rows)
        if (found is None and shown not in (None, 0.0))
        or (found is not None and shown != pytest.approx(found, rel=1e-6, abs=1e-9))
    ]
    assert wrong == []
    assert len(rows) >= LEAST_IN_TABLES
    assert len(quoted) + len(rows) >= LEAST
