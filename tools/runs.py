"""Make the recorded runs that ship: those that the shipped studies read.

Usage: python -m tools.runs [--store FOLDER] [--workers N] [--number N] [--plan] [--ship]

Runs are made in a store (``build/runs`` by default), where what was begun is gone on with. A second
call with ``--ship`` puts those that are needed in the place of what ships
(`isthmus.store.Store.shipped`). They are small: only economies that a party of these studies is or
holds are kept, and only the flagship has runs at more stocks and with packages in force;
`isthmus study prepare` and `isthmus package prepare` make others. A run that keeps more economies
than the question asks for ships without them.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from isthmus import codes
from isthmus.cooperation.evaluate import questions as package_questions
from isthmus.cooperation.evaluate import roles_of
from isthmus.ensemble.calibration.recorded import RECORDED, find_backtest
from isthmus.ensemble.losses import Question, find, joined, missing, prepare
from isthmus.ensemble.losses.duration import scenario_years
from isthmus.ensemble.recording import run_lens
from isthmus.evidence import Result
from isthmus.scenario.catalogues import shipped_catalogue
from isthmus.store import RunManifest, Store
from isthmus.store.layout import FORMAT_FILE, MANIFEST, RUNS, read_json
from isthmus.store.runs import OUTPUTS, TIMING, plan_run, stage_run
from isthmus.store.tables import TABLES
from isthmus.study import open_study, shipped_studies
from isthmus.study.context import Context
from isthmus.study.page import Page
from isthmus.study.prepare import moved_questions, needed
from isthmus.study.subjects.disruption.runs import shares, there, wide
from isthmus.study.subjects.disruption.tables import event_name
from isthmus.world import World

FLAGSHIP = "taiwan-europe"
MEASURED = Path("docs/measured/losses.md")
OTHERS = ("EU27_2020", "TWN", "CHN", "USA", "JPN", "KOR", "GBR", "CAN")
"""Whose losses are kept beside those of the parties, for claims about them."""


def questions(world: World) -> list[Question]:
    """Return what the shipped runs answer, the longest first: per event as today, and at levels."""
    studies = [open_study(name) for name in shipped_studies()]
    keep = dict.fromkeys(code for party in OTHERS for code in codes.members(party))
    groups: dict[tuple[str, bool], list[Question]] = {}
    for study in studies:
        for one in needed(study, world):
            question = one.question
            if question.around and study.name != FLAGSHIP:
                continue
            if not question.around:
                question = replace(question, keep=(*keep, *question.keep))
            groups.setdefault((question.key(world), question.around), []).append(question)
    held = [joined(found) for found in groups.values()]
    between = moved_questions(open_study(FLAGSHIP), world)
    return sorted([*held, *of_packages(world), *between], key=scenario_years, reverse=True)


def of_packages(world: World) -> list[Question]:
    """Return what the flagship asks of losses with packages in force, by hazard."""
    study = open_study(FLAGSHIP)
    parties = roles_of(study.party("home"), study.party("partner"))
    return list(package_questions(world, shipped_catalogue(FLAGSHIP), parties).values())


def trimmed(
    manifest: RunManifest, result: Result, keep: tuple[str, ...]
) -> tuple[RunManifest, Result]:
    """Return a run as it is asked with the losses of fewer economies kept, and its result.

    Nothing is computed anew: the rows of the others are left out.
    """
    told = {**manifest.parameters, "keep": list(keep)}
    plan = plan_run(
        manifest.lens,
        manifest.world,
        parameters=told,
        scenario=manifest.scenario,
        scenario_hash=manifest.scenario_hash,
        seed=manifest.seed,
    )
    tables = dict(result.tables)
    for name in ("losses", "base"):
        table = tables[name]
        rows = table.frame.filter(table.frame["economy"].is_in(list(keep)))
        tables[name] = replace(table, frame=rows)
    words = {**result.provenance.parameters, "keep": list(keep)}
    about = replace(result.provenance, parameters=words)
    return plan, replace(result, tables=tables, provenance=about)


def ship(store: Store, wanted: list[Question], world: World) -> None:
    """Put the runs that answer the questions in the place of those that ship.

    What is missing is named and not shipped: pages then say which command makes it.
    """
    target = Store.shipped().root
    absent = missing(wanted, world, store)
    for question in absent:
        print(f"not made, not shipped: {question.scenario.name}")
    staging = target.with_name("shipped.new")
    shutil.rmtree(staging, ignore_errors=True)
    kept = [_put(question, world, store, staging) for question in wanted if question not in absent]
    place, name = find_backtest(store)[:2]
    kept.append(_copied(place, name, staging))
    shutil.copy(place.root / FORMAT_FILE, staging / FORMAT_FILE)
    shutil.rmtree(target, ignore_errors=True)
    staging.rename(target)
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file())
    print(f"{len(kept)} runs, {size / 1e6:.2f} MB in {target}")


def _put(question: Question, world: World, store: Store, staging: Path) -> Path:
    """Put the run that answers a question among those that ship, with what it asks and no more."""
    place, name, manifest = find(question, world, store)
    if not question.keep or manifest.parameters["keep"]:
        return _copied(place, name, staging)
    plan, result = trimmed(manifest, place.result(name), question.keep)
    folder = staging / RUNS / plan.id
    folder.mkdir(parents=True)
    stage_run(folder, plan, result, timing=read_json(place.root / RUNS / name / TIMING))
    return folder


def _copied(place: Store, name: str, staging: Path) -> Path:
    source, folder = place.root / RUNS / name, staging / RUNS / name
    folder.mkdir(parents=True)
    for part in (MANIFEST, OUTPUTS, TIMING):
        shutil.copy(source / part, folder / part)
    shutil.copytree(source / TABLES, folder / TABLES)
    return folder


def measured(world: World) -> str:
    """Return what the flagship's home loses by event, as a table for the documentation."""
    context = Context(open_study(FLAGSHIP), world)
    page = Page(context, "disruption")
    lines = [
        "| event | 30 days | 90 days | 90 days with misfit | 365 days |",
        "| --- | --- | --- | --- | --- |",
    ]
    for event in there(context):
        cells = [event_name(page, event)]
        for days in (30, 90, 365):
            values = shares(context, event, context.home, days)
            low, middle, high = np.quantile(values, (0.1, 0.5, 0.9)).tolist()
            cells.append(f"{middle:.2%} ({low:.2%} to {high:.2%})")
            if days == 90:
                ends = wide(context, values)
                cells.append(f"{ends[0]:.2%} to {ends[1]:.2%}")
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Read the command line, make what is missing, and ship it where asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=Path("build/runs"))
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--plan", action="store_true", help="say what is missing, and stop")
    parser.add_argument("--number", type=int, help="only the run with this number, from 0")
    parser.add_argument("--ship", action="store_true", help="ship what is there; make nothing")
    options = parser.parse_args()
    world, store = World.open("starter"), Store(options.store)
    wanted = questions(world)
    chosen = wanted if options.number is None else wanted[options.number : options.number + 1]
    todo = missing(chosen, world, store)
    years = sum(scenario_years(question) for question in todo)
    print(f"{len(wanted)} runs, {len(todo)} to make: {years:,.0f} years of days", flush=True)
    if options.ship:
        ship(store, wanted, world)
        MEASURED.write_text(measured(world), encoding="utf-8")
        return 0
    if options.plan:
        for number, question in enumerate(wanted):
            print(number, question.scenario.name, f"{scenario_years(question):,.0f}")
        return 0
    start = time.perf_counter()
    for number, question in enumerate(todo, 1):
        prepare(question, world, store=store, workers=options.workers)
        name, levels = question.scenario.name, len(question.levels)
        took = f"{time.perf_counter() - start:.0f} s"
        print(f"{number} of {len(todo)}: {name}, {levels} levels, {took}", flush=True)
    if options.number is None:
        run_lens("calibration.backtest", world, parameters=RECORDED, store=store)
    return 0


if __name__ == "__main__":
    sys.exit(main())
