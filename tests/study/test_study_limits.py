"""Studies of any size and form: a time in proportion to the length, messages that can be read."""

from __future__ import annotations

import contextlib
import copy
import time
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.errors import BadInput
from isthmus.study import load_study
from isthmus.study.check import semantic_problems
from isthmus.study.shipped import study_text

HEAD = study_text("taiwan-europe").partition("[[claims]]")[0]
CLAIM = """
[[claims]]
id = "c{n}"
row = "S1"
sentence = "how near {{home}} and {{partner}} are"
kind = "{kind}"
missing = ["a lens that nobody has written"]
falsified_by = "nothing that anybody could think of at the time of writing"
"""


CODES = ",".join(f'"9{n:05d}"' for n in range(5_000))


def claims(count: int, kind: str = "unmeasured") -> str:
    return HEAD + "".join(CLAIM.format(n=n, kind=kind) for n in range(count))


def seconds(text: str) -> float:
    started = time.process_time()
    with contextlib.suppress(BadInput):
        load_study(text)
    return time.process_time() - started


@pytest.mark.once_broken("the study reader was quadratic")
@pytest.mark.parametrize(
    "text",
    [
        claims(10_000),
        claims(10_000, kind="unmesured"),
        "\n".join(f"key{n} = {n}" for n in range(50_000)) + "\n" + HEAD,
        HEAD.replace(
            "codes = [", "codes = [" + ",".join(f'"9{n:05d}"' for n in range(5_000)) + ","
        ),
    ],
    ids=["claims", "wrong claims", "unknown keys", "unknown codes"],
)
def test_large_studies_are_read_in_time(text: str) -> None:
    load_study(HEAD)
    assert seconds(text) < 5


@pytest.mark.once_broken("messages had no end")
def test_messages_show_twenty_problems_and_how_many_more() -> None:
    with pytest.raises(BadInput) as caught:
        load_study(claims(50, kind="wrong"))
    text = str(caught.value)
    assert len(caught.value.problems) == 50
    assert "  20. line" in text
    assert "  21. " not in text
    assert text.endswith("and 30 more")


def test_long_values_are_shown_by_their_ends() -> None:
    code = "A" + "x" * 1_000_000
    with pytest.raises(BadInput) as caught:
        load_study(HEAD.replace('home = "EU27_2020"', f'home = "{code}"'))
    assert code not in str(caught.value)
    assert "Axxx" in str(caught.value)
    assert len(str(caught.value)) < 5_000


@pytest.mark.once_broken("a stack for a list as a kind")
def test_a_list_where_a_word_is_wanted_is_named_with_its_line() -> None:
    text = claims(1).replace('kind = "unmeasured"', 'kind = ["fact"]')
    with pytest.raises(BadInput) as caught:
        load_study(text)
    line = text[: text.index("kind = [")].count("\n") + 1
    assert any(p.where == f"line {line}, claims[1].kind" for p in caught.value.problems)


BASE = tomllib.loads(study_text("taiwan-europe"))
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)


@given(data=st.data())
def test_any_value_anywhere_is_told_and_not_tripped_over(data: st.DataObject) -> None:
    study = copy.deepcopy(BASE)
    study["claims"] = study["claims"][:3]
    here: object = study
    while isinstance(here, dict | list) and here:
        keys = sorted(here) if isinstance(here, dict) else range(len(here))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(here[key], dict | list) or data.draw(st.booleans()):
            here[key] = data.draw(ODD)
            break
        here = here[key]
    for where, what, hint in semantic_problems(study):
        assert isinstance(where, tuple)
        assert what
        assert isinstance(hint, str)
