"""The explorer's own description names what its pages take, and every page can be loaded."""

from __future__ import annotations

import importlib
from urllib.parse import quote

import pytest

from isthmus.web.app import PAGES
from isthmus.web.changes import CHANGES
from isthmus.web.openapi import OWN

from .conftest import Client

WORDS = {
    "study": "germany-materials",
    "claim": "nothing",
    "home": "DEU",
    "partner": "TWN",
    "code": "850511",
    "key": "chip_facts",
    "list": "example",
}


@pytest.mark.parametrize("name", sorted({*(name for _, name in PAGES), *CHANGES.values()}))
def test_every_page_and_change_is_there(name: str) -> None:
    module, _, own = name.partition(".")
    assert callable(getattr(importlib.import_module(f"isthmus.web.pages.{module}"), own))


def test_parameters_belong_to_pages() -> None:
    assert set(OWN) <= {path for path, _ in PAGES}


@pytest.mark.parametrize("path", sorted(OWN))
def test_a_page_knows_what_its_description_says_it_takes(client: Client, path: str) -> None:
    address = path
    for name, value in WORDS.items():
        address = address.replace("{" + name + "}", value)
    described = client.ask("/openapi.json").json()["paths"][f"{path}.json"]["get"]["parameters"]
    named = {one["name"] for one in described}
    assert set(OWN[path]) <= named
    for name in OWN[path]:
        told = client.ask(f"{address}.json?{name}={quote('?')}").json()
        strange = [
            p["where"] for p in told.get("problems", []) if "is not a parameter" in p["what"]
        ]
        assert name not in strange
