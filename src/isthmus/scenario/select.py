"""From the codes of a shock to positions in a table's labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from isthmus.codes import nearest
from isthmus.errors import CodeUnknown
from isthmus.kernels.arrays import Mask
from isthmus.scenario.base import ALL
from isthmus.scenario.shocks import Embargo, Shock


def expand(
    codes: Sequence[str],
    labels: Sequence[str],
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    what: str = "economy",
) -> npt.NDArray[np.intp]:
    """Return the positions in `labels` that `codes` stand for, sorted, once each.

    Parameters
    ----------
    codes : sequence of str
        Labels, names of groups, or ``"*"`` for all labels.
    labels : sequence of str
        Labels of the table.
    groups : mapping of str to sequence of str, optional
        Members by name of group (coalitions of economies, families of industries).
    what : str
        What a code names, for the error.

    Returns
    -------
    ndarray of intp

    Raises
    ------
    CodeUnknown
        When a code is neither label nor group, or a member of a group is not in the table:
        a coalition is never cut down in silence.
    """
    known = groups or {}
    position = {label: i for i, label in enumerate(labels)}
    wanted: set[str] = set()
    for code in codes:
        if code == ALL:
            wanted.update(labels)
        elif code in position:
            wanted.add(code)
        elif code in known:
            wanted.update(known[code])
        else:
            hint = nearest(code, [*labels, *known], what)
            raise CodeUnknown(f"the table has no {what} '{code}'", hint=hint or None)
    if absent := sorted(wanted - set(position)):
        raise CodeUnknown(
            f"members of a group are not in the table: {', '.join(absent)}",
            hint=f"name the {what} codes that the table holds one by one",
        )
    return np.array(sorted(position[w] for w in wanted), dtype=np.intp)


def pairs(
    shock: Shock,
    economies: Sequence[str],
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> Mask:
    """Return which pairs [exporter, importer] a bilateral shock touches.

    Trade inside one economy is never touched; an embargo touches both directions.

    Returns
    -------
    ndarray of bool, shape (economies, economies)

    Raises
    ------
    CodeUnknown
        As `expand`.
    TypeError
        When `shock` is not bilateral.
    """
    if isinstance(shock, Embargo):
        ours, theirs = shock.economies, shock.partners
    else:
        if not hasattr(shock, "exporters") or not hasattr(shock, "importers"):
            raise TypeError(f"a {shock.kind} shock has no exporters and importers")
        ours, theirs = shock.exporters, shock.importers
    n = len(economies)
    mask = np.zeros((n, n), dtype=np.bool_)
    mask[
        np.ix_(expand(ours, economies, groups=groups), expand(theirs, economies, groups=groups))
    ] = True
    if isinstance(shock, Embargo):
        mask |= mask.T
    np.fill_diagonal(mask, False)
    return mask
