"""Few answers at once, some that wait, and a word at once to who comes beyond them."""

from __future__ import annotations

import asyncio
import threading

import pytest

from isthmus.web import turns
from isthmus.web.state import Explorer

from .conftest import Client, opened


@pytest.mark.once_broken("requests beyond what can be answered waited for a minute")
def test_who_comes_beyond_those_who_wait_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "AT_ONCE", 2)
    monkeypatch.setattr(turns, "MOST", 3)
    gate, under_way, most = threading.Event(), [], []

    def work(number: int) -> int:
        under_way.append(number)
        most.append(len(under_way))
        gate.wait(60)
        under_way.remove(number)
        return number

    async def ask() -> tuple[list[BaseException | int], list[int | BaseException]]:
        first = [asyncio.ensure_future(turns.in_turn(work, number)) for number in range(5)]
        while len(under_way) < turns.AT_ONCE:
            await asyncio.sleep(0.001)
        refused = await asyncio.gather(
            *(turns.in_turn(work, number) for number in (5, 6)), return_exceptions=True
        )
        gate.set()
        return list(refused), list(await asyncio.gather(*first))

    refused, answered = asyncio.run(ask())
    assert [type(error) for error in refused] == [turns.Busy, turns.Busy]
    assert answered == [0, 1, 2, 3, 4]
    assert max(most) == turns.AT_ONCE


def test_a_refusal_says_when_to_ask_again_and_its_description_declares_it(
    explorer: Explorer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opened(explorer)
    monkeypatch.setattr(turns, "MOST", 0)
    page, data = other.ask("/studies"), other.ask("/studies.json")
    assert [page.status, data.status] == [503, 503]
    assert page.headers["retry-after"] == data.headers["retry-after"] == str(turns.AGAIN)
    assert data.json()["error"] == "Busy"
    assert f"ask again in {turns.AGAIN} seconds" in page.text
    assert other.ask("/assets/style.css").status == 200
    monkeypatch.undo()
    told = client.ask("/openapi.json").json()["paths"]["/studies.json"]["get"]["responses"]
    assert list(told["503"]["headers"]) == ["Retry-After"]
