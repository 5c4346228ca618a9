"""What stands on single pages, and that a page is written once."""

from __future__ import annotations

from typing import Any

import pytest

from isthmus import codes
from isthmus.study.shipped import shipped_studies
from isthmus.web.asking import parties
from isthmus.web.memo import Memo
from isthmus.web.pages import economy
from isthmus.web.state import Explorer
from isthmus.world import World

from .conftest import Client


@pytest.mark.once_broken("the price of answers stood on another page than the members")
def test_members_stand_with_what_an_answer_costs_there(client: Client) -> None:
    told = client.ask("/study/taiwan-europe/members.json").json()
    tables = {b["table"]["name"]: b["table"] for b in told["blocks"] if b["form"] == "tabled"}
    assert len(tables["ladder_members"]["rows"]) == 27
    assert len(tables["leverage_members"]["rows"]) == 27


@pytest.mark.once_broken("the start page repeated what studies do not hold")
def test_what_the_start_page_repeats_of_a_study_holds_a_figure(client: Client) -> None:
    live = client.ask("/answers.json").json()["blocks"][0]
    told = [block["section"]["answer"] for block in live["blocks"] if block["form"] == "said"]
    assert len(told) == len(shipped_studies())
    assert all(sentence["findings"] for answer in told for sentence in answer)


def test_past_cases_in_money_stand_with_coercion(client: Client) -> None:
    told = client.ask("/coercion/DEU/TWN.json?rival=CHN").json()
    tables = {b["table"]["name"]: b["table"] for b in told["blocks"] if b["form"] == "tabled"}
    assert tables["coercion_in_money"]["rows"]


def test_the_lists_of_parties_are_the_economies_of_the_flows(
    explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = set(explorer.world.flows().economies) & set(codes.economy_names())

    def read(_world: World) -> None:
        raise AssertionError("all flows were read for a list")

    monkeypatch.setattr(World, "flows", read)
    assert {code for code, _ in parties(explorer)} == known | set(codes.coalition_names())


def test_a_page_that_rests_on_the_world_alone_is_written_once(
    client: Client, explorer: Explorer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, write = [], economy.economy

    def counted(asked: Any) -> Any:
        seen.append(asked.path)
        return write(asked)

    monkeypatch.setattr(explorer, "shown", Memo(64, 2**20))
    monkeypatch.setattr(economy, "economy", counted)
    first, again = client.ask("/economy/DEU"), client.ask("/economy/DEU")
    assert (first.status, first.body) == (200, again.body)
    assert len(seen) == 1
    assert client.ask("/economy/DEU?table=totals&sort=-value").body != first.body
    assert client.ask("/economy/DEU.json").json()["title"] == "Germany"
    assert [client.ask("/economy/nowhere").status for _ in range(2)] == [404, 404]
    assert len(seen) == 5


@pytest.mark.once_broken("figures of moved events and of lists of suppliers had no page")
@pytest.mark.parametrize(
    ("page", "key", "means"),
    [
        ("/study/taiwan-europe/whatif", "moved.0.90d", "Value added lost"),
        ("/suppliers/example", "economies.through", "Output made in the economy"),
    ],
)
def test_a_figure_that_no_study_holds_has_a_page(
    client: Client, page: str, key: str, means: str
) -> None:
    address = f"{page}?figure={key}"
    assert f'href="{address}"' in client.ask(page).text
    told = client.ask(address).text
    assert means in told
    assert f"of the page {page}, world" in told
    assert f'href="{page}"' in told
    held = {b["title"]: b for b in client.ask(f"{page}.json?figure={key}").json()["blocks"]}
    assert {"Cite as text", "Cite as BibTeX"} < set(held)
    assert client.ask(f"{page}?figure={key}x").status == 404
