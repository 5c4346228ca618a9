"""One batch of samples in a worker: values, calls of the lens, one Parquet part per table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from isthmus.ensemble.design import open_design
from isthmus.ensemble.distributions import quantile
from isthmus.ensemble.lenses import (
    call_lens,
    register_lens,
    takes_among,
    takes_scenarios,
    takes_seed,
)
from isthmus.ensemble.plan import whole_number
from isthmus.errors import (
    BadInput,
    DataCorrupted,
    DidNotConverge,
    IdentityViolated,
    IsthmusError,
    NotFound,
    NotProductive,
    SingularSystem,
)
from isthmus.evidence import Collection, Kind, Result, Table, content_hash
from isthmus.evidence.lens import Function
from isthmus.runtime import Batch, disk, write_bytes
from isthmus.runtime.streams import task_seed
from isthmus.scenario import Scenario
from isthmus.store import RunManifest, Store
from isthmus.store.datasets import parquet_bytes
from isthmus.store.tables import file_entry, plain, table_entry

DESIGN_FILE = "design.npy"
SAMPLES_TABLE = "samples"
FAILURES_TABLE = "failures"
_LENS_STREAM = 1 << 20
_MODEL_FAILURES = (DidNotConverge, SingularSystem, NotProductive, IdentityViolated)


@dataclass(frozen=True)
class Work:
    """All that a worker needs to run batches of one ensemble.

    Parameters
    ----------
    folder : Path
        The run's folder, with the design.
    manifest : RunManifest
        What was asked.
    store : Path
        The store's folder.
    own : mapping
        Lenses registered by the caller's code.
    block : int
        Samples that belong together: they share the draws of a lens that draws by itself.
    """

    folder: Path
    manifest: RunManifest
    store: Path
    own: Mapping[str, Function] = field(default_factory=dict)
    block: int = 1

    @property
    def lens(self) -> str:
        """Dotted name of the lens."""
        return self.manifest.lens


@lru_cache(maxsize=2)
def open_world(name: str, added: tuple[str, ...], store: Path, content: str) -> Any:
    """Open the world of a run once per process.

    Raises
    ------
    DataCorrupted
        When its content is not that of the run.
    """
    from isthmus.world import World

    world = World.open(name, with_=added, store=Store(store))
    if world.content_hash != content:
        raise DataCorrupted(
            "the world is not the one with which the run began",
            where=f"{name} {world.edition}",
            hint="start the ensemble again with this world",
        )
    return world


def run_batch(work: Work, batch: Batch) -> dict[str, Any]:
    """Run the samples of one batch and write a part per table.

    A sample in which the model has no solution is kept in the table ``failures`` with its reason;
    every other error ends the batch, and names the sample with its values.

    Returns
    -------
    dict
        Plain form of a `TableEntry` per table, with the files and the hash of this part.
    """
    for name, lens in work.own.items():
        register_lens(name, lens)
    if not (work.folder / DESIGN_FILE).exists():
        hint = "put the store where all machines that work on the run see it (ISTHMUS_HOME)"
        raise NotFound("the folder of the run is not seen", where=str(work.folder), hint=hint)
    used, tables = work.manifest.world, tuple(work.manifest.plan["tables"])
    world = open_world(used.name, used.added, work.store, used.content_hash)
    scenario = Scenario.from_dict(work.manifest.scenario or {})
    values = sample_values(scenario, open_design(work.folder / DESIGN_FILE), batch)
    frames: dict[str, list[pl.DataFrame]] = {}
    schemas: dict[str, Table] = {}
    failures: list[tuple[int, str, str]] = []
    offered: dict[str, None] = {}
    provenance: dict[str, Any] = {}
    samples = {
        number: scenario.with_values({path: column[row] for path, column in values.items()})
        for row, number in enumerate(range(batch.start, batch.stop))
    }
    answers = _together if takes_scenarios(work.lens) else _one_by_one

    def said(number: int) -> str:
        drawn = (f"{path} = {column[number - batch.start]}" for path, column in values.items())
        return f"sample {number}: {', '.join(drawn)}"

    for number, result in answers(work, world, samples, said):
        if isinstance(result, IsthmusError):
            failures.append((number, type(result).__name__, result.what))
            continue
        provenance = provenance or _provenance(result)
        offered |= dict.fromkeys(result.tables)
        for name, table in result.tables.items():
            if not tables or name in tables:
                schemas.setdefault(name, table)
                frames.setdefault(name, []).append(_numbered(table.frame, number))
    _check_tables(tables, schemas, offered, failures)
    parts = {name: _part(work.folder, schemas[name], frames[name], batch) for name in frames}
    parts[SAMPLES_TABLE] = _part(work.folder, *_samples(values, batch), batch)
    if failures:
        parts[FAILURES_TABLE] = _part(work.folder, *_failures(failures), batch)
    return {"tables": parts, "lens": provenance}


def sample_values(scenario: Scenario, design: Any, batch: Batch) -> dict[str, list[Any]]:
    """Return the drawn values of a batch by path."""
    values: dict[str, list[Any]] = {}
    for j, spec in enumerate(scenario.ranges):
        drawn = quantile(spec, design[batch.start : batch.stop, j])
        if whole_number(spec.path, scenario) and spec.distribution != "choice":
            drawn = [round(v) for v in drawn]
        values[spec.path] = drawn
    return values


Answers = Iterator[tuple[int, Result | IsthmusError]]


def _one_by_one(
    work: Work, world: Any, samples: Mapping[int, Scenario], said: Callable[[int], str]
) -> Answers:
    """Call the lens for each sample; where the model has no solution, yield why."""
    first = _LENS_STREAM + int(work.manifest.plan.get("first", 0))
    for number, scenario in samples.items():
        parameters = dict(work.manifest.parameters)
        if takes_seed(work.lens) and "seed" not in parameters:
            stream = task_seed(work.manifest.seed or 0, first + number // work.block)
            parameters["seed"] = int(stream.generate_state(1)[0])
        try:
            yield number, call_lens(work.lens, world, scenario, parameters)
        except _MODEL_FAILURES as error:
            yield number, error
        except IsthmusError as error:
            error.where = "; ".join(filter(None, (error.where, said(number))))
            raise


def _together(
    work: Work, world: Any, samples: Mapping[int, Scenario], said: Callable[[int], str]
) -> Answers:
    """Call the lens once for all samples; where that has no solution, for each alone."""
    named = {n: s.model_copy(update={"name": f"sample-{n}"}) for n, s in samples.items()}
    controls: dict[str, Any] = {"scenarios": tuple(named.values())}
    if takes_among(work.lens):
        controls["among"] = int(work.manifest.plan["samples"])
    try:
        whole = call_lens(work.lens, world, None, work.manifest.parameters, controls=controls)
    except _MODEL_FAILURES as error:
        for number, scenario in named.items():
            if len(named) == 1:
                yield number, error
            else:
                yield from _together(work, world, {number: scenario}, said)
        return
    try:
        results = Collection.of(whole).results
    except ValueError as error:
        raise BadInput(str(error), where=work.lens) from error
    yield from ((number, results[scenario.name]) for number, scenario in named.items())


def _provenance(result: Result) -> dict[str, Any]:
    return {"citations": list(result.citations), "datasets": dict(result.provenance.datasets)}


def _check_tables(
    wanted: tuple[str, ...],
    found: Mapping[str, Table],
    offered: Iterable[str],
    failures: list[tuple[int, str, str]],
) -> None:
    missing = sorted(set(wanted) - set(found))
    if missing and not failures:
        hint = f"the lens gives {', '.join(offered)}"
        raise BadInput(f"the lens gives no table {', '.join(missing)}", where="tables", hint=hint)
    if clash := sorted({SAMPLES_TABLE, FAILURES_TABLE} & set(found)):
        raise BadInput(f"the lens gives a table {', '.join(clash)}", hint="choose others (tables)")


def _numbered(frame: pl.DataFrame, number: int) -> pl.DataFrame:
    return frame.select(pl.lit(number, dtype=pl.Int64).alias("sample"), pl.all())


def _part(folder: Path, table: Table, frames: list[pl.DataFrame], batch: Batch) -> dict[str, Any]:
    frame = pl.concat(frames)
    name = f"parts/{table.name}/{batch.number:06d}.parquet"
    disk.make_folder((folder / name).parent)
    write_bytes(folder / name, parquet_bytes(frame))
    entry = table_entry(
        table,
        rows=frame.height,
        content_sha256=content_hash(frame, keep_order=True),
        files=(file_entry(folder, name),),
    )
    return plain(entry)


def _samples(values: Mapping[str, list[Any]], batch: Batch) -> tuple[Table, list[pl.DataFrame]]:
    """Return the drawn values, long: one row per sample and parameter."""
    rows = [
        (number, path, *((value, None) if _is_number(value) else (None, str(value))))
        for path, drawn in values.items()
        for number, value in enumerate(drawn, batch.start)
    ]
    kinds = {"sample": pl.Int64, "parameter": pl.String, "value": pl.Float64, "text": pl.String}
    frame = pl.DataFrame(rows, schema=kinds, orient="row")
    return _own_table(SAMPLES_TABLE, frame, "the drawn values"), [frame]


def _failures(rows: list[tuple[int, str, str]]) -> tuple[Table, list[pl.DataFrame]]:
    schema = {"sample": pl.Int64, "error": pl.String, "what": pl.String}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    return _own_table(FAILURES_TABLE, frame, "samples without a solution"), [frame]


def _own_table(name: str, frame: pl.DataFrame, text: str) -> Table:
    from isthmus.evidence import Column

    dimensions = {"sample", "parameter"}
    columns = tuple(
        Column(c, "dimension" if c in dimensions else "attribute") for c in frame.columns
    )
    return Table(name, frame, columns, Kind.ASSUMED, (), text)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
