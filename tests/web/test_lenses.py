"""Every lens has a page, a form and a description, all read off the lens."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isthmus.ensemble.lenses import all_lenses, lens_of
from isthmus.errors import BadInput
from isthmus.web import respond
from isthmus.web.lensform import as_text, needs_files, offered, parameters
from isthmus.web.pages import lens as page
from isthmus.web.pages.lens import is_long
from isthmus.web.query import Query
from isthmus.web.state import Explorer

from .conftest import Client

LENSES = {lens.name: lens for lens in all_lenses()}
QUICK = ("dependence.mutual", "dependence.complementarity", "coercion.episodes", "chains.decompose")


@pytest.mark.parametrize("name", LENSES)
def test_a_form_has_a_control_for_every_parameter(client: Client, name: str) -> None:
    shown = client.ask(f"/lens/{name}")
    assert shown.status == 200
    lens = LENSES[name]
    text = unescape(shown.text)
    assert lens.title in text
    if not needs_files(lens):
        for argument in offered(lens):
            assert f'name="{argument.name}"' in text
    kept = {argument.name for argument in offered(lens)}
    for name_ in {argument.name for argument in lens.arguments} - kept:
        assert f'name="{name_}"' not in text
    assert (f'action="/jobs/{name}"' in text) == (is_long(lens) and not needs_files(lens))


@pytest.mark.parametrize("name", LENSES)
def test_an_example_comes_back_from_its_address(name: str) -> None:
    lens = LENSES[name]
    names = {a.name for a in offered(lens)}
    for example in lens.examples:
        if not set(example) <= names:
            continue
        query = Query([(key, as_text(value)) for key, value in example.items()])
        found = parameters(lens, query)
        query.check()
        assert found == {key: listed(value) for key, value in example.items()}


def listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", QUICK)
def test_a_page_shows_what_the_lens_returns(client: Client, explorer: Explorer, name: str) -> None:
    example = dict(LENSES[name].examples[0])
    words = urlencode({**{k: as_text(v) for k, v in example.items()}, "call": "1"})
    wanted = lens_of(name).call(explorer.world, **example)
    for table in wanted.tables.values():
        csv = client.ask(f"/lens/{name}.csv?{words}&table={table.name}")
        assert csv.text == table.frame.write_csv()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("coercion.price_ladder", {"target": "DEU", "rung": "../x"}),
        ("production.allocation", {"boms": "own.toml"}),
        ("chains.run", {"scenario": "/etc/x.toml"}),
        ("coercion.price_ladder", {"target": "DEU", "assumptions": "x"}),
        ("dependence.mutual", {"a": "DEU"}),
        ("dependence.mutual", {"a": "DEU", "b": "TWN", "years": "x"}),
        ("dependence.indicators", {"importer": "DEU", "thresholds": "{"}),
        ("dependence.indicators", {"importer": "DEU", "thresholds": '{"hhi": NaN}'}),
    ],
)
def test_no_address_names_a_file_or_breaks_a_type(
    client: Client, name: str, words: dict[str, str]
) -> None:
    assert client.ask(f"/lens/{name}?{urlencode({**words, 'call': '1'})}").status == 400


@pytest.mark.parametrize("text", ["7,nan", "inf", "7,x"])
def test_lists_hold_finite_numbers(text: str) -> None:
    query = Query([("horizons", text)])
    assert "horizons" not in parameters(lens_of("dependence.leverage"), query)
    with pytest.raises(BadInput) as caught:
        query.check()
    assert "horizons" in {problem.where for problem in caught.value.problems}


@pytest.mark.once_broken("a column that does not exist was named after minutes of work")
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (".json?table=decomposition&sort=nothing", 400),
        (".json?table=decomposition&where.nothing=1", 400),
        (".json?table=decomposition&rows=many", 400),
        (".json?sort=exports", 400),
        (".csv?columns=economy,nothing", 400),
        (".json?table=nothing", 404),
        (".svg?of=DEU", 404),
    ],
)
def test_what_no_answer_can_have_is_named_before_it_is_worked_out(
    client: Client, monkeypatch: pytest.MonkeyPatch, asked: str, status: int
) -> None:
    def called(*_words: Any) -> None:
        raise AssertionError("the lens was called")

    monkeypatch.setattr(page, "call_lens", called)
    assert client.ask(f"/lens/chains.decompose{asked}&by=industry&call=1").status == status


@pytest.mark.once_broken("a page as JSON held as many rows as its tables had")
def test_a_page_as_json_holds_as_many_rows_as_a_file(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = "/lens/dependence.profile.json?importer=DEU&call=1"
    assert client.ask(asked).status == 200
    monkeypatch.setattr(respond, "MOST", 5)
    told = client.ask(asked)
    assert (told.status, told.json()["problems"][0]["where"]) == (400, "table")
    assert client.ask(asked.replace(".json", "")).status == 200


def test_the_description_names_every_address(client: Client) -> None:
    about = client.ask("/openapi.json").json()
    assert about["openapi"].startswith("3.1")
    assert {f"/lens/{n}.json" for n in LENSES if not needs_files(LENSES[n])} <= set(about["paths"])
    found = about["paths"]["/lens/dependence.profile.json"]["get"]["parameters"]
    schema = {p["name"]: p for p in found}
    assert schema["importer"]["required"]
    assert schema["level"]["schema"] == {"enum": ["industry", "product"]}


def values(schema: dict[str, Any]) -> st.SearchStrategy[str]:
    """Texts that a schema describes, and now and then others."""
    if "enum" in schema:
        right = st.sampled_from([str(c) for c in schema["enum"]])
    elif schema.get("format") == "party":
        right = st.sampled_from(["DEU", "TWN", "EU27_2020", "CHN,USA", "NATO@2024-12-31"])
    elif schema.get("type") == "integer":
        right = st.integers(1990, 2030).map(str)
    elif schema.get("type") == "number":
        right = st.floats(0, 100).map(repr)
    elif schema.get("type") == "array":
        right = values(schema["items"])
    else:
        right = st.sampled_from(["true", "{}", "850511", "AUS-2020"])
    return right | st.sampled_from(["", "x", "-1", "[]", "null", "\x00", "DEU"])


@given(st.data())
@settings(max_examples=40)
def test_no_call_of_a_described_lens_breaks_a_page(client: Client, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(QUICK))
    about = client.ask("/openapi.json").json()["paths"][f"/lens/{name}.json"]["get"]["parameters"]
    chosen = {
        p["name"]: data.draw(values(p["schema"]))
        for p in about
        if p["name"] not in {"table", "sort", "columns", "start", "rows"}
    }
    reply = client.ask(f"/lens/{name}.json?{urlencode({**chosen, 'call': '1'})}")
    assert reply.status in {200, 400, 404, 422}, (chosen, reply.text[:300])


@pytest.mark.parametrize(
    "asked",
    [
        "chains.extract.json?links=true",
        'chains.extract.json?links=[{"exporters":5}]',
        "dependence.leverage.json?a=TWN&b=DEU&elasticity=b@9",
        'dependence.leverage.json?a=TWN&b=DEU&elasticity={"C26":"x"}',
    ],
)
def test_values_of_another_kind_are_named(client: Client, asked: str) -> None:
    reply = client.ask(f"/lens/{asked}&call=1")
    assert reply.status == 400
    assert "is not what it takes" in reply.text


def test_values_of_the_kind_are_taken(client: Client) -> None:
    links = '[{"exporters":"TWN","importers":["DEU"],"industries":"C26"}]'
    assert client.ask(f"/lens/chains.extract.json?links={quote(links)}&call=1").status == 200
    asked = "dependence.leverage.json?a=TWN&b=DEU&elasticity=2.5&call=1"
    assert client.ask(f"/lens/{asked}").status == 200
