"""One assessed dossier for all tests of the report."""

from __future__ import annotations

import pytest

from isthmus.report import render_html
from isthmus.study import assess, open_study
from isthmus.study.dossier import Dossier
from isthmus.world import World


@pytest.fixture(scope="session")
def world() -> World:
    return World.open("starter")


@pytest.fixture(scope="session")
def dossier(world: World) -> Dossier:
    return assess(open_study("taiwan-europe"), world)


@pytest.fixture(scope="session")
def page(dossier: Dossier) -> str:
    return render_html(dossier)
