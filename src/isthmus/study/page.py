"""A page of the dossier while it is written: what is said, drawn and listed under one key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from isthmus.charts import ChartSpec, NumberWords, Outlines
from isthmus.evidence import Column, Finding, Kind, Table
from isthmus.study import marks
from isthmus.study.context import UNANSWERED, Context
from isthmus.study.dossier import Chart, Note, Section
from isthmus.study.money import RATES, rate_of, unit_of
from isthmus.study.rests import figure
from isthmus.study.wording import Sentence

Fields = dict[str, Any]
"""What sentences are filled with: texts, numbers and findings by name."""
FAR = 30
"""How many times the least number of an axis the largest is from which it is logarithmic."""


class Page:
    """One question under way: sentences, charts and tables collect in the order of the calls.

    Names of texts are relative to the page: ``page.say("answer.imports")`` of the page
    ``dependence`` says ``dependence.answer.imports``. Every text can use ``fields``; they start
    with the names of the study's roles.

    Parameters
    ----------
    context : Context
        Study, world and sentences.
    key : str
        Name of the page: anchor, first word of its texts, its tables and its charts.

    Attributes
    ----------
    fields : dict
        Values that every sentence, title and heading of the page may use.
    datasets : tuple of str
        What tables and findings rest on unless they say otherwise.
    kind : Kind
        Kind of tables and findings unless they say otherwise.
    question : str
        Name of the heading's text.
    part : str
        What the page is about, where it is written for each of something; part of its anchor.
    opens : bool
        Whether it stands before the summary, its tables open.
    label : str
        Its name in the contents, where the name of the page is not enough.
    """

    bars, dots, lines = marks.bars, marks.dots, marks.lines

    def __init__(self, context: Context, key: str) -> None:
        self.context = context
        self.key = key
        self.world, self.study = context.world, context.study
        self.fields: Fields = {
            role: context.name(code) for role, code in context.study.parties.items()
        }
        self.datasets: tuple[str, ...] = ()
        self.kind = Kind.MEASURED
        self.question = "question"
        self.part = ""
        self.opens = False
        self.label = ""
        self._answer: list[Sentence] = []
        self._charts: list[Chart] = []
        self._tables: list[Table] = []
        self._notes: list[Sentence] = []
        self._headlines: list[Note] = []
        self._counters: list[Note] = []
        self._gaps: list[Sentence] = []
        self._findings: list[Finding] = []

    @property
    def home(self) -> str:
        """Code of the party whose point of view the study takes."""
        return self.context.home

    @property
    def partner(self) -> str:
        """Code of the party with whom cooperation is examined."""
        return self.context.partner

    @property
    def rival(self) -> str:
        """Code of the party that may answer with economic pressure."""
        return self.context.rival

    @property
    def ally(self) -> str:
        """Code of the power on which both sides rely."""
        return self.context.ally

    def has(self, *roles: str) -> bool:
        """Tell whether the study names parties for all these roles."""
        return set(roles) <= set(self.study.roles)

    def given(self, *roles: str) -> list[str]:
        """Return the codes of those of these roles that the study names."""
        return [self.study.party(role) for role in roles if role in self.study.roles]

    def rests_on(self, *datasets: str, kind: Kind | None = None) -> None:
        """Name what tables and findings rest on from here; their kind is the data's weakest."""
        self.datasets = datasets
        self.kind = self.context.kind_of(*datasets) if kind is None else kind

    def lacks(self, *datasets: str, gap: str) -> bool:
        """Tell whether the world misses one of `datasets`; the page then says so."""
        absent = bool(self.context.missing(*datasets))
        if absent:
            self.gap(gap)
        return absent

    def text(self, key: str, **fields: Any) -> Sentence:
        """Return a sentence of this page."""
        return self.context.say(f"{self.key}.{key}", **(self.fields | fields))

    def say(self, key: str, **fields: Any) -> None:
        """Add a sentence to the answer."""
        self._answer.append(self.text(key, **fields))

    def headline(self, rank: int, key: str = "headline", **fields: Any) -> None:
        """Offer a sentence to the first page; the lowest ranks are printed there."""
        self._headlines.append(Note(rank, self.text(key, **fields)))

    def driver(self, figure: str, moved: Finding, **fields: Any) -> None:
        """Say of a headline that one assumption makes its range, or that none is varied.

        Parameters
        ----------
        figure : str
            What moves, a key under ``driver`` of this page.
        moved : Finding
            The figure; its interval says which assumption is held both ways.
        **fields
            Fields of the name of the figure.
        """
        named = self.word(f"{self.key}.driver.{figure}", **(self.fields | fields))
        still = moved.low == moved.high
        key = "driver.none" if not moved.interval else "driver.still" if still else "driver.one"
        self._answer.append(self.context.say(key, figure=named, interval=moved.interval))

    def drawn_driver(
        self, figure: str, moved: Finding, number: str, correlation: float | None, **fields: Any
    ) -> None:
        """Say which number a headline goes with most over its draws; none where nothing does.

        The correlation rests on what the figure rests on.
        """
        named = self.word(f"{self.key}.driver.{figure}", **(self.fields | fields))
        if correlation is None:
            self._answer.append(self.context.say("driver.chance", figure=named))
            return
        key = f"{self.key}.driver.{figure}"
        rests = {n: getattr(moved, n) for n in ("kind", "datasets", "sources", "year")}
        found = self.finding(key, correlation, "1", method="rank_correlation", **rests)
        text = self.context.say("driver.drawn", figure=named, number=number, correlation=found)
        self._answer.append(text)

    def counter(self, rank: int, key: str = "counter", **fields: Any) -> None:
        """Offer a counter-argument to the first page."""
        self._counters.append(Note(rank, self.text(key, **fields)))

    def note(self, *keys: str, **fields: Any) -> None:
        """Say what the numbers leave out, by keys under ``note.``."""
        found = (self.context.say(f"note.{key}", **(self.fields | fields)) for key in keys)
        self._notes.extend(found)

    def gap(self, key: str, **fields: Any) -> None:
        """Say what could not be answered, by a key under ``gap.``."""
        self._gaps.append(self.context.say(f"gap.{key}", **(self.fields | fields)))

    def attempt(self, part: Callable[[Page], None]) -> None:
        """Write a part of the page, or say what the data at hand do not allow of it."""
        try:
            part(self)
        except UNANSWERED as error:
            self.gap("unanswered", what=self.context.reason(error))

    def finding(self, key: str, value: float | None, unit: str, **about: Any) -> Finding:
        """Make a finding with the page's data sets, kind and year; see `Context.finding`."""
        given = {"kind": self.kind, "datasets": self.datasets, "year": self.fields.get("year", "")}
        return figure(self.context, key, value, unit, **(given | about))

    def keep(self, *findings: Finding) -> None:
        """Add findings that no sentence quotes."""
        self._findings.extend(findings)

    def table(self, name: str, frame: pl.DataFrame, units: Mapping[str, str], **about: Any) -> None:
        """Add a table; see `made`."""
        self._tables.append(self.made(name, frame, units, **about))

    def made(
        self,
        name: str,
        frame: pl.DataFrame,
        units: Mapping[str, str],
        *,
        kind: Kind | None = None,
        datasets: Iterable[str] | None = None,
        notes: Iterable[str] = (),
        attributes: Iterable[str] = (),
        **fields: Any,
    ) -> Table:
        """Return a table of this page without adding it.

        Parameters
        ----------
        name : str
            Name within the page; the title stands under ``table.<page>_<name before the first
            dot>``.
        frame : polars.DataFrame
            The rows; a column's heading stands under ``column.<page>_<name>.<column>`` where it
            means something else than on other pages, else under ``column.<column>``.
        units : mapping of str to str
            Unit of every value column; the others are dimensions.
        kind, datasets : optional
            Where they differ from the page's.
        notes : iterable of str
            Keys under ``note.``.
        attributes : iterable of str
            Columns that describe and do not identify.
        **fields
            Fields of the title.
        """
        described = set(attributes)
        catalogue, study = self.context.catalogue, self.study
        parties = {role: self.context.label(code) for role, code in study.parties.items()}

        full = f"{self.key}_{name}"

        def column(text: str) -> Column:
            heading = catalogue.text(catalogue.heading(full, text), **parties)
            if text in units:
                return Column(text, "value", units[text], heading)
            return Column(text, "attribute" if text in described else "dimension", "", heading)

        used = tuple(sorted(set(self.datasets if datasets is None else datasets)))
        self.context.used.update(used)
        title = f"table.{self.key}_{name.partition('.')[0]}"
        return Table(
            name=full,
            frame=self._said(frame),
            columns=tuple(column(c) for c in frame.columns),
            kind=self.kind if kind is None else kind,
            datasets=used,
            text=self.context.say(title, **(self.fields | fields)).text,
            notes=tuple(self.context.say(f"note.{key}", **self.fields).text for key in notes),
        )

    def _said(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows with their texts in the language of the dossier, where it has them."""
        said = self.context.catalogue.said
        if not self.context.catalogue.translated:
            return frame
        texts = [c for c, kind in frame.schema.items() if kind == pl.String and c != "kind"]
        held = {c: {t: said(t) for t in frame[c].unique() if t is not None} for c in texts}
        return frame.with_columns(pl.col(c).replace(own) for c, own in held.items() if own)

    def _dated(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows to draw with days and years as the dossier's language writes them."""
        dated = self.context.catalogue.dated
        texts = [c for c, kind in frame.schema.items() if kind == pl.String]
        held = {c: {t: dated(t) for t in frame[c].unique() if t is not None} for c in texts}
        return frame.with_columns(pl.col(c).replace(own) for c, own in held.items() if own)

    def in_money(
        self, frame: pl.DataFrame, *columns: str, year: int | str
    ) -> tuple[pl.DataFrame, str, Fields]:
        """Return rows with money of a year in the study's currency, its unit, what that changes."""
        rate, unit = rate_of(self.context, year), unit_of(self.context, year)
        if rate is None:
            return frame, unit, {}
        frame = frame.with_columns(pl.col(name) / rate for name in columns)
        kind = Kind.weakest([self.kind, self.context.kind_of(RATES)])
        return frame, unit, {"datasets": [*self.datasets, RATES], "kind": kind}

    def chart(
        self,
        name: str,
        rows: pl.DataFrame | Table,
        spec: ChartSpec,
        units: Mapping[str, str] | None = None,
        *,
        said: str | None = None,
        outlines: Outlines | None = None,
        about: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> None:
        """Add a chart with its table.

        Parameters
        ----------
        name : str
            Name of chart and table within the page.
        rows : polars.DataFrame or Table
            What is drawn; a frame becomes a table of the same name.
        spec : ChartSpec
            How the rows become marks.
        units : mapping of str to str, optional
            Units of a frame's value columns.
        said : str, optional
            Name of title and alternative under ``chart.`` and ``alt.``; `name` by default, none
            when empty.
        outlines : Outlines, optional
            Of a map.
        about : mapping, optional
            Kind, data sets, notes and attributes of the table, where they differ from the page's.
        **fields
            Fields of title, alternative and heading.
        """
        if isinstance(rows, pl.DataFrame):
            rows = self._dated(rows)
            rows = self.made(name, rows, units or {}, **(fields | dict(about or {})))
        key = f"{self.key}-{name.replace('_', '-')}"
        tail = f".{name if said is None else said}".rstrip(".")
        title, alt = self.text(f"chart{tail}", **fields), self.text(f"alt{tail}", **fields)
        catalogue = self.context.catalogue
        roles = {catalogue.said(name): role for name, role in spec.roles.items()}
        own = replace(marks.fitted(spec, rows), roles=roles, words=NumberWords.of(catalogue.units))
        self._charts.append(Chart(key, title, alt, rows, own, outlines))

    def inside(self, title: str, *, whole: bool = False) -> str:
        """Return a title as it stands inside a sentence of the dossier's language."""
        return self.context.catalogue.inside(title, whole=whole)

    def axis(self, key: str, **fields: Any) -> str:
        """Return the title of an axis or legend, by a key under ``axis.``."""
        return self.word(f"axis.{key}", **(self.fields | fields))

    def numbers(self, key: str, frame: pl.DataFrame, *columns: str, **fields: Any) -> Fields:
        """Return title and scale of an axis: logarithmic where numbers differ thirtyfold or more.

        Parameters
        ----------
        key : str
            Key of the title under ``axis.``.
        frame : polars.DataFrame
            What is drawn.
        *columns : str
            The numbers. One at or below nought keeps the axis linear: it has no place on the other.
        **fields
            Fields of the title.
        """
        drawn = [value for name in columns for value in frame[name].drop_nulls().to_list()]
        far = bool(drawn) and min(drawn) > 0 and max(drawn) >= FAR * min(drawn)
        title = self.axis(key, **fields)
        return {
            "x_title": self.word("axis.logarithmic", title=title) if far else title,
            "log": far,
        }

    def word(self, key: str, **fields: Any) -> str:
        """Return a text of the catalogue without findings."""
        return self.context.catalogue.text(key, **fields)

    def roles(self, *codes: str) -> dict[str, str]:
        """Return the colour role of each party by its label."""
        return {self.context.label(code): self.context.role(code) for code in codes}

    def labels(self, column: str, alias: str = "") -> pl.Expr:
        """Return codes of parties as labels."""
        found = pl.col(column).map_elements(self.context.label, return_dtype=pl.String)
        return found.alias(alias or column)

    def industries(self, column: str = "industry") -> pl.Expr:
        """Return codes of industries as names."""
        return pl.col(column).map_elements(self.context.industry, return_dtype=pl.String)

    def section(self) -> Section:
        """Return what was written, with every number that is quoted or kept."""
        notes = [note.sentence for note in (*self._headlines, *self._counters)]
        titles = [text for chart in self._charts for text in (chart.title, chart.alt)]
        said = [*self._answer, *notes, *titles, *self._notes, *self._gaps]
        quoted = [finding for sentence in said for finding in sentence.findings]
        return Section(
            f"{self.key}-{self.part}" if self.part else self.key,
            self.text(self.question),
            answer=tuple(self._answer),
            findings=tuple(dict.fromkeys([*self._findings, *quoted])),
            tables=tuple(self._tables),
            charts=tuple(self._charts),
            notes=tuple(self._notes),
            headlines=tuple(self._headlines),
            counters=tuple(self._counters),
            gaps=tuple(self._gaps),
            opens=self.opens,
            label=self.label,
        )
