"""What a command takes of a lens: single parameters, and those that are written together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from isthmus.cli.destination import Output
from isthmus.cli.grammar import Option, Schema, file_of, for_terminal, option, spelled
from isthmus.cli.special import Special
from isthmus.errors import BadInput

Given = Mapping[str, Any]

TAKEN = frozenset({*(field.name for field in fields(Output)), "world"})
"""Options that every command has; a parameter of that name gets another."""

HIDDEN = frozenset({"replace_daily"})
"""Parameters that follow from an option of every command."""


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """Options of a command, and the parameters of the lens that they stand for.

    Parameters
    ----------
    options : mapping of str to Option
        By what an error of the lens calls them: its parameter, or a field of one.
    values : callable
        From the values of all options to those of the parameters.
    first : bool
        Its options are given by place.
    """

    options: Mapping[str, Option]
    values: Callable[[Given], Given]
    first: bool = False


def parts_of(lens: Mapping[str, Any], special: Special) -> Iterator[OptionGroup]:
    """Yield the parts of a lens, each parameter in one."""
    left = special.leaves | HIDDEN
    properties = {
        name: _spoken(schema, lens["parameters"]["properties"])
        for name, schema in lens["parameters"]["properties"].items()
        if name not in left and not _listed(schema)
    }
    for name, value in special.defaults.items():
        properties[name] = {**properties[name], "default": value}
    for names, group in GROUPS.items():
        if set(names) <= set(properties):
            yield group(*(properties.pop(name) for name in names))
    needed = lens["parameters"]["required"]
    for name, schema in properties.items():
        if (inside := _fields(schema)) is not None:
            yield _data(name, inside)
            continue
        written = special.renamed.get(name) or spelled(name, schema)
        written = f"lens_{written}" if written in TAKEN else written
        made = option(written, schema, required=name in needed)
        made = replace(made, value=special.values.get(name, made.value))
        first = name in special.first or (made.name != "on" and _is_first(name, schema, lens))
        yield _one(name, made, first=first)


def _is_first(name: str, schema: Schema, lens: Mapping[str, Any]) -> bool:
    """What a question is about stands first, as the files do that are needed."""
    file = schema.get("format") == "path" and name in lens["parameters"]["required"]
    return file or name in lens["positional"]


def _one(name: str, made: Option, *, first: bool) -> OptionGroup:
    """Return the part of one parameter; where no word is given by place, its default holds."""

    def values(given: Given) -> Given:
        word = given[made.name]
        return {name: made.value(made.default if first and word == () else word)}

    return OptionGroup({name: made}, values, first)


def _spoken(schema: Schema, known: Schema) -> Schema:
    return {**schema, "description": for_terminal(schema["description"], known)}


def _listed(schema: Schema) -> bool:
    """Return whether it is a list of data classes, which no set of options can write."""
    return schema.get("type") == "array" and "properties" in schema["items"]


def _fields(schema: Schema) -> Mapping[str, Schema] | None:
    """Return the fields of a data class, which are options of their own; files go before it."""
    alternatives = schema.get("anyOf", [schema])
    if any(one.get("type") == "string" for one in alternatives):
        return None
    return next((one["properties"] for one in alternatives if "properties" in one), None)


def _data(name: str, inside: Mapping[str, Schema]) -> OptionGroup:
    """Return the options of a data class: what is not given keeps its default."""
    shown = {inner: _spoken(held, inside) for inner, held in inside.items() if not _listed(held)}
    options = {
        inner: option(
            spelled(inner, held), {**held, "default": None, "description": _with_default(held)}
        )
        for inner, held in shown.items()
    }

    def values(given: Given) -> Given:
        said = {
            inner: one.value(given[one.name])
            for inner, one in options.items()
            if given[one.name] not in (None, ())
        }
        kept = {inner: held["default"] for inner, held in shown.items() if "default" in held}
        return {name: {**kept, **said}} if said or len(kept) == len(shown) else {}

    return OptionGroup(options, values)


def _with_default(schema: Schema) -> str:
    default = schema.get("default")
    if default is None:
        return str(schema["description"])
    shown = " ".join(map(str, default)) if isinstance(default, list) else default
    return f"{str(schema['description']).rstrip('.')} ({shown} by default)."


def _items(items: Schema, level: Schema) -> OptionGroup:
    """Return industries and products, of which the level follows."""
    about = {"type": "array", "items": {"type": "string"}}
    kind = {**level, "default": None, "description": "Taken from --industry or --product."}
    options = {
        "items": option("industry", {**about, "description": "Industry codes, such as C26."}),
        "product": option("product", {**about, "description": "HS codes, such as 850511."}),
        "level": option("level", kind),
    }

    def values(given: Given) -> Given:
        industry, product, chosen = given["industry"], given["product"], given["level"]
        if industry and product:
            raise BadInput("name industries or products, not both", where="--industry, --product")
        implied = "industry" if industry else "product" if product else chosen or level["default"]
        if chosen not in (None, implied):
            raise BadInput(f"--level {chosen} does not go with --{implied}", where="--level")
        codes = options["items" if industry else "product"].value(industry or product)
        return {"items": codes or None, "level": implied}

    return OptionGroup(options, values)


def _bills(boms: Schema, files: Schema) -> OptionGroup:
    """Return shipped bills by name, and files, given by place."""
    text = f"{boms['description'].rstrip('.')}, or .toml and .csv files."
    made = option("boms", {**boms, "default": None, "description": text})

    def values(given: Given) -> Given:
        named = [bom for bom in given["boms"] if Path(bom).suffix not in {".toml", ".csv"}]
        own = [file_of(Path(bom)) for bom in given["boms"] if bom not in named]
        return {"boms": named if given["boms"] else list(boms["default"]), "files": own}

    return OptionGroup({"boms": made}, values, first=True)


GROUPS: Mapping[tuple[str, ...], Callable[..., OptionGroup]] = {
    ("items", "level"): _items,
    ("boms", "files"): _bills,
}
"""Parameters that are written together."""
