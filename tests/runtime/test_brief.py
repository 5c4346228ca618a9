"""Nothing that a caller is given fills a screen when it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from isthmus import World
from isthmus.disruption.posterior import load_posterior
from isthmus.production import load_bill
from isthmus.runtime.brief import MOST, Brief
from isthmus.scenario import preset
from isthmus.study import Dossier, Study
from isthmus.study.ask.packages import staged
from isthmus.study.context import Context
from tools import golden

LONGEST = 2000


@dataclass(frozen=True, repr=False)
class Held(Brief):
    name: str
    some: tuple[int, ...]
    many: tuple[int, ...]
    cube: np.ndarray


def test_fields_are_told_in_a_few_words() -> None:
    held = Held("a" * 80, (1, 2), tuple(range(3000)), np.zeros((2, 3)))
    text = f"<Held name='{'a' * 59}…', some=(1, 2), many=3,000 in tuple, cube=ndarray(2, 3)>"
    assert repr(held) == str(held) == text
    wide = type("Wide", (Brief,), {"model_fields": {f"field_{n}": None for n in range(500)}})
    for name in wide.model_fields:
        setattr(wide, name, "x" * 50)
    assert len(repr(wide())) == MOST < LONGEST


def shown(assessed: Callable[[Study], Dossier]) -> Iterator[object]:
    world = World.open("starter")
    study = golden.study_of("taiwan-europe")
    stage = staged(Context(study, world))
    yield from (world, world.mrio(2022), world.flows(), study, *study.claims, stage)
    yield from (stage.catalogue, *stage.packages, *stage.losses.values())
    yield from (load_posterior(), load_bill("shell-155"), preset("taiwan-chips-30-full"))
    yield from (world.record(key) for key in world.keys())  # noqa: SIM118
    dossier = assessed(golden.study_of("germany-materials"))
    yield from (dossier, dossier.summary, *dossier.claims, *dossier.charts.values())
    for section in dossier.sections:
        yield from (section, *section.tables, *section.findings, *section.answer)


@pytest.mark.slow
def test_no_text_of_an_object_is_longer_than_a_screen(
    assessed: Callable[[Study], Dossier],
) -> None:
    found = list(shown(assessed))
    assert len(found) > 150
    assert {type(o).__name__: n for o in found if (n := len(repr(o))) > LONGEST} == {}
