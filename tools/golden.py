"""Golden dossiers: what `assess` says for fixed parties, held field by field.

Usage: python tools/golden.py [--write] [SETTING ...]

Without ``--write`` the difference between the kept dossiers and those of this code is printed as
a table, and the exit code is 1 when there is one. With it the kept dossiers are written again;
lines that agree stay as they are, so that the history shows what was meant to change.

Not held: the version of the package and the hashes of study, world and stored files, which change
with every release or data set and have tests of their own. Every data set's content hash is held.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from isthmus.evidence import Table
from isthmus.runtime import canonical_json
from isthmus.study import Dossier, Section, Study, assess, open_study, shipped_studies
from isthmus.world import World

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "data" / "golden"

SETTINGS = {
    "taiwan-europe": {},
    "germany-taiwan": {"home": "DEU", "partner": "TWN"},
    "japan-korea": {"home": "JPN", "partner": "KOR"},
    "usa-europe": {"home": "USA", "partner": "EU27_2020", "rival": "RUS", "ally": "GBR"},
    "germany-materials": {},
}
"""Parties put into the flagship study, by name of the setting; a shipped study of that name is
taken as it is."""

TOLERANCE = 1e-9
"""Relative; numbers below a thousandth of it count as zero."""

SHOWN = 70

Entries = dict[str, Any]


class Difference(NamedTuple):
    """One field that is not the same; None stands for a field that is not there."""

    key: str
    before: Any
    after: Any


def study_of(setting: str) -> Study:
    """Return the flagship study with the parties of a setting."""
    if setting in shipped_studies():
        return open_study(setting)
    return open_study("taiwan-europe").with_parties(**SETTINGS[setting])


def made(setting: str, world: World) -> Entries:
    """Return the entries of a setting as this code and this world give them."""
    return entries(assess(study_of(setting), world))


def entries(dossier: Dossier) -> Entries:
    """Return everything a dossier says, flat: findings, tables, rows and sentences by key."""
    flat: Entries = {}
    for key, value in _entries(dossier):
        number = 2
        name = key
        while name in flat:
            name, number = f"{key} #{number}", number + 1
        flat[name] = json.loads(canonical_json(value))
    return flat


def _entries(dossier: Dossier) -> Iterator[tuple[str, Any]]:
    study = dossier.study
    kept = study.model_dump(mode="json", include={"name", "title", "question"})
    sections = [section.key for section in dossier.sections]
    yield "study", kept | {"parties": study.parties, "sections": sections}
    for key, finding in sorted(dossier.findings().items()):
        yield f"finding {key}", finding.to_dict()
    for section in (dossier.summary, *dossier.sections):
        yield from _section(section)
    for claim in dossier.claims:
        plain = claim.to_dict()
        plain["finding"] = None if claim.finding is None else claim.finding.key
        yield f"claim {claim.claim.id}", plain
    for record in dossier.sources:
        yield f"source {record.key}", record.model_dump(mode="json", exclude={"sha256"})
    for key, text in sorted(dossier.methods.items()):
        yield f"method {key}", text


def _section(section: Section) -> Iterator[tuple[str, Any]]:
    plain = section.to_dict()
    tables = [table.name for table in section.tables]
    yield (
        f"section {section.key}",
        {
            "question": plain["question"],
            "findings": sorted({finding.key for finding in section.findings}),
            "charts": [chart.key for chart in section.charts],
            "tables": tables,
        },
    )
    for part in ("answer", "notes", "gaps"):
        for sentence in plain[part]:
            yield f"{part} {section.key} {sentence['key']}", sentence
    for kind, notes in (("headline", section.headlines), ("counter", section.counters)):
        for note in notes:
            sentence = note.sentence
            yield f"{kind} {section.key} {sentence.key}", sentence.to_dict() | {"rank": note.rank}
    for chart in section.charts:
        drawn = chart.to_dict()
        yield f"chart {chart.key}", drawn | {"table": chart.table.name}
        yield from _table(chart.table)
    for table in section.tables:
        yield from _table(table)


def _table(table: Table) -> Iterator[tuple[str, Any]]:
    head = table.to_dict()
    del head["rows"]
    yield f"table {table.name}", head
    for row in table.frame.to_dicts():
        label = " ".join(str(row.pop(name)) for name in table.dimensions)
        yield f"row {table.name} {label}", row


def differences(before: Entries, after: Entries) -> list[Difference]:
    """Return every field that differs by more than the tolerance, in the order of `before`."""
    found: list[Difference] = []
    for key in dict.fromkeys([*before, *after]):
        if key in before and key in after:
            found.extend(_unequal(key, before[key], after[key]))
        else:
            found.append(Difference(key, before.get(key), after.get(key)))
    common = [key for key in before if key in after]
    moved = [key for key in after if key in before]
    found.extend(
        Difference(f"place of {old}", old, new)
        for old, new in zip(common, moved, strict=True)
        if old != new
    )
    return found


def _unequal(key: str, before: Any, after: Any) -> Iterator[Difference]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys([*before, *after]):
            yield from _unequal(f"{key} · {name}", before.get(name), after.get(name))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _unequal(f"{key} · {number}", old, new)
    elif not _same(before, after):
        yield Difference(key, before, after)


def _same(before: Any, after: Any) -> bool:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (before, after))
    if numbers:
        return math.isclose(before, after, rel_tol=TOLERANCE, abs_tol=TOLERANCE / 1000)
    return bool(before == after)


def path_of(setting: str) -> Path:
    """Return the file of a setting."""
    return FOLDER / f"{setting}.jsonl"


def kept(setting: str) -> Entries:
    """Return the kept entries of a setting; none where nothing is kept."""
    path = path_of(setting)
    if not path.is_file():
        return {}
    return dict(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())


def write(setting: str, before: Entries, after: Entries) -> None:
    """Keep `after`, one entry a line; an entry that agrees with `before` keeps its digits."""
    chosen = {
        key: before[key] if key in before and not [*_unequal(key, before[key], value)] else value
        for key, value in after.items()
    }
    text = "".join(f"{canonical_json([key, value])}\n" for key, value in chosen.items())
    FOLDER.mkdir(parents=True, exist_ok=True)
    path_of(setting).write_text(text, encoding="utf-8", newline="\n")


def table(found: Sequence[Difference]) -> str:
    """Return differences as a table: key, before, after."""
    rows = [("key", "before", "after"), *((d.key, _cell(d.before), _cell(d.after)) for d in found)]
    widths = [max(len(row[place]) for row in rows) for place in range(2)]
    return "\n".join(f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}" for a, b, c in rows)


def _cell(value: Any) -> str:
    text = "-" if value is None else canonical_json(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare, print, and write where asked; return the exit code."""
    parser = argparse.ArgumentParser(description="Compare or write the golden dossiers.")
    parser.add_argument("settings", nargs="*", metavar="SETTING", help=", ".join(SETTINGS))
    parser.add_argument("--write", action="store_true", help="keep what this code gives")
    asked = parser.parse_args(arguments)
    unknown = sorted(set(asked.settings) - set(SETTINGS))
    if unknown:
        parser.error(f"no setting {', '.join(unknown)}; there are {', '.join(SETTINGS)}")
    world = World.open("starter")
    total = 0
    for setting in asked.settings or SETTINGS:
        before, after = kept(setting), made(setting, world)
        found = differences(before, after)
        total += len(found)
        print(f"{setting}: {len(found)} differences")
        if found and before:
            print(table(found))
        if asked.write:
            write(setting, before, after)
    return int(bool(total) and not asked.write)


if __name__ == "__main__":
    sys.exit(main())
