"""Write the generated reference pages: commands, lenses, errors, data sets.

Usage: python tools/reference.py [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import isthmus.errors
from isthmus import World
from isthmus.chains.methods import decompositions
from isthmus.cli.root import build_app
from isthmus.dependence.measures import INDICATORS
from isthmus.ensemble.rooms import plain_lenses
from isthmus.errors import IsthmusError
from isthmus.evidence.description import python_call, type_words
from isthmus.scenario import Correlation, Range
from isthmus.study.schema import (
    Basket,
    Claim,
    EventChoice,
    Options,
    PageChoice,
    Role,
    Rule,
    Sampling,
    Study,
)
from isthmus.study.subjects import measures

FOLDER = Path("docs/reference")


def commands() -> str:
    """Return the reference of every command and option."""
    text = build_app().generate_docs(recursive=True)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def errors() -> str:
    """Return the reference of every error class and its exit code."""
    rows = [
        f"| `{name}` | {value.exit_code} | {first_line(value)} |"
        for name, value in sorted(vars(isthmus.errors).items())
        if isinstance(value, type) and issubclass(value, IsthmusError)
    ]
    head = "# Errors\n\nEvery error says what is wrong, where, and how to mend it.\n"
    return "\n".join(
        [head, "| error | exit code | raised when |", "| --- | --- | --- |", *rows, ""]
    )


def data_sets() -> str:
    """Return the reference of every data set of the starter world."""
    world = World.open("starter")
    parts = ["# Data sets of the starter world\n"]
    for key in world.keys():  # noqa: SIM118 - a world is not a mapping
        parts.extend(data_set(world, key))
    return "\n".join(parts).rstrip() + "\n"


def data_set(world: World, key: str) -> Iterator[str]:
    """Yield the lines about one data set."""
    record = world.record(key)
    years = f"{record.years[0]}-{record.years[-1]}" if record.years else "not dated"
    yield f"## {key}\n\n{record.title}.\n"
    for name, value in {
        "publisher": record.publisher,
        "edition": record.edition,
        "years": years,
        "unit": record.unit,
        "kind": record.kind.value,
        "licence": f"{record.licence} (redistribution: {record.redistribution})",
        "attribution": record.attribution,
        "coverage": record.coverage,
    }.items():
        yield f"- **{name}**: {value}"
    for title, items in (("Steps", record.steps), ("Known faults", record.faults)):
        if items:
            yield f"\n{title}:\n"
            yield from (f"- {item}" for item in items)
    yield ""


def studies() -> str:
    """Return the reference of study files: every key, and every measure for claims."""
    parts = ["# Study files\n"]
    for title, model in {
        "The file": Study,
        "[roles]": Role,
        "[[pages]]": PageChoice,
        "[[events]]": EventChoice,
        "[baskets.<name>]": Basket,
        "[options]": Options,
        "[[claims]]": Claim,
        "rule of a claim": Rule,
        "[ensemble]": Sampling,
        "[[ranges]]": Range,
        "[[correlations]]": Correlation,
    }.items():
        parts.extend([f"## `{title}`\n", "| key | needed | what it is |", "| --- | --- | --- |"])
        for name, field in model.model_fields.items():
            needed = "yes" if field.is_required() else "no"
            parts.append(f"| `{name}` | {needed} | {field.description or ''} |")
        parts.append("")
    head = "| measure | arguments (optional ones in brackets) | what it is |"
    parts.extend(["## Measures for claims\n", head, "| --- | --- | --- |"])
    for measure in measures().values():
        shown = (
            f"{name}: {kind}" if name in measure.required else f"[{name}: {kind}]"
            for name, kind in measure.args.items()
        )
        parts.append(f"| `{measure.name}` | {', '.join(shown)} | {measure.text} |")
    return "\n".join([*parts, ""])


def lens_pages() -> dict[str, str]:
    """Return the text of each page, by its path below the reference."""
    held = list(plain_lenses())
    return {
        "lenses.md": _contents(held),
        **{f"lenses/{found['name']}.md": "\n".join(page(found)) + "\n" for found in held},
    }


def _contents(held: list[Mapping[str, Any]]) -> str:
    rows = [
        f"| [{found['name']}](lenses/{found['name']}.md) | {found['title']} |" for found in held
    ]
    names = [f"lenses/{found['name']}" for found in held]
    return "\n".join(
        [
            "# Lenses\n",
            "| lens | what it returns |",
            "| --- | --- |",
            *rows,
            "\n```{toctree}\n:hidden:\n",
            *names,
            "```\n",
        ]
    )


def page(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of the page of one lens."""
    yield f"# {found['name']}\n\n{found['title']}.\n"
    if found["summary"]:
        yield f"{found['summary']}\n"
    for example in found["examples"]:
        yield f"```text\n{python_call(found['name'], example)}\n```\n"
    yield "## Parameters\n\n| parameter | type | default | what it is |\n| --- | --- | --- | --- |"
    needed = found["parameters"]["required"]
    for name, held in found["parameters"]["properties"].items():
        default = "needed" if name in needed else f"`{held['default']!r}`"
        yield f"| `{name}` | {cell(type_words(held))} | {default} | {cell(held['description'])} |"
    for table in found["tables"]:
        yield f"\n## Table `{table['name']}`\n\n{table['text']}\n"
        yield "| column | role | unit | what it holds |\n| --- | --- | --- | --- |"
        for column in table["columns"]:
            unit, text = column["unit"], cell(column["text"])
            yield f"| `{column['name']}` | {column['role']} | {unit} | {text} |"
    for title, items in (("Works", found["citations"]), ("Data sets", found["datasets"])):
        if items:
            yield f"\n## {title}\n"
            yield from (f"- {item}" for item in items)


def export_terms() -> str:
    """Return the reference of every term of every decomposition of gross exports."""
    parts = ["# Terms of gross exports\n"]
    parts.append(
        "What `isthmus chains export-terms --method NAME` returns ([](../chains.md)). Economy s "
        "exports, r imports, t, u, j, k, l are any others; e_sr are exports, y_sr final goods, x "
        "output, v value added per unit, B = (I - A)^-1, L_ss = (I - A_ss)^-1, and B' is the "
        "inverse without the sales of inputs by s abroad; `a # b` multiplies by industry.\n"
    )
    for name, about in decompositions().items():
        parts.append(f"## `{name}`\n\n{about.title[0].upper()}{about.title[1:]}. {about.source}.\n")
        for head, terms in (("term", about.terms), ("world's perspective", about.world)):
            if terms:
                parts.append(f"| {head} | what it is | formula |\n| --- | --- | --- |")
                rows = terms.items()
                parts.extend(f"| `{k}` | {cell(t.text)} | `{t.formula}` |" for k, t in rows)
                parts.append("")
        parts.append("| aggregate | sum of |\n| --- | --- |")
        parts.extend(f"| `{k}` | {v} |" for k, v in about.added.items())
        parts.append("")
    return "\n".join(parts)


COSTS = {
    "none": "counted in one pass over the rows",
    "network": "the trade network of every item is laid out",
    "iterated": "the network, and a fixed point solved for every item",
}


def indicators() -> str:
    """Return the reference of every indicator of direct dependence, with formula and cost class."""
    parts = ["# Indicators of direct dependence\n"]
    parts.append(
        "For importer j, one economy or a coalition J as one buyer; M are purchases from origin i, "
        "s their shares over origins outside, X exports, D domestic sales, g geopolitical "
        "distance, a purchases after re-exports are attributed, V the cube roots of flows over "
        "the largest, d and b numbers of links and of mutual ones, w a share of use, s in the "
        "exponent the elasticity of substitution, L a list of items. Definitions, choices and "
        "sources: [](../dependence.md).\n"
    )
    parts.append("| indicator | unit | definition | formula | cost |\n" + "| --- " * 5 + "|")
    parts += [
        f"| `{key}` | {about.unit} | {cell(about.text)} | ${about.formula}$ | {about.cost} |"
        for key, about in INDICATORS.items()
    ]
    parts += ["", "| cost class | what is done for all importers and items |", "| --- | --- |"]
    parts += [f"| {cost} | {text} |" for cost, text in COSTS.items()]
    return "\n".join([*parts, ""])


def cell(text: str) -> str:
    """Return a text as a cell of a table of Markdown."""
    return text.replace("|", "\\|").replace("\n", " ")


def first_line(value: type) -> str:
    """Return the first sentence of a docstring."""
    return (value.__doc__ or "").strip().split("\n")[0].rstrip(".")


PAGES = {
    "commands.md": commands,
    "errors.md": errors,
    "datasets.md": data_sets,
    "export_terms.md": export_terms,
    "indicators.md": indicators,
    "studies.md": studies,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or with --check compare them; return the exit code."""
    stale = 0
    texts = {name: make() for name, make in PAGES.items()} | lens_pages()
    for gone in {*FOLDER.rglob("*.md")} - {FOLDER / name for name in texts}:
        stale += 1
        if "--check" not in arguments:
            gone.unlink()
    for name, text in texts.items():
        path = FOLDER / name
        if "--check" in arguments:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                print(f"{path} is out of date: run python tools/reference.py")
                stale += 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
