"""Commands of ``isthmus disruption`` that hold the engine to past episodes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.generate import add_lenses
from isthmus.cli.special import CommandRequest, Special

if TYPE_CHECKING:
    from isthmus.ensemble.inputs import InputFile
    from isthmus.evidence import Result

posterior = App(name="posterior", help="Accepted draws of the disruption engine's numbers.")


def episodes(*, output: Output = SCREEN) -> None:
    """List the past episodes of the package: what is known of each, and whether it is used."""
    from isthmus.cli.output import emit_found
    from isthmus.disruption.episodes import load_episodes

    found = load_episodes()
    document = [{**e.model_dump(mode="json"), "identity": e.identity} for e in found]
    rows = [(e.name, e.title, e.role, len(e.used), len(e.observables) - len(e.used)) for e in found]
    columns = ("name", "title", "role", "used", "held out")
    emit_found("disruption.episodes", {"episodes": (columns, rows)}, output, document)


@posterior.command
def show(folder: Path | None = None, /, *, output: Output = SCREEN) -> None:
    """Show a posterior: what it was held to, and the middle and the 80 % range of each number.

    Parameters
    ----------
    folder
        Folder of a posterior; that of the package when not given.
    """
    from isthmus.cli.output import emit_found
    from isthmus.disruption.posterior import load_posterior
    from isthmus.ensemble.calibration import numbers_of

    found = load_posterior(folder)
    rows = numbers_of(found)
    document = {"schema_version": 1, "about": dict(found.about), "hash": found.identity}
    about = {key: _short(value) for key, value in found.about.items() if value is not None}
    about = {"hash": found.identity, "draws": str(len(found.weight)), **about}
    columns = ("number", "low_80", "median", "high_80", "text")
    shown = _shown if output.plain else lambda value: value
    numbers = (columns, [[shown(row[c]) for c in columns] for row in rows])
    parts: dict[str, Any] = {"posterior": about, "numbers": numbers}
    emit_found("disruption.posterior.show", parts, output, {**document, "rows": rows})


def kept_posterior(folder: Path | None) -> InputFile | None:
    """Return a posterior as a run remembers it: by its record, which names its draws."""
    from isthmus.disruption.posterior import HINT, RECORD, SHIPPED
    from isthmus.ensemble.inputs import input_file

    if folder is None or str(folder) == SHIPPED:
        return None
    return input_file(folder / RECORD, what="posterior", hint=HINT)


def _short(value: Any) -> str:
    return ", ".join(value) if isinstance(value, dict | list) else str(value)


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"


def _checked(asked: CommandRequest) -> Mapping[str, Any]:
    """Refuse a folder that cannot be written before anything is computed."""
    from isthmus.runtime import check_folder

    if asked.given["save"] is not None:
        check_folder(asked.given["save"])
    return {}


def _save(result: Result, asked: CommandRequest) -> None:
    """Write the accepted draws, where that was asked for."""
    from isthmus.cli.output import say
    from isthmus.disruption.posterior import save_posterior
    from isthmus.ensemble.calibration import posterior_of

    folder = asked.given["save"]
    if folder is not None:
        save_posterior(posterior_of(result), folder)
        say(f"wrote {folder}")


def register(app: App) -> None:
    """Add these commands to ``isthmus disruption``."""
    app.command(episodes)
    app.command(posterior)
    save = {"save": "Write the accepted draws to this new folder, for --posterior elsewhere."}
    specials = {
        "calibrate": Special(folders=save, controls=_checked, finish=_save),
        "backtest": Special(values={"posterior": kept_posterior}),
        "predict": Special(values={"posterior": kept_posterior}),
        "predict_many": Special(values={"posterior": kept_posterior}),
    }
    add_lenses(app, "calibration", specials)
