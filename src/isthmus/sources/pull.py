"""What publishers offer for download, and how it is brought: shown first, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from zipfile import ZipFile

from isthmus.errors import BadInput, InputProblem, raise_all
from isthmus.runtime import Progress, disk, publish_file, silent
from isthmus.runtime.cancel import CancelToken
from isthmus.runtime.fetch import Fetched, Patience, RemoteFile, fetch, size_of
from isthmus.runtime.reading import Unreadable
from isthmus.runtime.reading.archives import archive_faults, open_archive

PIECE = 1 << 20
RATIO = 200
"""Most bytes that a byte of an archive may stand for; tables take a tenth of that."""
LONGEST = 100
"""Characters of a name, after which the rest of a question stands in it as a checksum."""


@dataclass(frozen=True, slots=True)
class WantedData:
    """What of a publisher's data is wanted.

    Parameters
    ----------
    year : int, optional
        Calendar year; None where one file holds all of them (`Offer.dated`).
    edition : str
        Edition, release or version; the one that the source takes when empty.
    of : tuple of str
        Economies, where the publisher gives data by economy.
    what : tuple of str
        Indicators or products, where the publisher gives them one by one.
    """

    year: int | None = None
    edition: str = ""
    of: tuple[str, ...] = ()
    what: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """What a publisher offers for download.

    Parameters
    ----------
    name : str
        Name on the command line.
    licence : str
        Terms in a few words, shown before anything is brought.
    terms : str
        Address where the publisher states them.
    files : callable
        Returns name and address of the files wanted; raises BadInput for what is missing.
    unpacked : tuple of str
        Patterns of the files of an archive that are wanted, that of the data first, those that
        explain its codes after it; ``YEAR`` stands for the year.
    header : str
        Header that carries the key of the API.
    key : str
        Variable of the environment that holds it.
    sized : bool
        Whether the server states sizes; answers of an API are made when they are asked for.
    pause : float
        Seconds between two questions, as the publisher asks for.
    dated : bool
        Whether a year is asked for; not where one file holds all of them.
    """

    name: str
    licence: str
    terms: str
    files: Callable[[WantedData], Sequence[tuple[str, str]]]
    unpacked: tuple[str, ...] = ()
    header: str = ""
    key: str = ""
    sized: bool = True
    pause: float = 0.0
    dated: bool = True


@dataclass(frozen=True, slots=True)
class Planned:
    """A file that is to be brought.

    Parameters
    ----------
    path : Path
        Where it will be.
    asked : RemoteFile
        Address, and the key where there is one.
    """

    path: Path
    asked: RemoteFile


@dataclass(frozen=True, slots=True)
class Pulled:
    """What was brought.

    Parameters
    ----------
    fetched : tuple of Fetched
        Files as they came.
    files : tuple of Path
        What to add: these, the data unpacked from them, or the folder that holds several.
    """

    fetched: tuple[Fetched, ...] = ()
    files: tuple[Path, ...] = field(default=())


def edition_in(text: str, pattern: str, said: str) -> None:
    """Refuse an edition that does not look like one.

    Raises
    ------
    BadInput
        With what one looks like.
    """
    if not re.fullmatch(pattern, text):
        raise BadInput(f"{text!r} is no edition", where="edition", hint=f"give {said}")


def named(*parts: str) -> str:
    """Return a name that no other question has."""
    whole = "_".join(parts)
    if len(whole) <= LONGEST:
        return whole
    return f"{whole[: LONGEST - 9]}_{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def planned(
    offer: Offer, wanted: WantedData, folder: Path, environment: Mapping[str, str] | None = None
) -> list[Planned]:
    """Return the files that an offer has for what is wanted; nothing is asked of the publisher.

    Raises
    ------
    BadInput
        For a year or edition that is none, and for a key that the environment lacks.
    """
    _check_year(offer, wanted.year)
    found = list(offer.files(wanted))
    headers = {}
    if offer.key:
        key = (os.environ if environment is None else environment).get(offer.key, "").strip()
        if not key:
            raise BadInput(
                "the publisher asks for a key",
                where=offer.key,
                hint=f"get one at {offer.terms} and set the variable {offer.key} to it",
            )
        if not (key.isascii() and key.isprintable()):
            raise BadInput("holds characters that no key has", where=offer.key)
        headers = {offer.header: key}
    return [Planned(folder / name, RemoteFile(address, headers)) for name, address in found]


def _check_year(offer: Offer, year: int | None) -> None:
    if not offer.dated:
        if year is not None:
            what = f"the file of {offer.name!r} holds all years"
            raise BadInput(what, where="--year", hint="leave --year out")
    elif year is None:
        raise BadInput("no year is given", where="--year", hint="write --year 2022")
    elif not 1900 <= year <= 2100:
        raise BadInput(f"{year} is no year", where="year", hint="write it as 2022")


def sizes(
    offer: Offer, plan: Sequence[Planned], patience: Patience | None = None
) -> list[int | None]:
    """Return the bytes that the publisher promises for each file; None where it does not say."""
    return [size_of(item.asked, patience) if offer.sized else None for item in plan]


def pull(
    offer: Offer,
    wanted: WantedData,
    plan: Sequence[Planned],
    *,
    replace: bool = False,
    patience: Patience | None = None,
    progress: Progress = silent,
    cancel: CancelToken | None = None,
) -> Pulled:
    """Bring the files of a plan, and unpack what is wanted of archives.

    A file that is there already is kept, unless it is to be replaced: a start that was broken off
    goes on with the first file that is missing.

    Raises
    ------
    NetworkFailed, SourceRefused, TargetExists, TargetRefused, StorageFull, Cancelled
        As `isthmus.runtime.fetch.fetch`.
    BadInput
        When an archive does not hold what is wanted.
    """
    came: list[Fetched] = []
    files: list[Path] = []
    patience = patience or Patience()
    for item in plan:
        if replace or not item.path.is_file():
            if came and offer.pause:
                patience.sleep(offer.pause)
            disk.make_folder(item.path.parent)
            found = fetch(
                item.asked,
                item.path,
                replace=replace,
                patience=patience,
                progress=progress,
                cancel=cancel,
            )
            came.append(found)
        if offer.unpacked and item.path.suffix.lower() == ".zip":
            files += unpack(item.path, offer.unpacked, wanted.year, replace=replace)
        else:
            files.append(item.path if len(plan) == 1 else item.path.parent)
    return Pulled(tuple(came), tuple(dict.fromkeys(files)))


def unpack(
    archive: Path, patterns: Sequence[str], year: int | None, *, replace: bool
) -> list[Path]:
    """Write the wanted files of an archive beside it, each whole before it gets its name.

    Returns
    -------
    list of Path
        Those of the first pattern.

    Raises
    ------
    BadInput
        When the archive is damaged or unpacks to far more than it is, or a pattern has no file.
    """
    wanted = [pattern.replace("YEAR", str(year)) for pattern in patterns]
    try:
        with archive_faults(), open_archive(archive) as opened:
            return _unpacked(opened, archive, wanted, replace=replace)
    except Unreadable as error:
        hint = "--force brings it anew"
        what = "; ".join(problem.what for problem in error.problems)
        raise BadInput(what, where=str(archive), hint=hint) from None


def _unpacked(
    opened: ZipFile, archive: Path, wanted: Sequence[str], *, replace: bool
) -> list[Path]:
    held = [(PurePosixPath(i.filename.replace("\\", "/")).name, i) for i in opened.infolist()]
    found = sorted(
        ((name, i) for name, i in held if any(re.fullmatch(p, name) for p in wanted)),
        key=lambda pair: pair[0],
    )
    problems = [
        InputProblem(f"holds no file like {p}: another year or edition?")
        for p in wanted
        if not any(re.fullmatch(p, name) for name, _ in found)
    ]
    twice = [name for name, count in Counter(name for name, _ in found).items() if count > 1]
    problems += [InputProblem(f"holds {name} twice") for name in twice]
    size, room = sum(i.file_size for _, i in found), RATIO * archive.stat().st_size
    if size > room:
        problems.append(InputProblem(f"unpacks to {size:,} bytes, over {RATIO} times its own size"))
    raise_all(f"archive {archive.name}", problems)
    made: list[Path] = []
    for name, inside in found:
        target = archive.parent / name
        if re.fullmatch(wanted[0], name):
            made.append(target)
        if target.is_file() and not replace:
            continue
        with opened.open(inside) as source, publish_file(target, replace=replace) as handle:
            while piece := source.read(PIECE):
                handle.write(piece)
    return made


def offer_named(name: str, offers: Sequence[Offer]) -> Offer:
    """Return an offer by name.

    Raises
    ------
    BadInput
        When there is none of that name.
    """
    for offer in offers:
        if offer.name == name:
            return offer
    known = ", ".join(sorted(offer.name for offer in offers))
    raise BadInput(
        f"nothing can be brought from {name!r}",
        where="source",
        hint=f"known: {known}; other publishers' files are downloaded by hand",
    )


__all__ = [
    "Offer",
    "Planned",
    "Pulled",
    "WantedData",
    "edition_in",
    "named",
    "offer_named",
    "planned",
    "pull",
    "sizes",
    "unpack",
]
