"""What an ensemble is to do: a lens, a scenario with ranges, a design; read from one file."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from isthmus.ensemble.blocks import BLOCKED, Blocked, check_blocks
from isthmus.ensemble.design import DESIGNS, Design, check_design, mixing_matrix
from isthmus.ensemble.lenses import parameter_problems, plain_parameters, table_problems
from isthmus.errors import BadInput, InputProblem, NotFound, did_you_mean, raise_all
from isthmus.runtime.reading import read_toml
from isthmus.scenario import SHOCKS, Correlation, Scenario, preset, preset_names

SAMPLES = 1024
BATCH = 64


@dataclass(frozen=True)
class EnsemblePlan:
    """A lens over a scenario whose ranges are sampled.

    Parameters
    ----------
    lens : str
        Dotted name of the lens.
    scenario : Scenario
        Shocks, parameters, ranges and correlations.
    parameters : mapping
        Further parameters of the lens, the same for every sample; plain values.
    samples : int
        Number of samples; a power of two for Sobol.
    design : {"latin_hypercube", "sobol", "random", "saltelli", "morris", "one_at_a_time"}
        How the samples fill the ranges; the last three are those of `isthmus.ensemble.sensitivity`.
    seed : int
        Seed of the design and of the lens' own draws. Two plans with equal seed, design, number
        of samples and ranges use the same draws (common random numbers), whatever else differs.
    batch : int
        Samples per batch: the unit of work, of cancelling and of resuming.
    tables : tuple of str
        Tables of the lens to keep; all when empty.
    first : int
        Blocks of the design that other runs hold, for designs in blocks.

    Raises
    ------
    BadInput
        With every problem found.
    """

    lens: str
    scenario: Scenario
    parameters: Mapping[str, Any] = field(default_factory=dict)
    samples: int = SAMPLES
    design: Design | Blocked = "latin_hypercube"
    seed: int = 0
    batch: int = BATCH
    tables: tuple[str, ...] = ()
    first: int = 0

    def __post_init__(self) -> None:
        problems = plan_problems(
            self.lens,
            self.parameters,
            paths=self.paths,
            correlations=self.scenario.correlations,
            fixed=self.scenario.params,
            samples=self.samples,
            design=self.design,
            seed=self.seed,
            batch=self.batch,
            tables=self.tables,
        )
        problems += check_blocks(self.design, self.samples, self.first, len(self.paths))
        raise_all("ensemble", problems)

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths of the sampled parameters, in the order of the design."""
        return tuple(r.path for r in self.scenario.ranges)

    def design_values(self) -> dict[str, Any]:
        """Return the plain values by which a manifest remembers the design."""
        return {
            "samples": self.samples,
            "design": self.design,
            "batch": self.batch,
            "batches": -(-self.samples // self.batch),
            "tables": list(self.tables),
            **({"first": self.first} if self.first else {}),
        }


def plan_problems(
    lens: str | None,
    parameters: Mapping[str, Any],
    *,
    paths: Sequence[str],
    correlations: Sequence[Correlation] = (),
    fixed: Collection[str] = (),
    samples: int = SAMPLES,
    design: str = "latin_hypercube",
    seed: int = 0,
    batch: int = BATCH,
    tables: Collection[str] = (),
) -> list[InputProblem]:
    """Return everything that keeps a plan from being run, without data.

    Parameters
    ----------
    lens : str or None
        Dotted name of the lens; None when none is named yet.
    parameters : mapping
        Parameters of its calls.
    paths, correlations
        What is uncertain; every path of a correlation is among `paths`.
    fixed : collection of str
        Names among the scenario's own ``params``.
    samples, design, seed, batch, tables
        As in `EnsemblePlan`.

    Returns
    -------
    list of InputProblem
        Places are the names of the options, ``parameters.<name>``, ``ranges``,
        ``ranges.<index>.path`` and ``correlations``.
    """
    problems = check_design(design, samples)
    if not paths:
        problems.append(InputProblem("no parameter has a range", "ranges", "declare [[ranges]]"))
    if batch < 1:
        problems.append(InputProblem(f"batches of {batch}", "batch", "give 1 or more"))
    if seed < 0:
        problems.append(InputProblem(f"seed {seed}", "seed", "give 0 or more"))
    try:
        if lens is not None:
            problems += parameter_problems(lens, parameters, paths=paths, fixed=fixed)
            problems += table_problems(lens, tables)
    except NotFound as error:
        problems.append(InputProblem(error.what, "lens", error.hint or ""))
    try:
        plain_parameters(parameters)
    except BadInput as error:
        problems += [InputProblem(p.what, f"parameters.{p.where}", p.hint) for p in error.problems]
    if design in BLOCKED and correlations:
        hint = "take [[correlations]] out, or ask what knowing a parameter would narrow"
        what = f"a {design} design moves parameters one by one, which correlated ones do not do"
        problems.append(InputProblem(what, "correlations", hint))
    try:
        mixing_matrix(paths, correlations)
    except BadInput as error:
        problems += error.problems
    return problems


def whole_number(path: str, scenario: Scenario) -> bool:
    """Return whether the field at `path` holds whole numbers only."""
    head, *rest = path.split(".")
    if head == "horizon":
        return True
    if head != "shocks" or len(rest) != 2:
        return False
    annotation = SHOCKS[scenario.shocks[int(rest[0])].kind].model_fields[rest[1]].annotation
    kinds = {annotation, *get_args(annotation)}
    return int in kinds and float not in kinds


_OPTIONS: dict[str, type] = {
    "lens": str,
    "samples": int,
    "design": str,
    "seed": int,
    "batch": int,
    "tables": list,
    "parameters": dict,
}


def read_plan(source: str | Path, **given: Any) -> EnsemblePlan:
    """Read a scenario file with an ``[ensemble]`` table, or a preset, into a plan.

    The table may name lens, samples, design, seed, batch, tables and parameters; the rest of the
    file is the scenario. Whatever is given as an argument (and is not None) goes before the file.

    Raises
    ------
    NotFound
        When there is no such file or preset.
    BadInput
        With every problem of the table, then with every problem of the scenario.
    """
    path = Path(source)
    raw = preset(str(source)).to_dict() if str(source) in preset_names() else _read(path)
    options = raw.pop("ensemble", {})
    return make_plan(raw, options, given, where=str(path))


def _read(path: Path) -> dict[str, Any]:
    hint = did_you_mean(str(path), preset_names())
    return read_toml(path, what="scenario file or preset", hint=hint)


def make_plan(
    raw: Mapping[str, Any], options: Mapping[str, Any], given: Mapping[str, Any], *, where: str
) -> EnsemblePlan:
    """Build a plan from plain values.

    Parameters
    ----------
    raw : mapping
        The scenario with its ranges.
    options : mapping
        The ``[ensemble]`` table.
    given : mapping
        What goes before `options`, unless None; parameters are put together.
    where : str
        File or study, for messages.

    Raises
    ------
    BadInput
        With every problem of the table, then with every problem of the scenario.
    """
    if not isinstance(options, Mapping):
        raise_all("[ensemble]", [InputProblem("must be a table", "ensemble")], where=where)
    merged = {**options, **{k: v for k, v in given.items() if v is not None}}
    own = options.get("parameters", {})
    if isinstance(own, Mapping):
        merged["parameters"] = {**own, **(given.get("parameters") or {})}
    raise_all("[ensemble]", _option_problems(merged), where=where)
    merged["tables"] = tuple(merged.get("tables", ()))
    try:
        return EnsemblePlan(scenario=Scenario.from_dict(raw), **merged)
    except BadInput as error:
        raise BadInput(error.what, error.problems, where=where) from None


def _option_problems(options: Mapping[str, Any]) -> list[InputProblem]:
    problems = [
        InputProblem("unknown option", f"ensemble.{key}", did_you_mean(key, _OPTIONS))
        for key in options
        if key not in _OPTIONS
    ]
    problems += [
        InputProblem(f"must not be {options[key]!r}", f"ensemble.{key}")
        for key, kind in _OPTIONS.items()
        if key in options and not _fits(options[key], kind)
    ]
    if "lens" not in options:
        hint = 'write lens = "dependence.leverage" under [ensemble], or pass --lens'
        problems.append(InputProblem("is missing", "ensemble.lens", hint))
    if isinstance(design := options.get("design"), str) and design not in DESIGNS:
        problems.append(InputProblem(f"unknown design '{design}'", "ensemble.design"))
    return problems


def _fits(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    if kind is list:
        return isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
    return isinstance(value, Mapping if kind is dict else kind)
