"""Pages show what studies, lenses and data say, in every form, and help with what is wrong."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus import dependence
from isthmus.runtime import canonical_json
from isthmus.study import assess, open_study
from isthmus.study.claims import rejudged
from isthmus.study.context import Context
from isthmus.study.subjects import PAGES as STUDY_PAGES
from isthmus.study.subjects.disruption.runs import event_of, shares
from isthmus.web.app import PAGES
from isthmus.web.state import Explorer
from isthmus.web.subjects import ELSEWHERE, SUBJECTS
from isthmus.world import World

from .conftest import HOST, Client, opened

STUDY = "germany-materials"
ADDRESSES = (
    "/",
    "/search?q=gallium",
    "/studies",
    f"/study/{STUDY}",
    f"/study/{STUDY}/materials",
    "/pair/DEU/TWN",
    "/economy/DEU",
    "/economy/G7",
    "/product/850511",
    "/product/010121",
    "/material/gallium",
    "/material/magnets",
    "/claims",
    f"/claims/{STUDY}",
    "/data",
    "/data/chip_facts",
    "/tables",
    "/table/chip_facts?where.economy=TWN&sort=-share",
    "/runs",
)


def plain(value: Any) -> Any:
    return json.loads(canonical_json(value))


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_page_is_also_json(client: Client, address: str) -> None:
    page = client.ask(address)
    assert page.status == 200
    assert page.text.count("<h1>") == 1
    path, _, query = address.partition("?")
    beside = client.ask(f"{path.rstrip('/') or '/index'}.json?{query}")
    assert beside.status == 200
    assert beside.headers["content-type"] == "application/json"
    assert beside.json()["schema_version"] == 1


def test_every_page_of_a_study_has_an_address() -> None:
    there = [page for pages in SUBJECTS.values() for page in pages]
    assert sorted((*there, *ELSEWHERE)) == sorted(STUDY_PAGES)
    assert {f"/{page}" for page in ELSEWHERE} <= {path for path, _ in PAGES}


def test_every_subject_stands_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "explorer.md").read_text(encoding="utf-8")
    assert [name for name in SUBJECTS if f"`/{name}/" not in text] == []


def test_a_section_is_that_of_the_dossier(client: Client, explorer: Explorer) -> None:
    dossier = assess(open_study(STUDY), explorer.world)
    wanted = {s.key: plain(s.to_dict()) for s in dossier.sections}
    found = client.ask(f"/study/{STUDY}/materials.json").json()
    shown = {b["page"]: b["section"] for b in found["blocks"] if b["form"] == "said"}
    assert shown == {key: wanted[key] for key in ("materials", "concentration")}


def test_a_table_is_that_of_the_lens_in_every_form(client: Client, explorer: Explorer) -> None:
    lens = dependence.mutual(explorer.world, "DEU", "TWN")["totals"]
    document = client.ask("/pair/DEU/TWN.json?table=totals").json()
    assert document["table"] == plain(lens.to_dict())
    csv = client.ask("/pair/DEU/TWN.csv?table=totals")
    assert csv.headers["content-disposition"] == 'attachment; filename="totals.csv"'
    assert csv.text == lens.frame.write_csv()
    book = client.ask("/pair/DEU/TWN.xlsx?table=totals")
    assert pl.read_excel(io.BytesIO(book.body), sheet_name="totals")["value"].to_list() == (
        pytest.approx(lens.frame["value"].to_list(), nan_ok=False)
    )
    parquet = client.ask("/pair/DEU/TWN.parquet?table=totals")
    assert pl.read_parquet(io.BytesIO(parquet.body)).equals(lens.frame)


@pytest.mark.once_broken("the program under a filtered table read all rows")
def test_the_program_under_a_table_makes_what_it_shows(client: Client) -> None:
    asked = "where.economy=TWN&min.share=0.5&sort=-share&columns=node,share&start=1&rows=2"
    page = client.ask(f"/table/chip_facts?{asked}").text
    texts = [unescape(text) for text in re.findall(r"<code>(.*?)</code>", page, re.DOTALL)]
    known: dict[str, Any] = {}
    exec(next(text for text in texts if "rows.slice" in text), known)
    assert known["rows"].write_csv() == client.ask(f"/table/chip_facts.csv?{asked}").text


@pytest.mark.parametrize(
    "address",
    ["/search?q=gallium", "/claims", "/material/gallium", "/coercion/KOR/JPN", "/pair/KOR/AUS"],
)
@pytest.mark.once_broken("some pages did not say how to get the same elsewhere")
def test_a_page_that_shows_something_says_how_to_get_it_elsewhere(
    client: Client, address: str
) -> None:
    path, _, query = address.partition("?")
    assert client.ask(f"{path}.json?{query}").json()["ways"]


def test_a_filtered_table_is_the_same_in_every_form(client: Client, explorer: Explorer) -> None:
    asked = "where.economy=TWN&min.share=0.5&sort=-share&columns=node,share"
    facts = explorer.world.table("chip_facts")
    wanted = facts.filter(pl.col("economy") == "TWN", pl.col("share") >= 0.5)
    wanted = wanted.sort("share", descending=True, maintain_order=True).select("node", "share")
    assert wanted.height
    assert client.ask(f"/table/chip_facts.csv?{asked}").text == wanted.write_csv()
    rows = client.ask(f"/table/chip_facts.json?{asked}").json()["table"]["rows"]
    assert rows == [list(row) for row in wanted.rows()]
    page = client.ask(f"/table/chip_facts?{asked}")
    assert page.text.count("<tr>") == wanted.height + 1


def test_charts_are_files_too(client: Client) -> None:
    svg = client.ask(f"/study/{STUDY}/materials.svg?chart=concentration-products")
    assert svg.body.startswith(b"<svg")
    assert client.ask(f"/study/{STUDY}/materials.png").body.startswith(b"\x89PNG")
    wrong = client.ask(f"/study/{STUDY}/materials.svg?chart=concentration-product")
    assert wrong.status == 404
    assert "concentration-products" in wrong.text


def test_formulas_are_guarded_in_csv(explorer: Explorer) -> None:
    world = explorer.world
    entry = hostile(world, "=HYPERLINK(1)", "<script>alert(1)</script>")
    client = opened(Explorer(world.with_entries({"chip_facts": entry})))
    assert "'=HYPERLINK(1)" in client.ask("/table/chip_facts.csv").text
    page = client.ask("/table/chip_facts").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def hostile(world: World, cell: str, title: str) -> Any:
    frame = world.table("chip_facts").head(1).with_columns(pl.lit(cell).alias("node"))
    record = world.record("chip_facts").model_copy(update={"title": title})
    entry = world._entries["chip_facts"]
    return replace(entry, record=record, load=lambda: frame)


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x>', "{{ 7 * 7 }}", "'; --"]
)
def test_what_is_asked_is_shown_as_text(client: Client, text: str) -> None:
    for address in (f"/search?q={quote(text)}", f"/economy/{quote(text, safe='')}"):
        page = client.ask(address).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert "49" not in re.sub(r"<[^>]*>", "", page)


@pytest.mark.parametrize(
    ("address", "status", "said"),
    [
        ("/nothing", 404, "there is no such page"),
        ("/studdies", 404, "'/studies'"),
        ("/economy/Taiwan", 404, "'TWN'"),
        ("/pair/DEU/TWNN", 404, "TWN"),
        ("/study/taiwan-europ", 404, "taiwan-europe"),
        ("/table/chip_fact", 404, "chip_facts"),
        ("/material/galium", 404, "gallium"),
        ("/product/85051", 404, "850511"),
        ("/pair/DEU/TWN?rivall=CHN", 400, "'rival'"),
        ("/pair/DEU/TWN?rival=China", 400, "CHN"),
        ("/pair/DEU/TWN?table=total", 404, "totals"),
        ("/table/chip_facts?sort=shar", 400, "share"),
        ("/table/chip_facts?rows=many", 400, "rows"),
        ("/figure/x", 400, "home"),
        ("/figure/x?study=germany-materials", 404, "x"),
        (f"/claims/{STUDY}/nothing", 404, "nothing"),
        (f"/claims/{STUDY}?status=suported", 400, "supported"),
        ("/go?home=DEU", 400, "partner"),
    ],
)
def test_mistakes_are_named_with_what_was_meant(
    client: Client, address: str, status: int, said: str
) -> None:
    page = client.ask(address)
    assert page.status == status
    assert said in unescape(page.text)
    path, mark, query = address.partition("?")
    told = client.ask(f"{path}.json{mark}{query}")
    if path != "/go":
        assert told.status == status
        assert told.json()["what"]


def test_a_search_says_what_was_meant(client: Client) -> None:
    assert "'TWN'" in unescape(client.ask("/search?q=Tiawan").text)
    found = client.ask("/search.json?q=magnets").json()
    links = [item["to"] for b in found["blocks"] if b["form"] == "links" for item in b["items"]]
    assert "/product/850511" in links


def test_a_form_leads_to_an_address(client: Client) -> None:
    reply = client.ask("/go?subject=coercion&home=EU27_2020&partner=TWN&rival=CHN&ally=")
    assert reply.status == 303
    assert reply.headers["location"] == "/coercion/EU27_2020/TWN?rival=CHN"


def test_a_moved_threshold_is_judged_by_the_study(client: Client, explorer: Explorer) -> None:
    dossier = explorer.answers.whole(explorer.answers.question_of(STUDY))
    assessed = next(a for a in dossier.claims if a.finding and a.finding.value)
    value = assessed.finding.value
    for threshold in (value * 0.5, value * 1.5):
        page = client.ask(f"/claims/{STUDY}/{assessed.claim.id}?threshold={threshold!r}").text
        moved = rejudged(assessed, threshold, explorer.catalogue)
        assert moved.verdict.status is not None
        assert moved.reason.text in unescape(page)
    kept = client.ask(f"/claims/{STUDY}/{assessed.claim.id}").text
    assert assessed.reason.text in unescape(kept)


@pytest.mark.parametrize(
    "about", ["study=germany-materials", "home=DEU&partner=TWN&page=dependence"]
)
def test_the_program_of_a_figure_makes_it_again(
    client: Client, about: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    subject = "/study/germany-materials/materials" if "study" in about else "/pair/DEU/TWN"
    shown = unescape(client.ask(subject).text)
    address = next(a for a in re.findall(r'href="(/figure/[^"]+)"', shown) if about in a)
    found = client.ask(address)
    assert found.status == 200
    document = client.ask(address.replace("?", ".json?", 1)).json()
    facts = document["blocks"][0]["rows"]
    program = document["ways"][0]["text"]
    monkeypatch.chdir(tmp_path)
    for way in client.ask(f"{subject}.json").json()["ways"]:
        if way["title"].endswith(".toml"):
            (tmp_path / way["title"].split()[-1]).write_text(way["text"], encoding="utf-8")
    exec(compile(program, "program", "exec"), {})
    assert float(capsys.readouterr().out) == float(facts["Unrounded"])


WORDS = st.sampled_from(
    [
        "DEU",
        "TWN",
        "EU27_2020",
        "G7",
        "XX",
        "850511",
        "chip_facts",
        STUDY,
        "",
        "..",
        "%00",
        "é",
        "a" * 3000,
        "-1",
        "1e400",
        "NaN",
        "true",
        "share",
        "-share",
        "table",
        "NATO@2024",
        "DEU,FRA",
    ]
)
NAMES = st.sampled_from(
    [
        "home",
        "rival",
        "table",
        "sort",
        "rows",
        "where.economy",
        "min.share",
        "q",
        "kind",
        "page",
        "study",
        "threshold",
        "status",
        "columns",
        "chart",
        "has.x",
        "",
        "x",
    ]
)
CHEAP = [
    path
    for path, _ in PAGES
    if path.split("/")[1] in {"", "search", "economy", "product", "material", "claims", "data"}
    or path in {"/table/{key}", "/run/{run}", "/figure/{key}", "/index"}
]


@given(
    st.sampled_from(CHEAP),
    st.lists(WORDS, min_size=3, max_size=3),
    st.sampled_from(["", ".json", ".csv", ".parquet", ".svg"]),
    st.lists(st.tuples(NAMES, WORDS), max_size=3),
)
def test_no_request_breaks_a_page(
    client: Client, path: str, words: list[str], ending: str, query: list[tuple[str, str]]
) -> None:
    filled = re.sub(r"\{\w+\}", lambda _: quote(words.pop(), safe="%"), path)
    reply = client.ask(f"{filled}{ending}?{urlencode(query)}")
    assert reply.status in {200, 303, 307, 400, 404, 422}
    assert reply.headers["content-security-policy"]
    if reply.status == 307:  # a slash too many
        place, _, _ = reply.headers["location"].partition("?")
        assert place == f"http://{HOST}{filled}".rstrip("/")


def test_a_slash_too_many_leads_to_the_page_without_it(client: Client) -> None:
    reply = client.ask(f"/claims/{STUDY}/")
    assert reply.status == 307
    assert reply.headers["location"] == f"http://{HOST}/claims/{STUDY}"
    assert client.ask(f"/claims/{STUDY}").status == 200


def test_draws_are_the_losses_of_the_dossier(client: Client, explorer: Explorer) -> None:
    asked = "table=disruption_draws&where.event=chips_180&min.days=90&max.days=90"
    found = client.ask(f"/study/lithuania-taiwan/disruption.json?{asked}").json()
    study = open_study("lithuania-taiwan")
    home, partner = study.parties["home"], study.parties["partner"]
    context = Context(study, explorer.world)
    wanted = shares(context, event_of(context, "chips_180", partner), home, 90)
    assert [row[-1] for row in found["table"]["rows"]] == plain(wanted.tolist())
    assert found["table"]["kind"] == "assumed"


def test_names_stand_beside_codes(client: Client) -> None:
    page = client.ask("/table/coercion_measures?where.target=LTU").text
    assert "LTU Lithuania" in page
    assert "LTU Lithuania" not in client.ask("/table/coercion_measures.csv?where.target=LTU").text


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/pair/VAT/TWN", 200),
        ("/disruption/VAT/TWN", 200),
        ("/disruption/PRK/CUB?rival=USA", 200),
        ("/pair/PRK/CUB?rival=USA", 200),
        ("/pair/WLD/OTH", 200),
        ("/pair/DEU,FRA/TWN", 404),
        ("/pair/DEU/DEU", 400),
    ],
)
def test_parties_without_data_have_a_page_that_says_so(
    client: Client, address: str, status: int
) -> None:
    page = client.ask(address)
    assert page.status == status
    assert "cannot answer" in page.text or status != 200


def test_the_chip_chain_stands_in_order_and_leads_to_its_rows(
    client: Client, explorer: Explorer
) -> None:
    document = client.ask("/chips/DEU/TWN.json").json()
    chain = document["blocks"][0]
    assert chain["form"] == "chain"
    facts = explorer.world.chip_facts().filter(~pl.col("projection"))
    seen = set()
    for stage in chain["stages"][:-1]:
        for box in stage["boxes"]:
            seen.add(box["title"])
            of = facts.filter(pl.col("node") == box["title"])
            latest = of.filter(pl.col("year") == of["year"].max())
            assert sorted(bar["share"] for bar in box["bars"]) == sorted(latest["share"])
            assert client.ask(box["to"]).status == 200
    assert len(seen) >= 8
    named = {
        bar["text"]
        for s in chain["stages"]
        for b in s["boxes"]
        for bar in b["bars"]
        if bar["party"]
    }
    assert named == {"Taiwan"}


@pytest.mark.parametrize(("text", "word"), [("galium", "gallium"), ("magntes", "magnets")])
def test_a_word_that_is_spelt_wrong_leads_to_one_like_it(
    client: Client, text: str, word: str
) -> None:
    blocks = client.ask(f"/search.json?q={text}").json()["blocks"]
    offered = [item["text"] for b in blocks if b["form"] == "links" for item in b["items"]]
    assert word in offered
    assert client.ask(f"/search?q={word}").text.count("<li>") > 5


def test_an_economy_stands_with_the_materials_that_it_supplies_most_of(client: Client) -> None:
    words = "Critical raw materials of which it is the world&#39;s largest supplier"
    china, germany = (client.ask(f"/economy/{code}").text for code in ("CHN", "DEU"))
    assert words in china
    assert words not in germany
