"""A result on its way out: which rows, in which order, as lines of text or as files."""

from isthmus.evidence.out.files import (
    DOCUMENT,
    TABLES,
    WORKBOOK,
    check_target,
    one_table,
    write_result,
)
from isthmus.evidence.out.shown import Shown, chosen

__all__ = [
    "DOCUMENT",
    "TABLES",
    "WORKBOOK",
    "Shown",
    "check_target",
    "chosen",
    "one_table",
    "write_result",
]
