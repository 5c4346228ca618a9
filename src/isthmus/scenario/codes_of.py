"""Whether a table holds the codes that a scenario names, all mistakes at once."""

from __future__ import annotations

from collections.abc import Sequence

from isthmus.errors import CodesUnknown, CodeUnknown, InputProblem
from isthmus.scenario.groups import economy_groups, industry_groups
from isthmus.scenario.model import Scenario
from isthmus.scenario.select import expand


def check_codes(scenario: Scenario, economies: Sequence[str], industries: Sequence[str]) -> None:
    """Raise unless a table holds every code that the shocks of a scenario name.

    Parameters
    ----------
    scenario : Scenario
        Its shocks are looked at, field by field.
    economies, industries : sequence of str
        Labels of the table; coalitions and families of industries may be named as well.

    Raises
    ------
    CodeUnknown
        With each code that it does not hold and its place.
    """
    groups = {
        "economy": (economies, economy_groups(scenario, economies)),
        "industry": (industries, industry_groups(industries)),
    }
    problems = []
    for index, shock in enumerate(scenario.shocks):
        for field in shock.code_fields:
            what = "industry" if field == "industries" else "economy"
            labels, known = groups[what]
            for code in getattr(shock, field):
                try:
                    expand([code], labels, groups=known, what=what)
                except CodeUnknown as error:
                    where = f"shocks.{index}.{field}"
                    problems.append(InputProblem(error.what, where, error.hint or ""))
    if len(problems) == 1:
        (one,) = problems
        raise CodeUnknown(one.what, where=one.where, hint=one.hint or None)
    if problems:
        raise CodesUnknown(f"scenario '{scenario.name}': {len(problems)} unknown codes", problems)
