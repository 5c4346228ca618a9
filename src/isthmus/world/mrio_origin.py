"""What a table is by its numbers, and the table that a lens was asked about."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol

import numpy as np

from isthmus.runtime import canonical_json
from isthmus.world.mrio_forms import FactoredForm

if TYPE_CHECKING:
    from isthmus.world.mrio import MRIO


class TableWorld(Protocol):
    """What a lens on inter-economy tables needs of a world."""

    def mrio(
        self, year: int | None = None, *, chips: bool = False, materials: bool = False
    ) -> MRIO:
        """Return the inter-economy table of a year."""


def mrio_of(
    source: TableWorld | MRIO,
    year: int | None = None,
    *,
    chips: bool = False,
    materials: bool = False,
) -> MRIO:
    """Return the table of a year of a world, or the table given.

    Parameters
    ----------
    source : World or MRIO
        What the lens was called with.
    year : int, optional
        The last year for which the world holds a table when None.
    chips : bool
        Take the table with electronics split into chip nodes.
    materials : bool
        Take the table with material nodes split from their industries.

    Raises
    ------
    DataMissing
        When the world holds no such table.
    """
    from isthmus.world.mrio import MRIO

    return (
        source if isinstance(source, MRIO) else source.mrio(year, chips=chips, materials=materials)
    )


def content_of(table: MRIO) -> str:
    """Return the SHA-256 of a table's labels and numbers."""
    labels = table.labels
    digest = hashlib.sha256(
        canonical_json(
            [labels.economies, labels.industries, labels.categories, table.year, table.unit]
        ).encode()
    )
    form = table.form
    flows = (
        (form.flow, form.use_dom, form.use_imp) if isinstance(form, FactoredForm) else (table.Z,)
    )
    for part in (*flows, table.Y, table.x, table.v, table.other):
        digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
