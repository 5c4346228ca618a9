"""Losses that are written down: one hazard, two actions, every number chosen."""

from __future__ import annotations

import numpy as np

from isthmus.cooperation.asked import name_of, touching
from isthmus.cooperation.stage import Stage
from isthmus.ensemble.losses import Level, Losses
from isthmus.evidence import Result, provenance
from isthmus.scenario.catalogues import parse_catalogue
from isthmus.world import World

FIXED = "{{ low = {0}, high = {0}, reason = 'chosen' }}"

ACTION = """
[[actions]]
key = "{key}"
title = "{key}"
rung = "{rung}"
gains = "home"
buys = "cover"
actor = "union"
decider = "Council"
vote = "qualified majority"
reversibility = "easy"
degrees = {{ visible = 0.5, official = 0.5, military = {military}, reason = "chosen" }}
undo_months = {{ low = 1, high = 2, reason = "chosen" }}
lead_months = {{ low = {lead}, high = {lead}, reason = "chosen" }}
[actions.cost]
published = {{ low = 100, high = 100, reason = "chosen" }}
published_as = "outlay"
one_off = {{ low = {once}, high = {once}, reason = "chosen" }}
yearly = {{ low = {yearly}, high = {yearly}, reason = "chosen" }}
life_years = {{ low = 5, high = 5, reason = "chosen" }}
[[actions.effects]]
channel = "stock"
hazards = ["stop"]
inputs = ["CHIPS"]
days = {{ low = 30, high = 30, reason = "chosen" }}
fit = {{ low = {fit}, high = 1.0, reason = "chosen" }}
"""

HAZARD = """
[[hazards]]
key = "stop"
title = "A stop"
reason = "chosen"
shocks = [{ kind = "export_stop", exporters = ["partner"], industries = ["CHIPS"] }]
yearly_probability = { low = 0.01, high = 0.05, reason = "an axis" }
"""

PACKAGES = """
[[packages]]
key = "nothing"
title = "Nothing"
[[packages]]
key = "alone"
title = "Alone"
alone = true
actions = ["a"]
[[packages]]
key = "with"
title = "With the partner"
actions = ["b"]
"""


def catalogue(*, fit=1.0, rung="supply-chain-dialogue", military=0.0, extra=""):
    """Action a: 100 once over five years; b: 1 a year."""
    common = {"fit": fit, "military": military}
    a = ACTION.format(key="a", once=100, yearly=0, lead=24, rung="", **common)
    b = ACTION.format(key="b", once=0, yearly=1, lead=12, rung=rung, **common)
    return parse_catalogue([a + b + PACKAGES + HAZARD + extra])


class Written(Losses):
    """Losses without a posterior: no misfit."""

    @property
    def misfit(self) -> float:
        """None."""
        return 0.0


MONEY = {
    (): (1000.0, 1000.0, 1000.0),
    ("a",): (1000.0, 900.0, 700.0),
    ("b",): (1000.0, 900.0, 800.0),
    ("a", "b"): (1000.0, 800.0, 550.0),
}
"""Loss of home in million USD at delivery 0, 1/2 and 1, by set of actions."""


def losses(world, held, money=MONEY, draws=4, home=("DEU", "FRA")):
    """Home's loss split in halves over two members; one window of 100 days."""
    sets = [keys for keys in money if keys]
    names, rows = [Level().name], [money[()][0]]
    for keys in sets:
        known = touching([held.action(k) for k in keys], "stop")
        for place, level in ((1, 0.5), (2, 1.0)):
            names.append(name_of(known, level))
            rows.append(money[keys][place])
    value = np.array(rows)[None, :, None, None] / len(home) / 100.0
    lost = np.broadcast_to(value, (draws, len(names), len(home), 1)).copy()
    made = Result({}, provenance(world, "losses.conditional", (), {"posterior": "none"}))
    base = np.ones(len(home))
    return Written(lost, tuple(names), tuple(home), (100,), base, made, "run-1")


def stage(held=None, *, rate=0.0, rival="", packages=(), **kinds):
    """The small case on the shipped world; a euro is a dollar, nothing is discounted."""
    world = World.open("starter")
    held = held or catalogue()
    found = losses(world, held, **kinds)
    parties = {"home": "DEU", "partner": "TWN"} | ({"rival": rival} if rival else {})
    chosen = tuple(held.package(k) for k in packages) or held.packages
    return Stage(world, held, chosen, parties, {"stop": found}, rate=rate)
