"""Pages to PDF through the browser that is installed: one engine, the one the pages are tested in.

WeasyPrint was tried and left out: it sets the member sheet, one side of A4 in a browser, on eight
pages, because it does not lay out grids across pages as browsers do.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from isthmus.errors import IsthmusError, NotFound

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
"""Programs that print, by the name under which systems install them; the first one is taken."""
SECONDS = 300
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--no-pdf-header-footer",
)


def find_browser() -> str:
    """Return the path of a browser that prints.

    Raises
    ------
    NotFound
        When none of `BROWSERS` is on the path.
    """
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise NotFound(
            "no browser that prints to PDF",
            where="--pdf",
            hint=f"install Chromium, Chrome or Edge so that one of {', '.join(BROWSERS)} is on "
            "the path, or print the page from a browser",
        )
    return found


def print_pages(folder: Path, pages: Iterable[str]) -> None:
    """Print HTML pages of a folder to PDF files of the same name beside them.

    Text stays text; title and page number come from the style sheet of the page.

    Parameters
    ----------
    folder : Path
        Where the pages are.
    pages : iterable of str
        Their names below `folder`.

    Raises
    ------
    NotFound
        When there is no browser.
    IsthmusError
        When it does not print.
    """
    browser = find_browser()
    for name in pages:
        page = folder / name
        with tempfile.TemporaryDirectory() as profile:
            _print(browser, page.resolve(), page.resolve().with_suffix(".pdf"), profile)


def _print(browser: str, page: Path, target: Path, profile: str) -> None:
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    words = [
        browser,
        *FLAGS,
        *(("--no-sandbox",) if root else ()),
        f"--user-data-dir={profile}",
        f"--print-to-pdf={target}",
        page.as_uri(),
    ]
    try:
        done = subprocess.run(words, capture_output=True, timeout=SECONDS, check=False)
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    except (OSError, subprocess.TimeoutExpired) as error:
        said = str(error)
    if not target.is_file() or not target.read_bytes().startswith(b"%PDF"):
        raise IsthmusError(f"{Path(browser).name} printed no PDF: {said}", where=page.name)
