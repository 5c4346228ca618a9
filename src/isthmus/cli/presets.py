"""The scenarios that ship with the package, for the commands of an engine."""

from __future__ import annotations

from collections.abc import Callable

from cyclopts import App

from isthmus.cli.destination import SCREEN, Output


def add_presets(app: App, holds: Callable[[], Callable[..., bool]]) -> None:
    """Add the command that lists presets; `holds` gives what tells which the engine takes."""

    @app.command
    def presets(*, output: Output = SCREEN) -> None:
        """List the scenarios that ship with the package and that this engine takes as they are."""
        from isthmus.cli.output import emit_found
        from isthmus.scenario import preset, preset_names

        held = [s for s in map(preset, preset_names()) if holds()(s)]
        document = [{"name": s.name, "title": s.title, "reason": s.reason} for s in held]
        found = {"presets": (("name", "title"), [(s.name, s.title) for s in held])}
        emit_found(f"{app.name[0]}.presets", found, output, document)
