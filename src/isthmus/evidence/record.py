"""The record that every data set carries: where it comes from and what may be done with it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from isthmus.evidence.kinds import Kind
from isthmus.runtime.brief import Brief

SCHEMA_VERSION = 1

ON_ADDING = "on adding: "
"""Start of the faults that say what was left out when a table was added."""

PRIVATE = "private"
"""The licence of data that nobody but their owner is to see."""

Redistribution = Literal["allowed", "derived_only", "forbidden"]


class DatasetRecord(Brief, BaseModel):
    """Source, edition, unit, kind, licence and known faults of one data set.

    `sha256` is the hash of the file as stored; `content_sha256` that of its rows in canonical
    order (`isthmus.evidence.content_hash`), which does not depend on compression or writer version.
    `redistribution` is ``allowed`` (rows may be passed on with attribution), ``derived_only``
    (only derived figures) or ``forbidden``; unknown terms count as forbidden.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_enum_values=False)

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    publisher: str
    edition: str
    years: tuple[int, ...] = ()
    unit: str
    kind: Kind
    licence: str
    attribution: str
    redistribution: Redistribution
    address: str = ""
    citation: str = ""
    coverage: str = ""
    columns: dict[str, str] = Field(default_factory=dict)
    steps: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    rows: int = 0
    sha256: str = ""
    content_sha256: str = ""
    schema_version: int = SCHEMA_VERSION

    @property
    def private(self) -> bool:
        """Whether the rows are the user's own and stay out of exports unless asked for."""
        return self.licence.strip().casefold() == PRIVATE

    @property
    def on_adding(self) -> tuple[str, ...]:
        """What was left out or assumed when the table was added, for the notes of results."""
        return tuple(f.removeprefix(ON_ADDING) for f in self.faults if f.startswith(ON_ADDING))
