"""The page of a production line: moved, answered, and the same with the command line."""

from __future__ import annotations

import re
from html import unescape

import pytest

from isthmus.production import run
from isthmus.production.files import family_names, load_bill
from isthmus.scenario import preset
from isthmus.study.wording import TextCatalogue
from isthmus.web.pages import suppliers
from isthmus.web.pages.production import DRAWS
from isthmus.web.state import Explorer
from isthmus.world import World

from .conftest import Client, opened


@pytest.mark.parametrize("line", family_names())
def test_every_line_that_ships_has_a_page(client: Client, line: str) -> None:
    page = client.ask(f"/production?line={line}")
    assert page.status == 200
    assert load_bill(line).head.title in unescape(page.text)
    assert ('type="range"' in page.text) == bool(load_bill(line).suppliers)


def test_what_is_shown_is_what_the_lens_says(client: Client, explorer: Explorer) -> None:
    asked = "line=small-drone&surge=3&who=CHN&share=0.8&day=14&stopped=90&days=182"
    told = client.ask(f"/production.json?{asked}&remedy.magnet-stock=true").json()
    live = next(block for block in told["blocks"] if block["form"] == "live")
    shown = {
        b["table"]["name"]: b["table"]["rows"] for b in live["blocks"] if b["form"] == "tabled"
    }
    found = run(
        explorer.world,
        boms=["small-drone"],
        stops=["CHN=0.8@14+90"],
        surge=3.0,
        remedies=["magnet-stock"],
        days=182,
        draws=DRAWS,
    )
    for name in ("stops", "output"):
        assert shown[name] == [list(row) for row in found[name].to_dict()["rows"]]
    command = next(way["text"] for way in told["ways"] if way["text"].startswith("isthmus"))
    assert "production small-drone --surge 3 --stop CHN=0.8@14+90" in command
    assert f"--remedy magnet-stock --days 182 --draws {DRAWS}" in command


def test_a_control_that_moves_gets_what_follows_it_and_nothing_else(client: Client) -> None:
    asked = "/production?line=small-drone&days=182&surge=3"
    whole, parts = client.ask(asked).text, client.ask(asked, x_parts="line ways").text

    def part(page: str, name: str, end: str) -> str:
        found = re.search(rf'<(?:div|section)[^>]* id="{name}".*?</{end}>', page, re.DOTALL)
        assert found is not None
        return found[0]

    for name, end in (("line", "table"), ("ways", "section")):
        assert part(parts, name, end) == part(whole, name, end)
    assert '<form class="ask"' not in parts
    assert len(parts) < len(whole)


def test_a_remedy_is_ticked_and_stays_so(client: Client) -> None:
    page = client.ask("/production?remedy.powder-shifts=true&who=POL").text
    assert page.count(" checked>") == 1
    assert re.search(r'name="remedy\.powder-shifts" value="true" checked', page)
    assert '<option value="POL" selected>' in page


@pytest.mark.parametrize(
    "asked",
    ["line=tank", "surge=9", "surge=nan", "share=2", "who=JPN", "day=-1", "days=17",
     "stopped=0", "remedy.nothing=true", "remedy.powder-shifts=perhaps"],
)  # fmt: skip
def test_what_cannot_be_asked_of_a_line_is_named(client: Client, asked: str) -> None:
    reply = client.ask(f"/production.json?{asked}")
    assert reply.status == 400
    assert asked.partition("=")[0] in str(reply.json()["problems"])


def test_further_questions_take_the_line_with_them(client: Client) -> None:
    page = unescape(client.ask("/production?line=interceptor&who=TWN").text)
    to = re.search(r'href="(/lens/production\.remedies\?[^"]+)"', page)
    assert to is not None
    assert 'value="TWN=1@28+180"' in unescape(client.ask(to[1]).text)


@pytest.mark.once_broken("titles of bills and remedies stood in English in every language")
def test_what_can_be_chosen_of_a_line_is_in_the_readers_language() -> None:
    said = TextCatalogue.load("de").said
    bills = [load_bill(name) for name in family_names()]
    told = [
        text for b in bills for text in (b.head.title, b.head.note, *(r.title for r in b.remedies))
    ]
    told += [preset(name).title for name in suppliers._presets()]
    assert [text for text in told if text and said(text) == text] == []
    client = opened(Explorer(World.open("starter"), language="de"))
    page = client.ask("/production?line=small-drone").text
    assert "Lager an Magneten" in page
    assert "stock of magnets" not in page


@pytest.mark.once_broken("the page of a line had no chart")
def test_the_course_of_a_line_is_said_and_drawn(client: Client) -> None:
    told = client.ask("/production.json?line=shell-155&table=output").json()["table"]
    shown = client.ask("/production.json?line=shell-155&table=course").json()["table"]
    made = [row[4] for row in shown["rows"] if row[3] == "output"]
    assert made == [row[3] for row in told["rows"]]
    page = client.ask("/production?line=shell-155")
    assert page.text.count("<figure") == 1
    found = re.search(r'href="(/production\?line=shell-155&amp;figure=[^"]+)"', page.text)
    assert found is not None
    least = client.ask(unescape(found[1]))
    assert "over what demand asks for" in least.text
    assert client.ask("/production.svg?line=shell-155").body.startswith(b"<svg")
