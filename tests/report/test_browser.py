"""The page in a real browser: accessible, no overflow, no request, prints without cut charts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from isthmus.report import render_brief_html, render_sheet_html, write_dossier
from isthmus.report.printing import print_pages
from isthmus.study import open_study
from isthmus.study.dossier import Dossier
from isthmus.study.sheet import member_sheet
from isthmus.world import World

pytestmark = pytest.mark.browser
Audit = Callable[..., list[list[str]]]
MOST_PAGES = 72
"""Printed pages of the whole dossier at full size; longer tables are files beside it.

It was 60 while the browser shrank wide tables, and with them the page, to fit the paper.
"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def address(dossier: Dossier, tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    return write_dossier(dossier, folder / "dossier").as_uri()


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(browser: Any, address: str, audit: Audit, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900}, bypass_csp=True)
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = audit(page)
    page.emulate_media(color_scheme="dark")
    dark = audit(page, colours_only=True)
    page.close()
    assert found == []
    assert dark == []


ROWS = "".join(f"<tr{' class=faint' if n == 300 else ''}><td>{n}</td></tr>" for n in range(600))


def test_a_fault_is_found_in_one_row_of_many_and_the_page_stays_as_it_is(
    browser: Any, audit: Audit
) -> None:
    page = browser.new_page()
    style = "<style>.faint{color:#bbb}</style>"
    table = f"<table><thead><tr><th>Number</th></tr></thead><tbody>{ROWS}</tbody></table>"
    head = f"<html lang=en><head><title>Rows</title>{style}</head>"
    page.set_content(f"<!doctype html>{head}<body><main><h1>Rows</h1>{table}</main></body></html>")
    before = page.content()
    assert audit(page) == [["color-contrast", "<td>300</td>"]]
    assert page.evaluate("document.querySelector('tbody').innerText.split(/\\s+/).length") == 600
    page.evaluate("document.querySelectorAll('script').forEach(s => s.remove())")
    assert page.content() == before
    page.close()


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_no_sideways_scrolling_and_charts_fit(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    right = page.evaluate(
        "Math.max(...[...document.querySelectorAll('svg.chart')]"
        ".map(s => s.getBoundingClientRect().right))"
    )
    page.close()
    assert right <= width


def test_no_letter_of_a_picture_is_below_11_pixels_on_a_phone(browser: Any, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 900})
    page.goto(address)
    small = page.evaluate(
        "[...document.querySelectorAll('svg.chart')].flatMap(s => {"
        "const scale = s.getBoundingClientRect().width / s.viewBox.baseVal.width;"
        "const label = s.getAttribute('aria-label').slice(0, 60);"
        "return [...s.querySelectorAll('text')].map(t => "
        "[label, parseFloat(t.getAttribute('font-size')) * scale])"
        "}).filter(found => found[1] < 11)"
    )
    page.close()
    assert small == []


def test_nothing_is_requested_and_nothing_is_refused(browser: Any, address: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    page.wait_for_timeout(200)
    page.close()
    assert asked == [address]
    assert said == []


def test_dark_pictures_are_dark(browser: Any, address: str) -> None:
    page = browser.new_page(color_scheme="dark")
    page.goto(address)
    colours = page.evaluate(
        "[...document.querySelectorAll('svg.chart text')].map(t => getComputedStyle(t).fill)"
    )
    page.close()
    assert colours
    for colour in set(colours):
        channels = [int(n) for n in colour.removeprefix("rgb(").removesuffix(")").split(",")]
        # Names of lines are in their colours: what counts is how bright they are to the eye.
        red, green, blue = (n / 255 for n in channels)
        assert 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 > 0.25, colour


def test_it_prints_on_a4_with_answer_and_summary_on_a_page_each(
    browser: Any, address: str, tmp_path: Path
) -> None:
    page = browser.new_page()
    page.goto(address)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 1009})  # A4 less its margins, at 96 dpi
    tallest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('figure')].map(f => f.offsetHeight))"
    )
    opening = "document.querySelector('.opening .answer').getBoundingClientRect().bottom"
    bottom = page.evaluate(opening)
    summary = page.evaluate("document.querySelector('#summary').offsetHeight")
    breaks = page.evaluate("getComputedStyle(document.querySelector('#summary')).breakBefore")
    printed = page.pdf(path=str(tmp_path / "d.pdf"), prefer_css_page_size=True)
    page.close()
    assert printed.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page[^s]", printed)) <= MOST_PAGES
    assert tallest < 1009
    assert bottom <= 1009
    assert summary <= 1009
    assert breaks == "page"


@pytest.fixture(scope="module")
def sheets(world: World, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the addresses of sheets with much and with little on them."""
    folder = tmp_path_factory.mktemp("sheets")
    asked = (("taiwan-europe", "DEU"), ("taiwan-europe", "LTU"), ("germany-materials", "DEU"))
    out = []
    for study, member in asked:
        path = folder / f"{study}-{member}.html"
        path.write_text(render_sheet_html(member_sheet(open_study(study), world, member)), "utf-8")
        out.append(path.as_uri())
    return out


def test_a_member_sheet_prints_on_one_side_fits_and_is_accessible(
    browser: Any, sheets: list[str], audit: Audit
) -> None:
    wide = (
        "[...document.querySelectorAll('.part table')].filter(t => t.getBoundingClientRect().right"
        " > t.closest('section').getBoundingClientRect().right + 1).map(t => t.innerText)"
    )
    for address in sheets:
        for width, scheme in ((360, "light"), (390, "dark"), (1280, "light")):
            page = browser.new_page(
                viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
            )
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert audit(page) == []
            if width == 1280:
                assert pages_of(page.pdf(prefer_css_page_size=True)) == 1
                page.emulate_media(media="print")
                page.set_viewport_size({"width": 725, "height": 1068})  # A4 less its margins
                assert page.evaluate(wide) == []
            page.close()


def pages_of(printed: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page[^s]", printed))


def test_the_brief_opens_on_the_answer_and_prints_on_fifteen_pages(
    browser: Any, dossier: Dossier, audit: Audit, tmp_path: Path
) -> None:
    (tmp_path / "brief.html").write_text(render_brief_html(dossier), "utf-8")
    for width, scheme in ((360, "dark"), (1280, "light")):
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
        )
        page.goto((tmp_path / "brief.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.querySelector('main > section').id") == "answer"
        assert audit(page) == []
        if width == 1280:
            assert pages_of(page.pdf(prefer_css_page_size=True)) <= 15
        page.close()


def test_pages_are_printed_with_text_that_can_be_selected(
    chromium: str, dossier: Dossier, tmp_path: Path
) -> None:
    (tmp_path / "brief.html").write_text(render_brief_html(dossier), "utf-8")
    print_pages(tmp_path, ["brief.html"])
    printed = (tmp_path / "brief.pdf").read_bytes()
    assert 3 <= pages_of(printed) <= 15
    # Fonts with a map to characters: text, not a picture of it.
    assert b"/ToUnicode" in printed
