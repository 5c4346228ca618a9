"""All sentences for readers stand in one catalogue, and the catalogue holds nothing else."""

from __future__ import annotations

import ast
import re
import string
from pathlib import Path

import pytest

from isthmus.errors import IsthmusError
from isthmus.evidence import Kind
from isthmus.study.verdict import Status
from isthmus.study.wording import TextCatalogue

ROOT = Path(__file__).resolve().parents[2] / "src" / "isthmus"
ROOMS = ("study", "report", "charts")
# Charts of other rooms and kept runs bring the schema of their tables with them.
MESSAGES = {"load.py", "check.py", "needs.py", "new.py", "schema.py", "shipped.py"}
NOT_OURS = {"ensemble.py", "record.py"}
# Texts of errors and of the command line are not part of a dossier.
TALK = {"InputProblem", "BadInput", "NotFound", "IsthmusError", "DataMissing", "TargetExists",
        "SchemaVersionUnsupported", "ValueError", "Field", "AttributeError",
        "raise_all"}  # fmt: skip
CHECKED = [
    path
    for room in ROOMS
    for path in sorted((ROOT / room).rglob("*.py"))
    if path.name not in MESSAGES | NOT_OURS
]


def literals(path: Path) -> list[tuple[int, str]]:
    """Text constants of a module that are neither docstrings nor part of an error."""
    tree = ast.parse(path.read_text("utf-8"))
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in TALK:
            skipped |= {id(n) for n in ast.walk(node)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in skipped
    ]


@pytest.mark.parametrize("path", CHECKED, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_sentence_stands_in_code(path: Path) -> None:
    sentence = re.compile(r"[A-Za-z]{2,}( [a-z]{1,}){3}")
    found = [(n, t) for n, t in literals(path) if sentence.search(t) and "{" not in t]
    assert not found


def test_no_word_stands_in_the_template() -> None:
    text = (ROOT / "report" / "templates" / "dossier.html.j2").read_text("utf-8")
    text = re.sub(r"<style>.*?</style>|<pre.*?</pre>", "", text, flags=re.S)
    bare = re.sub(r"\{[{%].*?[%}]\}", "", text, flags=re.S)
    bare = re.sub(r"<[^>]*>", "", bare)
    assert re.findall(r"[A-Za-z]{2,}", bare) == []


def written_keys(path: Path) -> set[str]:
    """Keys that calls on a ``page`` name, relative to the page that the module writes."""
    if path.suffix != ".py":
        return set()
    keys: set[str] = set()
    for call in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
            continue
        if not isinstance(call.func.value, ast.Name) or call.func.value.id != "page":
            continue
        texts = [text for argument in call.args for text in _texts(argument)]
        named = {word.arg: _texts(word.value) for word in call.keywords if word.arg}
        if call.func.attr in {"say", "text"} and call.args:
            texts = _texts(call.args[0])
        keys |= _of_call(path.parent.name, call.func.attr, texts, named)
        keys |= {f"{path.parent.name}.question", f"{path.parent.name}.question_alone"}
    return keys


def _texts(node: ast.expr) -> list[str]:
    """The texts that an expression can be, with ``*`` for what is filled in."""
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    if isinstance(node, ast.JoinedStr):
        return ["".join((_texts(part) or ["*"])[0] for part in node.values)]
    value = node.value if isinstance(node, ast.Constant) else None
    return [value] if isinstance(value, str) else []


def _of_call(page: str, what: str, texts: list[str], named: dict[str, list[str]]) -> set[str]:
    if what in {"say", "text"}:
        return {f"{page}.{text}" for text in texts}
    if what in {"headline", "counter"}:
        return {f"{page}.{text}" for text in texts or [what]}
    if what in {"driver", "drawn_driver"}:
        return {f"{page}.driver.{text}" for text in texts}
    if what == "numbers":
        return {f"axis.{text}" for text in texts[:1]}
    if what in {"note", "gap", "axis"}:
        return {f"{what}.{text}" for text in texts}
    if what in {"bars", "dots", "lines"}:
        return {f"axis.{text}" for text in named["axis"]}
    if what == "lacks":
        return {f"gap.{text}" for text in named["gap"]}
    if what == "chart":
        tails = [f".{said}".rstrip(".") for said in named.get("said", texts[:1])]
        said = {f"{page}.{part}{tail}" for part in ("chart", "alt") for tail in tails}
        return said | {f"table.{page}_{texts[0].partition('.')[0]}"}
    if what in {"table", "made"}:
        return {f"table.{page}_{texts[0].partition('.')[0]}"}
    if what == "word":
        return set(texts[:1])
    return set()


def used_keys() -> set[str]:
    """Keys that code and template name, with ``*`` for a part that is filled in."""
    keys: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*"):
            if path.suffix not in {".py", ".j2"}:
                continue
            text = path.read_text("utf-8")
            keys |= set(re.findall(r"[\"']([a-z_]+(?:\.[a-z_A-Z0-9-]+)+)[\"']", text))
            keys |= written_keys(path)
            keys |= {f"note.{n}" for m in re.findall(r"notes\"?[=:] ?\[([^\]]*)\]", text)
                     for n in re.findall(r'"([a-z_]+)"', m)}  # fmt: skip
            keys |= {f"method.{n}" for n in re.findall(r'method="([a-z_]+)"', text)}
            keys |= {f"interval.{n}" for n in re.findall(r'interval="([a-z_]+)"', text)}
            keys |= {f"caveat.{n}" for n in re.findall(r'caveat="([a-z_]+)"', text)}
    return keys


FILLED = ("unit.", "party.", "industry.", "kind", "status", "comparison.", "interval.", "method.",
          "caveat.", "column.", "verdict.", "redistribution.", "direction.", "event.",
          "assumption.", "needs.", "sheet.question.", "sheet.role.", "nav.",
          "use.")  # fmt: skip


def test_every_text_of_the_catalogue_is_used() -> None:
    used = used_keys()
    patterns = [re.compile(re.escape(k).replace(r"\*", "[a-z_0-9-]*")) for k in used if "*" in k]
    unused = [
        key
        for key in TextCatalogue.load().texts
        if key not in used
        and not key.startswith(FILLED)
        and not any(p.fullmatch(key) for p in patterns)
    ]
    assert unused == []


@pytest.mark.parametrize("group", ["kind", "kind_text", "kind_mark"])
def test_every_kind_has_its_texts(group: str) -> None:
    for kind in Kind:
        assert TextCatalogue.load().get(f"{group}.{kind.value}")


def test_every_status_has_its_texts() -> None:
    for status in Status:
        assert TextCatalogue.load().get(f"status.{status.value}")
        assert TextCatalogue.load().get(f"status_text.{status.value}")


def test_every_template_is_well_formed_and_has_only_named_fields() -> None:
    for key, text in TextCatalogue.load().texts.items():
        for _, field, spec, conversion in string.Formatter().parse(text):
            assert field is None or field.isidentifier(), key
            # English names have one form; what follows one can depend on whether it has members.
            assert not spec or spec.count("|") == 1, key
            assert not conversion, key


def test_a_missing_field_or_key_is_an_error() -> None:
    with pytest.raises(IsthmusError, match="needs the field"):
        TextCatalogue.load().say("dependence.question", home="x")
    with pytest.raises(IsthmusError, match="no sentence"):
        TextCatalogue.load().say("dependence.questoin")
