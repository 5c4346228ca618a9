"""Where numbers came from, and how a result was made: one record, built in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from isthmus._version import __version__
from isthmus.evidence.record import DatasetRecord


class Records(Protocol):
    """What has a name, a hash and records of its data sets: a world."""

    @property
    def reference(self) -> str:
        """Name, edition, and versions of the data sets that were added."""

    @property
    def content_hash(self) -> str:
        """Hash over all data sets."""

    def record(self, key: str) -> DatasetRecord:
        """Return the record of a data set."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where numbers were read, kept by a table or network on its way from a world to a lens.

    Parameters
    ----------
    world : str
        Name and edition of the world; what the numbers are where they come from none.
    world_hash : str
        Content hash of the world, or of the numbers themselves.
    datasets : mapping of str to str
        Key and content hash of each data set that was read.
    """

    world: str
    world_hash: str
    datasets: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(world: Records, datasets: Iterable[str]) -> Origin:
        """Return the origin of data sets of a world.

        Raises
        ------
        DataMissing
            When the world does not hold one of them.
        """
        hashes = {key: world.record(key).content_sha256 for key in sorted(set(datasets))}
        return Origin(world.reference, world.content_hash, hashes)

    @staticmethod
    def own(what: str, content: str, datasets: Iterable[str]) -> Origin:
        """Return the origin of numbers that come from no world.

        Parameters
        ----------
        what : str
            What they are (``"table"``, ``"444 firms, 28071 links"``).
        content : str
            Content hash of the numbers; it stands for every key that they name as well.
        datasets : iterable of str
            Keys that they name.
        """
        return Origin(what, content, dict.fromkeys(sorted(set(datasets)), content))


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a result was made, without clock or machine, so that it can be made again.

    Parameters
    ----------
    lens : str
        Name of the lens function (``"dependence.profile"``).
    parameters : mapping
        All arguments as plain JSON values.
    world : str
        Name and edition of the world.
    world_hash : str
        Content hash of the world.
    datasets : mapping of str to str
        Key and content hash of each data set that was read.
    scenario : str
        Hash of the scenario's canonical form; empty when none was given.
    seed : int or None
        Seed, where random numbers were used.
    """

    lens: str
    parameters: Mapping[str, Any]
    world: str
    world_hash: str
    datasets: Mapping[str, str] = field(default_factory=dict)
    scenario: str = ""
    seed: int | None = None
    version: str = __version__

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return {
            "lens": self.lens,
            "parameters": dict(self.parameters),
            "world": self.world,
            "world_hash": self.world_hash,
            "datasets": dict(self.datasets),
            "scenario": self.scenario,
            "seed": self.seed,
            "version": self.version,
        }


def provenance(
    source: Records | Origin,
    lens: str,
    datasets: Iterable[str],
    parameters: Mapping[str, Any],
    *,
    scenario: str = "",
    seed: int | None = None,
) -> Provenance:
    """Return how a result was made.

    Parameters
    ----------
    source : World or Origin
        The world that was read, or where the table or network that was read came from.
    lens : str
        Name of room and function (``"dependence.profile"``).
    datasets : iterable of str
        Keys of the data sets that were read.
    parameters : mapping
        All arguments as plain values.
    scenario : str
        Hash of the scenario's canonical form.
    seed : int, optional
        Seed, where random numbers were used.

    Raises
    ------
    DataMissing
        When the world does not hold one of the data sets.
    """
    origin = source if isinstance(source, Origin) else Origin.of(source, datasets)
    return Provenance(
        lens=lens,
        parameters=dict(parameters),
        world=origin.world,
        world_hash=origin.world_hash,
        datasets={key: origin.datasets[key] for key in sorted(set(datasets))},
        scenario=scenario,
        seed=seed,
    )
