"""What a page shows, as data: blocks that HTML, JSON and CSV are written from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from isthmus.evidence import DatasetRecord, Finding, Table
from isthmus.study.dossier import Section
from isthmus.web.answers import PageQuestion
from isthmus.web.atlas import Atlas
from isthmus.web.diagram import Chain

SCHEMA_VERSION = 1
WAITING = 202
"""Status of a page whose answer is still being worked out."""


@dataclass(frozen=True, slots=True)
class Link:
    """A text with an address, and what a reader should know before following it."""

    text: str
    to: str
    note: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return plain values, ready for JSON."""
        return {"text": self.text, "to": self.to, "note": self.note}


@dataclass(frozen=True, slots=True)
class Text:
    """Sentences; the first is the lead of the page where `lead` says so."""

    form: ClassVar[str] = "text"
    lines: tuple[str, ...]
    lead: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"lines": list(self.lines)}


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one a line; a value may be a link."""

    form: ClassVar[str] = "facts"
    title: str
    rows: tuple[tuple[str, str | Link], ...]
    id: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        plain = {name: v.to_dict() if isinstance(v, Link) else v for name, v in self.rows}
        return {"title": self.title, "rows": plain}


@dataclass(frozen=True, slots=True)
class LinkList:
    """A list of links under a title."""

    form: ClassVar[str] = "links"
    title: str
    items: tuple[Link, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"title": self.title, "items": [item.to_dict() for item in self.items]}


@dataclass(frozen=True, slots=True)
class Field:
    """One control of a form.

    Parameters
    ----------
    name, label : str
        Parameter and what it is called.
    kind : str
        ``select``, ``text``, ``number``, ``range``, ``search``, ``check``, ``file`` or ``hidden``.
    value : str
        What it shows at first.
    choices : tuple of (str, str)
        Value and text of each choice of a select.
    help : str
        What to enter.
    low, high, step : str
        Bounds of a number or range.
    ticks : tuple of str
        Values of a range that are marked.
    required : bool
        Whether it must be filled in.
    """

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""
    low: str = ""
    high: str = ""
    step: str = "any"
    required: bool = False
    ticks: tuple[str, ...] = ()

    @property
    def offered(self) -> tuple[tuple[str, str], ...]:
        """The choices, and the value itself where it is none of them: a party on a date."""
        own = self.value and all(value != self.value for value, _ in self.choices)
        return (*self.choices, (self.value, self.value)) if own else self.choices


@dataclass(frozen=True, slots=True)
class Form:
    """Controls that lead to an address; `live` names the parts that follow them at once."""

    form: ClassVar[str] = "form"
    title: str
    action: str
    fields: tuple[Field, ...]
    submit: str
    live: str = ""
    post: bool = False

    @property
    def sends_file(self) -> bool:
        """Whether a file of the reader's is among the fields."""
        return any(field.kind == "file" for field in self.fields)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"title": self.title, "action": self.action, "names": [f.name for f in self.fields]}


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be copied: a command, a program, a citation."""

    form: ClassVar[str] = "code"
    title: str
    text: str

    def to_dict(self) -> dict[str, str]:
        """Return plain values, ready for JSON."""
        return {"title": self.title, "text": self.text}


@dataclass(frozen=True, slots=True)
class Said:
    """A section that a page of a study wrote, with its pictures.

    Parameters
    ----------
    section : Section
        The section.
    question : Question
        Whom it is about.
    pictures : mapping
        Its charts as inline SVG, by key.
    page : str
        Page of the study that holds its figures, where its section has another name.
    """

    form: ClassVar[str] = "said"
    section: Section
    question: PageQuestion
    pictures: Mapping[str, Any] = field(default_factory=dict)
    page: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Every figure that its sentences quote or its section keeps."""
        s = self.section
        quoted = (f for said in (*s.answer, *s.notes, *s.gaps) for f in said.findings)
        return tuple(dict.fromkeys((*s.findings, *quoted)))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"page": self.section.key, "section": self.section.to_dict()}


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table, cut as the address asks or short with a link to all of it.

    Parameters
    ----------
    table : Table
        The rows.
    title : str
        Heading; the table's own text when empty.
    """

    form: ClassVar[str] = "tabled"
    table: Table
    title: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"table": self.table.to_dict()}


@dataclass(frozen=True, slots=True)
class Going:
    """How far a job is; the page follows its events.

    Parameters
    ----------
    job : mapping
        The job as plain values.
    label : str
        Name of the bar.
    """

    form: ClassVar[str] = "going"
    job: Mapping[str, Any]
    label: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"job": dict(self.job)}


@dataclass(frozen=True, slots=True)
class LaterPart:
    """A part of another page, fetched when this one is there; without script a link to it."""

    form: ClassVar[str] = "later"
    id: str
    to: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"to": self.to}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A chart of another page, fetched in the reader's colours when this one is there."""

    form: ClassVar[str] = "drawn"
    id: str
    to: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"chart": self.id, "to": self.to, "text": self.text}


Plain = (
    Going
    | Text
    | Facts
    | LinkList
    | Form
    | Code
    | Said
    | Tabled
    | LaterPart
    | Drawn
    | Chain
    | Atlas
)


@dataclass(frozen=True, slots=True)
class Live:
    """Blocks that follow the controls of a form while they are moved."""

    form: ClassVar[str] = "live"
    id: str
    blocks: tuple[Plain, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"blocks": [{"form": block.form, **block.to_dict()} for block in self.blocks]}


Block = Plain | Live


@dataclass(frozen=True, slots=True)
class View:
    """One page.

    Parameters
    ----------
    title : str
        Title and first heading.
    blocks : tuple of Block
        What it shows, in order.
    question : PageQuestion or None
        Whom it is about; numbers of sections lead to their figure pages by it.
    sources : tuple of DatasetRecord
        Data sets that it names.
    ways : tuple of Code
        How to get the same elsewhere: command, Python, TOML.
    here : str
        Name of the page in the navigation.
    only : bool
        Whether the page is its one table, to be sorted and filtered.
    own : bool
        Whether its figures stand at its own address, because no study holds them.
    status : int
        What the answer says of itself; `WAITING` until there is one.
    """

    title: str
    blocks: tuple[Block, ...]
    question: PageQuestion | None = None
    sources: tuple[DatasetRecord, ...] = ()
    ways: tuple[Code, ...] = ()
    here: str = ""
    only: bool = False
    own: bool = False
    status: int = 200

    def said(self) -> Iterator[Said]:
        """Yield the sections of the page."""
        yield from (block for block in self._flat() if isinstance(block, Said))

    def tables(self) -> dict[str, Table]:
        """Return every table of the page by name, those behind charts first."""
        found: dict[str, Table] = {}
        for table in self._tables():
            found.setdefault(table.name, table)
        return found

    def _flat(self) -> Iterator[Plain]:
        for block in self.blocks:
            if isinstance(block, Live):
                yield from block.blocks
            else:
                yield block

    def _tables(self) -> Iterator[Table]:
        for block in self._flat():
            if isinstance(block, Tabled):
                yield block.table
            elif isinstance(block, Said):
                yield from (chart.table for chart in block.section.charts)
                yield from block.section.tables

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "schema_version": SCHEMA_VERSION,
            "title": self.title,
            "blocks": [{"form": b.form, **b.to_dict()} for b in self.blocks],
            "sources": [record.model_dump(mode="json") for record in self.sources],
            "ways": [way.to_dict() for way in self.ways],
        }
