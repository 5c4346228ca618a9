"""One line for every lens command: call the lens, show how far it is, keep the run, say where."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from isthmus.cli.output import say

if TYPE_CHECKING:
    from isthmus.ensemble import Recorded
    from isthmus.evidence import Result
    from isthmus.scenario import Scenario


def recorded(
    lens: str,
    world: Any,
    scenario: Scenario | None = None,
    *,
    controls: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Result:
    """Call a lens by its dotted name and keep the call as a run in the user's store.

    One that says how far it is draws a bar; one that can be cancelled is, by Ctrl-C.

    Parameters
    ----------
    lens : str
        ``<room>.<function>``, for example ``"dependence.profile"``.
    world : World
        The data.
    scenario : Scenario, optional
        For lenses that take one.
    controls : mapping, optional
        Further parameters that do not change the content (threads, workers); not kept.
    **parameters
        By name: text, numbers, truth values, lists, mappings and data classes of these, files
        (`isthmus.ensemble.inputs.input_file`) and scenarios.

    Raises
    ------
    NotFound, BadInput
        For an unknown lens or parameter; otherwise what the lens raises.
    """
    from isthmus.ensemble.lenses import find_lens
    from isthmus.ensemble.recording import run_lens
    from isthmus.runtime import cancel_on_interrupt, terminal_progress

    takes = inspect.signature(find_lens(lens)).parameters
    with contextlib.ExitStack() as stack:
        given = dict(controls or {})
        if "progress" in takes:
            given["progress"] = stack.enter_context(terminal_progress())
        if "cancel" in takes:
            given["cancel"] = stack.enter_context(cancel_on_interrupt())
        done = run_lens(lens, world, scenario, parameters=parameters, controls=given)
    say_run(done)
    return done.result


def say_run(done: Recorded) -> None:
    """Say the id of a run, or why it was not kept."""
    say(f"run {done.run}" if done.run else f"run not kept: {done.reason}")
