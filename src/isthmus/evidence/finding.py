"""One number that a reader will quote."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from isthmus.evidence.kinds import Kind


@dataclass(frozen=True, slots=True)
class Finding:
    """A value with its unit, kind, interval, definition and sources.

    Parameters
    ----------
    key : str
        Dotted name, unique within a dossier (``"arms.usa_share.TWN"``).
    value : float or None
        The value; None when the data cannot tell, with the reason in `caveat`.
    unit : str
        Unit of value, low and high; a fraction of a whole has the unit ``"share"``.
    kind : Kind
        Weakest kind of method and inputs.
    year : str
        Year or period of the data.
    method : str
        Key of the method text in the sentence catalogue.
    datasets : tuple of str
        Keys of the data sets used.
    low, high : float or None
        Interval, where one is known; `interval` says of which nature.
    interval : str
        What low and high are (``"mirror records"``, ``"lower bound"``, ``"range of assumptions"``).
    caveat : str
        What the number does not say.
    sources : tuple of str
        Ids of single sources (episodes, fact tables) below the data set level.
    digits : int
        Significant digits that it needs at least, to be told from what stands beside it; none for
        those of its kind and range.
    """

    key: str
    value: float | None
    unit: str
    kind: Kind
    year: str
    method: str
    datasets: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    interval: str = ""
    caveat: str = ""
    sources: tuple[str, ...] = ()
    digits: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        out = asdict(self)
        out["kind"] = self.kind.value
        out["datasets"] = list(self.datasets)
        out["sources"] = list(self.sources)
        if not self.digits:
            del out["digits"]
        return out
