"""World: an immutable collection of data sets, opened by name, verified when read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from isthmus.errors import BadInput, DataCorrupted, DataMissing, InputProblem, did_you_mean
from isthmus.evidence import DatasetRecord, Origin
from isthmus.runtime import canonical_hash
from isthmus.runtime.reading import Unreadable
from isthmus.runtime.reading.tables import asked
from isthmus.world.accessors import Accessors
from isthmus.world.added import stored_entries
from isthmus.world.flows import IndustryFlows, flows_from_frame
from isthmus.world.manifest import Entry, folder_entries, read_manifest
from isthmus.world.mrio import MRIO
from isthmus.world.mrio_chips import chip_split, split_chips
from isthmus.world.mrio_materials import split_materials
from isthmus.world.mrio_nodes import not_factored
from isthmus.world.mrio_starter import read_updated
from isthmus.world.mrio_stored import is_table, table_of, years_of_table

if TYPE_CHECKING:
    from isthmus.store import Store

CACHE_BYTES = 256 * 2**20
MOST_TABLES = 8
"""Inter-economy tables that a world keeps: two years with both splits; the oldest goes."""
STARTER = "starter"


class World(Accessors):
    """An immutable, content-hashed collection of data sets.

    Parameters
    ----------
    name, edition : str
        Name and edition of the collection.
    entries : mapping of str to Entry
        Record and reader by key; nothing is read until it is asked for.
    added : tuple of str
        References (``key@version``) of the data sets that came from a store.

    Examples
    --------
    >>> from isthmus.world import World
    >>> world = World.open("starter")
    >>> flows = world.flows()
    >>> flows.values(2022).shape
    (81, 81, 28)
    """

    def __init__(
        self, name: str, edition: str, entries: Mapping[str, Entry], *, added: Sequence[str] = ()
    ) -> None:
        self._name = name
        self._added = tuple(added)
        self._edition = edition
        self._entries = dict(sorted(entries.items()))
        self._tables: OrderedDict[str, pl.DataFrame] = OrderedDict()
        self._left: dict[str, pl.LazyFrame | None] = {}
        self._flows: IndustryFlows | None = None
        self._mrio: OrderedDict[tuple[int, bool, bool], MRIO] = OrderedDict()
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls,
        name: str | Path = STARTER,
        *,
        with_: Sequence[str] = (),
        store: Store | None = None,
    ) -> World:
        """Open a world by name, or the folder of one.

        Parameters
        ----------
        name : str or Path
            ``"starter"``, the world shipped with the package, or a folder that holds
            ``manifest.json`` and one Parquet file per data set. The tables of the codes
            (texts, concordances) are part of every world. ``"starter+KEY@VERSION"`` adds data
            sets of the store, as `with_` does.
        with_ : sequence of str
            Data sets of a store to add: ``key`` (its newest version) or ``key@version``. One with
            the key of a data set that is there already takes its place.
        store : Store, optional
            Where `with_` looks; the user's store by default.

        Raises
        ------
        DataMissing
            When there is no such world or data set.
        DataCorrupted, SchemaVersionUnsupported
            When its manifest cannot be used.
        """
        if isinstance(name, str):
            name, *more = name.split("+")
            with_ = (*with_, *more)
        package = Path(str(files("isthmus")))
        folder = package / "world" / "starter" if name == STARTER else Path(name)
        manifest = read_manifest(folder)
        codes = package / "codes" / "data"
        shared = folder_entries(codes, read_manifest(codes))
        entries = {**shared, **folder_entries(folder, manifest)}
        added = stored_entries(with_, store) if with_ else {}
        entries |= {entry.record.key: entry for entry in added.values()}
        return cls(manifest.name, manifest.edition, entries, added=tuple(added))

    def with_entries(self, added: Mapping[str, Entry], *, name: str | None = None) -> World:
        """Return a new world with data sets added; a key that is there already is replaced."""
        entries = {**self._entries, **added}
        return World(name or self._name, self._edition, entries, added=self._added)

    @property
    def name(self) -> str:
        """Name of the world."""
        return self._name

    @property
    def edition(self) -> str:
        """Edition of the world's data, apart from the version of the code."""
        return self._edition

    @property
    def added(self) -> tuple[str, ...]:
        """References (``key@version``) of the data sets that came from a store."""
        return self._added

    @property
    def reference(self) -> str:
        """Name and edition, with the versions of the data sets that came from a store."""
        return " + ".join((f"{self._name} {self._edition}", *self._added))

    @property
    def content_hash(self) -> str:
        """SHA-256 over the keys and content hashes of all data sets."""
        return canonical_hash({k: e.record.content_sha256 for k, e in self._entries.items()})

    def keys(self) -> tuple[str, ...]:
        """Return the keys of all data sets, sorted."""
        return tuple(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def __repr__(self) -> str:
        return f"World({self._name!r}, edition {self._edition!r}, {len(self._entries)} data sets)"

    def record(self, key: str) -> DatasetRecord:
        """Return the record of a data set.

        Raises
        ------
        DataMissing
            When the world does not hold it; the hint says how to add it.
        """
        return self._entry(key).record

    def table(self, key: str) -> pl.DataFrame:
        """Return the rows of a data set, compared with its record's hash at the first reading.

        Raises
        ------
        DataMissing
            When the world does not hold it.
        DataCorrupted
            When the file differs from its record.
        """
        entry = self._entry(key)
        with self._lock:
            if key in self._tables:
                self._tables.move_to_end(key)
                return self._tables[key]
            frame = entry.load()
            self._keep(key, frame)
            return frame

    def query(self, key: str, ask: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.DataFrame:
        """Return what the rows of a data set answer to a question.

        Of a large set (a whole year of trade by product has eleven million rows) only the columns
        and rows that the question needs are read; it stays on disk, and its file is checked once,
        at the first question.

        Parameters
        ----------
        key : str
            Of the data set.
        ask : callable
            Takes the rows and returns those of the answer; filter and select first.

        Raises
        ------
        DataMissing, DataCorrupted
            As `table`.

        Examples
        --------
        >>> import polars as pl
        >>> from isthmus.world import World
        >>> magnets = lambda rows: rows.filter(product="850511", year=2024).select("exporter")
        >>> World.open("starter").query("baci_critical_materials", magnets).height > 0
        True
        """
        try:
            if (rows := self._rows_on_disk(key)) is not None:
                return asked(ask(rows))
        except Unreadable as error:
            what = f"the file of data set {key!r} is not readable"
            raise DataCorrupted(what, where=key, hint=str(error)) from error
        return ask(self.table(key).lazy()).collect()

    def _rows_on_disk(self, key: str) -> pl.LazyFrame | None:
        """Return the rows of a data set that is left on disk, checked once."""
        entry = self._entry(key)
        with self._lock:
            if key in self._tables or entry.rows is None:
                return None
            if key not in self._left:
                self._left[key] = entry.rows()
            return self._left[key]

    def flows(self) -> IndustryFlows:
        """Return bilateral flows by supplier industry, all years.

        Raises
        ------
        DataMissing
            When the world holds no flows.
        """
        with self._lock:
            if self._flows is None:
                self._flows = flows_from_frame(self._entry("icio_flows").load())
            return self._flows

    def mrio(
        self, year: int | None = None, *, chips: bool = False, materials: bool = False
    ) -> MRIO:
        """Return the inter-economy input-output table of `year`; the latest ones are kept.

        A table that was added (`isthmus data add`) goes before the one the world was built with.

        Parameters
        ----------
        year : int, optional
            Year of the table; the last one when None.
        chips : bool
            Split computers and electronics into chip nodes and the rest
            (`isthmus.codes.nodes.CHIP_NODES`); the shares are assumed, see ``chip_split``.
        materials : bool
            Split graphite, gallium and germanium, magnesium and permanent magnets from their
            industries (`isthmus.codes.nodes.MATERIAL_NODES`); see ``material_split``.

        Raises
        ------
        DataMissing
            When the world holds no table of that year.
        BadInput
            When it holds several of that year that were added.
        """
        if year is None:
            if not self.table_years:
                raise self._no_table("any year")
            year = self.table_years[-1]
        with self._lock:
            key = year, chips, materials
            if key not in self._mrio:
                made = self._make_mrio(*key)
                origin = Origin.of(self, made.datasets)
                self._mrio[key] = replace(made, source=origin)
                while len(self._mrio) > MOST_TABLES:
                    self._mrio.popitem(last=False)
            self._mrio.move_to_end(key)
            return self._mrio[key]

    @property
    def table_years(self) -> tuple[int, ...]:
        """Years for which there is an inter-economy table, ascending."""
        records = [entry.record for entry in self._entries.values()]
        return tuple(sorted({year for record in records for year in years_of_table(record)}))

    def _no_table(self, year: str) -> DataMissing:
        return DataMissing(
            f"the world {self._name!r} holds no inter-economy table of {year}",
            where=f"{self._name} {self._edition}",
            hint="add one with `isthmus data add` and open the world with it: "
            f"{self._name}+KEY; `isthmus data list` shows what is there",
        )

    def _make_mrio(self, year: int, chips: bool, materials: bool) -> MRIO:
        if materials:
            whole = self.mrio(year, chips=chips)
            return split_materials(whole, self.table("material_split"), self.table)
        if chips:
            whole = self.mrio(year)
            if not whole.factored:
                raise not_factored(whole)
            end_use = self.table("chip_end_use")
            split = chip_split(self.table("chip_split"), self.chip_facts(), end_use, whole)
            return split_chips(whole, split)
        if stored := self._stored_table(year):
            return table_of(self.table(stored), self.record(stored))
        key = f"mrio_{year}"
        if key not in self:
            raise self._no_table(str(year))
        use, services = self.table(key), self.table(f"{key}_services")
        return read_updated(year, self.flows(), use, services, self.record(key))

    def _stored_table(self, year: int) -> str | None:
        """Return the key of the publisher's or user's own table of a year."""
        keys = [key for key, entry in self._entries.items() if is_table(entry.record, year)]
        if len(keys) > 1:
            raise BadInput(
                f"the world holds {len(keys)} inter-economy tables of {year}",
                [InputProblem("is a table of this year", key) for key in keys],
            )
        return keys[0] if keys else None

    def _entry(self, key: str) -> Entry:
        if key not in self._entries:
            parts = [f"'{known}'" for known in self._entries if key and key in known][:3]
            near = did_you_mean(key, self._entries)
            near = f"did you mean {' or '.join(parts)}?" if parts else near
            raise DataMissing(
                f"the world {self._name!r} holds no data set {key!r}",
                where=f"{self._name} {self._edition}",
                hint=(f"{near} " if near else "")
                + "`isthmus data list` shows what is there; add the publisher's own file with "
                "`isthmus data add`",
            )
        return self._entries[key]

    def _keep(self, key: str, frame: pl.DataFrame) -> None:
        self._tables[key] = frame
        while len(self._tables) > 1 and (
            sum(f.estimated_size() for f in self._tables.values()) > CACHE_BYTES
        ):
            self._tables.popitem(last=False)
