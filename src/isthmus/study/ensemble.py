"""What a study leaves open: ranges checked with its file, and made a plan for its parties."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import BadInput, IsthmusError, NotFound, did_you_mean
from isthmus.runtime.reading import is_file, read_toml
from isthmus.runtime.reading.values import Place as KeyPath
from isthmus.runtime.reading.values import natural
from isthmus.scenario import Correlation, Range, Scenario, preset, preset_names
from isthmus.study.schema import Sampling, Study

if TYPE_CHECKING:
    from isthmus.ensemble import EnsemblePlan

Found = tuple[KeyPath, str, str]

_OF_STUDIES = {"roles", "parties", "question", "claims", "baskets"}
_OPTIONS = ("lens", "samples", "design", "seed", "batch", "tables", "parameters")
_MODELS = {"ranges": Range, "correlations": Correlation}


def open_plan(source: str, **given: Any) -> EnsemblePlan:
    """Read the plan of an ensemble from a study, a scenario file or a preset.

    Parameters
    ----------
    source : str
        Name of a shipped study or of a preset, or a file (.toml) of either kind.
    **given
        Options that go before those of the file, as in `isthmus.ensemble.read_plan`.

    Raises
    ------
    NotFound
        When there is no such file, study or preset.
    BadInput
        With every problem found.
    """
    from isthmus.ensemble import read_plan
    from isthmus.study.load import read_study
    from isthmus.study.shipped import open_study, shipped_studies

    if source in preset_names():
        return read_plan(source, **given)
    if source in shipped_studies():
        return study_plan(open_study(source), **given)
    path = next((p for p in (Path(source), Path(f"{source}.toml")) if is_file(p)), None)
    if path is None:
        hint = did_you_mean(source, (*preset_names(), *shipped_studies()))
        raise NotFound("there is no such file, study or preset", where=source, hint=hint)
    return study_plan(read_study(path), **given) if _is_study(path) else read_plan(path, **given)


def _is_study(path: Path) -> bool:
    """Say whether a file has a key that only studies have; `read_plan` names what is unreadable."""
    with contextlib.suppress(IsthmusError):
        return bool(_OF_STUDIES & set(read_toml(path)))
    return False


def study_plan(study: Study, **given: Any) -> EnsemblePlan:
    """Return the ensemble that a study declares, with its parties in place of their roles.

    Parameters
    ----------
    study : Study
        With ranges of its own or those of a preset.
    **given
        Options that go before those of the study: lens, parameters (put together with the
        study's), samples, design, seed, batch, tables.

    Raises
    ------
    BadInput
        When no lens is named, nothing has a range, or the lens does not take them.
    """
    from isthmus.ensemble.plan import make_plan

    data = study.model_dump(mode="python", exclude_none=True)
    parties = study.parties
    settings = (study.ensemble or Sampling()).model_dump(include=set(_OPTIONS))
    options = {key: value for key, value in settings.items() if value != ""}
    raw = _raw_scenario(data)
    raw["name"] = study.name.replace("_", "-")
    raw["reason"] = f"declared in the study '{study.name}'"
    return make_plan(
        raw, with_roles(options, parties), with_roles(given, parties), where=f"study {study.name}"
    )


def with_roles(value: Any, parties: Mapping[str, Any]) -> Any:
    """Return plain values with each text that is a role replaced by the code of its party."""
    if isinstance(value, str):
        return parties.get(value, value)
    if isinstance(value, Mapping):
        return {key: with_roles(item, parties) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [with_roles(item, parties) for item in value]
    return value


def raw_parties(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the codes of the parties by role from plain values; what is no text is left out."""
    roles = _table(data, "roles")
    codes = {
        name: role.get("party") if isinstance(role, Mapping) else role
        for name, role in roles.items()
    }
    return {name: code for name, code in codes.items() if isinstance(code, str)}


def declared(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ranges and correlations of a study file as objects.

    Where one cannot be built there are none; `declared_problems` says why.
    """
    built: dict[str, Any] = {}
    for key, model in _MODELS.items():
        if key in data:
            try:
                built[key] = tuple(model(**item) for item in data[key])
            except (BadInput, TypeError):
                built[key] = ()
    return built


def declared_problems(data: Mapping[str, Any]) -> Iterator[Found]:
    """Yield every problem of ranges, correlations and ``[ensemble]`` that the schema cannot see.

    Works on raw values, so that no mistake hides another.
    """
    from isthmus.ensemble.plan import plan_problems

    settings = _table(data, "ensemble")
    yield from _source_problems(settings)
    raw, problems, scenario = _raw_scenario(data), [], None
    try:
        scenario = Scenario.from_dict(raw)
    except BadInput as error:
        problems = list(error.problems)
    wrong = {p.where for p in problems}
    for problem in problems:
        if not (_preset_missing(settings) and problem.what.startswith("there is no shock")):
            yield _scenario_place(problem.where), problem.what, problem.hint
    ranges = raw["ranges"] if isinstance(raw["ranges"], list) else []
    places = [
        index
        for index, item in enumerate(ranges)
        if isinstance(item, Mapping)
        and isinstance(item.get("path"), str)
        and f"ranges.{index}.path" not in wrong
    ]
    lens = settings.get("lens")
    found = plan_problems(
        lens if isinstance(lens, str) and lens else None,
        _parameters(data),
        paths=[ranges[index]["path"] for index in places],
        correlations=scenario.correlations if scenario is not None else (),
        fixed=raw.get("params", {}),
        **_sound_options(settings),
    )
    for problem in found:
        if problem.where != "ranges" or not (raw["ranges"] or _preset_missing(settings)):
            yield _plan_place(problem.where, places), problem.what, problem.hint


def named_parties(data: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    """Yield the texts that stand where the lens takes a party."""
    from isthmus.ensemble.lenses import party_parameters

    settings = _table(data, "ensemble")
    parameters = _table(settings, "parameters")
    names: tuple[str, ...] = ()
    with contextlib.suppress(NotFound):
        names = party_parameters(str(settings.get("lens", "")))
    for name in names:
        if isinstance(parameters.get(name), str):
            yield ("ensemble", "parameters", name), parameters[name]


def _raw_scenario(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the plain scenario of a study: its own ranges first, then those of its preset."""
    settings, parties = _table(data, "ensemble"), raw_parties(data)
    name = settings.get("scenario")
    raw = preset(name).to_dict() if name in preset_names() else {}
    own = with_roles(data.get("ranges", []), parties)
    if isinstance(own, list):
        taken = [item.get("path") for item in own if isinstance(item, Mapping)]
        own = [*own, *(item for item in raw.get("ranges", []) if item["path"] not in taken)]
    pairs = with_roles(data.get("correlations", []), parties)
    if isinstance(pairs, list):
        pairs = [*pairs, *raw.get("correlations", [])]
    shocks = with_roles(settings.get("shocks", []), parties)
    if isinstance(shocks, list) and shocks and all(isinstance(s, Mapping) for s in shocks):
        raw["shocks"] = shocks
    horizon = settings.get("horizon")
    if isinstance(horizon, int) and not isinstance(horizon, bool) and 1 <= horizon <= 3660:
        raw["horizon"] = horizon
    return {**raw, "name": "study", "title": "", "ranges": own, "correlations": pairs}


def _source_problems(settings: Mapping[str, Any]) -> Iterator[Found]:
    name = settings.get("scenario")
    if _preset_missing(settings):
        hint = did_you_mean(str(name), preset_names()) or "`isthmus disruption presets` lists them"
        yield ("ensemble", "scenario"), f"no preset is called {name!r}", hint
    if name and settings.get("shocks"):
        what = "shocks of its own and those of a preset"
        yield ("ensemble", "shocks"), what, "take out `scenario`, or the shocks"


def _preset_missing(settings: Mapping[str, Any]) -> bool:
    name = settings.get("scenario")
    return isinstance(name, str) and bool(name) and name not in preset_names()


def _parameters(data: Mapping[str, Any]) -> dict[str, Any]:
    plain = with_roles(_table(_table(data, "ensemble"), "parameters"), raw_parties(data))
    return dict(plain)


def _sound_options(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of the right type and size; the schema names the others."""
    lowest = {"samples": 1, "seed": 0, "batch": 1}
    found: dict[str, Any] = {
        key: settings[key]
        for key, low in lowest.items()
        if isinstance(settings.get(key), int) and settings[key] >= low
    }
    if settings.get("design") in ("latin_hypercube", "sobol", "random"):
        found["design"] = settings["design"]
    tables = settings.get("tables")
    if isinstance(tables, list) and all(isinstance(table, str) for table in tables):
        found["tables"] = tables
    return found


def _scenario_place(where: str) -> KeyPath:
    path = _keys(where)
    return ("ensemble", *path) if path[:1] in {("shocks",), ("horizon",)} else path


def _plan_place(where: str, places: list[int]) -> KeyPath:
    path = _keys(where)
    if path[0] == "ranges":
        return ("ranges", places[int(path[1])], *path[2:]) if len(path) > 1 else ("ensemble",)
    if where.startswith("correlations"):
        return ("correlations",)
    return ("ensemble", *path)


def _keys(where: str) -> KeyPath:
    return tuple(part if natural(part) is None else int(part) for part in where.split("."))


def _table(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}
