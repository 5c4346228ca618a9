"""A package of a reader's own: acts ticked or sent as a file, what it costs, when it pays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from isthmus.cooperation.evaluate import agreement, questions, stage_of, tables_of
from isthmus.cooperation.own import roles_of
from isthmus.cooperation.stage import TODAY
from isthmus.cooperation.stated import named
from isthmus.ensemble.losses import Question, find_all, missing, prepare
from isthmus.ensemble.losses.duration import processor_minutes
from isthmus.ensemble.losses.question import LENS
from isthmus.ensemble.recording import Recorded
from isthmus.evidence import Finding, Table
from isthmus.evidence.description import python_call
from isthmus.evidence.frames import of_years
from isthmus.scenario.catalogues import parse_catalogue, shipped_catalogue, template
from isthmus.scenario.packages import Catalogue
from isthmus.study.new import FLAGSHIP
from isthmus.study.numbers import CHANCE, interval, told
from isthmus.web.child import LARGEST_TOML, TOML, text_apart
from isthmus.web.multipart import Sent
from isthmus.web.query import address
from isthmus.web.state import Asked, Explorer, PackageFile
from isthmus.web.view import Block, Code, Facts, Field, Form, Link, LinkList, Tabled, Text, View
from isthmus.web.ways import command_way, lens_way
from isthmus.world.shipped import YEAR

OWN, TAKE, FILE = "own-package", "take.", "mine.toml"
FIRST = ("costs", "break_even")
"""Tables that a reader asks for first."""
HERE = "/package"


@dataclass(frozen=True)
class OwnPackage:
    """What an address asks.

    Parameters
    ----------
    file : PackageFile or None
        Acts, packages and hazards that were sent.
    title : str
        What the reader calls the package.
    taken : tuple of str
        Acts that are ticked.
    catalogue : Catalogue
        The shipped one with the file's entries and the package.
    packages : tuple of str
        What is evaluated: the package, and one beside it.
    rival : str
        Code of the rival in the study of the catalogue.
    """

    file: PackageFile | None
    title: str
    taken: tuple[str, ...]
    catalogue: Catalogue
    packages: tuple[str, ...]
    rival: str

    @property
    def text(self) -> str:
        """The package as a file, behind what was sent."""
        own = _toml(self.title, self.taken) if self.taken else ""
        sent = "" if self.file is None else f"{self.file.text.rstrip()}\n"
        # The first line of the package's own file stands in what was sent already, or need not.
        return f"{sent}\n{own.partition(chr(10))[2].lstrip()}".lstrip() if sent else own

    @property
    def parties(self) -> dict[str, str]:
        """Parties by role: those of the catalogue, and the rival of its study."""
        return roles_of(self.catalogue.home, self.catalogue.partner, self.rival)

    @property
    def words(self) -> dict[str, str]:
        """The state of the page as parameters of its address."""
        first, beside = (*self.packages, "", "")[:2]
        return {
            "title": self.title if self.taken else "",
            "file": "" if self.file is None else self.file.id,
            "package": first,
            "beside": beside,
            **{f"{TAKE}{key}": "true" for key in self.taken},
        }


def package(asked: Asked) -> View:
    """Return the page on which a package is put together and evaluated."""
    explorer, t = asked.explorer, asked.explorer.t
    chosen = _chosen(asked)
    asked.query.check_own()
    blocks: list[Block] = [Text((t("package.lead"),), lead=True), _ticks(explorer, chosen)]
    if chosen.packages:
        needed = _needed(explorer, chosen)
        found = find_all(needed, explorer.world)
        todo = [question for key, question in needed.items() if key not in found]
        blocks += _runs(explorer, chosen, todo, len(needed))
        tables = _tables(explorer, chosen, {key: run for key, (_, run, _) in found.items()})
        blocks.insert(1, _short(explorer, chosen, tables))
        blocks += [Tabled(table) for table in tables.values()]
    if chosen.text:
        blocks.append(Code(t("package.file", name=FILE), chosen.text))
    blocks += _sending(explorer)
    used = {key for b in blocks if isinstance(b, Tabled) for key in b.table.datasets}
    return View(
        t("package.title"),
        tuple(blocks),
        sources=explorer.records(used),
        ways=_ways(explorer, chosen),
        here="packages",
    )


def take(asked: Asked, sent: Sent) -> str:
    """Read a file that was sent, keep it in memory, and return where it is evaluated."""
    asked.query.check()
    name = sent.called(f"a {TOML} file; isthmus package template prints one")
    text = text_apart(sent.content, name)
    parse_catalogue([text], where=[name], base=shipped_catalogue(FLAGSHIP))
    kept = asked.explorer.packages.keep(lambda own: PackageFile(own, name, text))
    return address(HERE, {"file": kept.id})


def run(asked: Asked) -> str:
    """Start the runs that a package lacks, and return the address of their job."""
    explorer = asked.explorer
    chosen = _chosen(asked)
    asked.query.check()
    todo = missing([*_needed(explorer, chosen).values()], explorer.world)
    if not todo:
        return address(HERE, chosen.words)

    def work(controls: Mapping[str, Any]) -> Recorded | None:
        done = None
        for question in todo:
            done = prepare(question, explorer.world, **controls)
        return done

    call = {"packages": list(chosen.packages), "hazards": [q.scenario.name for q in todo]}
    back = address(HERE, chosen.words)
    return f"/job/{explorer.jobs.start(LENS, call, work, back).id}"


def _chosen(asked: Asked) -> OwnPackage:
    """Return what an address asks; what is wrong is noted in its query."""
    query, shipped = asked.query, shipped_catalogue(FLAGSHIP)
    title = query.text("title") or asked.explorer.t("package.own")
    ticked, name = query.prefixed(TAKE), query.text("file")
    file = asked.explorer.packages.get(name) if name else None
    base = shipped
    if file is not None:
        base = parse_catalogue([file.text], where=[file.name], base=shipped)
    known = {action.key for action in base.actions}
    for key in sorted(set(ticked) - known):
        query.problem(f"{TAKE}{key}", "is no act of the catalogue")
    taken = tuple(a.key for a in base.actions if a.key in ticked)
    held = base
    if taken:
        held = parse_catalogue([_toml(title, taken)], where=[FILE], base=base)
    named = {p.key for p in held.packages}
    sent = [p.key for p in base.packages if p not in shipped.packages]
    first = query.choice("package", named | {OWN}, OWN if taken else next(iter(sent), ""))
    beside = query.choice("beside", named, "")
    # Without a tick there is no package of one's own yet: an empty form is no mistake.
    packages = tuple(dict.fromkeys(key for key in (first, beside) if key in named))
    rival = asked.explorer.answers.shipped(FLAGSHIP).party("rival")
    return OwnPackage(file, title, taken, held, packages, rival)


def _toml(title: str, taken: Sequence[str]) -> str:
    """Return a package as a file that the command line reads."""
    acts = "".join(f'  "{key}",\n' for key in taken)
    safe = "".join(c for c in title if c.isprintable() and c not in '"\\')
    return (
        f'schema_version = 1\n\n[[packages]]\nkey = "{OWN}"\ntitle = "{safe}"\n'
        f"actions = [\n{acts}]\n"
    )


def _needed(explorer: Explorer, chosen: OwnPackage) -> dict[str, Question]:
    held = chosen.catalogue
    some = [held.package(key) for key in chosen.packages]
    return questions(explorer.world, held, chosen.parties, some)


def _tables(explorer: Explorer, chosen: OwnPackage, runs: Mapping[str, str]) -> dict[str, Table]:
    """Return what an evaluation and an agreement tell, made once for the same runs."""
    key = ("package", chosen.catalogue.identity, chosen.packages, tuple(sorted(runs.items())))

    def made() -> dict[str, Table]:
        stage = stage_of(explorer.world, chosen.catalogue, chosen.parties, chosen.packages)
        hazard = next(iter(stage.losses), "")
        found = named([*tables_of(stage), *agreement(stage, hazard)], stage.stated, hazard)
        found.sort(key=lambda table: table.name not in FIRST)
        dated = of_years(found, [YEAR, chosen.catalogue.year])
        return {name: table for name, table in dated.items() if table.frame.height}

    return explorer.answers.kept(key, made)


def _short(explorer: Explorer, chosen: OwnPackage, tables: Mapping[str, Table]) -> Facts:
    """Return what the package costs, and from which probability of which hazard it pays."""
    t, said, catalogue = explorer.t, explorer.catalogue.said, chosen.catalogue
    mine = (pl.col("package") == chosen.packages[0]) & (pl.col("compared") == TODAY)
    costs, pays = (
        [*_ranged(explorer, tables[name], mine)] if name in tables else [] for name in FIRST
    )
    rows = [(t("package.costs"), text) for _, text in costs]
    for row, text in pays:
        hazard = said(catalogue.hazard(row["hazard"]).title)
        never = row["value"] is None
        rows.append((hazard, t("package.never") if never else t("package.pays", value=text)))
    title = said(catalogue.package(chosen.packages[0]).title)
    return Facts(t("package.short", title=title), tuple(rows))


def _ranged(
    explorer: Explorer, table: Table, mine: pl.Expr
) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield rows of a table with the middle of their draws, its range and its kind in words."""
    mark = explorer.catalogue.text(f"kind_mark.{table.kind.value}")
    units = explorer.catalogue.units
    unit = next(column.unit for column in table.columns if column.name == "value")
    unit = CHANCE if table.name == "break_even" else unit
    for row in table.frame.filter(mine).iter_rows(named=True):
        found = Finding("", row["value"], unit, table.kind, "", "", (), row["low"], row["high"])
        between = interval(found, units)
        text = f"{told(found, units)} ({between})" if between else told(found, units)
        yield row, f"{text} {mark}"


def _ticks(explorer: Explorer, chosen: OwnPackage) -> Form:
    """Return the form in which acts are ticked, each with its label and what it buys."""
    t, said = explorer.t, explorer.catalogue.said
    named = tuple((p.key, said(p.title)) for p in chosen.catalogue.packages)
    fields = [Field("title", t("package.name"), value=chosen.title)]
    for action in chosen.catalogue.actions:
        text = f"{action.label} {said(action.title)}".strip()
        on = "true" if action.key in chosen.taken else ""
        fields.append(Field(f"{TAKE}{action.key}", text, "check", on))
    beside = chosen.words["beside"]
    none = ("", t("choose.none"))
    fields.append(Field("beside", t("package.beside"), "select", beside, (none, *named)))
    if chosen.file is not None:
        fields.append(Field("file", "", "hidden", chosen.file.id))
    return Form(t("package.acts"), HERE, tuple(fields), t("package.evaluate"))


def _runs(
    explorer: Explorer, chosen: OwnPackage, todo: Sequence[Question], needed: int
) -> Iterator[Block]:
    """Say which losses are recorded, and offer the runs that are not, with their time."""
    t = explorer.t
    if not todo:
        yield Text((t("package.recorded", needed=str(needed)),))
        return
    time = f"{max(processor_minutes(todo), 1.0):.0f}"
    yield Text((t("package.lacks", todo=str(len(todo)), needed=str(needed), minutes=time),))
    hidden = tuple(Field(name, "", "hidden", v) for name, v in chosen.words.items() if v)
    yield Form(t("package.run"), f"{HERE}/run", hidden, t("whatif.start"), post=True)


def _sending(explorer: Explorer) -> Iterator[Block]:
    """Return what takes a file, and a file to start from."""
    t = explorer.t
    helped = t("package.send_help", most=f"{LARGEST_TOML // 2**10}")
    file = Field("file", t("package.send_file"), "file", TOML, help=helped, required=True)
    yield Form(t("package.send"), HERE, (file,), t("suppliers.submit"), post=True)
    listed = explorer.packages.listed()
    if listed:
        items = tuple(Link(one.name, address(HERE, {"file": one.id})) for one in listed)
        yield LinkList(t("suppliers.listed"), items)
    yield Code(t("package.template"), template())


def _ways(explorer: Explorer, chosen: OwnPackage) -> tuple[Code, ...]:
    if not chosen.packages:
        return (command_way(explorer, "package", "list"),)
    file = (FILE,) if chosen.text else ()
    words = [*chosen.packages, *(word for name in file for word in ("--file", name))]
    given: dict[str, Any] = {"packages": list(chosen.packages)}
    call = python_call("cooperation.evaluate", given)
    program = lens_way(explorer, call)
    if file:
        text = program.text.rstrip().removesuffix(")")
        program = Code(program.title, f"from pathlib import Path\n\n{text}, file=Path({FILE!r}))\n")
    return command_way(explorer, "package", "evaluate", *words), program
