"""A chain of stages as data: boxes with bars that HTML and JSON are written from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Bar:
    """A holder and its share, marked where it is a party of the question."""

    text: str
    share: float
    shown: str
    mark: str
    party: bool

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"text": self.text, "share": self.share, "party": self.party}


@dataclass(frozen=True, slots=True)
class Box:
    """A node of the chain: its name, of what and when the shares are, and where its rows stand."""

    title: str
    note: str
    to: str
    bars: tuple[Bar, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        bars = [bar.to_dict() for bar in self.bars]
        return {"title": self.title, "note": self.note, "to": self.to, "bars": bars}


@dataclass(frozen=True, slots=True)
class ChainStage:
    """A stage of the chain and the nodes that stand in it."""

    title: str
    boxes: tuple[Box, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"title": self.title, "boxes": [box.to_dict() for box in self.boxes]}


@dataclass(frozen=True, slots=True)
class Chain:
    """Stages in order, as boxes with bars."""

    form: ClassVar[str] = "chain"
    title: str
    lead: str
    stages: tuple[ChainStage, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {"title": self.title, "stages": [stage.to_dict() for stage in self.stages]}
