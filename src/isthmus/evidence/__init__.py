"""What a number is: its kind, its record, its finding, the result it stands in."""

from isthmus.evidence.collection import Collection
from isthmus.evidence.content import content_hash
from isthmus.evidence.finding import Finding
from isthmus.evidence.kinds import Kind
from isthmus.evidence.record import SCHEMA_VERSION as RECORD_SCHEMA_VERSION
from isthmus.evidence.record import DatasetRecord, Redistribution
from isthmus.evidence.result import Provenance, Result, dataset_keys
from isthmus.evidence.table import Column, Table

__all__ = [
    "RECORD_SCHEMA_VERSION",
    "Collection",
    "Column",
    "DatasetRecord",
    "Finding",
    "Kind",
    "Provenance",
    "Redistribution",
    "Result",
    "Table",
    "content_hash",
    "dataset_keys",
]
