"""The same answer elsewhere: as a command, as a program, as a study file."""

from __future__ import annotations

import json
import shlex

from isthmus.ensemble.losses import Question as Asking
from isthmus.scenario import dumps
from isthmus.study.schema import Study
from isthmus.study.toml import study_toml
from isthmus.web.answers import PageQuestion
from isthmus.web.state import Explorer
from isthmus.web.view import Code
from isthmus.world.snapshot import STARTER


def study_ways(explorer: Explorer, question: PageQuestion, study: Study) -> tuple[Code, ...]:
    """Return how to get the pages of a study with the command line, Python, and as a file."""
    world = _option(explorer)
    if question.study:
        command = f"isthmus assess {question.study}{world}"
        opened = f'open_study("{question.study}")'
        imported = "open_study"
    else:
        command = f"isthmus study check {study.name}.toml\nisthmus assess {study.name}.toml{world}"
        opened = f'read_study(Path("{study.name}.toml"))'
        imported = "read_study"
    path = "" if question.study else "from pathlib import Path\n\n"
    program = (
        f"{path}from isthmus import World, assess\nfrom isthmus.study import {imported}\n\n"
        f"dossier = assess({opened}, World.open({_quoted(explorer.reference)}))\n"
    )
    return (
        Code(explorer.t("ways.command"), command),
        Code(explorer.t("ways.python"), program),
        Code(explorer.t("ways.toml", name=f"{study.name}.toml"), study_toml(study)),
    )


def figure_way(explorer: Explorer, question: PageQuestion, study: Study, key: str) -> Code:
    """Return the program that makes one figure again."""
    program = study_ways(explorer, question, study)[1].text
    line = f"print(dossier.findings()[{_quoted(key)}].value)\n"
    return Code(explorer.t("ways.python"), program + line)


def lens_way(explorer: Explorer, call: str, *, own: str = "") -> Code:
    """Return the program that calls a lens, in a world with a data set of one's own."""
    program = (
        "from isthmus import World\nfrom isthmus.ensemble.lenses import lens_of\n\n"
        f"world = World.open({_quoted(_with(explorer, own))})\nresult = {call}\n"
    )
    return Code(explorer.t("ways.python"), program)


def losses_ways(explorer: Explorer, question: Asking, home: str, until: int) -> tuple[Code, ...]:
    """Return how to get the loss of a scenario with the command line, Python, and as a file."""
    scenario, name = question.scenario, f"{question.scenario.name}.toml"
    asked = f" --draws {question.draws} --until {question.until}"
    keep = "".join(f" --keep {shlex.quote(code)}" for code in question.keep)
    command = f"isthmus losses conditional {name}{keep}{asked}{_option(explorer)}"
    levels = [level.to_dict() for level in question.levels]
    told = ", ".join(
        (
            f"read(Path({_quoted(name)}))",
            "levels=tuple(Level(**level) for level in levels)",
            f"keep={question.keep!r}",
            f"draws={question.draws}",
            f"until={question.until}",
        )
    )
    program = (
        "from pathlib import Path\n\nfrom isthmus import World\n"
        "from isthmus.ensemble.losses import Level, Question, losses_of, prepare\n"
        "from isthmus.scenario import read\n\n"
        f"levels = {levels!r}\nquestion = Question({told})\n"
        f"made = prepare(question, World.open({_quoted(explorer.reference)}))\n"
        "losses = losses_of(made.result)\n"
        f"print(losses.levels, losses.share({_quoted(home)}, {until}))\n"
    )
    held = any(level.content() for level in question.levels)
    return (
        *(() if held else (Code(explorer.t("ways.command"), command),)),
        Code(explorer.t("ways.python"), program),
        Code(explorer.t("ways.scenario", name=name), dumps(scenario)),
    )


def rows_way(explorer: Explorer, key: str, cut: str = "") -> Code:
    """Return the program that reads the rows of a data set, and the lines that cut them."""
    opened = f"World.open({_quoted(explorer.reference)}).table({_quoted(key)})"
    imported = "import polars as pl\n" if "pl." in cut else ""
    program = f"{imported}from isthmus import World\n\nrows = {opened}\n{cut}"
    return Code(explorer.t("ways.python"), program)


def command_way(explorer: Explorer, *words: str, own: str = "") -> Code:
    """Return a command of the command line, in a world with a data set of one's own."""
    line = " ".join(shlex.quote(word) for word in ("isthmus", *words))
    return Code(explorer.t("ways.command"), line + _option(explorer, own))


def _option(explorer: Explorer, own: str = "") -> str:
    reference = _with(explorer, own)
    return "" if reference == STARTER else f" --world {shlex.quote(reference)}"


def _with(explorer: Explorer, own: str) -> str:
    return f"{explorer.reference}+{own}" if own else explorer.reference


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
