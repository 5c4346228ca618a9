"""Every number that claims a source, held against the collected facts row by row."""

from __future__ import annotations

import csv
import re

import pytest

from isthmus.evidence import Kind
from isthmus.production import family_names
from isthmus.production.bill import amounts_of
from isthmus.production.published import _bill, published

pytestmark = pytest.mark.source

ROUNDED = 0.02
"""What is worked out is given with two digits or three."""

KEYS = {
    "bill_of_materials": ("product", "component"),
    "capacity_and_output": ("producer", "item", "period"),
    "prices_costs_lead_times": ("item", "measure"),
}
UNITS = {
    "pieces": "piece",
    "per year": "piece per year",
    "pieces per year": "piece per year",
    "share of powder weight": "kg",
    "times": "1",
}
"""How a unit of the facts is written in a bill, where it is not written in the same way."""

NAMED = re.compile(r"[\w-]+(?:\.[\w-]+)*\.[a-z]{2,4}\b|CSIS|RUSI|Economist")


class Facts:
    """Cells of the collected facts, and the rows that a number took."""

    def __init__(self, folder):
        self.rows = {}
        for table, columns in KEYS.items():
            with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
                for row in csv.DictReader(handle):
                    key = " | ".join(row[c] for c in columns)
                    for name in (key, f"{key} | {row['unit']}"):
                        self.rows.setdefault((table, name), []).append(row)
        self.taken, self.quoted, self.units = [], [], set()

    def row(self, table, key, *, unit=True):
        (row,) = self.rows[table, key]
        self.taken.append(row)
        if unit:
            self.units.add(UNITS.get(row["unit"], row["unit"]))
        return row

    def bill(self, key, column="value"):
        return float(self.row("bill_of_materials", key)[column])

    def made(self, key):
        return float(self.row("capacity_and_output", key)["value"])

    def cost(self, key, column="value"):
        return float(self.row("prices_costs_lead_times", key)[column])

    def said(self, table, key, words, number):
        """Return a number that a row holds in words; its own value may be of another origin."""
        self.quoted.append(self.row(table, key, unit=False))
        assert words in " ".join(self.quoted[-1].values())
        return number


ROUND, FPV = "155 mm HE shell", "FPV drone 7-10 inch"
ASAP = "EU and Norway (ASAP)"
SAVED = "Long-lead parts reserve, time saved | lead time"
TAKES = "Factory investment to take effect | lead time"
EARLY, LATE = "EU and Norway | 155 mm | early 2023", "EU and Norway | 155 mm | 2024-01"
TARGET = "EU and Norway | 155 mm | end 2025"
BERGERAC = "Eurenco Bergerac | propellant powder"
PROGRAMME = "Taiwan | public drone programme, six years | 2025-10"


def one(read):
    return (read, read, read)


def span(read):
    return (read, lambda f: read(f, "low"), lambda f: read(f, "high"))


def bom(key):
    return one(lambda f: f.bill(key))


def bergerac():
    first, then = f"{BERGERAC} | 2025", f"{BERGERAC} | 2026"
    return (lambda f: f.made(first), lambda f: f.made(first), lambda f: f.made(then))


def saved():
    return span(lambda f, c="value": f.cost(SAVED, c))


def china(number):
    return lambda f: f.said("bill_of_materials", f"{FPV} | battery", "China 70-90 %", number)


def dearer(number):
    return lambda f: f.said("bill_of_materials", f"{FPV} | video link", "up to ten times", number)


HELD = {
    "interceptor": {
        "items.seeker.lead": saved(),
        "items.solid-motor.lead": saved(),
        "remedies.long-lead-reserve.weeks": saved(),
        "remedies.long-lead-reserve.lead": span(lambda f, c="value": f.cost(TAKES, c)),
    },
    "shell-155": {
        "items.shell-155.inputs.explosive.quantity": (
            lambda f: f.bill(f"{ROUND} | fill"),
            lambda f: f.bill(f"{ROUND} (EU average implied by ASAP) | fill"),
            lambda f: f.bill(f"{ROUND} M795 | fill", "high"),
        ),
        "items.shell-155.inputs.powder.quantity": (
            lambda f: f.bill(f"{ROUND} | propelling charge, full"),
            lambda f: f.bill(f"{ROUND} (EU average implied by ASAP) | propelling charge"),
            lambda f: f.bill(f"{ROUND} | propelling charge, full", "high"),
        ),
        "items.shell-155.inputs.fuze.quantity": bom(f"{ROUND} | fuze"),
        "items.shell-155.inputs.driving-band.quantity": span(
            lambda f, c="value": f.bill(f"{ROUND} | driving band", c)
        ),
        "items.shell-body.inputs.steel.quantity": span(
            lambda f, c="value": f.bill(f"{ROUND} M795 | body", c)
        ),
        "items.powder.inputs.nitrocellulose.quantity": span(
            lambda f, c="value": f.bill("155 mm propelling charge | nitrocellulose", c)
        ),
        "suppliers.eu-body-lines.capacity": (
            lambda f: f.made(LATE),
            lambda f: f.made("EU | 155 mm | mid 2024"),
            lambda f: f.made("EU | 155 mm | end 2024"),
        ),
        "suppliers.eu-bodies-funded.capacity": one(
            lambda f: f.made(f"{ASAP} | shell bodies, added | decided 2024-03-15")
        ),
        "suppliers.nitro-chem.capacity": (
            lambda f: f.made("Nitro-Chem Bydgoszcz | TNT | 2025 | t per year"),
            lambda f: f.said(
                "capacity_and_output",
                "Nitro-Chem Bydgoszcz | TNT | 2025 | t per year",
                "about 10,000 t before 2022",
                10_000,
            ),
            lambda f: f.made("Nitro-Chem Bydgoszcz | TNT | 2025 | t per year"),
        ),
        "suppliers.explosives-funded.capacity": one(
            lambda f: f.made(f"{ASAP} | explosives, added capacity | decided 2024-03-15")
        ),
        "suppliers.swebal-nora.capacity": one(lambda f: f.made("Swebal Nora | TNT | 2028")),
        "suppliers.bergerac.capacity": bergerac(),
        "demands.explosive.outside Europe.quantity": one(
            lambda f: (
                f.made("Nitro-Chem Bydgoszcz | TNT | 2025 | t per year")
                - f.made("Nitro-Chem Bydgoszcz | TNT left for the EU | 2025")
            )
        ),
        "remedies.tnt-new-plant.adds": one(lambda f: f.made("Swebal Nora | TNT | 2028")),
        "remedies.tnt-new-plant.cost": (
            lambda f: f.cost("TNT plant Sweden, 4,500 t a year | investment"),
            lambda f: f.cost("TNT restart near Athens | investment"),
            lambda f: f.cost("TNT plant Finland | investment", "high"),
        ),
        "remedies.powder-new-line.adds": bergerac(),
        "remedies.powder-new-line.lead": span(
            lambda f, c="value": f.cost(
                "Powder plant Bergerac, announcement to first line | lead time", c
            )
        ),
        "remedies.powder-new-line.cost": one(
            lambda f: f.cost("Powder plant Bergerac, 1,200 t a year | investment")
        ),
    },
    "small-drone": {
        **{
            f"items.small-drone.inputs.{name}.quantity": span(
                lambda f, c="value", row=row: f.bill(f"{FPV} | {row}", c)
            )
            for name, row in {
                "motor": "motors",
                "flight-controller": "flight controller",
                "speed-controller": "speed controller",
                "battery": "battery",
                "camera": "camera",
                "video-link": "video link",
                "frame": "frame",
            }.items()
        },
        "items.motor.inputs.magnet.quantity": span(
            lambda f, c="value": f.bill(f"{FPV} | magnets", c) / f.bill(f"{FPV} | motors", c)
        ),
        "items.flight-controller.inputs.microcontroller.quantity": bom(
            f"{FPV} | flight controller"
        ),
        "items.magnet.substitutes.magnets made outside China.cost_ratio": one(
            lambda f: f.cost("Non-Chinese magnets for drone motors | price ratio")
        ),
        "items.video-link.substitutes.transmitter without the Chinese design.cost_ratio": (
            dearer(10),
            dearer(1),
            dearer(10),
        ),
        "suppliers.cells-china.share": (china(0.8), china(0.7), china(0.9)),
        "suppliers.cells-others.share": (china(0.2), china(0.1), china(0.3)),
        "demands.small-drone.Taiwan's public programme.quantity": (
            lambda f: f.said("capacity_and_output", PROGRAMME, "nearly 100,000", 100_000 / 6),
            lambda f: f.said("capacity_and_output", PROGRAMME, "48,750", 48_750 / 6),
            lambda f: f.said("capacity_and_output", PROGRAMME, "nearly 100,000", 100_000 / 6),
        ),
    },
    "shell-ramp": {
        "suppliers.present-1.capacity": one(lambda f: f.made(EARLY)),
        "suppliers.present-2.capacity": one(lambda f: f.made(EARLY)),
        "demands.by-added-lines.members and Ukraine.quantity": one(lambda f: f.made(TARGET)),
        "demands.by-new-plants.members and Ukraine.quantity": one(lambda f: f.made(TARGET)),
        "remedies.added-lines.adds": one(lambda f: f.made(LATE) - f.made(EARLY)),
        "remedies.new-plants.adds": one(lambda f: f.made(LATE) - f.made(EARLY)),
        "remedies.new-plants.lead": span(
            lambda f, c="value": f.cost("155 mm plant, build time | lead time", c)
        ),
    },
    "car-chips": {},
    "chip-chain": {},
    "magnet-motor": {},
}


@pytest.fixture(scope="module")
def folder(shared_data):
    found = shared_data / "defence_production"
    if not found.is_dir():
        pytest.skip("no facts on defence production beside the checkout")
    return found


def general(row):
    """Say whether a row is general knowledge: by its mark, or by its words where none came back."""
    first = row["checked_source"] in ("", "first pass")
    return row["checked"] in ("general", "not found") or (first and "general" in row["source"])


NAMES = sorted(HELD)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_those_of_the_facts(folder, name):
    amounts = dict(amounts_of(_bill(name)))
    assert set(HELD[name]) <= set(amounts)
    for place, reads in HELD[name].items():
        amount, facts = amounts[place], Facts(folder)
        found = [read(facts) for read in reads]
        exact = len({id(row) for row in facts.taken}) == 1 and facts.units
        told = [amount.value, amount.bottom, amount.top]
        assert told == pytest.approx(found, rel=1e-12 if exact else ROUNDED), place
        assert not facts.units or amount.unit in facts.units, place
        if any(general(row) for row in facts.taken if row not in facts.quoted):
            assert amount.read == "general", place
        if amount.kind is not Kind.ASSUMED:
            for row in facts.taken:
                pages = set(NAMED.findall(f"{row['source']} {row['checked_source']}"))
                assert any(page in amount.source for page in pages), (place, pages)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_held_against_no_row_is_assumed(name):
    for place, amount in amounts_of(_bill(name)):
        assert place in HELD[name] or amount.kind is Kind.ASSUMED, place


def test_every_shipped_bill_is_held():
    assert set(family_names()) | {row["bill"] for row in published()} == set(HELD)


def test_published_statements_are_those_of_the_facts(folder):
    facts = Facts(folder)
    rows = {(row["check"], row["status"]): row["published"] for row in published()}
    year = "output of 2025, twice the demand"
    assert rows["ramp to January 2024, added lines", "officials: capacity"] == facts.made(LATE)
    assert rows["ramp to January 2024, new plants", "officials: capacity"] == facts.made(LATE)
    assert rows["ramp to mid 2024, new plants", "makers: capacity"] == facts.made(
        "EU | 155 mm | mid 2024"
    )
    assert rows[year, "estimate, not observed"] == facts.made("Europe | 155 mm | 2025")
    assert rows[year, "target, not observed"] == facts.made(TARGET)


def test_the_day_of_the_first_stop_is_that_of_the_reports(shared_data):
    with (shared_data / "calibration" / "episodes.csv").open(
        encoding="utf-8", newline=""
    ) as handle:
        (row,) = (
            r
            for r in csv.reader(handle)
            if r[0] == "nexperia_2025" and r[3] == "first car plants stopped after"
        )
    days = {r["published"] for r in published() if r["bill"] == "car-chips"}
    assert days == {float(row[6])}
    assert _bill("car-chips").head.start.isoformat() == row[1]
