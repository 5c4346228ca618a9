"""``isthmus doctor``: what works on this machine, and how to mend what does not."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from cyclopts import App

from isthmus._version import __version__
from isthmus.cli.destination import SCREEN, Output
from isthmus.cli.output import emit_found, versioned
from isthmus.errors import IsthmusError
from isthmus.errors.base import EXIT_DONE, EXIT_FAILED

app = App(name="doctor", help="Check this installation and say what to mend.")

_REQUIRED = ("numpy", "scipy", "polars", "pydantic", "altair", "jinja2")
_EXTRAS = {
    "fast": ("numba",),
    "interop": ("pandas", "xarray"),
    "excel": ("fastexcel", "xlsxwriter"),
    "explore": ("starlette", "uvicorn"),
    "dask": ("distributed",),
}


class Check(NamedTuple):
    """One line of the doctor's report."""

    name: str
    status: Literal["ok", "absent", "fault"]
    found: str
    hint: str = ""


@app.default
def doctor(*, output: Output = SCREEN) -> int:
    """Check Python, packages, the starter world, rendering and folders."""
    checks = list(run_checks())
    document = versioned(checks=[c._asdict() for c in checks])
    columns = ("check", "status", "found", "hint")
    emit_found("doctor", {"isthmus doctor": (columns, checks)}, output, document)
    return EXIT_FAILED if any(c.status == "fault" for c in checks) else EXIT_DONE


def run_checks() -> Iterator[Check]:
    """Yield every check, in the order of the report; no check stops the next."""
    yield Check("isthmus", "ok", __version__)
    yield _python()
    for name in _REQUIRED:
        yield _package(name)
    for extra, names in _EXTRAS.items():
        yield _extra(extra, names)
    for title, check in (
        ("starter world", _starter_world),
        ("chart rendering", _rendering),
        ("temporary folder", _temporary_folder),
        ("home folder", _home_folder),
    ):
        yield _guarded(title, check)
    yield Check("locale", "ok", f"{sys.getfilesystemencoding()}; output is always UTF-8")


def _guarded(title: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except IsthmusError as error:
        return Check(title, "fault", error.what, error.hint or "")
    except Exception as error:  # noqa: BLE001 - a doctor reports whatever is wrong
        return Check(title, "fault", f"{type(error).__name__}: {error}", "reinstall the package")


def _python() -> Check:
    version = platform.python_version()
    return Check("Python", "ok", f"{version} on {platform.system()} {platform.machine()}")


def _package(name: str) -> Check:
    try:
        return Check(name, "ok", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Check(name, "fault", "missing", "reinstall isthmus")


def _extra(extra: str, names: tuple[str, ...]) -> Check:
    absent = [n for n in names if importlib.util.find_spec(n.replace("-", "_")) is None]
    if absent:
        hint = f"optional: install isthmus[{extra}]"
        return Check(f"extra {extra}", "absent", ", ".join(absent), hint)
    found = ", ".join(f"{n} {importlib.metadata.version(n)}" for n in names)
    return Check(f"extra {extra}", "ok", found)


def _starter_world() -> Check:
    from isthmus import World

    world = World.open("starter")
    for key in world.keys():  # noqa: SIM118 - a world is not a mapping
        world.table(key)
    count = len(world.keys())
    found = f"edition {world.edition}, {count} data sets, all hashes agree"
    return Check("starter world", "ok", found)


def _rendering() -> Check:
    from isthmus.charts import check_drawing, drawable, drawing

    check_drawing()
    if not drawable():
        hint = "dossiers have the text of each chart; charts are written as .json"
        return Check("chart rendering", "absent", "vl-convert-python has no build here", hint)
    svg = drawing().vegalite_to_svg({"data": {"values": [{"a": 1}]}, "mark": "point"})
    return Check("chart rendering", "ok" if "<svg" in svg else "fault", "SVG without a browser")


def _temporary_folder() -> Check:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "probe").write_text("probe", encoding="utf-8")
    return Check("temporary folder", "ok", tempfile.gettempdir())


def _home_folder() -> Check:
    from isthmus.runtime.home import home_folder

    folder = home_folder()
    nearest = next(p for p in (folder, *folder.parents) if p.exists())
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return Check("home folder", "ok", str(folder))
    hint = "studies still run; set ISTHMUS_HOME to a folder you can write to keep runs"
    return Check("home folder", "absent", f"{folder} cannot be written to", hint)
