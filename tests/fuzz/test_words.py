"""Any words after ``isthmus`` end in a documented exit code, without a stack."""

from __future__ import annotations

import contextlib
import io
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.fuzz.test_readers import SECONDS, fuzzed

from isthmus.cli.root import ROOMS, main

CODES = {0, 1, 2, 3, 4, 5, 6}
"""Not 70: nothing here may be unforeseen."""

COMMANDS = [
    line.split()
    for line in """
    codes economies; codes industries; codes products; codes coalitions; data list; data show
    data add; data import; data export; data verify; data gc; study list; study show; study check
    study new; runs list; runs show; runs delete; runs rerun; dependence; dependence JPN; cascade
    chains lookthrough; disruption; disruption x.toml; equilibrium; cascade x.csv; ensemble run
    ensemble status; assess x.toml; coercion episodes; coercion respond; coercion leverage
    data remove; study migrate; study prepare x.toml; runs resume; runs compare; lens list
    lens show; package list; package show; package template; production boms
    """.replace("\n", ";").split(";")
    if line.strip()
]
OPTIONS = [
    "--json",
    "--out",
    "--world",
    "--years",
    "--year",
    "--on",
    "--view",
    "--industry",
    "--product",
    "--level",
    "--top",
    "--record",
    "--from",
    "--set",
    "--seed",
    "--draws",
    "--horizons",
    "--until",
    "--rows",
    "--format",
    "--force",
    "--dry-run",
    "--search",
    "--scenario",
    "--case",
    "--help",
    "--",
    "-",
]
VALUES = [
    *[
        ".",
        "..",
        "/",
        "/dev/null",
        "x.toml",
        "x.csv",
        "x.parquet",
        "x.npz",
        "x.zip",
        "x",
        "[",
        "*",
        "x*",
        "a/b/c",
        "²",
        "٣",
        "-1",
        "0",
        "1e400",
        "nan",
        "inf",
        "2022",
        "2022-2021",
        "TWN",
        "EU27_2020",
        "EU27_2020@x",
        "C26",
        "854231",
        "starter",
        "starter+x",
        "starter+",
        "a=1",
        "a=[[",
        "=",
        "home",
        "suppliers",
        "{}",
        "True",
        "~",
    ],
    *("", "a" * 300, "a\0b", "9" * 400, "\u202e", "\x1b[2J", "\ud800", "a\nb"),
]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Work in a folder with odd files, on a store of its own."""
    place, before, home = tmp_path_factory.mktemp("desk"), Path.cwd(), os.environ["ISTHMUS_HOME"]
    for name in ("x.toml", "x.csv", "x.parquet", "x.npz", "x.zip"):
        (place / name).write_bytes(b"\xff\x00[[[")
    os.chdir(place)
    os.environ["ISTHMUS_HOME"] = str(place / "home")
    with pytest.MonkeyPatch.context() as patch:
        # A server is made and listens; it has nobody to answer and no interrupt to wait for.
        patch.setattr("isthmus.web.serve.serve", lambda _app, made: made.close())
        patch.setattr("webbrowser.open", lambda _address: True)
        yield place
    os.chdir(before)
    os.environ["ISTHMUS_HOME"] = home


words = st.builds(
    lambda command, rest: [*command, *rest],
    st.sampled_from([*COMMANDS, *([room.name] for room in ROOMS if room.name != "assess")]),
    st.lists(st.sampled_from(OPTIONS) | st.sampled_from(VALUES) | st.text(max_size=4), max_size=5),
)


@pytest.mark.timeout(3_000)
@fuzzed
@given(given_words=words)
def test_any_words(desk: Path, given_words: list[str]) -> None:
    out, err = io.StringIO(), io.StringIO()
    started = time.process_time()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(given_words)
    assert code in CODES, err.getvalue()
    assert "Traceback" not in err.getvalue()
    assert time.process_time() - started < 2 * SECONDS
