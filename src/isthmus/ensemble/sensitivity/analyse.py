"""Run a lens over the design of a method until its answer is precise enough, and read it off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple, get_args

from isthmus.ensemble.blocks import Blocked, block_size
from isthmus.ensemble.plan import EnsemblePlan
from isthmus.ensemble.run import run_ensemble
from isthmus.ensemble.sensitivity.answers import SampledAnswers, Wanted, read_answers
from isthmus.ensemble.sensitivity.effects import effects_table
from isthmus.ensemble.sensitivity.effort import Effort
from isthmus.ensemble.sensitivity.given import IN_CLASS, information_table
from isthmus.ensemble.sensitivity.indices import indices_table
from isthmus.ensemble.sensitivity.swings import swings_table
from isthmus.ensemble.sensitivity.tables import MeasuredTable
from isthmus.errors import InputProblem, raise_all
from isthmus.evidence import Result
from isthmus.runtime import CancelToken, Executor, Progress, silent
from isthmus.store import RunEntry, Store

Method = Literal["sobol", "morris", "tornado"]
METHODS: tuple[Method, ...] = get_args(Method)

CITATIONS: Mapping[Method, tuple[str, ...]] = {
    "sobol": (
        "Sobol, I. M. (2001), Mathematics and Computers in Simulation 55.",
        "Saltelli, A., et al. (2010), Computer Physics Communications 181.",
        "Jansen, M. J. W. (1999), Computer Physics Communications 117.",
    ),
    "morris": (
        "Morris, M. D. (1991), Technometrics 33.",
        "Campolongo, F., Cariboni, J., Saltelli, A. (2007), Environmental Modelling and "
        "Software 22.",
    ),
    "tornado": (),
}


class _Kind(NamedTuple):
    design: Blocked
    blocks: int
    read: Callable[[SampledAnswers, EnsemblePlan, Effort], MeasuredTable]


_KINDS: Mapping[Method, _Kind] = {
    "sobol": _Kind("saltelli", 64, indices_table),
    "morris": _Kind("morris", 16, effects_table),
    "tornado": _Kind("one_at_a_time", 1, swings_table),
}


def analyse(
    store: Store,
    plan: EnsemblePlan,
    world: Any,
    method: Method = "sobol",
    *,
    wanted: Wanted | None = None,
    effort: Effort | None = None,
    executor: Executor | None = None,
    cancel: CancelToken | None = None,
    progress: Progress = silent,
) -> Result:
    """Return what moves the answers of a lens over the ranges of a plan.

    Every round is an ensemble in the store, and goes on after an interruption; a further round
    takes the next blocks of the same design, so that nothing is run twice.

    Parameters
    ----------
    store : Store
        Where the runs are kept.
    plan : EnsemblePlan
        Lens, scenario with ranges, parameters, seed; its design and samples are not used.
    world : World
        As in `isthmus.ensemble.run_ensemble`.
    method : {"sobol", "morris", "tornado"}
        ``sobol``: first and total indices with intervals, and what knowing each number would
        narrow; ``morris``: elementary effects, for a first look at many parameters; ``tornado``:
        each parameter in turn at its tenth and ninetieth percentile, all others at their medians.
    wanted : Wanted, optional
        Which answers; all of the only table when not given.
    effort : Effort, optional
        How much is run.
    executor, cancel, progress
        As in `isthmus.ensemble.run_ensemble`.

    Returns
    -------
    Result
        ``indices`` and, from 32 blocks on, ``information``; or ``effects``; or ``swings``.

    Raises
    ------
    BadInput, NotFound
        With every problem of the plan, the effort or the answers.
    Cancelled, StorageFull, StorageReadOnly, WorkerLost
        As `isthmus.ensemble.run_ensemble`.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181; Jansen (1999), Computer Physics
    Communications 117; Morris (1991), Technometrics 33; Campolongo, Cariboni, Saltelli (2007),
    Environmental Modelling and Software 22.
    """
    effort, kind = effort or Effort(), _KINDS[method]
    wanted = wanted or Wanted()
    count = effort.blocks if effort.blocks is not None else kind.blocks
    most = effort.most if effort.most is not None else 64 * count
    raise_all("sensitivity", _problems(method, effort, count, most))
    words: dict[str, Any] = {"executor": executor, "cancel": cancel, "progress": progress}
    runs: list[RunEntry] = []
    done = 0
    while True:
        samples = count * block_size(kind.design, len(plan.paths))
        stage = replace(plan, design=kind.design, samples=samples, first=done)
        runs.append(run_ensemble(store, stage, world, **words))
        done += count
        answers = read_answers(store, runs, wanted)
        found = kind.read(answers, plan, effort)
        if effort.precision is None or found.widest <= effort.precision or done >= most:
            break
        count = min(done, most - done)
    return _result(method, answers, found, plan, effort, done)


def _problems(method: Method, effort: Effort, count: int, most: int) -> list[InputProblem]:
    problems = []
    if method == "tornado":
        given = [name for name in ("blocks", "precision", "most") if getattr(effort, name)]
        problems += [InputProblem("a tornado has one block", name) for name in given]
    elif count < (least := 8 if method == "sobol" else 2):
        problems.append(InputProblem(f"{count} blocks", "blocks", f"give {least} or more"))
    elif method == "sobol" and count & (count - 1):
        below = 1 << (count.bit_length() - 1)
        hint = f"a Sobol sequence is balanced at powers of two: take {below} or {2 * below}"
        problems.append(InputProblem(f"{count} blocks", "blocks", hint))
    elif most < count or (method == "sobol" and most & (most - 1)):
        what = "a power of two, " if method == "sobol" else ""
        problems.append(InputProblem(f"{most} blocks", "most", f"give {what}{count} or more"))
    if effort.precision is not None and not effort.precision > 0.0:
        problems.append(InputProblem(f"{effort.precision} is not above 0", "precision"))
    if not 0.5 <= effort.confidence < 1.0:
        hint = "give a share, such as 0.95"
        problems.append(InputProblem(f"{effort.confidence} confidence", "confidence", hint))
    if effort.resamples < 100:
        problems.append(InputProblem(f"{effort.resamples} resamples", "resamples", "100 or more"))
    return problems


def _result(
    method: Method,
    answers: SampledAnswers,
    found: MeasuredTable,
    plan: EnsemblePlan,
    effort: Effort,
    done: int,
) -> Result:
    tables = {found.table.name: replace(found.table, notes=_notes(answers, found, effort, done))}
    if method == "sobol" and done >= IN_CLASS:
        table = information_table(answers, pairs=len(plan.paths))
        tables[table.name] = table
    about = {
        "method": method,
        "blocks": done,
        "precision": effort.precision,
        "confidence": effort.confidence,
        "resamples": effort.resamples,
        "runs": list(answers.runs),
    }
    made = answers.provenance
    made = replace(made, parameters={**made.parameters, "sensitivity": about}, seed=plan.seed)
    return Result(tables, made, (*CITATIONS[method], *answers.citations))


def _notes(
    answers: SampledAnswers, found: MeasuredTable, effort: Effort, done: int
) -> tuple[str, ...]:
    calls = answers.values.shape[1]
    notes = [*found.table.notes, f"{calls} samples; the ranges are assumptions"]
    if effort.precision is not None:
        word = "reached" if found.widest <= effort.precision else "not reached"
        notes.append(
            f"half width of the widest interval {found.widest:.3g} after {done} blocks; "
            f"{effort.precision:g} was wanted: {word}"
        )
    if found.table.name == "indices" and done < IN_CLASS:
        notes.append(f"too few blocks for what knowing a number narrows: {IN_CLASS} or more")
    if answers.failed:
        notes.append(f"{answers.failed} samples have no solution; their blocks are left out")
    notes.append(f"runs: {', '.join(answers.runs)}")
    return tuple(notes)
