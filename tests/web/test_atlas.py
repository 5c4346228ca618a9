"""The map of the start page: every economy with trade is a link that names a party."""

from __future__ import annotations

import re
from html import unescape

import pytest

from isthmus import codes
from isthmus.web.asking import parties
from isthmus.web.atlas import WIDTH, outlines, places
from isthmus.web.state import Explorer
from isthmus.world import World

from .conftest import Client

LED = re.compile(r'<a href="(/\?[^"]*)#map" aria-label="([^"]+)">')


@pytest.fixture(scope="module")
def drawn() -> dict[str, str]:
    return dict(outlines(World.open("starter")))


def test_every_economy_that_can_be_chosen_stands_on_the_map(
    client: Client, explorer: Explorer
) -> None:
    page = client.ask("/").text
    named = {unescape(name) for _, name in LED.findall(page)}
    known = {name for code, name in parties(explorer) if code in codes.economies()}
    assert known - named == {explorer.name("ROW")} & known


def test_a_click_chooses_for_the_role_and_keeps_the_others(client: Client) -> None:
    asked = "/?home=DEU&partner=JPN&rival=CHN&pick=rival"
    to = {unescape(name): unescape(to) for to, name in LED.findall(client.ask(asked).text)}
    assert to["France"] == "/?home=DEU&partner=JPN&rival=FRA&pick=rival"
    shown = client.ask(to["France"]).text
    for role, code in (("home", "DEU"), ("partner", "JPN"), ("rival", "FRA")):
        select = re.search(rf'<select id="[^"]*-{role}".*?</select>', shown, re.S)
        assert select is not None
        assert f'value="{code}" selected' in select[0]
    assert re.search(r'aria-current="true">Rival: France<', shown)


def test_members_of_a_coalition_have_its_role(client: Client) -> None:
    page = client.ask("/?home=G7&partner=TWN").text
    assert len(re.findall(r'class="r-home">', page)) == len(codes.members("G7")) + 1
    assert len(re.findall(r'class="r-partner">', page)) == 2


@pytest.mark.parametrize("asked", ["home=nobody", "pick=everyone", "home=DEU&home=FRA"])
def test_what_is_no_party_is_named(client: Client, asked: str) -> None:
    assert client.ask(f"/?{asked}").status == 400


def test_no_outline_runs_across_the_map(drawn: dict[str, str]) -> None:
    for code, path in drawn.items():
        for ring in path.split("M")[1:]:
            steps = [int(n) for n in re.findall(r"-?\d+", ring.partition("l")[2])][::2]
            assert max(map(abs, steps), default=0) < WIDTH / 4, code


def test_who_is_home_and_rival_is_home() -> None:
    held = {"home": ("DEU",), "rival": ("DEU", "FRA")}
    found = places({"DEU": "1 2", "FRA": "3 4"}, {"DEU": "a", "FRA": "b"}, str, held)
    assert [(p.code, p.role, p.point) for p in found] == [
        ("DEU", "home", ("1", "2")),
        ("FRA", "rival", ("3", "4")),
    ]
