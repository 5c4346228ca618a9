"""An assessment as a run: findings, verdicts and digests of the pages, to be done again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from isthmus.ensemble.lenses import register_lens
from isthmus.ensemble.recording import Recorded, lens_plan, record
from isthmus.evidence import Column, Kind, Provenance, Result, Table
from isthmus.runtime import canonical_hash
from isthmus.store import Store
from isthmus.study.ahead import Ahead
from isthmus.study.assessment import Progress, assess
from isthmus.study.dossier import Dossier, Section
from isthmus.study.schema import Study
from isthmus.world import World

LENS = "study.assess"


def assess_and_record(
    study: Study,
    world: World,
    *,
    language: str = "en",
    progress: Progress | None = None,
    each: Callable[[Section], None] | None = None,
    ahead: Ahead | None = None,
    store: Store | None = None,
) -> tuple[Dossier, Recorded]:
    """Answer a study as `assess` does, and keep the answer as a run.

    Parameters
    ----------
    study, world, language, progress, each, ahead
        As in `assess`.
    store : Store, optional
        Where to keep the run; the user's store by default. A store that cannot be written to does
        not stop the assessment.

    Returns
    -------
    tuple of Dossier and Recorded
        The dossier, and the run with the tables of `dossier_result`.
    """
    asked = {"study": study.model_dump(mode="json"), "language": language}
    manifest = lens_plan(LENS, world, None, asked)
    kept: list[Dossier] = []

    def work() -> Result:
        kept.append(
            assess(study, world, language=language, progress=progress, each=each, ahead=ahead)
        )
        return dossier_result(kept[0], manifest.parameters)

    recorded = record(manifest, work, store=store)
    return kept[0], recorded


def assessed(world: World, *, study: Mapping[str, Any], language: str = "en") -> Result:
    """Answer a study given as plain values, and return what a run keeps of the dossier.

    Parameters
    ----------
    world : World
        The data.
    study : mapping
        `Study.model_dump(mode="json")`, or the same with tuples for lists.
    language : str
        Language of the texts.
    """
    dossier = assess(Study.model_validate(study), world, language=language)
    return dossier_result(dossier, {"study": study, "language": language})


def make_repeatable() -> None:
    """Let `isthmus.ensemble` call an assessment by the name that its runs hold."""
    register_lens(LENS, assessed)


def dossier_result(dossier: Dossier, parameters: Mapping[str, Any]) -> Result:
    """Return a dossier as tables.

    Returns
    -------
    Result
        ``findings``: every number that the dossier quotes; ``claims``: every claim with its
        verdict; ``pages``: for the first page, each section and all claims the hash of their
        content, so that a repetition shows where a sentence or a chart differs.
    """
    about = dossier.provenance
    kind = Kind.weakest([Kind.MEASURED, *(f.kind for f in dossier.findings().values())])
    datasets = tuple(record.key for record in dossier.sources)
    tables = [
        Table(name, frame, columns, kind, datasets, text)
        for name, text, (frame, columns) in (
            ("findings", "numbers of the dossier", _findings(dossier)),
            ("claims", "verdicts on the claims of the study", _claims(dossier)),
            ("pages", "digests of the parts of the dossier", _pages(dossier)),
        )
    ]
    return Result(
        {table.name: table for table in tables},
        Provenance(LENS, dict(parameters), about["world"], about["world_hash"], about["datasets"]),
    )


Part = tuple[pl.DataFrame, tuple[Column, ...]]


def _findings(dossier: Dossier) -> Part:
    rows = [
        (f.key, f.value, f.low, f.high, f.unit, f.kind.value, f.year, f.method)
        for f in dossier.findings().values()
    ]
    numbers = dict.fromkeys(("value", "low", "high"), pl.Float64)
    texts = dict.fromkeys(("unit", "kind", "year", "method"), pl.String)
    frame = pl.DataFrame(rows, schema={"finding": pl.String, **numbers, **texts}, orient="row")
    return frame, (
        Column("finding", "dimension", text="key of the finding"),
        Column("value", "value", text="in the unit of the row; empty where data cannot tell"),
        Column("low", "value", text="lower end, where one is known"),
        Column("high", "value", text="upper end, where one is known"),
        Column("unit", "attribute", text="unit of the row; 1 for shares and ratios"),
        Column("kind", "attribute", text="measured, estimated, modelled or assumed"),
        Column("year", "attribute", text="year or period of the data"),
        Column("method", "attribute", text="key of the definition"),
    )


def _claims(dossier: Dossier) -> Part:
    rows = [
        (c.claim.id, c.verdict.status.value, c.finding.key if c.finding else None)
        for c in dossier.claims
    ]
    schema = dict.fromkeys(("claim", "verdict", "finding"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row"), (
        Column("claim", "dimension", text="id of the claim in the study"),
        Column("verdict", "attribute", text="what the data at hand say"),
        Column("finding", "attribute", text="the number that decides it"),
    )


def _pages(dossier: Dossier) -> Part:
    whole = dossier.to_dict()
    parts = {"summary": whole["summary"], "claims": whole["claims"], "methods": whole["methods"]}
    parts |= {section["key"]: section for section in whole["sections"]}
    rows = [(name, canonical_hash(part)) for name, part in parts.items()]
    frame = pl.DataFrame(rows, schema={"page": pl.String, "sha256": pl.String}, orient="row")
    return frame, (
        Column("page", "dimension", text="part of the dossier"),
        Column("sha256", "attribute", text="hash of its content"),
    )
