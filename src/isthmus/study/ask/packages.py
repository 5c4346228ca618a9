"""Packages of cooperation of a study, evaluated once."""

from __future__ import annotations

from isthmus.coercion.record import STEPS
from isthmus.cooperation.evaluate import stage_of
from isthmus.cooperation.stage import Stage
from isthmus.scenario.catalogues import catalogue_between, shipped_catalogue
from isthmus.study.ask.coercion import LADDER, coded
from isthmus.study.context import Context

DATA = (*LADDER, STEPS)


def catalogue_of(context: Context, name: str = "") -> str:
    """Return the name of the catalogue that a study chooses, or that of its home and partner."""
    return name or catalogue_between(context.home, context.partner)


def staged(context: Context, name: str = "") -> Stage:
    """Return the packages of a study over the recorded losses that there are.

    Answers are priced where a rival with coded cases is named.
    """
    chosen = catalogue_of(context, name)
    parties = {"home": context.home, "partner": context.partner}
    if "rival" in context.study.roles and coded(context):
        parties["rival"] = context.rival
    return context.memo(
        ("packages", chosen, tuple(parties.items())),
        lambda: stage_of(
            context.world,
            shipped_catalogue(chosen),
            parties,
            bloc=context.study.options.bloc,
        ),
    )
