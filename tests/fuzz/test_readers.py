"""Every reader, given what nobody should give it, answers or names what is wrong, in time.

``make fuzz`` explores at random with thousands of inputs for each; here a few fixed ones are tried.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.fuzz.readers import READERS

from isthmus.errors import IsthmusError, Unforeseen

EXPLORING = settings.get_current_profile_name() == "explore"
COUNT = int(os.environ.get("ISTHMUS_FUZZ", 2_500 if EXPLORING else 15))
SECONDS = 5.0
MEMORY = 1 << 30

fuzzed = settings(
    max_examples=COUNT,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink] if EXPLORING else [Phase.generate],
)


@contextlib.contextmanager
def bounded() -> Iterator[None]:
    """Take a named error for an answer; refuse more time or memory than bad input is worth."""
    before, started = peak(), time.process_time()
    said: IsthmusError | None = None
    try:
        yield
    except IsthmusError as error:
        said = error
    assert said is None or (said.what and len(str(said)) < 40_000)
    assert not isinstance(said, Unforeseen)
    assert time.process_time() - started < SECONDS
    assert peak() - before < MEMORY


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("name", READERS)
def test_what_is_damaged_was_sound(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    for number, content in enumerate(reader.contents.sound()):
        folder = tmp_path / str(number)
        folder.mkdir()
        reader.read(content, folder)


@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("name", READERS)
def test_malformed_files(name: str, tmp_path: Path) -> None:
    reader = READERS[name]

    @fuzzed
    @given(content=reader.contents.malformed())
    def tried(content: bytes) -> None:
        folder = tmp_path / "x"
        folder.mkdir()
        try:
            with bounded():
                reader.read(content, folder)
        finally:
            shutil.rmtree(folder)

    tried()


WORDS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        [
            "",
            "²",
            "٣",
            "9" * 5_000,
            "-1",
            "1e400",
            "nan",
            "2022",
            "2022-",
            "-2022",
            "0000",
            "EU27_2020",
        ]
    ),
    st.sampled_from(["TWN", "C26", "854231", "EU27_2020@2022-02-31", "a@", "@", "+", "a\0b", "*"]),
)


@fuzzed
@given(word=WORDS)
def test_codes_and_settings(word: str) -> None:
    from isthmus import codes
    from isthmus.cli.ensemble import parse_settings
    from isthmus.cli.grammar import years_of
    from isthmus.codes.coalitions import as_date

    for ask in (
        codes.economy,
        codes.industry,
        codes.product,
        codes.coalition,
        codes.parse_parties,
        as_date,
        lambda text: years_of([text]),
        lambda text: codes.concordance(text, text),
        lambda text: codes.coalition("EU27_2020", on=text),
        lambda text: parse_settings((f"a={text}", f"{text}=1")),
        lambda text: parse_settings((text,)),
    ):
        with bounded():
            ask(word)
