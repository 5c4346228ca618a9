"""Commands made from lenses: options from what a lens says of itself, the answer as every other."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.grammar import Option, for_terminal, option
from isthmus.cli.instead import asked_instead, parts_instead, values_instead
from isthmus.cli.options import WorldName
from isthmus.cli.parts import OptionGroup, parts_of
from isthmus.cli.special import PLAIN, CommandRequest, Special
from isthmus.cli.spoken import spoken
from isthmus.errors import BadInput, IsthmusError, did_you_mean

if TYPE_CHECKING:
    from isthmus.evidence import Result

ONLY = inspect.Parameter.KEYWORD_ONLY
FIRST = inspect.Parameter.POSITIONAL_ONLY
REST = inspect.Parameter.VAR_POSITIONAL

KEEPS = "Keep only these in the tables that have them."
FILES = "Written to this file: .svg, or .json for its Vega-Lite specification."


def add_lenses(app: App, room: str, specials: Mapping[str, Special | None]) -> App:
    """Add a command for every lens of a room.

    Parameters
    ----------
    app : App
        The room's.
    room : str
        Name of the room.
    specials : mapping of str to Special or None
        By the lens's own name, how its command differs; None where it has none.
    """
    from isthmus.ensemble.rooms import plain_lenses

    for lens in plain_lenses(room):
        short = lens["name"].partition(".")[2]
        special = specials.get(short, PLAIN)
        if special is not None:
            made, own = command(lens, special), short.replace("_", "-")
            shown = "" if special.default else special.name or own
            if special.default:
                app.default(made)
            # A lens is found by its own name too, where its command is called something else.
            for name in dict.fromkeys((shown or own, own)):
                app.command(made, name=name, show=name == shown)
    return app


def command(lens: Mapping[str, Any], special: Special = PLAIN) -> Callable[..., None]:
    """Return the function of a command: its signature is made of the parameters of the lens."""
    parts = tuple(parts_of(lens, special))
    shown = (*parts, *parts_instead(special))
    parameters = [_parameter(one, part.first) for part in shown for one in part.options.values()]
    places = {name: f"{text} {FILES}" for name, (text, _) in special.charts.items()}
    for name, text in {**special.folders, **places}.items():
        path = Annotated[Path | None, Parameter(help=text)]
        parameters.append(inspect.Parameter(name, ONLY, annotation=path, default=None))
    if special.keeps:
        schema = {"type": "array", "items": {"type": "string"}, "description": KEEPS}
        parameters.append(_parameter(option(special.keeps, schema), first=False))
    shared = {"world": (WorldName, "starter"), "output": (Output, SCREEN)}
    for name, (annotation, default) in shared.items():
        parameters.append(inspect.Parameter(name, ONLY, annotation=annotation, default=default))
    parameters.sort(key=lambda p: (FIRST, REST, ONLY).index(p.kind))
    signature = inspect.Signature(parameters)

    def run(*words: Any, **options: Any) -> None:
        bound = signature.bind(*words, **options)
        bound.apply_defaults()
        _run(lens, parts, special, bound.arguments)

    run.__signature__ = signature  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    run.__name__ = lens["name"].partition(".")[2]
    run.__doc__ = _help(lens, special)
    return run


def _parameter(one: Option, first: bool) -> inspect.Parameter:
    if first and isinstance(one.default, tuple):
        held = typing.get_args(one.annotation)
        word: Any = typing.get_args(held[0])[0]
        each = Annotated[word, Parameter(help=held[1].help)]
        return inspect.Parameter(one.name, REST, annotation=each)
    default = {} if one.required else {"default": one.default}
    place = FIRST if first else ONLY
    return inspect.Parameter(one.name, place, annotation=one.annotation, **default)


def _help(lens: Mapping[str, Any], special: Special) -> str:
    tables = ", ".join(table["name"] for table in lens["tables"])
    more = [for_terminal(lens["summary"])] if lens["summary"] else []
    about = [f"Tables: {tables}; see isthmus lens show {lens['name']}."] if tables else []
    return "\n\n".join([f"{special.help or lens['title']}.", *more, *about])


def _run(
    lens: Mapping[str, Any],
    parts: Sequence[OptionGroup],
    special: Special,
    given: Mapping[str, Any],
) -> None:
    """Call the lens, keep the run, print the answer, draw what was asked for."""
    from isthmus.cli.output import emit_result
    from isthmus.cli.recording import recorded
    from isthmus.world import World

    output: Output = given["output"]
    paths = {name: given[name] for name in special.charts if given[name] is not None}
    output.check_charts(*paths.values())
    other = asked_instead(special, given)
    if other is None:
        values = {name: held for part in parts for name, held in part.values(given).items()}
    else:
        values = values_instead(other, parts, special, given)
    about = lens["parameters"]["properties"]
    controls = {n: values.pop(n) for n in [*values] if about.get(n, {}).get("control")}
    name = given["world"]
    asked = CommandRequest(World.open(name), output, given)
    controls |= special.controls(asked) if other is None else {}
    scenario = values.pop("scenario", None)
    called = lens["name"] if other is None else other.lens
    try:
        result = recorded(called, asked.world, scenario, controls=controls, **values)
    except IsthmusError as error:
        every = (*parts, *parts_instead(special))
        flags = {name: one.flag for part in every for name, one in part.options.items()}
        raise spoken(error, flags) from error
    if other is None:
        special.finish(result, asked)
    if special.keeps:
        result = kept(result, special.keeps, given[special.keeps])
    for_person = special.shown and not output.json and output.out is None
    emit_result(special.shown(result) if special.shown and for_person else result, output)
    for name, path in paths.items():
        special.charts[name][1](result, path, asked)


def kept(result: Result, dimension: str, values: Sequence[str]) -> Result:
    """Keep rows with these values of a dimension, in the tables that have it.

    Raises
    ------
    BadInput
        For a value that no table has.
    """
    import polars as pl

    holding = {name: t for name, t in result.tables.items() if dimension in t.frame.columns}
    known = sorted({v for t in holding.values() for v in t.frame[dimension].unique().to_list()})
    for value in values:
        if value not in known:
            hint = did_you_mean(value, known) or f"known: {', '.join(known) or 'none'}"
            what = f"no {dimension} {value!r} in this answer"
            raise BadInput(what, where=f"--{dimension}", hint=hint)
    if not values:
        return result
    cut = {
        name: replace(table, frame=table.frame.filter(pl.col(dimension).is_in(values)))
        for name, table in holding.items()
    }
    return replace(result, tables={**result.tables, **cut})
