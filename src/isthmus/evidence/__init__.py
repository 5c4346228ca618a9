"""What a number is: its kind, its record, its finding, the result it stands in."""

from isthmus.evidence.collection import Collection
from isthmus.evidence.content import content_hash
from isthmus.evidence.description import Argument, Lens, Schema, described
from isthmus.evidence.finding import Finding
from isthmus.evidence.kinds import Kind
from isthmus.evidence.origin import Origin, Provenance, Records, provenance
from isthmus.evidence.record import SCHEMA_VERSION as RECORD_SCHEMA_VERSION
from isthmus.evidence.record import DatasetRecord, Redistribution
from isthmus.evidence.result import Result, dataset_keys
from isthmus.evidence.table import IN_UNIT, SHARE, Column, Table

__all__ = [
    "IN_UNIT",
    "RECORD_SCHEMA_VERSION",
    "SHARE",
    "Argument",
    "Collection",
    "Column",
    "DatasetRecord",
    "Finding",
    "Kind",
    "Lens",
    "Origin",
    "Provenance",
    "Records",
    "Redistribution",
    "Result",
    "Schema",
    "Table",
    "content_hash",
    "dataset_keys",
    "described",
    "provenance",
]
