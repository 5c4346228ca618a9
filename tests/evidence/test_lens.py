"""A lens is registered once; everything else is read off its signature and docstring."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl
import pytest

from isthmus.codes import PartySpec
from isthmus.errors import BadInput
from isthmus.evidence import Column, Kind, Lens, Provenance, Result, Table, described, docs
from isthmus.evidence import lens as module
from isthmus.evidence.lens import call, lens, registered
from isthmus.evidence.plain import built, json_type
from isthmus.scenario import Scenario


@dataclass(frozen=True)
class Bounds:
    """Two limits.

    Parameters
    ----------
    low, high : float
        The ends.
    """

    low: float = 0.0
    high: float = 1.0


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    held: dict[str, Any] = {}
    monkeypatch.setattr(module, "_registered", held)
    return held


def answer(**values: Any) -> Result:
    frame = pl.DataFrame({"economy": ["DEU"], **values})
    columns = (Column("economy", "dimension"), *(Column(v, "value", "days") for v in values))
    made = Provenance("toy.wait", {}, "toy", "0", {"flows": "1"})
    return Result({"waits": Table("waits", frame, columns, Kind.ASSUMED)}, made, ("A work.",))


def wait(
    world: Any,
    of: PartySpec,
    *,
    days: int = 3,
    bounds: Bounds | None = None,
    file: Path | None = None,
    progress: Any = None,
) -> Result:
    """Return how long a party waits.

    Every wait is the same.

    Parameters
    ----------
    world : World
        The data.
    of : str or Party
        Who waits.
    days : int
        How long,
        in days.
    bounds : Bounds, optional
        Its limits.
    """
    high = bounds.high if bounds else 0.0
    return answer(value=[float(days)], high=[high]) if bounds else answer(value=[float(days)])


def test_a_lens_is_described_by_its_signature_its_docstring_and_its_results(
    empty: dict[str, Any],
) -> None:
    lens("toy.wait", {"of": "DEU"}, {"of": "DEU", "bounds": {"high": 2.0}})(wait)
    found = registered("toy.wait")
    assert found is not None
    results = [call("toy.wait", wait, None, example) for example in found.examples]
    known = described(found, results)
    assert known.title == "How long a party waits"
    assert known.summary == "Every wait is the same."
    assert known.citations == ("A work.",)
    assert known.datasets == ("flows",)
    # the union of the columns of both calls, in their order
    assert [c.name for c in known.tables[0].columns] == ["economy", "value", "high"]
    schema = known.parameters
    assert schema["required"] == ["of"]
    assert schema["properties"]["of"] == {
        "type": "string",
        "format": "party",
        "description": "Who waits.",
    }
    assert schema["properties"]["days"] == {
        "type": "integer",
        "default": 3,
        "description": "How long, in days.",
    }
    assert schema["properties"]["bounds"]["properties"]["high"] == {
        "type": "number",
        "default": 1.0,
        "description": "The ends.",
    }
    assert "progress" not in schema["properties"]
    assert Lens.from_dict(known.to_dict()) == known


def test_a_described_lens_is_called_with_plain_values() -> None:
    known = described(module.Registered("toy.wait", wait))
    made = known.call(None, of="DEU", bounds={"high": 2.0})
    assert made["waits"].frame["high"].to_list() == [2.0]
    with pytest.raises(BadInput) as caught:
        known.call(None, dais=4)
    assert [(p.where, p.what, p.hint) for p in caught.value.problems] == [
        ("dais", "is not a parameter of the lens", "did you mean 'days'?"),
        ("of", "is missing", ""),
    ]


def other(world: Any) -> Result:
    return answer(value=[1.0])


@pytest.mark.parametrize("name", ["toy", "", "toy.", "a-b.c", "toy.a.b"])
def test_a_name_has_a_room_and_a_word(empty: dict[str, Any], name: str) -> None:
    with pytest.raises(ValueError, match="cannot be the name of a lens"):
        lens(name)(other)
    assert not empty


def test_one_name_is_one_lens(empty: dict[str, Any]) -> None:
    lens("toy.wait")(other)
    lens("toy.wait")(other)
    with pytest.raises(ValueError, match=r"is the lens .*other already"):
        lens("toy.wait")(wait)


def test_a_lens_takes_a_world_first(empty: dict[str, Any]) -> None:
    for bad in (len, lambda world: None, answer):
        with pytest.raises(ValueError, match="not a function of a world"):
            lens("toy.bad")(bad)


@pytest.mark.parametrize(
    ("annotation", "schema"),
    [
        (int, {"type": "integer"}),
        (bool, {"type": "boolean"}),
        (str | None, {"type": "string"}),
        (Literal["a", "b"], {"enum": ["a", "b"]}),
        (Sequence[int], {"type": "array", "items": {"type": "integer"}}),
        (Mapping[str, float], {"type": "object", "additionalProperties": {"type": "number"}}),
        (PartySpec | None, {"type": "string", "format": "party"}),
        (
            PartySpec | Sequence[PartySpec] | None,
            {"type": "array", "items": {"type": "string", "format": "party"}},
        ),
        (Scenario, {"type": "string", "format": "scenario"}),
        (str | Iterable[str] | None, {"type": "array", "items": {"type": "string"}}),
        (str | float, {"anyOf": [{"type": "string"}, {"type": "number"}]}),
        (float | Any, {"type": "number"}),
        (Any, None),
        (pl.DataFrame | None, None),
    ],
)
def test_types_are_json_schemas(annotation: Any, schema: Mapping[str, Any] | None) -> None:
    assert json_type(annotation) == schema


def test_plain_values_become_what_they_stand_for() -> None:
    assert built(Bounds | None, {"low": 0.5}) == Bounds(0.5)
    assert built(Iterable[Bounds], [{"low": 0.5}, {}]) == (Bounds(0.5), Bounds())
    assert built(Path | None, "a.csv") == Path("a.csv")
    # a word that the lens knows is no file
    assert built(Literal["all"] | Path, "all") == "all"
    assert built(Literal["all"] | Path, "own.csv") == Path("own.csv")
    assert built(str | Bounds, "low") == "low"
    assert built(Mapping[str, float], {"low": 1.0}) == {"low": 1.0}
    assert built(Scenario, "taiwan-chips-7-full").name == "taiwan-chips-7-full"


def test_a_docstring_is_read_section_by_section() -> None:
    text = """Return a thing.

    More of it,
    on two lines.

    Parameters
    ----------
    a, b : int
        Both.
    *rest
        All others: with a colon.

    Raises
    ------
    BadInput
        Never.
    """
    assert docs.summary(text) == ("A thing", "More of it, on two lines.")
    held = docs.sections(text)
    assert set(held) == {"", "Parameters", "Raises"}
    assert docs.parameters(held["Parameters"]) == {
        "a": "Both.",
        "b": "Both.",
        "rest": "All others: with a colon.",
    }
