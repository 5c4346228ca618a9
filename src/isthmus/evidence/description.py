"""What is known of a lens without calling it, as data: what a form is built from."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from isthmus.evidence import docs
from isthmus.evidence.lens import Function, Registered, annotation_of, call
from isthmus.evidence.plain import Plain, as_plain, json_type
from isthmus.evidence.result import Result
from isthmus.evidence.table import Column, Table

CONTROLS = frozenset({"among", "threads", "workers", "daily", "replace_daily"})
"""Plain parameters that do not change the content of a result."""

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Argument:
    """One parameter of a lens.

    Parameters
    ----------
    name : str
        As in Python.
    type : mapping
        JSON schema of its plain values; ``format`` is ``party``, ``path`` or ``scenario`` where a
        text stands for one.
    required : bool
        Whether there is no default.
    default : object
        The default as a plain value.
    text : str
        What it is, from the docstring.
    positional : bool
        Whether it may be given without its name.
    """

    name: str
    type: Plain
    required: bool
    default: Any
    text: str
    positional: bool = False

    @property
    def control(self) -> bool:
        """Whether it leaves the content of the result as it is."""
        return self.name in CONTROLS


@dataclass(frozen=True, slots=True)
class Schema:
    """A table that a lens returns: name, what it shows, and its columns with role and unit."""

    name: str
    text: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Lens:
    """What is known of a lens without calling it.

    Parameters
    ----------
    name : str
        ``<room>.<function>``.
    target : str
        Where its function is defined: ``<module>:<function>``.
    title, summary : str
        First line, and the paragraphs below it, of the docstring.
    arguments : tuple of Argument
        Its parameters but the world, in order; those that plain JSON cannot hold are left out.
    tables : tuple of Schema
        The tables of its results; columns that only some calls return are among them.
    citations : tuple of str
        Works whose method it uses.
    datasets : tuple of str
        Keys of the data sets that its examples read.
    examples : tuple of mapping
        Calls with plain values.
    """

    name: str
    target: str
    title: str
    summary: str
    arguments: tuple[Argument, ...]
    tables: tuple[Schema, ...] = ()
    citations: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    examples: tuple[Mapping[str, Any], ...] = ()

    @property
    def room(self) -> str:
        """The room of the name."""
        return self.name.partition(".")[0]

    @property
    def parameters(self) -> dict[str, Any]:
        """The JSON schema of a call's parameters; those that leave the content alone are marked."""
        properties = {
            a.name: {
                **a.type,
                **({} if a.required else {"default": a.default}),
                "description": a.text,
                **({"control": True} if a.control else {}),
            }
            for a in self.arguments
        }
        return {
            "type": "object",
            "properties": properties,
            "required": [a.name for a in self.arguments if a.required],
            "additionalProperties": False,
        }

    def call(self, world: Any, **parameters: Any) -> Result:
        """Call the lens with plain values, or with what they stand for.

        Raises
        ------
        BadInput
            With every parameter that it does not take, and every one that is missing; otherwise
            what the lens raises.
        """
        module, _, name = self.target.partition(":")
        return call(self.name, getattr(importlib.import_module(module), name), world, parameters)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values: what a form is built from."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.name,
            "target": self.target,
            "title": self.title,
            "summary": self.summary,
            "parameters": self.parameters,
            "positional": [a.name for a in self.arguments if a.positional],
            "tables": [
                {
                    "name": table.name,
                    "text": table.text,
                    "columns": [
                        {"name": c.name, "role": c.role, "unit": c.unit, "text": c.text}
                        for c in table.columns
                    ],
                }
                for table in self.tables
            ],
            "citations": list(self.citations),
            "datasets": list(self.datasets),
            "examples": [dict(example) for example in self.examples],
        }

    @staticmethod
    def from_dict(given: Mapping[str, Any]) -> Lens:
        """Return the lens of plain values that `to_dict` gave."""
        needed, free = set(given["parameters"]["required"]), set(given["positional"])
        arguments = []
        for name, about in given["parameters"]["properties"].items():
            held = dict(about)
            held.pop("control", None)
            default, text = held.pop("default", None), held.pop("description")
            arguments.append(Argument(name, held, name in needed, default, text, name in free))
        return Lens(
            given["name"],
            given["target"],
            given["title"],
            given["summary"],
            tuple(arguments),
            tuple(
                Schema(t["name"], t["text"], tuple(Column(**c) for c in t["columns"]))
                for t in given["tables"]
            ),
            tuple(given["citations"]),
            tuple(given["datasets"]),
            tuple(given["examples"]),
        )


def described(found: Registered, results: Iterable[Result] = ()) -> Lens:
    """Return what is known of a lens: from its signature, its docstring, and results of it.

    Parameters
    ----------
    found : Registered
        The lens.
    results : iterable of Result
        What its examples returned; their tables, works and data sets are those of the lens.
    """
    text = found.function.__doc__ or ""
    title, summary = docs.summary(text)
    said = docs.sections(text)
    held = list(results)
    return Lens(
        found.name,
        f"{found.function.__module__}:{found.function.__qualname__}",
        title,
        summary,
        tuple(_arguments(found.function, docs.parameters(said.get("Parameters", "")))),
        tuple(_joined(held, found.examples, docs.returned(said.get("Returns", "")))),
        tuple(sorted({work for result in held for work in result.citations})),
        tuple(sorted({key for result in held for key in result.provenance.datasets})),
        found.examples,
    )


def _arguments(function: Function, texts: Mapping[str, str]) -> Iterable[Argument]:
    for name, given in list(inspect.signature(function, eval_str=False).parameters.items())[1:]:
        type_ = json_type(annotation_of(function, given))
        if type_ is None or given.kind is given.VAR_KEYWORD:
            continue
        required = given.default is given.empty
        default = None if required else as_plain(given.default)
        positional = given.kind is given.POSITIONAL_OR_KEYWORD
        yield Argument(name, type_, required, default, texts.get(name, ""), positional)


def _joined(
    results: Iterable[Result], examples: Iterable[Mapping[str, Any]], texts: Mapping[str, str]
) -> Iterable[Schema]:
    """Yield the schema of each table, with every column that any of the results has.

    What a table says of itself may name what an example asked for; then the docstring speaks.
    """
    asked = {word for example in examples for word in _words(list(example.values()))}
    tables: dict[str, list[Table]] = {}
    for result in results:
        for name, table in result.tables.items():
            tables.setdefault(name, []).append(table)
    for name, found in tables.items():
        columns: dict[str, Column] = {}
        for table in found:
            columns.update({c.name: c for c in table.columns if c.name not in columns})
        own = asked & set(re.findall(r"[\w-]+", found[0].text))
        text = texts.get(name, found[0].text) if own else found[0].text
        yield Schema(name, text, tuple(columns.values()))


def _words(value: Any) -> Iterable[str]:
    """Yield every text in plain values."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from _words(list(value.values()))
    elif isinstance(value, list | tuple):
        for held in value:
            yield from _words(held)


def type_words(schema: Mapping[str, Any]) -> str:
    """Return a JSON schema in words."""
    if "enum" in schema:
        return " or ".join(str(choice) for choice in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(type_words(one) for one in schema["anyOf"]))
    if schema["type"] == "array":
        return f"list of {type_words(schema['items'])}"
    if schema["type"] == "object":
        held = schema.get("additionalProperties")
        inner = ", ".join(schema.get("properties", ())) if held is None else type_words(held)
        return f"{inner} by name" if held is not None else f"{schema['title']}({inner})"
    return str(schema.get("format", {"string": "text"}.get(schema["type"], schema["type"])))


def python_call(name: str, example: Mapping[str, Any]) -> str:
    """Return an example as a line of Python."""
    words = "".join(f", {key}={value!r}" for key, value in example.items())
    return f'lens_of("{name}").call(world{words})'
